"""Mark the same answers with other versions of Python and NumPy: do the marks differ?

    python benchmarks/other_versions.py [--assignment A ...]

Students check their answers with a kit, on whatever versions they have. We make the kit of each
assignment, and mark the right and wrong answers in `tests/bank` with it: on every Python from 3.10
to 3.14 that is on this machine, with NumPy 1.26 and with the newest NumPy for that Python. A pair
of versions that cannot be installed is told and skipped. The command prints the answers whose
points, name or message differ from those with the first pair. The exit code is 1 if any points or
names differ.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from submissions import ROOT

from autograder.bank import ASSIGNMENTS
from autograder.desk.kit import write_kit

PYTHONS = [f"3.{minor}" for minor in range(10, 15)]
NUMPYS = ("numpy==1.26.*", "numpy")
SHOWN = 10  # differences
# This runs in the folder of a kit. The reference is there for the answers, but not for `check`.
MARK = """
import json, sys, warnings
from pathlib import Path
import numpy as np
sys.path.append(sys.argv[2])
import autograder.check
import backprop
check = sys.modules["autograder.check"]
check.reference = dict
tests, assignment, reference = Path(sys.argv[1]), sys.argv[3], vars(backprop)
found = {}

def tell(question, text, code):
    if question == "train_digits" or check.answer_key(question) is None:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = check._verdict(check.answer_key(question), code)
    found[f"{question}: {text}"] = [told.score, told.misconception, told.message]

def wrong(question, says, **others):
    def register(answer):
        tell(question, says, {**reference, answer.__name__: answer, **others})
        return answer
    return register

file = tests / "wrong_answers" / (assignment[:2] + "_" + assignment[3:] + ".py")
exec(compile(file.read_text(), str(file), "exec"), {**reference, "np": np, "wrong": wrong,
                                                    "__name__": file.stem})
for file in sorted((tests / "right_answers" / assignment).glob("*.py")):
    code = {**reference, "np": np, "__name__": file.stem}
    exec(compile(file.read_text(), str(file), "exec"), code)
    for question in check.known_questions():
        tell(question, "right, in the style " + file.stem, code)
print(json.dumps([sys.version.split()[0], np.__version__, found]))
"""


def main() -> int:
    """Mark with every pair of versions and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--assignment", nargs="+", choices=ASSIGNMENTS, default=list(ASSIGNMENTS))
    chosen = parser.parse_args().assignment
    with tempfile.TemporaryDirectory() as folder:
        kits = Path(folder) / "kits"
        for assignment in chosen:
            with zipfile.ZipFile(write_kit(assignment, ROOT, kits)) as kit:
                kit.extractall(kits)
        first: dict[str, list[object]] = {}
        wrong = False
        for python in environments(Path(folder)):
            marks: dict[str, list[object]] = {}
            for assignment in chosen:
                marks |= marked(python, kits / assignment)
            first = first or marks
            wrong |= told(first, marks)
    return int(wrong)


def environments(folder: Path) -> Iterator[Path]:
    """Yield the interpreter of each pair of versions that this machine can have."""
    for version in PYTHONS:
        python = interpreter(version)
        if python is None:
            print(f"SKIPPED: there is no Python {version} here")
            continue
        for number, numpy in enumerate(NUMPYS):
            venv = folder / f"{version}-{number}"
            subprocess.run([python, "-m", "venv", venv], check=True)
            pip = [venv / "bin" / "python", "-m", "pip", "install", "-q", "--only-binary=:all:"]
            if subprocess.run([*pip, numpy], capture_output=True).returncode:
                print(f"SKIPPED: Python {version} with {numpy} cannot be installed")
            else:
                yield venv / "bin" / "python"


def interpreter(version: str) -> str | None:
    """Return the path of a Python of this version, from the PATH or from pyenv; None if none."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    ours = [str(path / "bin") for path in sorted(versions.glob(f"{version}.*"))]
    return shutil.which(f"python{version}", path=os.pathsep.join([*ours, os.environ["PATH"]]))


def marked(python: Path, kit: Path) -> dict[str, list[object]]:
    """Return what the kit tells about each answer: the points, the name and the message."""
    arguments = [python, "-c", MARK, ROOT / "tests" / "bank", ROOT / "solutions", kit.name]
    done = subprocess.run(arguments, cwd=kit, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{python} {kit.name}: {done.stderr}")
    version, numpy, found = json.loads(done.stdout.splitlines()[-1])
    print(f"Python {version}, NumPy {numpy}, {kit.name}: {len(found)} answers", flush=True)
    return found


def told(first: dict[str, list[object]], marks: dict[str, list[object]]) -> bool:
    """Print what differs from the first marks. Returns True if points or names differ."""
    other = [key for key in first if first[key] != marks.get(key)]
    worse = [key for key in other if first[key][:2] != marks.get(key, [])[:2]]
    print(f"  other points or names: {len(worse)}; only another text: {len(other) - len(worse)}")
    for key in [*worse, *(key for key in other if key not in worse)][:SHOWN]:
        print(f"    {key}\n      {first[key]}\n      {marks.get(key)}")
    return bool(worse)


if __name__ == "__main__":
    sys.exit(main())
