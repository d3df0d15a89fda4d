"""How long `check(question_id)` takes in a notebook, for every question, on right answers.

The student's code is the reference, imported into this module's globals, where `check` looks.
Prints the median of 20 calls in milliseconds for each question, then the worst.
"""

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
    """Milliseconds of one call, its output thrown away."""
    with redirect_stdout(io.StringIO()):
        start = perf_counter()
        check(question_id)
        return (perf_counter() - start) * 1e3


def main():
    times = {}
    for question_id in QUESTIONS:
        timed_check(question_id)  # the first call loads what later calls share
        times[question_id] = median(timed_check(question_id) for _ in range(CALLS))
        print(f"{question_id:28} {times[question_id]:8.2f} ms")
    worst = max(times, key=times.__getitem__)
    verdict = "ok" if times[worst] < GOAL_MS else "missed"
    print(f"worst: {worst}, {times[worst]:.2f} ms (goal under {GOAL_MS:.0f} ms: {verdict})")


if __name__ == "__main__":
    main()
