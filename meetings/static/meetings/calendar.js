// The arrow keys in the calendar; all of it works without them.
(() => {
  "use strict";
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const typing = "input, select, textarea, summary, [contenteditable]";

  const days = () => [...document.querySelectorAll(".calendar-month .calendar-number")];
  const step = (name) => document.querySelector(`[data-step="${name}"]`);

  document.addEventListener("keydown", (event) => {
    const far = STEPS[event.key];
    if (!far || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest(typing)) return;

    // From day to day and from week to week, as on paper; off the edge into the next month.
    const here = days().indexOf(event.target);
    if (here >= 0) {
      const next = days()[here + far];
      const link = next || step(far < 0 ? "before" : "after");
      if (!link) return;
      event.preventDefault();
      if (next) next.focus();
      else link.click();
      return;
    }

    // Nowhere in particular: one period back or on. Whatever scrolls sideways keeps its keys.
    const loose = event.target === document.body || event.target.closest(".calendar-steps, #content:focus");
    const link = Math.abs(far) === 1 && loose && step(far < 0 ? "before" : "after");
    if (link) {
      event.preventDefault();
      link.click();
    }
  });
})();
