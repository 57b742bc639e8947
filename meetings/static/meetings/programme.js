// Dragging a sitting to another place of the programme: improves the buttons, replaces none.
(() => {
  "use strict";
  let dragged = null;

  const line = (event) => event.target.closest && event.target.closest(".programme-line");
  const clear = () => {
    for (const one of document.querySelectorAll(".is-target, .is-target-below, .is-dragged")) {
      one.classList.remove("is-target", "is-target-below", "is-dragged");
    }
  };
  const isBelow = (one, event) => {
    const box = one.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  };

  // Only the grip begins a drag, so that text in the fields can still be marked.
  document.addEventListener("dragstart", (event) => {
    if (!event.target.classList || !event.target.classList.contains("programme-grip")) return;
    dragged = line(event);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.uid);
    event.dataTransfer.setDragImage(dragged, 0, 0);
    dragged.classList.add("is-dragged");
  });

  document.addEventListener("dragover", (event) => {
    const one = line(event);
    if (!dragged || !one || !one.closest("[data-day]")) return;
    event.preventDefault();
    for (const other of document.querySelectorAll(".is-target, .is-target-below")) {
      other.classList.remove("is-target", "is-target-below");
    }
    if (one !== dragged) one.classList.add(isBelow(one, event) ? "is-target-below" : "is-target");
  });

  document.addEventListener("drop", (event) => {
    const one = line(event);
    const day = one && one.closest("[data-day]");
    if (!dragged || !day) return;
    event.preventDefault();
    if (one !== dragged) place(dragged, day, one, isBelow(one, event));
    dragged = null;
    clear();
  });

  document.addEventListener("dragend", () => {
    dragged = null;
    clear();
  });

  // The server arranges: the same deed as by the buttons, with everything typed.
  function place(moved, day, target, below) {
    const others = [...day.querySelectorAll(".programme-line")].filter((one) => one !== moved);
    const position = others.indexOf(target) + (below ? 1 : 0);
    const form = document.getElementById("programme-form");
    const values = { do: `place:${moved.dataset.uid}:${day.dataset.day}:${position}` };
    window.htmx.ajax("POST", window.location.pathname, {
      source: form,
      values,
      target: "#programme-editor",
      select: "#programme-editor",
      selectOOB: "#publish-draft",
      swap: "outerHTML",
    });
  }
})();
