"""Measure what one further submission costs stock nbgrader, Otter-Grader and `autograder grade`.

    python benchmarks/throughput.py --assignments all --table docs/speed.md

Each grader is measured with few and with many submissions, in a fresh course folder each time; see
measuring.py. No two submissions are alike. CPU seconds are the user and system time of the command
and of all its descendants, which include kernels and sandboxes. The script needs Linux and an idle
machine. At its first run it also needs the network, to install Otter-Grader.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the floors; measuring.py sets it for the commands

from courses import ours, stock
from floors import floor, ipython
from measuring import NoMeasurementError, Slope, Way, adopt_orphans, show, slopes
from otter_grader import installed, otter

from autograder.bank import ASSIGNMENTS

STOCK, OTTER = "stock `nbgrader autograde`", "`otter run`"
FLOOR = "the floor"
GRADERS = {
    STOCK: stock,
    OTTER: otter,
    "`autograder grade --workers 1`": partial(ours, workers=1),
    "`autograder grade --workers 2`": partial(ours, workers=2),
    FLOOR: floor,
    "the floor with IPython": partial(floor, make=ipython),
}
HEADING = """\
# How long grading takes

This command measures the times:

    python benchmarks/throughput.py {options}

All rows of a table come from one run on a machine with {cores} cores, and each number is the median
of {repeat} rounds. The submissions are made up; no two of them are alike.

- *One more submission* is the cost of each further submission of a class. We grade a small and a
  larger class and divide the difference of the two times by the difference of the two numbers of
  submissions, which are in the column *classes*. *Start* is the rest of the time for the small
  class: what a command costs before it grades anything.
- Each command starts in an empty folder and without settings of the user, so that nbgrader cannot
  find this course's `nbgrader_config.py`. The row of stock nbgrader counts only if nbgrader has
  started a kernel for each submission. The assignment is already in the gradebook.
- *Times stock* is the time of stock nbgrader for one more submission, divided by that of the row.
- *The floor* is the least that any grader has to run: the cells of every submission and, for each
  question, its driver with the inputs of every case. (A driver is the function that calls the
  student's code.) Plain Python runs in a process that has already started, as it does in the
  sandbox, but nothing is isolated, marked or recorded. The floor with IPython runs the cells in
  IPython, as a Jupyter kernel does.
- *CPU, times floor* is the CPU time of the row divided by that of the floor.
- `otter run` gives all points of a question or none, and starts anew for each submission.
"""


def table(title: str, measured: dict[str, tuple[Way, Slope]]) -> str:
    """Return the slopes of one assignment as a Markdown table."""
    lines = [
        f"\n## {title}\n",
        "| | classes | one more submission, ms | times stock | CPU, ms | CPU, times floor "
        "| start, s |",
        "|---|---|---|---|---|---|---|",
    ]
    floor = measured[FLOOR][1].each.cpu
    slowest = measured[STOCK][1].each.seconds
    for name, (way, slope) in measured.items():
        each = slope.each
        start = "" if name.startswith(FLOOR) else f"{slope.start.seconds:.1f}"
        lines.append(
            f"| {name} | {way.few}, {way.many} | {each.seconds * 1e3:.1f} "
            f"| {slowest / each.seconds:.1f} | {each.cpu * 1e3:.1f} | {each.cpu / floor:.1f} "
            f"| {start} |"
        )
    return "\n".join(lines)


def options_of_the_call() -> argparse.Namespace:
    """Return the options; the process ends with a message if they cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--assignments", nargs="+", default=["02-forward"], metavar="A", help="names, or: all"
    )
    for name, default in (("stock", (2, 12)), ("otter", (1, 3)), ("submissions", (40, 300))):
        parser.add_argument(
            f"--{name}",
            nargs=2,
            type=int,
            default=default,
            metavar=("FEW", "MANY"),
            help=f"sizes of the two classes; default: {default[0]} {default[1]}",
        )
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the median counts")
    parser.add_argument("--without-otter", action="store_true", help="leave out Otter-Grader")
    parser.add_argument(
        "--drawing", type=float, default=0.0, help="share of students who run suggested drawings"
    )
    parser.add_argument("--table", type=Path, help="also write the tables to this file")
    options = parser.parse_args()
    if options.assignments == ["all"]:
        options.assignments = list(ASSIGNMENTS)
    if unknown := set(options.assignments) - set(ASSIGNMENTS):
        parser.error(f"no assignment {', '.join(unknown)}; there are {', '.join(ASSIGNMENTS)}, all")
    if any(few >= many for few, many in (options.stock, options.otter, options.submissions)):
        parser.error("FEW must be smaller than MANY")
    return options


def main() -> int:
    """Measure every grader on every chosen assignment, and print the tables."""
    options = options_of_the_call()
    adopt_orphans()
    graders = dict(GRADERS)
    if options.without_otter:
        del graders[OTTER]
    else:
        installed()  # now, so that the installation is not timed
    sizes = dict.fromkeys(graders, options.submissions)
    sizes |= {STOCK: options.stock, OTTER: options.otter}
    call = " ".join(sys.argv[1:])
    tables = [HEADING.format(options=call, cores=os.cpu_count(), repeat=options.repeat)]
    for assignment in options.assignments:
        ways = {
            name: Way(partial(run, assignment=assignment, drawing=options.drawing), *sizes[name])
            for name, run in graders.items()
        }
        found = slopes(ways, options.repeat)
        drawn = f", {options.drawing:.0%} of the students draw" if options.drawing else ""
        tables.append(table(assignment + drawn, {n: (ways[n], found[n]) for n in ways}))
        show(tables, options.table)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoMeasurementError as error:
        sys.exit(f"throughput.py: {error}")
