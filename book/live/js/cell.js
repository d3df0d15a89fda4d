// A code cell of the book that the reader can edit and run in place.
// book/extensions/live_cells.py puts a <live-cell> with the code into each cell with the tag `live`.
import { run } from "./engine.js";
import { load } from "./files.js";
import { safeHtml } from "./safe_html.js";

class LiveCell extends HTMLElement {
  connectedCallback() {
    if (this.code !== undefined) return;
    Object.assign(this, JSON.parse(this.querySelector("script").textContent)); // code and before
    this.cell = this.closest(".cell");
    this.link = button("Edit and run", () => this.edit());
    this.link.className = "live-cell-link";
    this.append(this.link);
  }

  // Puts an editor in the place of the code. Resolves when it is there.
  edit() {
    this.opened ??= this.open();
    return this.opened;
  }

  async open() {
    this.said = element("p", "live-cell-said");
    this.said.setAttribute("role", "status");
    this.append(this.said);
    try {
      await load("editor.js");
    } catch (error) {
      this.opened = null;
      this.said.remove();
      this.link.after(element("p", "live-cell-said", error.message));
      return;
    }
    const place = element("div", "try-code live-cell-editor");
    const row = element("div", "live-cell-buttons");
    this.output = element("div", "live-cell-output");
    this.button = button("Run", () => this.execute());
    row.append(this.button, button("Start again", () => this.reset()), element("span", "live-cell-keys", "Ctrl+Enter runs"));
    this.append(place, row, this.said, this.output);
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
    if (text) parts.push(element("pre", "", text));
    if (html) parts.push(safeHtml(html));
    parts.push(...images.map(picture));
    if (error) parts.push(element("p", "live-cell-error", error.text));
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

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function button(text, action) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

function picture(source) {
  const image = element("img");
  image.src = source;
  image.alt = "A figure that your code has drawn";
  return image;
}

customElements.define("live-cell", LiveCell);
