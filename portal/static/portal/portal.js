// What the page does better with a script; all of it works without.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // A second click on the same form is not a second deed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    // htmx sends the form itself and answers in place: it may be sent again.
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get]") || form.method === "get") return;
    form.dataset.sent = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    setTimeout(release, 10000, form, event.submitter); // no answer came, or it was a file
  });

  function release(form, button) {
    delete form.dataset.sent;
    if (button) button.removeAttribute("aria-disabled");
  }

  // Coming back by the browser's arrow, everything may be done again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      release(form, form.querySelector("[aria-disabled]"));
    }
  });

  document.addEventListener("click", (event) => {
    const menu = event.target.closest("[data-menu]");
    if (menu) {
      const open = menu.getAttribute("aria-expanded") !== "true";
      menu.setAttribute("aria-expanded", String(open));
    }

    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => {
        copy.querySelector("[data-copied]").textContent = copy.dataset.done;
      });
    }

    // A click elsewhere closes what floats above the page.
    for (const open of document.querySelectorAll("details[data-dismiss][open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details[data-dismiss][open]")) {
      open.open = false;
      if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const errors = document.querySelector("[data-focus]");
    if (errors) errors.focus();
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard;
    }
  });
})();
