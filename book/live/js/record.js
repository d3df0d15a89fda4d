// The form of what is remembered, and the file by which it moves from one browser to another.

export const VERSION = 1;
const FORMAT = "progress in the backpropagation course";
const LIMIT = 5_000_000; // bytes; browsers keep no more
const NOT_OURS = "This is not a file of progress in this course, so nothing was changed.";
const NEWER = "This file was written by a newer version of the course, so nothing was changed.";

const isText = (value) => typeof value === "string";
const isNumber = (value) => Number.isFinite(value) && value >= 0;
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isOptional = (form) => (value) => value === null || value === undefined || form(value);
const isObject = (forms) => (value) =>
  typeof value === "object" && value !== null && Object.entries(forms).every(([name, form]) => form(value[name]));

const isScore = { score: isNumber, max_score: isNumber };
const isVerdict = isObject({
  ...isScore,
  misconception: isOptional(isText),
  message: isText,
  html: isObject({ line: isText, hint: isText, mistake: isText }), // box.js makes it safe to show
  lines: (value) => Array.isArray(value) && value.every(isNumber),
});
export const sound = isObject({
  draft: isOptional(isText),
  checked: isOptional(isText),
  verdict: isOptional(isVerdict),
  best: isOptional(isObject({ ...isScore, source: isText })),
  tries: isTexts,
  opened: isTexts,
  book: (value) => typeof value === "boolean",
  changed: isNumber,
});

// Returns the text of a file with these records.
export function writeFile(records) {
  return JSON.stringify({ format: FORMAT, version: VERSION, questions: records }, null, 1) + "\n";
}

// Resolves to the records in a file, or rejects with one sentence for the reader.
export async function readFile(file) {
  if (file.size > LIMIT) throw new Error(NOT_OURS);
  let content;
  try {
    content = JSON.parse(await file.text());
  } catch {
    throw new Error(NOT_OURS);
  }
  if (content?.format !== FORMAT) throw new Error(NOT_OURS);
  if (content.version > VERSION) throw new Error(NEWER);
  const questions = Object.entries(content.questions ?? {});
  if (content.version !== VERSION || !questions.every(([id, each]) => /^[A-Za-z]\w*$/.test(id) && sound(each))) {
    throw new Error(NOT_OURS);
  }
  return Object.fromEntries(questions);
}

// Returns the records of both: the later draft, the better answer, all tries and opened hints.
export function join(mine, theirs) {
  const both = { ...mine };
  for (const [id, record] of Object.entries(theirs)) both[id] = id in mine ? joined(mine[id], record) : record;
  return both;
}

function joined(mine, theirs) {
  const [later, earlier] = theirs.changed > mine.changed ? [theirs, mine] : [mine, theirs];
  const best = (theirs.best?.score ?? -1) > (mine.best?.score ?? -1) ? theirs.best : mine.best;
  // If the later record has no draft, because the reader went back to the stub, the earlier one
  // counts.
  const latest = later.draft === null ? earlier : later;
  return {
    ...latest,
    best,
    tries: [...new Set([...mine.tries, ...theirs.tries])],
    opened: [...new Set([...mine.opened, ...theirs.opened])],
    book: mine.book || theirs.book,
  };
}
