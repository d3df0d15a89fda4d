"""Write made-up submissions, as many as needed: no two alike, and the same at every run.

    python benchmarks/submissions.py COURSE_DIR 02-forward 10000

Each made-up student answers in the style of the solved notebook or of one of
tests/bank/right_answers. Up to three of the answers are replaced by wrong ones from
tests/bank/wrong_answers, and some students leave a question unanswered. A notebook also contains
cells that try out answers, usually with a drawing. The grader skips those that are as they were
handed out; a chosen share of the students has changed them. This script only writes files. It does
not execute the code, none of which is hostile or runs without end.
"""

import argparse
import ast
import builtins
import hashlib
import json
import re
import symtable
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from autograder.bank import MANUAL_QUESTIONS
from autograder.grading.assignment import course_assignments
from autograder.grading.notebook import code_cell, is_try_out

ASSIGNMENTS = course_assignments()

ROOT = Path(__file__).resolve().parent.parent
MAX_WRONG = 3
MAX_DRAWN = 1000  # notebooks that may be drawn for one student until one is new
LEAVES_ONE_OUT = 0.2  # share of the students
TRAINS = re.compile(r"\bfor step in|\btrain\w*\(|\bfit\(")
WRITES = {q.id: q.writes for a in ASSIGNMENTS.values() for q in a.questions}
ESSAY = "The derivation is on my sheet: the factor is the same in every term, so it cancels."

CHANGED = "\n# tried"

BUILTINS = set(dir(builtins)) - {"globals"}  # a helper that copies globals() cannot be moved

Definitions = dict[str, str]  # name -> the source that defines it


@dataclass(frozen=True)
class Style:
    """Right answers to a whole assignment, with the other code that their author wrote."""

    shared: str
    answers: Definitions
    own: Definitions  # the shared part by name; some replace functions that the notebook gives


@dataclass(frozen=True)
class Pieces:
    """The parts from which the submissions of an assignment are put together."""

    released: dict[str, Any]
    styles: list[Style]
    wrong: dict[str, list[Definitions]]  # question -> its wrong answers


def write_submissions(
    course: Path, assignment: str, count: int, drawing: float = 0.0
) -> list[Path]:
    """Write the first `count` submissions under course/submitted and return the files.

    drawing: the share of students who have changed the trials of the course. The notebook of a
    student is the same for every count, and differs from those of all other students. Raises
    SystemExit if so many different notebooks cannot be made.
    """
    written: list[Path] = []
    digests: set[bytes] = set()
    for number in range(1, count + 1):
        student = f"student-{number:05}"
        rng = Random(f"{assignment}/{student}")
        drawn = (submission(pieces(assignment), rng, drawing) for _ in range(MAX_DRAWN))
        notebook = next((new for new in drawn if digest(new) not in digests), None)
        if notebook is None:
            raise SystemExit(f"{assignment}: there are only {number - 1} different submissions")
        digests.add(digest(notebook))
        folder = course / "submitted" / student / assignment
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{assignment}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        written.append(path)
    return written


def digest(notebook: dict[str, Any]) -> bytes:
    """Return a digest of the code of a notebook."""
    code = "\0".join(source(cell) for cell in notebook["cells"] if is_code(cell))
    return hashlib.sha256(code.encode()).digest()


def submission(pieces: Pieces, rng: Random, drawing: float) -> dict[str, Any]:
    """Return the notebook of one student, as the JSON of notebook format 4."""
    style = rng.choice(pieces.styles)
    answers = dict(style.answers)
    for question in rng.sample(sorted(pieces.wrong), rng.randint(0, MAX_WRONG)):
        answers |= rng.choice(pieces.wrong[question])
    asked = [q for q in map(answered_by, pieces.released["cells"]) if q]
    left_out = rng.choice(asked) if rng.random() < LEAVES_ONE_OUT else ""
    tries_out = rng.random() < drawing

    cells, unwritten = [], [style.shared] if style.shared else []
    written: set[str] = set()  # the names that answer cells have defined so far
    for cell in pieces.released["cells"]:
        if question := answered_by(cell):
            cells += [code_cell(unwritten.pop(), "shared")] if unwritten else []
            # Not every author has answered every bonus question.
            if question != left_out and answers.keys() >= {*WRITES[question]}:
                cell = {**cell, "source": answer(WRITES[question], style, answers, written)}
            written |= {*WRITES[question]}
        elif is_essay(cell):
            cell = {**cell, "source": ESSAY}
        elif tries_out and is_trial(cell):
            cell = {**cell, "source": source(cell) + CHANGED}
        cells.append(cell)
        if is_given(cell) and (instead := style.own.keys() & names_bound(source(cell))):
            own = dict.fromkeys(style.own[name] for name in sorted(instead))
            cells.append(code_cell("\n\n\n".join(own), f"own-{len(cells)}"))
    return {**pieces.released, "cells": cells}


def answer(names: tuple[str, ...], style: Style, answers: Definitions, written: set[str]) -> str:
    """Return the source of an answer cell that defines the given names.

    If the code calls an answer that a later cell defines, this cell gets that answer as well.
    """
    known, called = {**style.own, **answers}, set(names)
    todo = list(names)
    while todo:
        new = names_needed(known[todo.pop()]) & known.keys() - called
        called |= new
        todo += new
    early = sorted(called & answers.keys() - written - set(names))
    return "\n\n\n".join(dict.fromkeys(answers[name] for name in (*early, *names)))


