"""Measure how long `autograder check` takes to print its first verdict, and to end.

    python benchmarks/first_verdict.py

It checks the solved and the untouched notebook of every assignment, each five times, and prints the
medians in seconds.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
TIMES = 5


def times_of(notebook: Path) -> tuple[float, float]:
    """Check a notebook once; return the seconds to the first line and to the end."""
    command = [sys.executable, "-m", "autograder.cli", "check", notebook]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None
        running.stdout.readline()
        first = time.perf_counter() - start
        running.stdout.read()
    if running.returncode:
        raise RuntimeError(f"autograder check {notebook} ended with {running.returncode}")
    return first, time.perf_counter() - start


def main() -> None:
    """Print a table with a row for each notebook."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print("| notebook | first verdict, s | all verdicts, s |\n|---|---|---|")
    for folder in ("solutions/notebooks", "exercises"):
        for notebook in sorted((ROOT / folder).glob("*/*.ipynb")):
            first, last = zip(*(times_of(notebook) for _ in range(TIMES)), strict=True)
            name = notebook.relative_to(ROOT)
            print(f"| {name} | {median(first):.2f} | {median(last):.2f} |", flush=True)


if __name__ == "__main__":
    main()
