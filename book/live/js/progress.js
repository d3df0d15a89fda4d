// Shows how far the reader is: the row at the top of a chapter, and the page "My progress".
// book/extensions/progress.py writes both so that they can be read without a script.
import { points } from "./elements.js";
import { save } from "./files.js";
import { memory } from "./memory.js";
import { answered, download } from "./notebook.js";

// Returns the state of a question, as a name for the style sheet and in words.
function state(question) {
  const { best, verdict, draft } = memory.get(question);
  const reached = best ? `${points(best.score)} of ${points(best.max_score)} points` : "";
  if (best && best.score >= best.max_score) return ["solved", `solved, ${reached}`];
  if (best && best.score > 0) return ["partly", `${reached} so far`];
  if (verdict) return ["begun", "no points yet"];
  if (draft !== null) return ["begun", "begun, not checked yet"];
  return ["untried", "not tried yet"];
}

// Returns, for example, "3 of 9 solved, 14 of 31 points".
function summary(elements) {
  let solved = 0, score = 0, most = 0;
  for (const { dataset } of elements) {
    const { best } = memory.get(dataset.question);
    if (best && best.score >= best.max_score) solved += 1;
    score += best?.score ?? 0;
    most += Number(dataset.points);
  }
  return `${solved} of ${elements.length} solved, ${points(score)} of ${points(most)} points`;
}

// An element with `data-question` gets its state. One with `data-summary` gets the summary of the
// questions around it.
function show(root) {
  for (const element of root.querySelectorAll("[data-question]")) {
    const [name, words] = state(element.dataset.question);
    element.dataset.state = name;
    element.querySelector(".progress-state").textContent = words;
    if (element.matches("a")) element.title = element.textContent;
  }
  for (const element of root.querySelectorAll("[data-summary]")) {
    const around = element.closest("[data-questions]").querySelectorAll("[data-question]");
    element.textContent = summary([...around]);
  }
  const trouble = root.querySelector(".progress-trouble");
  if (trouble.textContent !== memory.trouble) trouble.textContent = memory.trouble;
}

// Shows the buttons of a part of the page. `say` puts a sentence below them.
function withButtons(root, connect) {
  const said = root.querySelector(".progress-said");
  connect((text) => (said.textContent = text));
  root.querySelector(".progress-buttons").hidden = false;
}

function notebooks(root) {
  withButtons(root, (say) => {
    for (const button of root.querySelectorAll("[data-notebook]")) {
      button.addEventListener("click", () => handIn(button.dataset.notebook).then(say, (error) => say(error.message)));
    }
  });
}

// Downloads a notebook. Resolves to a sentence on what is in it.
async function handIn(name) {
  const ids = await answered(name);
  await download(name);
  if (!ids.length) return `${name}.ipynb has none of your answers, because there is none on these pages yet.`;
  return `${name}.ipynb has your answers to ${ids.join(", ")}.`;
}

function file(root) {
  const input = root.querySelector("input");
  const on = (name, action) => root.querySelector(`[name=${name}]`).addEventListener("click", action);
  withButtons(root, (say) => {
    on("export", () => save("backpropagation-progress.json", memory.exportFile(), "application/json"));
    on("import", () => input.click());
    on("delete", () => {
      const question = "Delete all answers, points and opened hints of this course in this browser? This cannot be undone.";
      if (!confirm(question)) return;
      memory.clear();
      say("Everything is deleted.");
    });
    input.addEventListener("change", async () => {
      await memory.importFile(input.files[0]).then(say, (error) => say(error.message));
      input.value = ""; // so that the same file can be chosen again
    });
  });
}

for (const root of document.querySelectorAll(".progress-row, .progress-questions")) {
  memory.onChange(() => show(root));
  show(root);
}
for (const root of document.querySelectorAll(".progress-notebooks")) notebooks(root);
for (const root of document.querySelectorAll(".progress-file")) file(root);
for (const plain of document.querySelectorAll(".progress-plain")) plain.remove();
