"""Measure how long each solved notebook takes to run from top to bottom in a Jupyter kernel.

    python benchmarks/notebook_time.py

The exit code is 1 if a notebook takes more than 30 seconds or one of its cells fails.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

SOLVED = Path(__file__).parent.parent / "solutions" / "notebooks"
MAX_SECONDS = 30.0


def seconds(path: Path) -> float:
    """Run a notebook in its own kernel and return the seconds.

    Raises CellExecutionError if a cell fails.
    """
    notebook = nbformat.read(path, 4)
    start = time.perf_counter()
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    return time.perf_counter() - start


def main() -> int:
    """Print one line for each notebook; return the exit code."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    times = {path.stem: seconds(path) for path in sorted(SOLVED.glob("*/*.ipynb"))}
    for name, taken in times.items():
        print(f"{name:12} {taken:5.1f} s")
    return 1 if max(times.values()) > MAX_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
