// Makes an element with attributes and children. An attribute `onNAME` listens to the event NAME, and
// one that is false is left out.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// Returns a number of points as text, with two decimals at most.
export const points = (value) => String(Math.round(value * 100) / 100);
