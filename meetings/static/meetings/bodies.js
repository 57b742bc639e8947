// On paper everything folded stands open, in browsers whose style sheets cannot do it.
const folded = () => document.querySelectorAll("details[data-print-open]:not([open])");

addEventListener("beforeprint", () => {
  for (const one of folded()) {
    one.dataset.wasFolded = "";
    one.open = true;
  }
});

addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("details[data-was-folded]")) {
    delete one.dataset.wasFolded;
    one.open = false;
  }
});
