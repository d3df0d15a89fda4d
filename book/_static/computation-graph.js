"use strict";
/* <computation-graph>: a graph that is stepped through, forward with values and then backward with
   gradients. Buttons, or arrow keys, Home and End anywhere in the figure. */

class ComputationGraph extends InteractiveFigure {
  setup() {
    this.step = 0;
    const last = this.data.steps.length - 1;
    const go = (step) => {
      this.step = Math.min(Math.max(step, 0), last);
      this.update();
    };
    const moves = {
      "To the start": ["Home", () => go(0)],
      Back: ["ArrowLeft", () => go(this.step - 1)],
      Next: ["ArrowRight", () => go(this.step + 1)],
      "Whole run": ["End", () => go(last)],
    };
    this.buttons = {};
    for (const [text, [key, move]] of Object.entries(moves)) {
      this.buttons[text] = this.button(text, move);
      this.buttons[text].setAttribute("aria-keyshortcuts", key);
    }
    this.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const key = event.key.replace("Up", "Left").replace("Down", "Right");
      const move = Object.values(moves).find(([name]) => name === key);
      if (!move) return;
      event.preventDefault();
      event.stopPropagation();
      move[1]();
    });
    addEventListener("beforeprint", () => go(last)); // paper shows the whole run
    /* On a narrow page the graph runs from top to bottom. */
    new ResizeObserver(() => {
      if (this.tall !== this.clientWidth < 560) this.update();
    }).observe(this);
  }

  draw() {
    const { nodes, steps } = this.data;
    const now = steps[this.step];
    const past = steps.slice(0, this.step + 1);
    const values = Object.assign({}, ...past.map((step) => step.values));
    const grads = Object.assign({}, ...past.map((step) => step.grads));
    const backward = Object.keys(grads).length > 0;
    const length = Math.max(...nodes.map((node) => node.at[0]));
    this.tall = this.clientWidth < 560;
    this.svg.setAttribute(
      "viewBox", this.tall ? `0 0 340 ${length * 80 + 130}` : `0 0 ${length * 112 + 160} 285`);
    this.svg.classList.toggle("wide", !this.tall);
    /* Disabled buttons would lose the focus; these only say that there is nothing more. */
    for (const [text, off] of [
      ["To the start", this.step === 0],
      ["Back", this.step === 0],
      ["Next", now === steps.at(-1)],
      ["Whole run", now === steps.at(-1)],
    ]) this.buttons[text].setAttribute("aria-disabled", off);

    const place = ({ at: [along, across] }) =>
      this.tall ? [265 - across * 110, 80 + along * 80] : [80 + along * 112, 65 + across * 75];
    const named = Object.fromEntries(nodes.map((node) => [node.name, node]));
    for (const node of nodes) {
      for (const parent of node.from) {
        const active = node.name === now.node;
        const ends = [place(named[parent]), place(node)];
        if (active && backward) this.arrow(...ends.reverse(), "edge gradient active");
        else this.arrow(...ends, active ? "edge value active" : "edge");
      }
    }
    for (const node of nodes) {
      const [x, y] = place(node);
      const active = node.name === now.node ? " active" : "";
      if (node.given) this.add(this.svg, "rect", {
        x: x - 19, y: y - 19, width: 38, height: 38, rx: 5, class: "node given",
      });
      else this.add(this.svg, "circle", { cx: x, cy: y, r: 21, class: "node" + active });
      this.text(x, y + 5, node.sign);
      /* Beside the node where the way runs down, else above and below it; what is given stands
         at the edge and has both on the free side. */
      let spots = [[x, y - 30], [x, y + 40]];
      if (node.given) {
        const free = this.tall || node.at[1] < 1;
        spots = free ? [[x, y - 46], [x, y - 28]] : [[x, y + 38], [x, y + 56]];
      } else if (this.tall) spots = [[x + 28, y - 3], [x + 28, y + 15]];
      const side = this.tall || node.given ? "start" : "middle";
      if (node.given) for (const spot of spots) spot[0] -= 19;
      this.text(...spots[0], values[node.name] || "", "value", side);
      this.text(...spots[1], grads[node.name] || "", "gradient", side);
    }
    return now.text;
  }

  /* From circle to circle, with a head. */
  arrow([x0, y0], [x1, y1], name) {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const on = (far, side) => [x1 - ux * far - uy * side, y1 - uy * far + ux * side];
    this.line([[x0 + ux * 25, y0 + uy * 25], on(32, 0)], name);
    this.line([on(24, 0), on(34, 5), on(34, -5)], name + " head", "Z");
  }
}

customElements.define("computation-graph", ComputationGraph);
