// Dragging a point to another place. The buttons of each point do the same without it.
(() => {
  "use strict";
  const list = document.querySelector("[data-arrange]");
  if (!list) return;
  let dragged = null;

  for (const point of list.querySelectorAll("[data-point]")) point.draggable = true;

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-point]");
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.point);
  });

  list.addEventListener("dragover", (event) => {
    const point = event.target.closest("[data-point]");
    if (!dragged || !point || point === dragged) return;
    event.preventDefault();
    unmark();
    point.classList.add(side(point, event) === "before" ? "takes-before" : "takes-after");
  });

  list.addEventListener("drop", (event) => {
    const point = event.target.closest("[data-point]");
    if (!dragged || !point || point === dragged) return;
    event.preventDefault();
    const form = dragged.querySelector("form");
    const to = document.createElement("input");
    to.type = "hidden";
    to.name = "to";
    to.value = `${side(point, event)}:${point.dataset.point}`;
    form.append(to);
    form.submit();
  });

  list.addEventListener("dragend", () => {
    unmark();
    if (dragged) dragged.classList.remove("is-dragged");
    dragged = null;
  });

  function side(point, event) {
    const box = point.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2 ? "before" : "after";
  }

  function unmark() {
    for (const one of list.querySelectorAll(".takes-before, .takes-after")) {
      one.classList.remove("takes-before", "takes-after");
    }
  }
})();
