"""How long each solved notebook takes from top to bottom, in a real kernel.

    python benchmarks/notebook_time.py

Exit code 1 where one takes more than 30 seconds or fails.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

SOLVED = Path(__file__).parent.parent / "solutions" / "notebooks"
MAX_SECONDS = 30.0


def seconds(path: Path) -> float:
    """Run a notebook in its own kernel; raises CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, 4)
    start = time.perf_counter()
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    return time.perf_counter() - start


def main() -> int:
    """Print a line for each notebook."""
    times = {path.stem: seconds(path) for path in sorted(SOLVED.glob("*/*.ipynb"))}
    for name, taken in times.items():
        print(f"{name:12} {taken:5.1f} s")
    return 1 if max(times.values()) > MAX_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
