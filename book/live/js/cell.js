// A code cell of the book that the reader can edit and run in place.
// book/extensions/live_cells.py puts a <live-cell> with the code into each cell with the tag `live`.
import { make } from "./elements.js";
import { run } from "./engine.js";
import { load } from "./files.js";
import { safeHtml } from "./safe_html.js";

class LiveCell extends HTMLElement {
  connectedCallback() {
    if (this.code !== undefined) return;
    Object.assign(this, JSON.parse(this.querySelector("script").textContent)); // code and before
    this.cell = this.closest(".cell");
    this.link = make("button", { type: "button", class: "live-cell-link", onclick: () => this.edit() }, "Edit and run");
    this.said = make("p", { class: "live-cell-said", role: "status" });
    this.append(this.link, this.said);
  }

  // Puts an editor in the place of the code. Resolves when it is there.
  edit() {
    this.opened ??= this.open();
    return this.opened;
  }

  async open() {
    try {
      await load("editor.js");
    } catch (error) {
      this.opened = null; // so that the next press tries again
      this.say(error.message);
      return;
    }
    const place = make("div", { class: "try-code live-cell-editor" });
    this.output = make("div", { class: "live-cell-output" });
    this.button = make("button", { type: "button", onclick: () => this.execute() }, "Run");
    const row = make(
      "div",
      { class: "live-cell-buttons" },
      this.button,
      make("button", { type: "button", onclick: () => this.reset() }, "Start again"),
      make("span", { class: "live-cell-keys" }, "Ctrl+Enter runs"),
    );
    this.append(place, row, this.said, this.output);
    this.say("");
    this.editor = window.LiveEditor.create({
      parent: place,
      text: this.code,
      label: "Code of this cell. Tab indents. To leave the editor, press Escape and then Tab.",
      onRun: () => this.execute(),
    });
    this.link.remove();
    this.cell.classList.add("live-cell-editing");
    this.editor.focus();
  }

  get source() {
    return this.editor?.text ?? this.code;
  }

  set source(text) {
    this.editor.text = text;
  }

  // Runs the code as it stands. Resolves to what the engine returns.
  async execute() {
    this.running ??= this.runOnce().finally(() => (this.running = null));
    return this.running;
  }

  async runOnce() {
    this.button.setAttribute("aria-disabled", "true");
    this.say("Running. The first time takes about 5 seconds.");
    try {
      const onProgress = (text) => this.say(text);
      const result = await run({ source: this.source, before: this.before, onProgress });
      this.show(result);
      return result;
    } catch (error) {
      this.say(error.message);
    } finally {
      this.button.removeAttribute("aria-disabled");
    }
  }

  // Shows what the code has printed and drawn, in the place of the output in the book.
  show({ text, html, images, error }) {
    this.cell.classList.add("live-cell-ran");
    const parts = [];
    if (text) parts.push(make("pre", {}, text));
    if (html) parts.push(safeHtml(html));
    parts.push(...images.map((src) => make("img", { src, alt: "A figure that your code has drawn" })));
    if (error) parts.push(make("p", { class: "live-cell-error" }, error.text));
    this.output.replaceChildren(...parts);
    if (error) this.say("The code did not run to its end.");
    else this.say(parts.length ? "Done." : "Done. The code has printed nothing.");
  }

  say(text) {
    this.said.textContent = text;
  }

  // Brings back the code and the output of the book.
  reset() {
    this.source = this.code;
    this.output.replaceChildren();
    this.cell.classList.remove("live-cell-ran");
    this.say("");
    this.editor.focus();
  }
}

customElements.define("live-cell", LiveCell);
