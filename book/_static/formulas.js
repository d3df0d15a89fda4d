// Set the formulas of a block, for example of a paragraph or a table, when the reader comes near it.
// A chapter has hundreds of formulas, and MathJax needs seconds to set them all.
(async () => {
  if (!window.MathJax) return; // a page without formulas
  await MathJax.startup.promise;

  const NEAR = 400; // pixels above and below the window
  const formulasOf = new Map();
  for (const formula of document.querySelectorAll(".math")) {
    const block = formula.closest("section > *");
    formulasOf.set(block, [...(formulasOf.get(block) ?? []), formula]);
  }
  let last = Promise.resolve(); // MathJax sets one group after the other
  const set = (blocks) => {
    const formulas = blocks.flatMap((block) => formulasOf.get(block));
    if (formulas.length) last = last.then(() => MathJax.typesetPromise(formulas));
  };

  // A new style sheet with fonts, and every formula that is set, make the browser lay out the page
  // anew. So both come before the theme's scripts measure the page; an observer would tell of the
  // first blocks later.
  document.head.append(MathJax.chtmlStylesheet());
  const [first, later] = [[], []];
  for (const block of formulasOf.keys()) {
    const { top, bottom } = block.getBoundingClientRect();
    (bottom > -NEAR && top < innerHeight + NEAR ? first : later).push(block);
  }
  set(first);

  const watcher = new IntersectionObserver((changes) => {
    const near = changes.filter((change) => change.isIntersecting).map((change) => change.target);
    near.forEach((block) => watcher.unobserve(block));
    set(near);
  }, { rootMargin: `${NEAR}px` });
  later.forEach((block) => watcher.observe(block));

  window.addEventListener("beforeprint", () => MathJax.typeset());

  // A browser returns to a page at the same number of pixels from its top. But here other formulas may
  // be set than when the reader left, so we return to the same block.
  const PLACE = `place ${location.pathname}`;
  const blocks = [...formulasOf.keys()];
  window.addEventListener("pagehide", () => {
    const block = blocks.findIndex((one) => one.getBoundingClientRect().bottom > 0);
    const place = { block, top: blocks[block]?.getBoundingClientRect().top };
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  });
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
    const { block, top } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
    if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done));
    await last;
    const by = blocks[block]?.getBoundingClientRect().top - top;
    // If it is far away, the reader has scrolled meanwhile.
    if (Math.abs(by) < innerHeight) scrollBy({ top: by, behavior: "instant" });
  }
})();
