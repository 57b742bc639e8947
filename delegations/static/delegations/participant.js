// The table by keyboard: j and k or the arrows go, x marks, Enter opens, / searches.
(() => {
  "use strict";
  const table = document.querySelector("[data-participants]");
  const search = document.querySelector("[data-search]");
  const rows = table ? [...table.querySelectorAll("[data-row]")] : [];

  for (const row of rows) row.tabIndex = -1;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const act = acts[event.key];
    if (act && act(rows.indexOf(document.activeElement.closest("[data-row]")))) {
      event.preventDefault();
    }
  });

  const acts = {
    j: (at) => go(at + 1),
    k: (at) => go(at < 0 ? 0 : at - 1),
    ArrowDown: (at) => at >= 0 && go(at + 1),
    ArrowUp: (at) => at >= 0 && go(at - 1),
    x: (at) => at >= 0 && mark(rows[at]),
    Enter: (at) => at >= 0 && document.activeElement === rows[at] && open(rows[at]),
    "/": () => {
      if (search) search.focus();
      return Boolean(search);
    },
  };

  function go(to) {
    const row = rows[to];
    if (row) {
      row.focus();
      row.scrollIntoView({ block: "nearest" });
    }
    return Boolean(row);
  }

  function mark(row) {
    const box = row.querySelector("input[type=checkbox]");
    if (box) box.click();
    return Boolean(box);
  }

  function open(row) {
    row.querySelector("a").click();
    return true;
  }

  function isTyping(target) {
    return target.matches("input:not([type=checkbox]), textarea, select");
  }

  const all = document.querySelector("[data-mark-all]");
  if (all) {
    all.addEventListener("click", (event) => {
      event.preventDefault();
      const boxes = [...table.querySelectorAll("input[name=delegate]")];
      const mark = boxes.some((box) => !box.checked);
      for (const box of boxes) box.checked = mark;
    });
  }
})();
