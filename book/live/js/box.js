// The element <live-question>: a question of the course that the reader answers and checks in the
// page. book/extensions/live_question.py writes its contents, which are complete without a script.
//
// Until the reader goes into the box, the code is in a plain text area. Then the editor is loaded and
// takes over the text and the caret. `source` is the reader's code. `check()` marks it and resolves
// to {score, max_score, misconception, message}.
import { make, points } from "./elements.js";
import { check as mark } from "./engine.js";
import { load } from "./files.js";
import { memory } from "./memory.js";
import { earlier } from "./notebook.js";
import { safeHtml } from "./safe_html.js";

const TRIES = 3; // different answers, after which the worked solution may be opened
const SLOW = 1000; // milliseconds until we say what takes so long
const LEAST_LINES = 5;
const KEYS = ["(", ")", "[", "]", "@", ".", ":", "=", "\t"];
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const INTEGERS = "In this page, whole numbers of NumPy such as np.arange(3) have 32 bits instead of 64.";
const LEAVE = "Tab indents. To leave the editor, press Escape and then Tab. Control and Enter check your answer.";
const SIGNS = { right: "✓", part: "◐", wrong: "✗" };

let pythonIsLoaded = false;

class LiveQuestion extends HTMLElement {
  #data;
  #area; // the text area, until the editor is there
  #editor = null;
  #loading = null;
  #running = null;
  #before = null; // the code that "Start again" has taken away
  #shown = null; // the verdict whose result is shown
  #parts = {};

  connectedCallback() {
    if (this.#data) return;
    this.#data = JSON.parse(this.querySelector(".live-data").textContent);
    this.#build();
    this.#follow();
    memory.onChange((question) => {
      if (question === null || question === this.#data.id) this.#follow();
    });
  }

  get source() {
    return this.#editor ? this.#editor.text : this.#area.value;
  }

  set source(text) {
    if (text === this.source) return;
    if (this.#editor) this.#editor.text = text; // which calls #changed
    else {
      this.#area.value = text;
      this.#changed();
    }
  }

  check() {
    this.#running ??= this.#check().finally(() => {
      this.#running = null;
      this.#showBusy(false);
    });
    return this.#running;
  }

  async #check() {
    const source = this.source;
    const { id } = this.#data;
    this.#showBusy(true);
    let last = "";
    const slow = setTimeout(() => this.#say(last), SLOW); // a check that is quick needs no words
    const onProgress = (text) => {
      last = text;
      if (!pythonIsLoaded) this.#say(text);
    };
    try {
      const before = await earlier(this.#data);
      this.#showMissing(before.missing);
      const verdict = await mark({ question: id, source, earlier: before.source, onProgress });
      if (!pythonIsLoaded) this.#parts.integers.hidden = false;
      pythonIsLoaded = true;
      this.#keep(source, verdict);
      this.#showPrinted(verdict.printed);
      this.#say("");
      const { score, max_score, misconception, message } = verdict;
      return { score, max_score, misconception, message };
    } catch (error) {
      this.#say(`The check did not run. ${error.message} Try again, or answer in the notebook ${this.#data.notebook}.`);
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  #showPrinted(text = "") {
    const { printed } = this.#parts;
    printed.hidden = text === "";
    printed.lastChild.textContent = text;
  }

  // Keeps a verdict with the answer that it is about. The page then shows it by #follow.
  #keep(source, { score, max_score, misconception, message, html, lines }) {
    const { id, stub } = this.#data;
    const { tries } = memory.get(id);
    const key = hash(source);
    memory.set(id, {
      checked: source,
      verdict: { score, max_score, misconception, message, html, lines },
      tries: source === stub || tries.includes(key) ? tries : [...tries, key],
    });
  }

  // Shows what the memory holds: after a change here, in another tab or on another page.
  #follow() {
    const { draft, verdict, checked, tries, opened, best } = memory.get(this.#data.id);
    const text = draft ?? this.#data.stub;
    if (text !== this.source && !this.contains(document.activeElement)) this.#put(text);
    const current = verdict !== null && this.source === checked;
    const state = this.#state(verdict, current);
    this.dataset.state = state;
    this.#parts.state.replaceChildren(...stateInWords(state, verdict));
    this.#showResult(state === "untouched" ? null : verdict, current);
    const solved = [verdict, best].some((each) => each && each.score >= each.max_score);
    this.#parts.solution.hidden = !(solved || tries.length >= TRIES || opened.includes("solution"));
    const canReset = this.source !== this.#data.stub || this.#before !== null;
    disable(this.#parts.reset, !canReset);
    this.#parts.reset.textContent = this.#before === null ? "Start again" : "Undo";
  }

  #state(verdict, current) {
    if (this.source === this.#data.stub && !current) return "untouched";
    if (!current) return "editing";
    if (verdict.score >= verdict.max_score) return "right";
    return verdict.score > 0 ? "part" : "wrong";
  }

  #showResult(verdict, current) {
    const { result, hint, mistake, next } = this.#parts;
    this.classList.toggle("try-stale", verdict !== null && !current);
    next.hidden = !(current && verdict?.score >= verdict?.max_score) || !next.hasChildNodes();
    const key = verdict && JSON.stringify([verdict.html, verdict.message]);
    if (key === this.#shown) return;
    this.#shown = key;
    result.replaceChildren(...(verdict ? [safeHtml(verdict.html.line)] : []));
    fill(hint, "Hint", verdict?.html.hint);
    fill(mistake, /^\s*<table/.test(verdict?.html.mistake) ? "Example" : "Mistake", verdict?.html.mistake);
    this.#showLines(current ? (verdict?.lines ?? []) : []);
  }

  #showLines(lines) {
    if (lines.length) this.#edit().then(() => this.#editor?.mark(lines));
    else this.#editor?.mark([]);
  }

  // Puts a text into the box that the memory already knows.
  #put(text) {
    if (this.#editor) this.#editor.text = text;
    else {
      this.#area.value = text;
      this.#fit();
    }
  }

  // The text has changed: keep it.
  #changed() {
    const { id, stub } = this.#data;
    if (!this.#editor) this.#fit();
    const text = this.source;
    const draft = text === stub ? null : text;
    if (draft !== null) this.#before = null; // there is new code, so nothing to bring back
    if (draft !== memory.get(id).draft) memory.set(id, { draft });
    else this.#follow();
  }

  // Makes the text area as high as its text, where the style sheet cannot (field-sizing).
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#area.style.height = "auto";
    this.#area.style.height = `${this.#area.scrollHeight}px`;
  }

  #startAgain() {
    if (this.#parts.reset.hasAttribute("aria-disabled")) return;
    const back = this.#before;
    const taken = back === null ? this.source : null;
    this.source = back ?? this.#data.stub;
    this.#before = taken;
    this.#follow();
    this.#say(taken === null ? "Your code is back." : "The box is as it was at first. Undo brings your code back.");
  }

  // Loads the editor, and gives it the text, the caret and the focus of the text area.
  #edit() {
    this.#loading ??= load("editor.js").then(
      () => this.#takeOver(),
      () => (this.#loading = null), // the text area goes on, and the next focus tries again
    );
    return this.#loading;
  }

