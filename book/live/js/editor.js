// The editor for Python code. It is a bundle of its own, because a page loads it only when the
// reader first goes into a box or a cell. It sets window.LiveEditor.
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, highlightActiveLine, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const INDENT = "    ";

// The lines in which a verdict sees the mistake. An edit of such a line takes its mark away.
const setMarks = StateEffect.define();
const marks = StateField.define({
  create: () => Decoration.none,
  update(old, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return effect.value;
    const kept = old.map(transaction.changes);
    if (!transaction.docChanged) return kept;
    const edited = new Set();
    transaction.changes.iterChanges((fromA, toA, from, to) => {
      const { doc } = transaction.state;
      for (let n = doc.lineAt(from).number; n <= doc.lineAt(to).number; n++) edited.add(doc.line(n).from);
    });
    const { doc } = transaction.state;
    return kept.update({ filter: (from) => !edited.has(doc.lineAt(from).from) });
  },
  provide: (field) => EditorView.decorations.from(field),
});
const guiltyLine = Decoration.line({ class: "cm-guilty" });
const guiltyCode = Decoration.mark({ class: "cm-guilty-code" });

// Tab indents, so it cannot also leave the editor. After Escape it does, until the editor has the
// focus again.
const keys = [
  { key: "Tab", run: (view) => (view.state.selection.main.empty ? insert(view, INDENT) : indentMore(view)) },
  { key: "Shift-Tab", run: indentLess },
  { key: "Escape", run: (view) => (view.setTabFocusMode(true), true) },
];

function insert(view, text) {
  view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input.type" });
  return true;
}

// Makes an editor inside `parent`. label: its name for screen readers. description: the id of an
// element with the words about its keys. onChange gets the text after each change; onRun is called
// by Ctrl+Enter and Cmd+Enter.
function create({ parent, text, selection, label, description, onChange, onRun }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      selection: selection && { anchor: selection[0], head: selection[1] },
      extensions: [
        history(),
        python(),
        indentUnit.of(INDENT),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        syntaxHighlighting(classHighlighter),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
          ...(description && { "aria-describedby": description }),
        }),
        marks,
        EditorView.domEventHandlers({ focus: (event, editor) => (editor.setTabFocusMode(false), false) }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange?.(update.state.doc.toString());
        }),
        keymap.of([
          { key: "Mod-Enter", run: () => (onRun?.(), true) },
          { key: "Ctrl-Enter", run: () => (onRun?.(), true) },
          ...keys,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    insert: (words) => insert(view, words === "\t" ? INDENT : words),
    get text() {
      return view.state.doc.toString();
    },
    set text(words) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: words } });
    },
    // Marks lines by their numbers, which begin with 1.
    mark(lines) {
      const { doc } = view.state;
      const there = lines.filter((n) => n >= 1 && n <= doc.lines).sort((a, b) => a - b);
      const value = there.flatMap((n) => {
        const { from, to, text } = doc.line(n);
        const start = from + text.search(/\S|$/);
        return [guiltyLine.range(from), ...(start < to ? [guiltyCode.range(start, to)] : [])];
      });
      view.dispatch({ effects: setMarks.of(Decoration.set(value)) });
    },
  };
}

window.LiveEditor = { create };
