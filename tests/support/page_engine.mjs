// The engine of the book's pages in Node, without a page. Each line of the input is a JSON list with
// the name of an action and its request, and each line of the output is the answer.
//
// Arguments: the folders of js/, of Pyodide and of the wheels, and the archive with the marking.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [scripts, pyodide, wheels, archive] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const { marking, startPython } = await import(pathToFileURL(`${scripts}/python.js`));
const bytes = new Uint8Array(readFileSync(archive)).buffer; // not a pooled buffer, as in a page

const options = { indexURL: `${pyodide}/`, packageCacheDir: wheels };
const python = await startPython(loadPyodide, options, [bytes]);
const { addKey, mark, giveUp } = marking(python);
const actions = {
  addKey: ({ base64 }) => addKey(new Uint8Array(Buffer.from(base64, "base64"))),
  mark,
  giveUp,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [action, request] = JSON.parse(line);
  let answer;
  try {
    answer = { text: actions[action](request) ?? "" };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
