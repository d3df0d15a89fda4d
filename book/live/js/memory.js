// Remembers what the reader has written and reached: drafts, verdicts, opened hints.
// The browser keeps it (localStorage). Where the browser refuses, the page remembers until it is
// closed, and `memory.trouble` says so.
import { VERSION, join, readFile, sound, writeFile } from "./record.js";

const KEY = "backpropagation-course";
const EMPTY = { draft: null, verdict: null, checked: null, best: null, tries: [], opened: [], book: false, changed: 0 };
const REFUSED =
  "This browser does not keep your answers: its storage is switched off or full. They last until " +
  "you leave this page. Before that, you can export them on the page “My progress”.";
const UNREADABLE =
  "The answers that this browser has kept cannot be read by this version of the book, so they are " +
  "left alone. What you write now lasts until you leave this page.";

let records = {}; // question id -> record
let trouble = ""; // one sentence for the reader, or empty
const listeners = new Set();

// Reads what other tabs may have saved since. Without storage, the page's own records stay.
function read() {
  if (trouble) return;
  let text;
  try {
    text = localStorage.getItem(KEY);
  } catch {
    trouble = REFUSED;
    return;
  }
  if (text === null) {
    records = {};
    return;
  }
  try {
    const kept = JSON.parse(text);
    if (kept.version !== VERSION || !Object.values(kept.questions).every(sound)) throw new Error();
    records = kept.questions;
  } catch {
    trouble = UNREADABLE;
  }
}

function save() {
  if (trouble) return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ version: VERSION, questions: records }));
  } catch {
    trouble = REFUSED;
  }
}

function emit(question) {
  for (const listener of listeners) listener(question);
}

function get(question) {
  return { ...EMPTY, ...records[question] };
}

// `changes` replaces fields of the record. A verdict that is at least as good as the best one makes
// its answer the best answer.
function set(question, changes) {
  read();
  const record = { ...get(question), ...changes };
  const { verdict, checked, best } = record;
  if (changes.verdict && typeof checked === "string" && verdict.score >= (best?.score ?? 0)) {
    record.best = { score: verdict.score, max_score: verdict.max_score, source: checked };
  }
  if ("draft" in changes || "verdict" in changes) record.changed = Date.now();
  records = { ...records, [question]: record };
  save();
  emit(question);
}

// The text that counts as the reader's answer: the best one that was checked, or else the draft.
function answer(question) {
  const { best, draft } = get(question);
  return best && best.score > 0 ? best.source : draft;
}

function exportFile() {
  read();
  return writeFile(records);
}

// Resolves to a sentence that says what was imported. If the file cannot be used, it rejects with a
// sentence and changes nothing.
async function importFile(file) {
  const theirs = await readFile(file);
  read();
  records = join(records, theirs);
  save();
  emit(null);
  const count = Object.keys(theirs).length;
  return `The file has ${count === 1 ? "1 question" : `${count} questions`}. Your progress now has the better of both.`;
}

function clear() {
  records = {};
  try {
    localStorage.removeItem(KEY);
    trouble = "";
  } catch {
    // Storage is still refused, and the trouble has been told.
  }
  emit(null);
}

function onChange(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

read();
addEventListener("storage", (event) => {
  if (event.key !== KEY && event.key !== null) return; // null: another tab has cleared everything
  read();
  emit(null);
});

export const memory = {
  get,
  set,
  answer,
  onChange,
  exportFile,
  importFile,
  clear,
  get trouble() {
    return trouble;
  },
};
