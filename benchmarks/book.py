"""Measure how long the book takes to build: from scratch, and again after an edit of one page.

    python benchmarks/book.py

The script builds a copy of the working tree, with warnings as errors, and prints the seconds.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("book", "exercises", "solutions", "_config.yml", "_toc.yml")
EDITED = "book/3-algorithm.md"  # the page whose code cells run longest


def build(folder: Path) -> float:
    """Build the book and return the seconds. Raises CalledProcessError if there is a warning."""
    command = ("jupyter-book", "build", ".", "-W", "-n", "--keep-going", "-q")
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Build three times, and print the seconds of each build."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in NEEDED:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)
        print(f"from scratch:                  {build(folder):6.1f} s")
        with (folder / EDITED).open("a", encoding="utf-8") as page:
            page.write("\nOne more sentence.\n")
        print(f"after an edit of one page:     {build(folder):6.1f} s")
        with (folder / EDITED).open("a", encoding="utf-8") as page:
            page.write("\n```{code-cell} ipython3\nprint('one more cell')\n```\n")
        print(f"after a new cell on that page: {build(folder):6.1f} s, execution included")


if __name__ == "__main__":
    sys.exit(main())
