"""Measure how long `check(question_id)` takes in a notebook, for every question.

    python benchmarks/check_latency.py

The answers are right: the functions of the reference are imported into the globals of this module,
because `check` looks for answers in the globals of its caller. The script prints the median of 20
calls for each question, in milliseconds, and then the slowest question.
"""

import argparse
import io
from contextlib import redirect_stdout
from statistics import median
from time import perf_counter

import backprop
from autograder import check
from autograder.bank import QUESTIONS

CALLS = 20
GOAL_MS = 50.0

globals().update({name: getattr(backprop, name) for name in backprop.__all__})


def timed_check(question_id):
    """Call `check` once, discard its output, and return the milliseconds."""
    with redirect_stdout(io.StringIO()):
        start = perf_counter()
        check(question_id)
        return (perf_counter() - start) * 1e3


def main():
    """Time every question, and compare the slowest with the goal."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    times = {}
    for question_id in QUESTIONS:
        timed_check(question_id)  # not counted: the first call loads modules that later calls share
        times[question_id] = median(timed_check(question_id) for _ in range(CALLS))
        print(f"{question_id:28} {times[question_id]:8.2f} ms")
    worst = max(times, key=times.__getitem__)
    verdict = "ok" if times[worst] < GOAL_MS else "missed"
    print(f"worst: {worst}, {times[worst]:.2f} ms (goal under {GOAL_MS:.0f} ms: {verdict})")


if __name__ == "__main__":
    main()