  #takeOver() {
    const area = this.#area;
    const focused = document.activeElement === area;
    this.#editor = window.LiveEditor.create({
      parent: area.parentElement,
      text: area.value,
      selection: [area.selectionStart, area.selectionEnd],
      label: area.getAttribute("aria-label"),
      description: area.getAttribute("aria-describedby"),
      onChange: () => this.#changed(),
      onRun: () => this.#press(),
    });
    if (focused) this.#editor.focus();
    area.remove();
  }

  #press() {
    this.check().catch(() => {}); // #check has told the reader
  }

  #insert(text) {
    if (this.#editor) this.#editor.insert(text);
    else {
      this.#area.setRangeText(text === "\t" ? "    " : text, this.#area.selectionStart, this.#area.selectionEnd, "end");
      this.#changed();
    }
  }

  #showBusy(busy) {
    const { check } = this.#parts;
    check.textContent = busy ? "Checking …" : "Check";
    disable(check, busy);
  }

  #say(text) {
    this.#parts.progress.textContent = text;
  }

  // Names the earlier questions that the answer may call and that the reader has not answered, and
  // offers the book's versions.
  #showMissing(missing) {
    const { builds } = this.#parts;
    const { id } = this.#data;
    builds.hidden = missing.length === 0;
    if (!missing.length) return;
    const names = missing.flatMap((name, i) => [i ? ", " : "", make("code", {}, name)]);
    if (memory.get(id).book) {
      builds.replaceChildren("Your code may call the book's version of ", ...names, ".");
      for (const details of this.querySelectorAll(".try-earlier")) details.hidden = !missing.includes(details.dataset.question);
      return;
    }
    const use = () => {
      memory.set(id, { book: true });
      this.#showMissing(missing);
      this.#parts.check.focus(); // the button that had the focus is gone
    };
    builds.replaceChildren(
      "Your code may call ", ...names, ", which you have not written yet. ",
      make("button", { type: "button", onclick: use }, "Use the book's version"),
    );
  }

  #build() {
    const { number, stub } = this.#data;
    const parts = this.#parts;
    const described = `${this.id}-keys`;
    this.#area = make("textarea", {
      "aria-label": `Your code for Try it ${number}`,
      "aria-describedby": described,
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      spellcheck: "false",
      rows: LEAST_LINES,
      onfocus: () => this.#begin(),
      oninput: () => this.#changed(),
      onkeydown: (event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.#press();
      },
    });
    this.#area.value = stub;
    parts.state = make("p", { class: "try-state" });
    parts.keys = this.#keys();
    parts.builds = make("p", { class: "try-builds", hidden: true });
    parts.check = make("button", { type: "button", class: "try-check", onclick: () => this.#press() }, "Check");
    parts.reset = make("button", { type: "button", onclick: () => this.#startAgain() }, "Start again");
    parts.progress = make("p", { class: "try-progress", role: "status" });
    parts.integers = make("p", { class: "try-integers", hidden: true }, INTEGERS);
    parts.result = make("div", { class: "try-result", role: "status" });
    parts.printed = make(
      "details",
      { class: "try-printed", hidden: true },
      make("summary", {}, "What your code has printed"),
      make("pre", { tabindex: "0" }),
    );
    parts.hint = this.#details("hint");
    parts.mistake = this.#details("mistake");
    parts.next = this.#next();
    parts.solution = this.querySelector(".try-solution");
    this.#remember(parts.solution, "solution");

    this.querySelector(".try-head").append(parts.state);
    this.querySelector(".try-notice").remove();
    this.querySelector(".try-stub").replaceWith(
      make("div", { class: "try-code" }, this.#area),
      parts.keys,
      make("p", { class: "try-hidden", id: described }, LEAVE),
      parts.builds,
      make(
        "div",
        { class: "try-buttons" },
        parts.check,
        parts.reset,
        make("span", { class: "try-shortcut", "aria-hidden": "true" }, `${MAC ? "⌘" : "Ctrl"}+Enter checks`),
      ),
      parts.progress,
      parts.result,
      parts.hint,
      parts.mistake,
      parts.printed,
      parts.integers,
      parts.next,
    );
    this.#fit();
  }

  // The reader comes into the code for the first time. The row of keys then stays: if it went with
  // the focus, what is below would move away under the finger.
  #begin() {
    this.#edit();
    this.#parts.keys.hidden = false;
    if (this.#data.uses.length) earlier(this.#data).then(({ missing }) => this.#showMissing(missing), () => {});
  }

  // The characters that are hard to find on the keyboard of a phone. They leave the focus in the code.
  #keys() {
    const key = (text) =>
      make(
        "button",
        {
          type: "button",
          tabindex: "-1",
          "aria-label": text === "\t" ? "indent" : false,
          onpointerdown: (event) => event.preventDefault(),
          onclick: () => this.#insert(text),
        },
        text === "\t" ? "⇥" : text,
      );
    return make("div", { class: "try-keys", role: "group", "aria-label": "Characters for code", hidden: true }, ...KEYS.map(key));
  }

  #details(name) {
    const details = make("details", { class: `try-${name}`, hidden: true }, make("summary"), make("div"));
    this.#remember(details, name);
    return details;
  }

  #remember(details, name) {
    details.addEventListener("toggle", () => {
      const { opened } = memory.get(this.#data.id);
      if (details.open && !opened.includes(name)) memory.set(this.#data.id, { opened: [...opened, name] });
    });
  }

  // A link to the box after this one, if the page has one.
  #next() {
    const all = [...document.querySelectorAll("live-question")];
    const after = all[all.indexOf(this) + 1];
    if (!after) return make("p", { class: "try-next", hidden: true });
    const { number, title } = JSON.parse(after.querySelector(".live-data").textContent);
    const link = make("a", { href: `#${after.id}` }, `Try it ${number}, ${title}`);
    return make("p", { class: "try-next", hidden: true }, "Go on with ", link, ".");
  }
}

// Marks a button as one that does nothing now. It keeps the focus, which `disabled` would take away.
function disable(button, off) {
  if (off) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

// Fills a folded part, or hides it if there is nothing to show.
function fill(details, title, html) {
  const [summary, content] = details.children;
  details.open = false;
  details.hidden = !html;
  summary.textContent = title;
  content.replaceChildren(...(html ? [safeHtml(html)] : []));
}

function stateInWords(state, verdict) {
  if (state === "untouched") return ["not tried yet"];
  if (state === "editing") return ["changed, not checked"];
  const words = { right: "right", part: "partly right", wrong: "not yet" }[state];
  const sign = make("span", { "aria-hidden": "true" }, SIGNS[state]);
  return [sign, ` ${words}, ${points(verdict.score)} of ${points(verdict.max_score)}`];
}

// Returns a short hash of an answer. Answers that differ only in the amount of white space get the
// same hash.
function hash(text) {
  let value = 0;
  for (const letter of text.replace(/\s+/g, " ")) value = (Math.imul(value, 31) + letter.codePointAt(0)) | 0;
  return (value >>> 0).toString(36);
}

customElements.define("live-question", LiveQuestion);
