// The contents at the right follow the reader, formulas that are too wide get a shadow, and what
// scrolls can be reached with the Tab key. The page is complete without this script.
(() => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  const here = () => contents.querySelector(".nav-link.active:not(:has(+ ul .active))");
  const MARGIN = 60; // pixels that stay free above and below the marked entry

  function follow() {
    const entry = here();
    if (!entry) return;
    const frame = contents.getBoundingClientRect(), box = entry.getBoundingClientRect();
    const above = box.top - frame.top - MARGIN, below = box.bottom - frame.bottom + MARGIN;
    if (above < 0) contents.scrollTop += above;
    else if (below > 0) contents.scrollTop += below;
  }

  if (contents) {
    const marks = new MutationObserver(follow);
    marks.observe(contents, { attributeFilter: ["class"], subtree: true });
  }

  // The theme takes folded code and tables out of the order of the Tab key, because what has no size
  // does not scroll. So we measure them again when they are unfolded.
  const FORMULAS = "div.math > mjx-container";
  const BLOCKS = "pre, .cell_output > .output, .pst-scrollable-table-container";
  const sizes = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const formula = target.matches(FORMULAS);
      const wide = target.scrollWidth > target.clientWidth + 1;
      const high = !formula && target.scrollHeight > target.clientHeight + 1;
      if (formula) target.classList.toggle("scrolls", wide);
      if (wide || high) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  const watch = (root) => root.querySelectorAll(`${FORMULAS}, ${BLOCKS}`).forEach((one) => sizes.observe(one));
  new MutationObserver((changes) => changes.forEach(({ target }) => watch(target.parentElement ?? target)))
    .observe(document.querySelector(".bd-article") ?? document.body, { childList: true, subtree: true });
  watch(document);
})();
