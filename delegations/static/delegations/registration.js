// Questions that depend on an answer show once it is given. Without a script all of them show,
// each with its condition, and the portal leaves aside what does not apply.
(() => {
  "use strict";
  for (const part of document.querySelectorAll("[data-questions]")) {
    const form = part.closest("form") || document;
    const follow = () => {
      for (const question of part.querySelectorAll("[data-depends-on]")) {
        const chosen = form.querySelectorAll(`[name="${question.dataset.dependsOn}"]:checked`);
        const wanted = question.dataset.where.split(" ");
        const shown = [...chosen].some(
          (box) => !box.closest(".question[hidden]") && wanted.includes(box.value === "on" ? "yes" : box.value),
        );
        if (question.hidden === shown) question.hidden = !shown;
      }
    };
    form.addEventListener("change", follow);
    window.addEventListener("pageshow", follow);
    follow();
  }
})();
