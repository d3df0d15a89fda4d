"use strict";
/* What the interactive figures share. Each is an element <…-…> whose children are its data, as JSON
   in a <script>, and the same content as plain HTML (written by book/interactive.py). A figure adds
   to them controls, a drawing, and a line of text that says all that the drawing shows. */

const SVG = "http://www.w3.org/2000/svg";

class InteractiveFigure extends HTMLElement {
  /* Subclasses have setup(), which makes their controls, and draw(), which fills this.svg and
     returns the text. */
  connectedCallback() {
    if (this.svg) return;
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.controls = this.add(null, "div", { class: "controls", role: "group" });
    this.controls.setAttribute("aria-label", this.data.label);
    this.svg = this.add(null, "svg", { role: "img", "aria-label": this.data.label });
    this.say = this.add(null, "p", { class: "say", "aria-live": "polite" });
    const plain = this.querySelector(".plain");
    this.prepend(this.controls, this.svg, this.say);
    this.classList.add("live");
    this.setup();
    const toggle = this.button(this.data.plain, () => {
      const shown = this.classList.toggle("with-plain");
      toggle.setAttribute("aria-expanded", shown);
    });
    toggle.setAttribute("aria-expanded", "false");
    this.append(plain);
    this.update();
  }

  update() {
    this.svg.replaceChildren();
    this.say.textContent = this.draw();
  }

  /* A new element at the end of a parent, by default of the figure. */
  add(parent, tag, attributes = {}, text = "") {
    const svg = tag === "svg" || (parent && parent.namespaceURI === SVG);
    const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.textContent = text;
    return (parent || this).appendChild(element);
  }

  button(text, press) {
    const button = this.add(this.controls, "button", { type: "button" }, text);
    button.addEventListener("click", press);
    return button;
  }

  choice(text, names, chosen) {
    const label = this.add(this.controls, "label", {}, text + " ");
    const select = this.add(label, "select");
    for (const name of names) this.add(select, "option", { value: name }, name);
    select.value = chosen;
    select.addEventListener("change", () => this.update());
    return select;
  }

  /* A slider over 0, 1, … last. The value in words is for the eye (span) and the ear (valuetext). */
  slider(text, last, chosen, words) {
    const label = this.add(this.controls, "label", {}, text + " ");
    const range = this.add(label, "input", { type: "range", min: 0, max: last, step: 1 });
    const shown = this.add(label, "span", { "aria-hidden": "true" });
    range.value = chosen;
    const tell = () => {
      shown.textContent = words(Number(range.value));
      range.setAttribute("aria-valuetext", shown.textContent);
    };
    tell();
    range.addEventListener("input", () => {
      tell();
      this.update();
    });
    return range;
  }

  /* Four digits and a real minus sign; very large and very small numbers with a power of ten. */
  number(v) {
    const size = Math.abs(v);
    const wide = size >= 1e5 || (size < 1e-3 && v !== 0);
    const text = wide ? v.toExponential(3) : String(Number(v.toPrecision(4)));
    return text.replace("e+", "e").replaceAll("-", "−");
  }

  line(points, name, close = "") {
    return this.add(this.svg, "path", { class: name, d: "M" + points.join("L") + close });
  }

  text(x, y, text, name = "", anchor = "middle") {
    return this.add(this.svg, "text", { x, y, class: name, "text-anchor": anchor }, text);
  }
}
