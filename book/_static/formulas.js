// Set the formulas of a block, for example of a paragraph or a table, when the reader comes near it.
// A chapter has hundreds of formulas, and MathJax needs seconds to set them all.
(async () => {
  if (!window.MathJax) return; // a page without formulas
  await MathJax.startup.promise;

  const formulasOf = new Map();
  for (const formula of document.querySelectorAll(".math")) {
    const block = formula.closest("section > *");
    formulasOf.set(block, [...(formulasOf.get(block) ?? []), formula]);
  }
  let last = Promise.resolve(); // MathJax sets one group after the other
  const watcher = new IntersectionObserver((changes) => {
    const near = changes.filter((change) => change.isIntersecting).map((change) => change.target);
    near.forEach((block) => watcher.unobserve(block));
    const formulas = near.flatMap((block) => formulasOf.get(block));
    if (formulas.length) last = last.then(() => MathJax.typesetPromise(formulas));
  }, { rootMargin: "400px" });
  for (const block of formulasOf.keys()) watcher.observe(block);

  window.addEventListener("beforeprint", () => MathJax.typeset());
})();
