// Turns the reader's answers into the notebook of an assignment, and into the text that runs before
// a question that builds on earlier ones. book/live/assignments.py writes the data for both.
import { load, save } from "./files.js";
import { memory } from "./memory.js";

async function assignment(name) {
  await load(`assignments/${name}.js`);
  return window.LIVE_ASSIGNMENTS[name];
}

// Resolves to the ids of the questions of an assignment that the notebook would hold an answer to.
export async function answered(name) {
  const { cells } = await assignment(name);
  return cells.filter((id) => memory.answer(id) !== null);
}

// Resolves to the text of the notebook. Everything but the reader's answers is as in the original:
// `texts` are the pieces of the file between the sources of the answer cells.
export async function notebook(name) {
  const { texts, cells, sources } = await assignment(name);
  const answers = cells.map((id) => lines(memory.answer(id) ?? sources[id]));
  return texts.map((text, i) => text + (answers[i] ?? "")).join("");
}

export async function download(name) {
  save(`${name}.ipynb`, await notebook(name), "application/x-ipynb+json");
}

// Returns a text as the list of lines in which a notebook holds it, indented as nbformat does it.
function lines(text) {
  const list = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").match(/[^\n]*\n|[^\n]+/g) ?? [];
  if (!list.length) return "[]";
  return `[\n${list.map((line) => `    ${JSON.stringify(line)}`).join(",\n")}\n   ]`;
}

// Resolves to {source, missing}. `source` runs before an answer to the question: the functions that
// its notebook gives, then the earlier answers. `missing` are the earlier questions without an
// answer of the reader. Where the reader has chosen the book's version (memory: book), it stands in
// for these.
export async function earlier({ id, assignment: name }) {
  const { given, needs, solutions } = await assignment(name);
  const missing = needs[id].filter((each) => memory.answer(each) === null);
  const own = (each) => memory.answer(each) ?? (memory.get(id).book ? solutions[each] : "");
  return { source: [given, ...needs[id].map(own)].filter(Boolean).join("\n\n\n") + "\n", missing };
}
