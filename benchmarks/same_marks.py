"""Mark the same answers with many seeds: does an answer always get the same points?

    python benchmarks/same_marks.py [--seeds 200] [--question ID | --assignment A] [--table FILE]

The inputs of a question differ from seed to seed, so two students with the same answer are marked
with different inputs. The answers are all misconceptions of the bank and the wrong and right
answers in `tests/bank`. They are marked with the seeds 1, 2, ..., SEEDS. The command prints the
answers whose points differ, and the right ones that lose marks. The exit code is 1 if there is any.
Where the student's code draws random numbers, at most 1 in 1,000 marks may differ from the usual
ones.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from submissions import ROOT
from tqdm import tqdm

sys.path.insert(0, str(ROOT / "tests"))
from autograder.bank import ASSIGNMENTS, QUESTIONS
from support.answers import answers_to, points

CHUNK = 20  # seeds that a process marks at a time
MAX_SEEDS_SHOWN = 6
# The code of students draws random numbers here, and marking looks at their statistics.
DRAWS = ("initialise", "dropout_forward", "dropout_backward")
MAX_SHARE = {id: 0.001 if id in DRAWS else 0.0 for id in QUESTIONS}
HEADER = """\
# The same answer gets the same points

`python benchmarks/same_marks.py --seeds {seeds} --table docs/same-marks.md` writes this page. It
marks every misconception of the bank, and every wrong and right answer in `tests/bank`, with the
inputs of {seeds} seeds. The last column counts the answers whose points are not the same for all
seeds. In {draws} the student's code draws random numbers, so there at most 1 in 1,000 marks may
differ.

| assignment | question | answers | marks | answers whose points differ |
|---|---|---|---|---|
"""


@dataclass
class Tally:
    """The marks for all answers to one question. points: for each answer, by seed."""

    id: str
    points: dict[str, dict[int, float]] = field(default_factory=dict)

    def usual(self, answer: str) -> float:
        """Return the points that an answer gets for most seeds; full marks if it is a right one."""
        if answer.startswith("right: "):
            return QUESTIONS[self.id].points
        return Counter(self.points[answer].values()).most_common(1)[0][0]

    def unusual(self) -> dict[str, dict[int, float]]:
        """Return the points that are not the usual ones, by answer and seed."""
        found = {
            answer: {seed: p for seed, p in by_seed.items() if p != self.usual(answer)}
            for answer, by_seed in self.points.items()
        }
        return {answer: by_seed for answer, by_seed in found.items() if by_seed}

    @property
    def marks(self) -> int:
        """The number of marks, one for each answer and seed."""
        return sum(map(len, self.points.values()))

    @property
    def is_fair(self) -> bool:
        """True if no more marks differ than may."""
        return sum(map(len, self.unusual().values())) <= MAX_SHARE[self.id] * self.marks

    def lines(self) -> Iterator[str]:
        """Describe each answer whose points differ in one line."""
        for answer, by_seed in self.unusual().items():
            seeds = ", ".join(map(str, [*by_seed][:MAX_SEEDS_SHOWN]))
            more = ", ..." if len(by_seed) > MAX_SEEDS_SHOWN else ""
            others = ", ".join(f"{p:g}" for p in sorted(set(by_seed.values())))
            yield (
                f"{self.id}: {answer}: {self.usual(answer):g} points, but {others} with "
                f"{len(by_seed)} of {len(self.points[answer])} seeds ({seeds}{more})"
            )


def tally(question_id: str, seeds: range) -> Tally:
    """Mark every answer to a question with some seeds."""
    answers = answers_to(question_id)
    marks = {
        answer: {s: points(question_id, s, answers[answer]) for s in seeds} for answer in answers
    }
    return Tally(question_id, marks)


def merged(parts: Iterator[Tally]) -> dict[str, Tally]:
    """Return one tally for each question."""
    found: dict[str, Tally] = {}
    for part in parts:
        whole = found.setdefault(part.id, Tally(part.id))
        for answer, by_seed in part.points.items():
            whole.points.setdefault(answer, {}).update(by_seed)
    return found


def table(tallies: dict[str, Tally], seeds: int) -> str:
    """Return the tallies as a Markdown table, with a last row for all questions."""
    lines = [HEADER.format(seeds=seeds, draws=", ".join(DRAWS))]
    total = [0, 0, 0]
    for assignment, id in (
        (a, id) for a, ids in ASSIGNMENTS.items() for id in ids if id in tallies
    ):
        t = tallies[id]
        counts = len(t.points), t.marks, len(t.unusual())
        total = [a + b for a, b in zip(total, counts, strict=True)]
        lines.append(f"| {assignment} | {id} | " + " | ".join(map(str, counts)) + " |\n")
    lines.append(f"| all | {len(tallies)} questions | " + " | ".join(map(str, total)) + " |\n")
    return "".join(lines)


def main() -> int:
    """Mark everything in two processes, print the answers whose points differ, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="use the seeds 1 to SEEDS")
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--question", choices=QUESTIONS, metavar="ID", help="try this one only")
    some.add_argument("--assignment", choices=ASSIGNMENTS, help="try its questions only")
    parser.add_argument("--table", type=Path, help="write the table to this file")
    options = parser.parse_args()
    tried = ASSIGNMENTS.get(options.assignment, QUESTIONS)
    ids = [options.question] if options.question else [id for id in tried if id in QUESTIONS]
    starts = range(1, options.seeds + 1, CHUNK)
    chunks = [range(s, min(s + CHUNK, options.seeds + 1)) for s in starts]
    work = [*product(ids, chunks)]
    with ProcessPoolExecutor(2) as pool:
        parts = pool.map(tally, *zip(*work, strict=True))
        tallies = merged(tqdm(parts, total=len(work), unit="chunk"))
    for t in tallies.values():
        print(*t.lines(), sep="\n", end="\n" if t.unusual() else "")
    text = table(tallies, options.seeds)
    if options.table:
        options.table.write_text(text)
    print(text.splitlines()[-1])
    return 0 if all(t.is_fair for t in tallies.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
