"""The sample class many times over, in one run: nobody lost, nobody double, memory flat.

    python benchmarks/scale.py --submissions 10000

Every copy is handed in by a student of its own. Those that never end are left out: they take what their
limits allow, which says nothing about scale. Memory is what the coordinator alone holds, read from
/proc whenever another tenth of the class is done.
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
    """Hand in so many copies; returns of whom each student has his."""
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
    """What the sample class's own list says of an author's submission."""
    found: dict[str, Any] = EXPECTED[f"{author}/{ASSIGNMENT}"]
    return found


def grade(course: Path, count: int, workers: int) -> list[int]:
    """Grade everybody; returns the coordinator's memory in bytes at every tenth."""
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
    return len(os.listdir(folder)) if folder.exists() else 0


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 once it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def complaints(course: Path, authors: dict[str, str]) -> list[str]:
    """What is wrong with results and gradebook: who is lost, double, or has other marks."""
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
    """Whether nbgrader's tables have as many rows as there are students, cells and questions."""
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
    """Grade the class, print memory on the way and what is wrong in the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        authors = write_class(course, options.submissions)
        memory = grade(course, options.submissions, options.workers)
        found = complaints(course, authors)
    for line in found[:20]:
        print(line)
    print(
        f"{options.submissions} submissions, {len(found)} lost, double or with other marks; "
        f"memory of the coordinator {memory[0] / 1e6:.1f} MB at a tenth, {memory[-1] / 1e6:.1f} MB at the end"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
