// The keys of the page for marking, and the saving of each mark.
"use strict";

const list = document.getElementById("answers");
const articles = [...list.querySelectorAll("article")];
const most = Number(list.dataset.points);
const waiting = new Map(); // the timers of comments that are being typed

function current() {
  return list.querySelector("article.here");
}

function go(article) {
  if (!article) return;
  current()?.classList.remove("here");
  article.classList.add("here");
  article.focus({ preventScroll: true });
  article.scrollIntoView({ block: "start" });
}

function step(by) {
  go(articles[articles.indexOf(current()) + by]);
}

function scoreOf(article) {
  const typed = article.querySelector("input").value;
  return typed === "" ? null : Number(typed);
}

function tell(article, words, state) {
  const place = article.querySelector(".state");
  place.textContent = words;
  place.className = `state ${state}`;
  document.getElementById("told").textContent = `${article.querySelector("h2").textContent}`;
}

function count() {
  const saved = articles.filter((each) => each.querySelector(".state.saved"));
  document.getElementById("marked").textContent = saved.length;
}

async function save(article) {
  clearTimeout(waiting.get(article));
  waiting.delete(article);
  const score = scoreOf(article);
  // A later mark of the same answer must not be overtaken by this one.
  const turn = (article.turn ?? Promise.resolve()).then(async () => {
    try {
      const done = await fetch("mark", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          student: article.dataset.student,
          score,
          comment: article.querySelector("textarea").value,
        }),
      });
      if (!done.ok) throw new Error(await done.text());
      if (score === null) tell(article, "not marked yet", "");
      else tell(article, "saved", "saved");
    } catch (error) {
      tell(article, `not saved: ${error.message}`, "failed");
    }
    count();
  });
  article.turn = turn;
  await turn;
}

function show(article, score) {
  for (const button of article.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.score) === score));
  }
}

function give(article, score) {
  article.querySelector("input").value = Math.min(most, score);
  show(article, Math.min(most, score));
  save(article);
}

list.addEventListener("click", (event) => {
  const article = event.target.closest("article");
  if (!article) return;
  if (article !== current()) {
    current()?.classList.remove("here");
    article.classList.add("here");
  }
  const button = event.target.closest("button");
  if (button) give(article, Number(button.dataset.score));
});

list.addEventListener("change", (event) => {
  const article = event.target.closest("article");
  if (event.target.matches("input")) show(article, scoreOf(article));
  save(article);
});

list.addEventListener("input", (event) => {
  if (!event.target.matches("textarea")) return;
  const article = event.target.closest("article");
  tell(article, "typing", "");
  clearTimeout(waiting.get(article));
  waiting.set(article, setTimeout(() => save(article), 600));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("textarea, input")) {
    if (event.key === "Escape") go(event.target.closest("article"));
    return;
  }
  const article = current();
  const onButton = event.target.matches("button, summary");
  if (/^[0-9]$/.test(event.key) && Number(event.key) <= most) give(article, Number(event.key));
  else if (event.key === "h") give(article, (scoreOf(article) ?? 0) + 0.5);
  else if (event.key === "c") article.querySelector("textarea").focus();
  else if (event.key === "j" || (event.key === "Enter" && !onButton)) step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "n") {
    go(articles.slice(articles.indexOf(article) + 1).find((each) => scoreOf(each) === null));
  } else return;
  event.preventDefault();
});

// A page that is left while a mark is on its way, or could not be saved, asks before it closes.
addEventListener("beforeunload", (event) => {
  if (waiting.size || list.querySelector(".state.failed")) event.preventDefault();
});

go(articles.find((each) => scoreOf(each) === null) ?? articles[0]);
