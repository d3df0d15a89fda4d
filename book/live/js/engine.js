// Check an answer, or run a code cell, in a Python that runs in the page.
//
// Nothing is loaded before the first call.
import { Crew } from "./crew.js";
import { pack } from "./packs.js";

const book = document.documentElement.dataset.content_root?.replace(/\/$/, "") ?? "..";

const PATIENCE = 5000; // milliseconds after which a worker is stopped that has not answered
const PACKS = ["python", "numpy", "worker", "marking"];
const marking = new Crew({
  packs: PACKS,
  archives: ["marking.zip"],
  cells: false,
  spare: true,
});
// Only cells may use the reference package. The marking never holds it.
const running = new Crew({
  packs: [...PACKS, "reference"],
  archives: ["marking.zip", "reference.zip"],
  cells: true,
  spare: false,
});
const USES_FIGURES = /\b(matplotlib|plt|figures)\b/;

// Mark the answer to a question. source: the text of the box. earlier: code that runs before it and
// defines earlier answers. onProgress is called with one line of text at a time. Returns a promise
// of the verdict (see as_data in in_page/page.py).
export function check({ question, source, earlier = "", onProgress = () => {} }) {
  return marking.inTurn(async () => {
    const keys = await pack(`keys/${question}`);
    const request = { question, source, earlier, book, keys };
    let answer = await marking.ask("mark", request, onProgress, PATIENCE);
    if (answer.stopped) {
      const reason = answer.stopped;
      answer = await marking.ask("giveUp", { ...request, reason }, onProgress, PATIENCE);
    }
    return verdictIn(answer);
  });
}

// Run a code cell. before: code that runs first and shows nothing. Returns a promise of {text, html,
// images, error, stopped}: what the cell prints and shows, its figures as addresses, and the error
// that has stopped it: {line, text} or null.
export function run({ source, before = "", onProgress = () => {} }) {
  return running.inTurn(async () => {
    if (USES_FIGURES.test(source) || USES_FIGURES.test(before)) {
      const files = await pack("figures");
      await running.ask("giveFigures", { files }, onProgress, Infinity, "Loading Matplotlib.");
    }
    const answer = await running.ask("run", { source, before }, onProgress, PATIENCE);
    return answer.stopped ? stoppedCell(answer.stopped) : JSON.parse(answer.text);
  });
}

// Return the versions of what runs here.
export function version() {
  return VERSIONS; // build.py puts them in
}

function stoppedCell(reason) {
  const words = {
    timeout: "The cell was still running after 5 seconds and was stopped.",
    lost: "Python stopped while it ran this cell. The cell may have used too much memory, "
      + "or a function may have called itself too often.",
  };
  return { text: "", html: "", images: [], error: { line: null, text: words[reason] }, stopped: true };
}

// Return the verdict in an answer. The page believes only what has the form of one.
function verdictIn({ text }) {
  const verdict = text === undefined ? null : JSON.parse(text);
  const known =
    verdict !== null &&
    Number.isFinite(verdict.score) &&
    0 <= verdict.score &&
    verdict.score <= verdict.max_score &&
    (verdict.misconception === null || /^[\w-]+$/.test(verdict.misconception)) &&
    typeof verdict.message === "string" &&
    ["line", "hint", "mistake"].every((name) => typeof verdict.html[name] === "string") &&
    verdict.lines.every(Number.isInteger);
  if (!known) throw new Error("The check did not return a verdict. Please press Check again.");
  return verdict;
}
