// The engine of the book's pages in Node, without a page. Each line of the input is a JSON list with
// the name of an action and its request, and each line of the output is the answer.
//
// Arguments: the folders of js/, of Pyodide and of the wheels, and the archives with the marking and
// with the reference, which the answers of the tests use, and the seconds that an answer may run.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [scripts, pyodide, wheels, course, reference, seconds] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const { marking, startPython } = await import(pathToFileURL(`${scripts}/python.js`));
// Read a file into a buffer of its own, as in a page, and not into a part of Node's pool.
const read = (file) => new Uint8Array(readFileSync(file)).buffer;

const options = { indexURL: `${pyodide}/`, packageCacheDir: wheels };
const python = await startPython(loadPyodide, options, [read(course)]);
// The check must see that there is no reference before the answers get it.
python.runPython("from autograder.check import reference; assert not reference()");
python.unpackArchive(read(reference), "zip", { extractDir: "/course" });
python.runPython("import backprop");
// The time limits of a page would stop right answers on a busy machine.
python.runPython(`
from autograder.marking import answer_key
from in_page import page
answer_key.PATIENCE = page.SECONDS = ${seconds}
`);
const { addKey, mark } = marking(python);
const actions = {
  addKey: ({ base64 }) => addKey(new Uint8Array(Buffer.from(base64, "base64"))),
  mark,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [action, request] = JSON.parse(line);
  let answer;
  try {
    answer = { text: actions[action](request) ?? "" };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(`answer ${JSON.stringify(answer)}\n`);
}
