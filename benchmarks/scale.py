"""Grade thousands of copies of the sample class in one run, and check results and memory.

    python benchmarks/scale.py --submissions 10000

Each copy is submitted under the name of another student. Every student must have exactly one
result, with the marks of the sample class, and the memory of the coordinator must not grow. (The
coordinator is the process that distributes the submissions to the workers.) Its memory is read from
/proc each time another tenth of the class is done. Submissions that loop without end are not
copied, because they always use up their time limit and so would measure nothing but that limit.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from submissions import ROOT

sys.path.insert(0, str(ROOT))

import sqlalchemy as sql

from sample_class.build import build

ASSIGNMENT = "02-forward"
EXPECTED = json.loads((ROOT / "sample_class" / "expected.json").read_text())


def write_class(course: Path, count: int) -> dict[str, str]:
    """Write `count` submissions; return, for each student, the author whose work was copied."""
    with tempfile.TemporaryDirectory() as folder:
        build(folder)
        files = sorted(Path(folder).glob(f"submitted/*/{ASSIGNMENT}/*.ipynb"))
        texts = {path.parts[-3]: path.read_bytes() for path in files}
    for author in list(texts):
        if any(verdict == "timeout" for verdict, *_ in expected(author)["lost"].values()):
            del texts[author]
    authors = {}
    for number, author in enumerate(islice(cycle(texts), count), 1):
        student = f"{author}-{number:05}"
        path = course / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(texts[author])
        authors[student] = author
    return authors


def expected(author: str) -> dict[str, Any]:
    """Return the result that the sample class should give an author."""
    found: dict[str, Any] = EXPECTED[f"{author}/{ASSIGNMENT}"]
    return found


def grade(course: Path, count: int, workers: int) -> list[int]:
    """Grade the class; return the memory of the coordinator in bytes after each tenth."""
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--course", str(course)]
    command += ["--workers", str(workers), "--json", str(course / "results.jsonl")]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    memory: dict[int, int] = {}
    start = time.monotonic()
    running = subprocess.Popen(command, env=environment)
    while running.poll() is None:
        time.sleep(1)
        done = count_of(course / "autograded")
        if done * 10 >= (len(memory) + 1) * count and (held := resident(running.pid)):
            memory[done] = held
            each = (time.monotonic() - start) / done
            print(f"{done:6} done: {memory[done] / 1e6:.1f} MB, {each:.3f} s each", flush=True)
    if running.returncode:
        raise SystemExit(f"autograder grade ended with {running.returncode}")
    return list(memory.values())


def count_of(folder: Path) -> int:
    """Return the number of entries of a folder; 0 if it does not exist yet."""
    return len(os.listdir(folder)) if folder.exists() else 0


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def complaints(course: Path, authors: dict[str, str]) -> list[str]:
    """Return one line for each student whose result is missing, repeated or wrong."""
    records = [json.loads(line) for line in (course / "results.jsonl").read_text().splitlines()]
    found = [
        f"{name}: {n} results"
        for name, n in Counter(r["student"] for r in records).items()
        if n > 1
    ]
    found += [f"{name}: no result" for name in authors.keys() - {r["student"] for r in records}]
    for record in records:
        right = expected(authors[record["student"]])
        for key in ("status", "score"):
            if record[key] != right[key]:
                found.append(f"{record['student']}: {key} {record[key]}, not {right[key]}")
    return found + rows_missing(course, len(authors))


def rows_missing(course: Path, count: int) -> list[str]:
    """Return one line for each table of the gradebook with the wrong number of rows."""
    engine = sql.create_engine(f"sqlite:///{course / 'gradebook.db'}")
    with engine.connect() as connection:

        def number(what: str) -> int:
            return int(connection.execute(sql.text(f"select count(*) from {what}")).scalar_one())

        wanted = {
            "student": count,
            "submitted_assignment": count,
            "submitted_notebook": count,
            "autograder_result": count,
            "grade": count * number("grade_cells"),
            "comment": count * number("solution_cells"),
        }
        return [f"{t}: {number(t)} rows, not {n}" for t, n in wanted.items() if number(t) != n]


def main() -> int:
    """Grade the class; print the memory after each tenth, and every wrong result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000, help="how many to grade")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        authors = write_class(course, options.submissions)
        memory = grade(course, options.submissions, options.workers)
        found = complaints(course, authors)
    for line in found[:20]:
        print(line)
    print(
        f"{options.submissions} submissions; {len(found)} results missing, repeated or wrong; "
        f"memory of the coordinator {memory[0] / 1e6:.1f} MB after a tenth of them, "
        f"{memory[-1] / 1e6:.1f} MB at the end"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
