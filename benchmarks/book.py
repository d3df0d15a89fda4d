"""How long the book takes to build: from nothing, and again after one page was edited.

    python benchmarks/book.py

Builds a copy of the working tree, with warnings as errors, and prints the seconds.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("book", "exercises", "solutions", "_config.yml", "_toc.yml")
EDITED = "book/3-algorithm.md"  # the longest to execute


def build(folder: Path) -> float:
    """Seconds of one build. Raises CalledProcessError where it has a warning."""
    command = ("jupyter-book", "build", ".", "-W", "-n", "--keep-going", "-q")
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in NEEDED:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)
        print(f"from nothing:                  {build(folder):6.1f} s")
        with (folder / EDITED).open("a", encoding="utf-8") as page:
            page.write("\nOne more sentence.\n")
        print(f"after an edit of one page:     {build(folder):6.1f} s")
        with (folder / EDITED).open("a", encoding="utf-8") as page:
            page.write("\n```{code-cell} ipython3\nprint('one more cell')\n```\n")
        print(f"after a new cell on that page: {build(folder):6.1f} s, execution included")


if __name__ == "__main__":
    sys.exit(main())