# --- reading the parts ------------------------------------------------------------------------


@cache
def pieces(assignment: str) -> Pieces:
    """Read the parts for the submissions of an assignment."""
    solved = read_notebook(ROOT / "solutions" / "notebooks", assignment)
    asked = {name for question in ASSIGNMENTS[assignment].questions for name in question.writes}
    in_cells = [source(cell) for cell in solved["cells"] if answered_by(cell)]
    files = sorted((ROOT / "tests" / "bank" / "right_answers" / assignment).glob("*.py"))
    texts = [without_marks("\n".join(in_cells)), *(path.read_text() for path in files)]
    known = asked.union(*(names_bound(source(c)) for c in solved["cells"] if is_code(c)))
    released = read_notebook(ROOT / "exercises", assignment)
    return Pieces(released, [as_style(t, asked) for t in texts], wrong_answers(assignment, known))


def as_style(text: str, asked: set[str]) -> Style:
    """Split a file of right answers into the functions that are asked for and the rest."""
    tree = ast.parse(text)
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    answers: Definitions = {}
    own: Definitions = {}
    shared: list[str] = []
    for node in body:
        piece = source_of(node, text)
        for name in (names := asked & names_bound(piece)):
            answers[name] = f"{answers[name]}\n\n\n{piece}" if name in answers else piece
        if not names:
            shared.append(piece)
            own |= dict.fromkeys(names_bound(piece), piece)
    return Style("\n".join(shared), answers, own)


def wrong_answers(assignment: str, known: set[str]) -> dict[str, list[Definitions]]:
    """Return the wrong answers that can run in a notebook in which the known names are defined.

    An answer is left out if it replaces several names together, or if it needs a function that
    neither the notebook nor the file of wrong answers defines.
    """
    path = ROOT / "tests" / "bank" / "wrong_answers" / f"{assignment.replace('-', '_')}.py"
    text = path.read_text()
    helpers: Definitions = {}  # the definitions of the file so far
    found: dict[str, list[Definitions]] = {}
    for statement in ast.parse(text).body:
        if not getattr(statement, "decorator_list", []):
            piece = source_of(statement, text)
            helpers |= dict.fromkeys(names_bound(piece) - known, piece)
        for node in ast.walk(statement):
            if question := wrongly_answered(node):
                node.decorator_list = []
                piece = source_of(node, text)
                if (lines := with_helpers(piece, helpers, known)) is not None:
                    found.setdefault(question, []).append({node.name: "\n\n\n".join(lines)})
    return found


def wrongly_answered(node: Any) -> str:
    """Return the question in the decorator of a definition; "" if it is not so decorated."""
    match getattr(node, "decorator_list", []):
        case [ast.Call(func=ast.Name("wrong"), args=[ast.Constant(question), _], keywords=[])]:
            return str(question)
    return ""


def with_helpers(piece: str, helpers: Definitions, known: set[str]) -> list[str] | None:
    """Return a piece, preceded by the helpers that it needs; None if one of them is not defined."""
    lines: list[str] = []
    for name in sorted(names_needed(piece) - known - BUILTINS):
        needed = with_helpers(helpers[name], helpers, known) if name in helpers else None
        if needed is None:
            return None
        lines += needed
    return list(dict.fromkeys([*lines, piece]))


# --- source text ------------------------------------------------------------------------------


def source_of(node: Any, text: str) -> str:
    """Return the source of a statement with its decorators, without indentation."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)])
    return textwrap.dedent("\n".join(text.splitlines()[first - 1 : node.end_lineno]))


@cache
def names_bound(text: str) -> set[str]:
    """Return the names that the code of a cell or a statement defines."""
    symbols = symtable.symtable(text, "cell", "exec").get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


@cache
def names_needed(text: str) -> set[str]:
    """Return the global names that a piece uses but does not define."""
    tables = [symtable.symtable(text, "cell", "exec")]
    used: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return used - names_bound(text)


def without_marks(text: str) -> str:
    """Return a solution without the ### lines that mark where students write."""
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("###"))


# --- cells ------------------------------------------------------------------------------------


def read_notebook(root: Path, assignment: str) -> dict[str, Any]:
    return json.loads((root / assignment / f"{assignment}.ipynb").read_text())


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def is_given(cell: dict[str, Any]) -> bool:
    """True if a cell is code that nbgrader does not manage."""
    return is_code(cell) and "nbgrader" not in cell["metadata"]


def is_code(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code"


def answered_by(cell: dict[str, Any]) -> str:
    """Return the question that a cell answers, "" if it is not an answer cell."""
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return grade_id.removesuffix("-answer") if grade_id.endswith("-answer") else ""


def is_essay(cell: dict[str, Any]) -> bool:
    """True if a person marks the cell."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id") in MANUAL_QUESTIONS


def is_trial(cell: dict[str, Any]) -> bool:
    """True if a cell tries out answers.

    Trials that train a network are left out: with answers in plain loops they can take minutes.
    """
    return is_code(cell) and is_try_out(source(cell)) and not TRAINS.search(source(cell))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("course", type=Path, help="course folder, in which submitted/ is written")
    parser.add_argument("assignment", help="for example 02-forward")
    parser.add_argument("count", type=int, help="number of students")
    options = parser.parse_args()
    files = write_submissions(options.course, options.assignment, options.count)
    print(f"{len(files)} submissions written")
