// Makes HTML from elsewhere safe to show. Python has already escaped what a reader wrote. But a
// verdict also comes out of storage or out of a file of progress, which anybody may have written.
const TAGS = new Set(
  "A B BR CAPTION CODE DD DIV DL DT EM H4 LI MARK OL P PRE SPAN STRONG TABLE TBODY TD TH THEAD TR UL".split(" "),
);
const ATTRIBUTES = new Set(["class", "colspan", "data-mistake", "href", "rel", "rowspan", "scope", "target"]);

// Returns the HTML as a fragment of the page. Replaces unknown elements by their contents, and
// removes scripts and styles. Removes unknown attributes, and the addresses of links that do not
// lead to http:, https: or file:.
export function safeHtml(html) {
  const { body } = new DOMParser().parseFromString(String(html), "text/html");
  for (const element of [...body.querySelectorAll("*")]) {
    if (!TAGS.has(element.tagName)) {
      element.replaceWith(...(/^(SCRIPT|STYLE)$/.test(element.tagName) ? [] : element.childNodes));
      continue;
    }
    for (const { name, value } of [...element.attributes]) {
      if (!ATTRIBUTES.has(name) || (name === "href" && !isPage(value))) element.removeAttribute(name);
    }
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...body.childNodes);
  return fragment;
}

function isPage(address) {
  try {
    return ["http:", "https:", "file:"].includes(new URL(address, location.href).protocol);
  } catch {
    return false;
  }
}
