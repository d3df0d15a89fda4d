"""Every misconception of every question as an answer: does it lose marks, is it named?

    python benchmarks/mutation.py --seeds 100 --table docs/mutation.md [--question NAME]

Each misconception is put in the place of the reference's function and marked like a submission,
for every seed from 1 on. Exit code 1 where one keeps full marks, or where fewer than 97 % of the
misconceptions of a seed get their own name. With --question only that one is tried, and the other rows
of the table stay as they are.
"""

import argparse
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

import backprop
from autograder.bank import QUESTIONS
from autograder.grading.assignment import course_assignments
from autograder.marking.answer_key import from_reference
from autograder.marking.judge import mark

ASSIGNMENTS = course_assignments()

REFERENCE = vars(backprop)
MIN_NAMED = 0.97
HEADER = """\
# What the marking catches

Made by `make mutation`. Every misconception of the bank stands in once as a submission, with {seeds}
seeds: it must lose marks, and get its own name. *Kinds* counts the names, *variants* the wrong
functions behind them.

| assignment | question | points | kinds | variants | lose marks | named |
|---|---|---|---|---|---|---|
"""
ROW = re.compile(
    r"^\| [\w-]+ \| (\w+) \| \d+ \| \d+ \| (\d+) \| ([\d.]+)% \| ([\d.]+)% \|$", re.MULTILINE
)


@dataclass
class Tally:
    """One question over all seeds. Counts are of (seed, variant) pairs."""

    id: str
    tried: int = 0
    lost: int = 0
    named: int = 0


def tally(question_id: str, seeds: int) -> Tally:
    """Mark every misconception of a question as an answer, with seeds 1, 2, ... ."""
    question, count = QUESTIONS[question_id], Tally(question_id)
    for seed in range(1, seeds + 1):
        key = from_reference(question, REFERENCE, seed)
        for wrong in question.misconceptions:
            verdict = mark(key, key.observe({**REFERENCE, **wrong.replaces(REFERENCE)}))
            count.tried += 1
            count.lost += verdict.score < verdict.max_score
            count.named += verdict.misconception == wrong.id
    return count


def remembered(text: str, seeds: int) -> dict[str, Tally]:
    """The tallies that the rows of a table tell, by question."""
    found = {}
    for name, variants, lost, named in ROW.findall(text):
        tried = int(variants) * seeds
        counts = (round(tried * float(share) / 100) for share in (lost, named))
        found[name] = Tally(name, tried, *counts)
    return found


def table(tallies: dict[str, Tally], seeds: int) -> str:
    """The tallies as a Markdown table, with a line for the whole bank."""
    lines = [HEADER.format(seeds=seeds)]
    for assignment, questions in ((a.name, a.questions) for a in ASSIGNMENTS.values()):
        for question in questions:
            t = tallies[question.id]
            kinds = len({m.id for m in question.misconceptions})
            lines.append(
                f"| {assignment} | {question.id} | {question.points} | {kinds} "
                f"| {len(question.misconceptions)} | {t.lost / t.tried:.1%} | {t.named / t.tried:.1%} |\n"
            )
    tried, lost, named = totals(tallies)
    kinds = sum(len({m.id for m in q.misconceptions}) for q in QUESTIONS.values())
    variants = sum(len(q.misconceptions) for q in QUESTIONS.values())
    points = sum(q.points for q in QUESTIONS.values())
    lines.append(
        f"| all | {len(QUESTIONS)} questions | {points} | {kinds} | {variants} "
        f"| {lost / tried:.1%} | {named / tried:.1%} |\n"
    )
    return "".join(lines)


def totals(tallies: dict[str, Tally]) -> tuple[int, ...]:
    """(tried, lost, named) over all questions."""
    return tuple(sum(getattr(t, k) for t in tallies.values()) for k in ("tried", "lost", "named"))


def main() -> int:
    """Tally every question on two processes; write the table; say what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--table", type=Path, help="write the table to this file")
    parser.add_argument("--question", choices=QUESTIONS, help="try this one only")
    options = parser.parse_args()
    if options.question and not options.table:
        parser.error("--question needs --table, whose other rows it keeps")
    start = time.perf_counter()
    tried_now = [options.question] if options.question else list(QUESTIONS)
    tallies = remembered(options.table.read_text(), options.seeds) if options.question else {}
    with ProcessPoolExecutor(2) as pool:
        counts = pool.map(tally, tried_now, [options.seeds] * len(tried_now))
        tallies |= {t.id: t for t in tqdm(counts, total=len(tried_now), unit="question")}
    text = table(tallies, options.seeds)
    if options.table:
        options.table.parent.mkdir(exist_ok=True)
        options.table.write_text(text)
    print(text.splitlines()[-1], f"{time.perf_counter() - start:.0f} s")
    for t in tallies.values():
        if t.named < t.tried:
            print(f"{t.id}: {t.tried - t.lost} kept full marks, {t.tried - t.named} not named")
    tried, lost, named = totals(tallies)
    return 0 if lost == tried and named >= MIN_NAMED * tried else 1


if __name__ == "__main__":
    sys.exit(main())
