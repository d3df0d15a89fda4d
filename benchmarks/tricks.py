"""Measure what each trick is worth that makes grading fast, by leaving out one at a time.

    python benchmarks/tricks.py --assignments 02-forward 03-backward --table docs/tricks.md

For each trick, the script runs `autograder grade` with one worker and without that trick. Classes,
slopes and rounds are those of throughput.py. without.py says how a trick is switched off. The
script needs Linux and an idle machine.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from courses import ours
from measuring import NoMeasurementError, Slope, Way, adopt_orphans, show, slopes
from submissions import ROOT
from without import NOTHING, TRICKS

from autograder.bank import ASSIGNMENTS

LAUNCHER = ROOT / "benchmarks" / "without.py"
HEADING = """\
# How much each trick saves

This command measures `autograder grade` with one worker, with one of its tricks left out at a
time:

    python benchmarks/tricks.py {options}

[speed.md](speed.md) says how the costs of one more submission and of the start are measured. Each
number is the median of {repeat} rounds, and all rows of a table come from one run. The column
*dearer* compares the CPU time of one more submission with that of the first row, from which nothing
is left out. A trick that saves time only at the start changes only the last two columns.
`benchmarks/without.py` says what replaces each trick.
"""


def table(title: str, measured: dict[str, Slope]) -> str:
    """Return the slopes of one assignment as a Markdown table."""
    lines = [
        f"\n## {title}\n",
        "| left out | one more submission, ms | CPU, ms | dearer | start, s | CPU of start, s |",
        "|---|---|---|---|---|---|",
    ]
    whole = measured[NOTHING].each.cpu
    for name, slope in measured.items():
        each, start = slope.each, slope.start
        lines.append(
            f"| {name} | {each.seconds * 1e3:.1f} | {each.cpu * 1e3:.1f} "
            f"| {each.cpu / whole - 1:+.0%} | {start.seconds:.2f} | {start.cpu:.2f} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure every trick on every chosen assignment, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--assignments", nargs="+", default=["02-forward", "03-backward"], choices=ASSIGNMENTS
    )
    parser.add_argument(
        "--submissions", nargs=2, type=int, default=(40, 300), metavar=("FEW", "MANY")
    )
    parser.add_argument("--repeat", type=int, default=2, help="rounds; the median counts")
    parser.add_argument("--table", type=Path, help="also write the tables to this file")
    options = parser.parse_args()
    adopt_orphans()
    tables = [HEADING.format(options=" ".join(sys.argv[1:]), repeat=options.repeat)]
    for assignment in options.assignments:
        ways = {
            trick: Way(
                partial(ours, assignment=assignment, program=(sys.executable, LAUNCHER, trick)),
                *options.submissions,
            )
            for trick in (NOTHING, *TRICKS)
        }
        tables.append(table(assignment, slopes(ways, options.repeat)))
        show(tables, options.table)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoMeasurementError as error:
        sys.exit(f"tricks.py: {error}")
