"use strict";
/* <descent-surface>: runs of gradient descent on the contour lines of a loss of two weights. */

class DescentSurface extends InteractiveFigure {
  setup() {
    const { rates, runs } = this.data;
    const methods = Object.keys(runs);
    const last = runs[methods[0]][0].length - 1;
    this.method = this.choice("method", methods, methods[0]);
    this.rate = this.slider("learning rate", rates.length - 1, 6, (i) => this.number(rates[i]));
    this.step = this.slider("step", last, 12, (k) => `${k} of ${last}`);
  }

  draw() {
    const { view, contours, minimum, runs, diverges, rates } = this.data;
    const method = this.method.value;
    const rate = Number(this.rate.value);
    const step = Number(this.step.value);
    const run = runs[method][rate];

    const [left, right, bottom, top] = view;
    const unit = 320 / (right - left);
    const height = unit * (top - bottom);
    this.svg.setAttribute("viewBox", `0 0 370 ${height + 56}`);
    const at = ([x, y]) => [40 + (x - left) * unit, 10 + (top - y) * unit].map((v) => v.toFixed(1));
    this.add(this.svg, "rect", { x: 40, y: 10, width: 320, height, class: "frame" });
    for (const line of contours) this.line(line.map(at), "contour");
    for (let v = Math.ceil(left / 2) * 2; v <= right; v += 2)
      this.text(at([v, 0])[0], height + 28, this.number(v), "tick");
    for (let v = Math.ceil(bottom); v <= top; v += 1)
      this.text(34, Number(at([0, v])[1]) + 4, this.number(v), "tick", "end");
    this.text(200, height + 48, "w₁");
    this.text(8, height / 2 + 14, "w₂");
    const [mx, my] = at(minimum).map(Number);
    this.line([[mx - 7, my], [mx + 7, my]], "minimum");
    this.line([[mx, my - 7], [mx, my + 7]], "minimum");

    /* A run that leaves the picture is drawn up to the edge of its own little window. */
    const window = this.add(this.svg, "svg", { x: 40, y: 10, width: 320, height });
    window.setAttribute("viewBox", `40 10 320 ${height}`);
    const seen = run.slice(0, step + 1);
    const far = seen.findIndex(([x, y]) => Math.hypot(x, y) > 10 * (right - left));
    const path = (far < 0 ? seen : seen.slice(0, far)).map(at);
    this.add(window, "path", { class: "path", d: "M" + path.join("L") });
    for (const [cx, cy] of path) this.add(window, "circle", { cx, cy, r: 2.5, class: "point" });
    const inside = ([x, y]) => x >= left && x <= right && y >= bottom && y <= top;
    const [w1, w2, loss, d1, d2] = run[step].map((v) => this.number(v));
    if (inside(run[step])) {
      const [cx, cy] = at(run[step]);
      this.add(window, "circle", { cx, cy, r: 6.5, class: "here" });
    }

    let text = `${method}, learning rate ${this.number(rates[rate])}, step ${step}: ` +
      `w = (${w1}, ${w2}), loss ${loss}, gradient (${d1}, ${d2}).`;
    if (!inside(run[step])) text += " This point is outside the picture.";
    if (step && run[step][2] > run[0][2]) text += diverges[method][rate]
      ? ` The run diverges: the loss is above the ${this.number(run[0][2])} of the start.`
      : ` For the moment the loss is above the ${this.number(run[0][2])} of the start.`;
    return text;
  }
}

customElements.define("descent-surface", DescentSurface);
