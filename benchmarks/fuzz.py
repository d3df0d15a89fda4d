"""Grade a class of damaged notebooks with hostile side files, and check that nobody else suffers.

    python benchmarks/fuzz.py --notebooks 2000

Each damaged notebook comes with a side file: a time of submission, or something else under its
name. Every tenth student is honest. The batch must end with exit code 0 and exactly one result for
each student, and the honest ones must have full marks.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from submissions import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from autograder.grading.assignment import Assignment
from support.damage import damaged
from support.notebooks import solved_file
from support.side_files import write_side_file

ASSIGNMENT = "01-neuron"
EVERY = 10  # students for each honest one


def write_class(course: Path, count: int) -> list[str]:
    """Write the class, and return the honest students."""
    solved = solved_file(ASSIGNMENT).read_bytes()
    honest = []
    for number in range(count + count // EVERY):
        name = f"student-{number:05}"
        folder = course / "submitted" / name / ASSIGNMENT
        folder.mkdir(parents=True)
        if number % (EVERY + 1) == EVERY:
            honest.append(name)
            (folder / f"{ASSIGNMENT}.ipynb").write_bytes(solved)
        else:
            (folder / f"{ASSIGNMENT}.ipynb").write_bytes(damaged(solved, number))
            write_side_file(folder, number)
    return honest


def main() -> int:
    """Grade the class once, print what came out, and return 1 if anybody suffered."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebooks", type=int, default=2000, help="default: 2000")
    count = parser.parse_args().notebooks
    full = sum(question.points for question in Assignment.of_course(ASSIGNMENT).questions)
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        honest = write_class(course, count)
        command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT]
        command += ["--course", course, "--json", course / "results.jsonl"]
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - start
        lines = (course / "results.jsonl").read_text().splitlines()
    results = {record["student"]: record for record in map(json.loads, lines)}
    states = Counter(record["status"] for record in results.values())
    suffered = [s for s in honest if s not in results or results[s]["score"] != full]
    print(f"exit code {done.returncode}, {len(lines)} results in {seconds:.0f} s: {dict(states)}")
    print(f"{len(honest)} honest students, {len(suffered)} of them without full marks")
    whole = done.returncode == 0 and len(lines) == len(results) == count + len(honest)
    return 0 if whole and not suffered else 1


if __name__ == "__main__":
    sys.exit(main())
