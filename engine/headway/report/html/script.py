"""What the page does when somebody searches, folds, follows a link or prints. Text only; asks for nothing."""

SCRIPT = """
"use strict";
(() => {
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  document.documentElement.classList.add("js");
  all(".item").forEach((item) => { item.tabIndex = -1; });

  const filters = all("form.filters").map((form) => {
    const section = form.closest("section");
    const items = all(".item", section).map((item) => ({
      item, words: item.textContent.toLowerCase(), kinds: (item.dataset.kind || "").split(" "),
    }));
    const words = form.elements.words;
    const kinds = all("input[name=kind]", form);
    const only = all("input[name=only]", form);
    const apply = () => {
      const wanted = words.value.trim().toLowerCase().split(/\\s+/).filter(Boolean);
      const off = new Set(kinds.filter((box) => !box.checked).map((box) => box.value));
      const must = only.filter((box) => box.checked).map((box) => box.value);
      const narrowed = wanted.length > 0 || must.length > 0 || off.size > 0;
      let shown = 0;
      for (const { item, words, kinds } of items) {
        const fits = wanted.every((word) => words.includes(word)) && must.every((kind) => kinds.includes(kind))
          && !kinds.some((kind) => off.has(kind));
        item.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      for (const run of all(".run", section)) {
        run.hidden = !all(".item", run).some((item) => !item.hidden);
        if (wanted.length > 0) run.firstElementChild.open = !run.hidden;
      }
      section.classList.toggle("filtered", narrowed);
      form.querySelector("output").textContent = narrowed ? `${shown} of ${items.length}` : "";
    };
    const clear = () => {
      words.value = "";
      kinds.forEach((box) => { box.checked = true; });
      only.forEach((box) => { box.checked = false; });
      apply();
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const button of all("[data-fold]", form))
      button.addEventListener("click", () =>
        all("details", section).forEach((fold) => { fold.open = button.dataset.fold === "open"; }));
    let zoom = 1;
    for (const button of all("[data-zoom]", form))
      button.addEventListener("click", () => {
        zoom = Math.min(Math.max(zoom * (button.dataset.zoom === "in" ? 1.25 : 0.8), 0.25), 4);
        all(".history", section).forEach((list) => { list.style.zoom = zoom; });
      });
    apply();
    return { section, words, clear };
  });

  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (const { section, clear } of filters) if (section.contains(target) && target.hidden) clear();
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();

  const step = (by) => {
    const items = all(".item").filter((item) => item.offsetParent !== null);
    const at = items.indexOf(document.activeElement.closest(".item"));
    const next = items[Math.min(Math.max(at < 0 && by < 0 ? 0 : at + by, 0), items.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search]");
    if (event.key === "Escape" && typing) {
      filters.find((filter) => filter.words === event.target).clear();
    } else if (!typing && event.key === "/" && filters.length) {
      event.preventDefault();
      filters[0].words.focus();
    } else if (!typing && event.key === "j") step(1);
    else if (!typing && event.key === "k") step(-1);
  });

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((fold) => { fold.open = false; }));
})();
"""
