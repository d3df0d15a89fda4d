// Adds an excerpt to each page that the search finds: see book/extensions/search_texts.py. The texts
// come from scripts, because a browser does not let a page on the disk fetch another one.
window.SEARCH_TEXTS = {};
(() => {
  const query = new URLSearchParams(location.search).get("q");
  const results = document.getElementById("search-results");
  if (!query || !results) return;
  const LENGTH = 240; // characters of an excerpt
  const loading = new Map();
  const word = (stem) => `[\\p{L}\\p{N}_]*${stem.replace(/[.*+\-?^${}()|[\]\\]/g, "\\$&")}[\\p{L}\\p{N}_]*`;
  const stems = () => splitQuery(query.toLowerCase()).map((each) => new Stemmer().stemWord(each));

  // Resolves to the sections of a page: address, title and text of each.
  function textsOf(page) {
    if (!loading.has(page)) {
      loading.set(page, new Promise((resolve) => {
        const script = document.createElement("script");
        script.src = `_static/texts/${page}.js`;
        script.onload = () => resolve(SEARCH_TEXTS[page] ?? []);
        script.onerror = () => resolve([]);
        document.head.append(script);
      }));
    }
    return loading.get(page);
  }

  const hits = (text, terms) => terms.filter((term) => text.toLowerCase().includes(term)).length;

  // Returns a paragraph with the text around the place that has most of the terms. They are marked.
  function excerpt(text, terms) {
    const marks = new RegExp(terms.map(word).join("|"), "giu");
    const starts = [...text.matchAll(marks)].map(({ index }) => Math.max(0, index - LENGTH / 3));
    const richness = (start) => hits(text.slice(start, start + LENGTH), terms);
    const start = starts.reduce((best, each) => (richness(each) > richness(best) ? each : best));
    const from = start ? text.indexOf(" ", start) + 1 : 0;
    const part = text.slice(from, from + LENGTH);
    const paragraph = document.createElement("p");
    paragraph.className = "context";
    let end = 0;
    if (from) paragraph.append("… ");
    for (const found of part.matchAll(marks)) {
      const mark = document.createElement("mark");
      mark.textContent = found[0];
      paragraph.append(part.slice(end, found.index), mark);
      end = found.index + found[0].length;
    }
    paragraph.append(part.slice(end), from + LENGTH < text.length ? " …" : "");
    return paragraph;
  }

  async function explain(item) {
    const link = item.querySelector("a");
    const [address, anchor] = link.getAttribute("href").split("#");
    const sections = await textsOf(address.replace(/\.html$/, ""));
    const terms = stems();
    const own = sections.filter(([id]) => id === anchor);
    const [best] = (own.length ? own : [...sections]).sort((a, b) => hits(b[2], terms) - hits(a[2], terms));
    if (!best || !hits(best[2], terms)) return;
    if (!anchor && best !== sections[0]) {
      const place = document.createElement("a");
      place.href = `${address}#${best[0]}`;
      place.textContent = best[1];
      item.append(" · ", place);
    }
    item.append(excerpt(best[2], terms));
  }

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.("ul.search > li")) explain(node);
    }
  }).observe(results, { childList: true, subtree: true });
})();
