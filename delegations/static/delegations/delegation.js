// Dragging a person to another place. The arrows of each line do the same without it.
(() => {
  "use strict";
  const list = document.querySelector("[data-arrange]");
  if (!list) return;
  let dragged = null;

  for (const line of list.querySelectorAll("[data-person]")) line.draggable = true;

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-person]");
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.person);
  });

  list.addEventListener("dragover", (event) => {
    const line = event.target.closest("[data-person]");
    if (!dragged || !line || line === dragged) return;
    event.preventDefault();
    unmark();
    line.classList.add(isBelow(line, event) ? "takes-after" : "takes-before");
  });

  // The server keeps the order of the lines: the same form as by the arrows, with all chosen.
  list.addEventListener("drop", (event) => {
    const line = event.target.closest("[data-person]");
    if (!dragged || !line || line === dragged) return;
    event.preventDefault();
    if (isBelow(line, event)) line.after(dragged);
    else line.before(dragged);
    const step = document.createElement("input");
    step.type = "hidden";
    step.name = "move";
    step.value = `to:${dragged.dataset.person}`;
    dragged.append(step);
    list.closest("form").submit();
  });

  list.addEventListener("dragend", () => {
    unmark();
    if (dragged) dragged.classList.remove("is-dragged");
    dragged = null;
  });

  function isBelow(line, event) {
    const box = line.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  }

  function unmark() {
    for (const one of list.querySelectorAll(".takes-before, .takes-after")) {
      one.classList.remove("takes-before", "takes-after");
    }
  }
})();
