"""Compare `autograder feedback` with nbgrader's `generate_feedback` for one class.

    python benchmarks/feedback.py --submissions 100

Both commands write the pages of the same graded class, one after the other in the same run. CPU
seconds are the user and system time of the command. The script needs Linux.
"""

import argparse

from courses import NBGRADER, OURS, course_with
from measuring import NoMeasurementError, run, timed


def main() -> None:
    """Measure both commands and print how many times as fast ours is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--assignment", default="02-forward")
    options = parser.parse_args()
    name = options.assignment
    with course_with(options.submissions, name) as course:
        run([*OURS, "grade", name, "--course", course])
        costs = {}
        for words, command in (
            (
                "stock generate_feedback",
                [*NBGRADER, "generate_feedback", name, f"--course-dir={course}", "--force"],
            ),
            ("autograder feedback", [*OURS, "feedback", name, "--course", course]),
        ):
            costs[words] = timed([command])
            pages = len(list((course / "feedback").glob(f"*/{name}/{name}.html")))
            if pages != options.submissions:
                raise NoMeasurementError(f"{words} wrote {pages} of {options.submissions} pages")
            print(
                f"{words}: {costs[words].seconds:.1f} s, {costs[words].cpu:.1f} s of CPU",
                flush=True,
            )
    stock, ours = costs.values()
    print(f"{stock.cpu / ours.cpu:.0f} times as fast, by CPU seconds")


if __name__ == "__main__":
    main()
