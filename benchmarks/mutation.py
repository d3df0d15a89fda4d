"""Mark every misconception as an answer: does it lose marks, and is it recognised?

    python benchmarks/mutation.py --seeds 100 --table docs/mutation.md [--question NAME ...]

Each misconception is a wrong version of a function of the reference. Here it is marked as if a
student had submitted it, with the inputs of every seed from 1 to the number given. The exit code is
1 if an answer keeps full marks, or if fewer than 97% of the answers get the right name.
With --question only these are tried, and the other rows of the table stay as they are.
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
from autograder.marking.explain import mark

ASSIGNMENTS = course_assignments()

REFERENCE = vars(backprop)
MIN_NAMED = 0.97
HEADER = """\
# What the marking catches

`make mutation` writes this page. It marks every misconception of the bank as if it were a student's
answer, with the inputs of many seeds. Each should lose marks, and the marking should recognise
it by its own name. *Names* counts the misconceptions with different names. *Wrong functions* counts
the functions that were tried, because one misconception can be programmed in several ways. The next
two columns say how many of these functions, over all seeds, lost marks and got the right name. The
last column is the number of seeds.

| assignment | question | points | names | wrong functions | lose marks | right name | seeds |
|---|---|---|---|---|---|---|---|
"""
ROW = re.compile(
    r"^\| [\w-]+ \| (\w+) \| \d+ \| \d+ \| (\d+) \| ([\d.]+)% \| ([\d.]+)% \| (\d+) \|$",
    re.MULTILINE,
)


@dataclass
class Tally:
    """The results of one question. Each pair of a seed and a wrong function counts once."""

    id: str
    seeds: int
    tried: int = 0
    lost: int = 0
    named: int = 0


def tally(question_id: str, seeds: int) -> Tally:
    """Mark every misconception of a question as an answer, with the seeds 1, 2, ..., seeds."""
    question, count = QUESTIONS[question_id], Tally(question_id, seeds)
    for seed in range(1, seeds + 1):
        key = from_reference(question, REFERENCE, seed)
        for wrong in question.misconceptions:
            verdict = mark(key, key.observe({**REFERENCE, **wrong.replaces(REFERENCE)}))
            count.tried += 1
            count.lost += verdict.score < verdict.max_score
            count.named += verdict.misconception == wrong.id
    return count


def remembered(text: str) -> dict[str, Tally]:
    """Return the tallies in the rows of a table, by question."""
    found = {}
    for name, variants, lost, named, seeds in ROW.findall(text):
        tried = int(variants) * int(seeds)
        counts = (round(tried * float(share) / 100) for share in (lost, named))
        found[name] = Tally(name, int(seeds), tried, *counts)
    return found


def table(tallies: dict[str, Tally]) -> str:
    """Return the tallies as a Markdown table, with a last row for the whole bank."""
    lines = [HEADER]
    for assignment, questions in ((a.name, a.questions) for a in ASSIGNMENTS.values()):
        for question in questions:
            t = tallies[question.id]
            kinds = len({m.id for m in question.misconceptions})
            lines.append(
                f"| {assignment} | {question.id} | {question.points} | {kinds} "
                f"| {len(question.misconceptions)} "
                f"| {t.lost / t.tried:.1%} | {t.named / t.tried:.1%} | {t.seeds} |\n"
            )
    tried, lost, named = totals(tallies)
    kinds = sum(len({m.id for m in q.misconceptions}) for q in QUESTIONS.values())
    variants = sum(len(q.misconceptions) for q in QUESTIONS.values())
    points = sum(q.points for q in QUESTIONS.values())
    lines.append(
        f"| all | {len(QUESTIONS)} questions | {points} | {kinds} | {variants} "
        f"| {lost / tried:.1%} | {named / tried:.1%} | |\n"
    )
    return "".join(lines)


def totals(tallies: dict[str, Tally]) -> tuple[int, ...]:
    """Return the sums of `tried`, `lost` and `named` over all questions."""
    return tuple(sum(getattr(t, k) for t in tallies.values()) for k in ("tried", "lost", "named"))


def main() -> int:
    """Mark everything in two processes, write the table, and print which questions fell short."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100, help="use the seeds 1 to SEEDS")
    parser.add_argument("--table", type=Path, help="write the table to this file")
    parser.add_argument("--question", choices=QUESTIONS, nargs="+", help="try these only")
    options = parser.parse_args()
    if options.question and not options.table:
        parser.error("--question needs --table, whose other rows it keeps")
    start = time.perf_counter()
    tried_now = options.question or list(QUESTIONS)
    tallies = remembered(options.table.read_text()) if options.question else {}
    with ProcessPoolExecutor(2) as pool:
        counts = pool.map(tally, tried_now, [options.seeds] * len(tried_now))
        tallies |= {t.id: t for t in tqdm(counts, total=len(tried_now), unit="question")}
    text = table(tallies)
    if options.table:
        options.table.parent.mkdir(exist_ok=True)
        options.table.write_text(text)
    print(text.splitlines()[-1], f"{time.perf_counter() - start:.0f} s")
    for t in tallies.values():
        if t.named < t.tried:
            print(f"{t.id}: {t.tried - t.lost} kept full marks, {t.tried - t.named} not recognised")
    tried, lost, named = totals(tallies)
    return 0 if lost == tried and named >= MIN_NAMED * tried else 1


if __name__ == "__main__":
    sys.exit(main())
