"""Measure `autograder report` for a large class, without and with the list of similar submissions.

    python benchmarks/report.py --students 1000

The class is made up: the graded sample class, copied under new names until there are so many
students. The script needs the sandbox, to grade the sample class.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from courses import OURS
from measuring import run, timed
from submissions import ROOT

from autograder.grading.gradebook import Writer
from autograder.grading.result import Result
from autograder.marking.verdict import from_record

ASSIGNMENT = "02-forward"


def main() -> None:
    """Build the class, and print what each report costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        run([sys.executable, ROOT / "sample_class" / "build.py", course])
        run([*OURS, "grade", ASSIGNMENT, "--course", course])
        enlarge(course, options.students)
        print(f"{ASSIGNMENT}, {options.students} students")
        for more in ([], ["--similar"]):
            cost = timed([[*OURS, "report", ASSIGNMENT, "--course", course, *more]])
            words = " ".join(["autograder report", *more])
            print(f"{words}: {cost.seconds:.1f} s, {cost.cpu:.1f} s of CPU", flush=True)


def enlarge(course: Path, count: int) -> None:
    """Copy the records and the marked notebooks of a class until there are `count` students."""
    writer = Writer(f"sqlite:///{course / 'gradebook.db'}", ASSIGNMENT)
    records = list(writer.records(writer.known()))
    copies = []
    for number in range(count - len(records)):
        record = records[number % len(records)]
        questions = [from_record(question) for question in record["questions"]]
        student = f"student-{number:05}"
        of_copy = {**record, "student": student, "questions": questions}
        del of_copy["schema"]
        copies.append(Result(**of_copy))
        copy_notebook(course / "autograded", record["student"], student, number)
    writer.write([(f"copy {result.student}", None, result) for result in copies])
    writer.close()


def copy_notebook(autograded: Path, student: str, other: str, number: int) -> None:
    """Copy a marked notebook. Each cell of the copy gets a further line, so no two are equal."""
    file = f"{ASSIGNMENT}.ipynb"
    folder = autograded / other / ASSIGNMENT
    shutil.copytree(autograded / student / ASSIGNMENT, folder)
    notebook = json.loads((folder / file).read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = "".join(cell["source"]) + f"\nunused = {number}"
    (folder / file).write_text(json.dumps(notebook))


if __name__ == "__main__":
    main()
