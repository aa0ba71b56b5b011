// Keys in lists of scans. They press the buttons that are there: what they do is written in one place.
"use strict";

(() => {
  const { whenever } = window.pigeonhole;
  let last = null; // the scan of which something was said last
  let headed = null; // the head of the view

  const cards = () => [...document.querySelectorAll(".card")];
  const press = (card, key) => card?.querySelector(`[data-key="${key}"]`)?.click();
  const typing = (target) =>
    target.closest("input, textarea, select, [contenteditable], dialog, [role=grid]");

  function go(by) {
    const all = cards();
    const here = all.indexOf(document.activeElement?.closest(".card"));
    // Behind the last one stands the link to older ones.
    const next = all[here < 0 ? 0 : Math.max(0, here + by)] ?? document.querySelector(".more");
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function pick(card, number) {
    const name = document.querySelectorAll("#class-names option")[number - 1]?.value;
    if (!name || !card.querySelector(".other input")) return;
    last = card.dataset.scan;
    const { stamp } = card.querySelector("[data-stamp]").dataset;
    window.dash_clientside.set_props(
      { part: "pick", scan: Number(card.dataset.scan), do: `${stamp}:picked` },
      { data: name },
    );
  }

  // The word on the scan that one is at, else the last that was said on this page: nobody else's.
  function undoOf(card) {
    const at = card ?? (last && document.querySelector(`.card[data-scan="${last}"]`));
    return at?.querySelector('[data-key="u"]');
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const { target, key } = event;
    const card = target.closest?.(".card") ?? (cards().length === 1 ? cards()[0] : null);
    if (typing(target)) {
      const said = key === "Enter" && target.matches(".other input");
      if (said) last = card.dataset.scan;
      if (said || key === "Escape") setTimeout(() => card?.focus());
      return;
    }
    if (!cards().length) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      go(key === "ArrowDown" ? 1 : -1);
    } else if (key === "u" && undoOf(card)) {
      undoOf(card).click();
    } else if (card && key === "Enter" && target === card) {
      press(card, "Enter");
    } else if (card && /^[1-9]$/.test(key)) {
      pick(card, Number(key));
    } else if (card && /^\p{Letter}$/u.test(key)) {
      // The letter that is being typed lands in the field.
      card.querySelector(".other input")?.focus();
      return;
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const card = event.target.closest?.(".card [data-key], .card .say button")?.closest(".card");
    if (!card) return;
    last = card.dataset.scan;
    // The button is about to be replaced, and with it the place of whoever goes by keys.
    if (card.tabIndex < 0) card.focus({ preventScroll: true });
  });

  // One card of a list is in the order of the tab key; arrows go on from there.
  whenever(".cards", (list) => {
    if (!list.querySelector('.card[tabindex="0"]')) list.querySelector(".card")?.setAttribute("tabindex", "0");
  });
  // A new view: its title, and whoever reads the screen begins at its head.
  whenever("main h1", (head) => {
    if (head.textContent === headed) return;
    const first = headed === null;
    // Kept here: what a document says its title is has other blanks than what it was given.
    headed = head.textContent;
    document.title = `${headed} – Pigeonhole`;
    if (!first && !document.activeElement?.closest("main")) document.getElementById("view").focus();
  });
})();
