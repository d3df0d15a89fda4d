"use strict";
/* <vanishing-gradient>: how large dW is in each layer of a network, before any training. */

class VanishingGradient extends InteractiveFigure {
  setup() {
    const { depths, sizes, start } = this.data;
    const activations = Object.keys(sizes);
    this.activation = this.choice("activation", activations, start[1]);
    const variances = Object.keys(sizes[activations[0]]);
    this.variance = this.choice("variance of the weights", variances, start[2]);
    this.depth = this.slider("depth", depths.length - 1, start[0], (i) => `${depths[i]} layers`);
  }

  draw() {
    const [activation, variance] = [this.activation.value, this.variance.value];
    const sizes = this.data.sizes[activation][variance][Number(this.depth.value)];
    const [low, high] = [-28, 8]; // powers of ten, the same for every choice
    const [left, right, top, bottom] = [44, 360, 26, 214];
    this.svg.setAttribute("viewBox", "0 0 370 258");
    const y = (power) => bottom - ((power - low) / (high - low)) * (bottom - top);
    for (let power = low + 4; power <= high; power += 8) {
      if (power === 0) continue;
      this.line([[left, y(power)], [right, y(power)]], "contour");
      const tick = this.text(left - 6, y(power) + 4, "10", "tick", "end");
      this.add(tick, "tspan", { dy: -5, "font-size": 9 }, this.number(power));
    }
    this.line([[left, y(0)], [right, y(0)]], "one");
    this.text(left - 6, y(0) + 4, "1", "tick", "end");

    const pitch = (right - left) / sizes.length;
    sizes.forEach((size, i) => {
      const height = Math.max(y(low) - y(Math.log10(size)), 0);
      const width = Math.min(pitch * 0.7, 24);
      const x = left + pitch * (i + 0.5);
      const name = i === 0 || i === sizes.length - 1 ? "bar end" : "bar";
      this.add(this.svg, "rect", { x: x - width / 2, y: bottom - height, width, height, class: name });
      if (i === 0 || i === sizes.length - 1) this.text(x, bottom + 17, String(i + 1), "tick");
    });
    this.text((left + right) / 2, bottom + 36, "layer");
    this.text(4, 14, "size of dW", "", "start");

    const [first, last] = [sizes[0], sizes.at(-1)];
    let verdict = "The first layer hears the loss.";
    if (first < 1e-3) verdict = last < 1e-3
      ? "All layers hear almost nothing."
      : "The gradient vanishes on the way back: the first layer hears almost nothing.";
    if (first > 100) verdict = "The gradient explodes.";
    return `${activation}, ${sizes.length} layers, variance ${variance}: the size of dW is ` +
      `${this.number(first)} in the first layer and ${this.number(last)} in the last, ` +
      `a ratio of ${this.number(first / last)}. ${verdict}`;
  }
}

customElements.define("vanishing-gradient", VanishingGradient);
