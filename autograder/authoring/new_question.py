"""Write the skeleton of a new question into every file that it needs (`autograder new-question`).

Every place that a contributor must still fill in says UNWRITTEN and the name of the question. A
test lists such places.
"""

import ast
import keyword
from dataclasses import dataclass
from pathlib import Path

import backprop

from ..bank import ASSIGNMENTS, MANUAL_QUESTIONS, QUESTION_CELL, QUESTIONS
from . import skeletons
from .question_numbers import SECTION

OTHER_HALF = {"_forward": "_backward", "_backward": "_forward"}
LINE_LENGTH = 100


@dataclass(frozen=True)
class NewQuestion:
    """A question that does not exist yet.

    module: the file of the reference for its function, without `.py`. If it is empty, we guess.
    """

    name: str
    assignment: str
    bonus: bool = False
    module: str = ""

    @property
    def kind(self) -> str:
        """The end of the name: `_forward`, `_backward`, or an empty text."""
        return skeletons.kind_of(self.name)

    @property
    def stem(self) -> str:
        """The name without that end."""
        return self.name.removesuffix(self.kind)

    @property
    def home(self) -> str:
        """The module of the reference: the given one, that of the other half, or a new one."""
        other = getattr(backprop, f"{self.stem}{OTHER_HALF.get(self.kind, self.kind)}", None)
        return self.module or (other.__module__.split(".")[-1] if other else self.stem)

    @property
    def functions(self) -> list[str]:
        """The functions that the reference lacks, a forward pass before its backward pass."""
        wanted = [f"{self.stem}_forward", self.name] if self.kind == "_backward" else [self.name]
        return [name for name in wanted if not hasattr(backprop, name)]


def refusal(new: NewQuestion) -> str:
    """Say in one line why this question cannot be made, or return an empty text."""
    if not new.name.isidentifier() or keyword.iskeyword(new.name):
        return f"{new.name!r} is no identifier: a question is called like its function"
    if new.name in QUESTIONS or new.name in MANUAL_QUESTIONS:
        return f"there is a question {new.name} already"
    if new.assignment not in ASSIGNMENTS:
        return f"no assignment {new.assignment}; there are {', '.join(ASSIGNMENTS)}"
    if not new.home.isidentifier():
        return (
            f"{new.home!r} is no identifier: --module is a file of solutions/backprop without .py"
        )
    return ""


def write_skeleton(root: Path, new: NewQuestion) -> list[Path]:
    """Write all skeletons. Return the files in the order in which to fill them in."""
    written = [*_write_reference(root, new), _write_bank(root, new), _write_text(root, new)]
    return [*written, *_write_torch_row(root, new), *_write_right_answers(root, new)]


def _write_reference(root: Path, new: NewQuestion) -> list[Path]:
    if not new.functions:
        return []
    package = root / "solutions" / "backprop"
    path, init = package / f"{new.home}.py", package / "__init__.py"
    written = [path]
    if not path.exists():
        path.write_text(skeletons.MODULE.format(name=new.name))
        init.write_text(_with_line(init.read_text(), f"from .{new.home} import *"))
        written.append(init)
    text = _with_exports(path.read_text(), new.functions)
    typed = "ArrayLike" in text and "\nArray = " in text
    for name in new.functions:
        text += "\n\n" + skeletons.reference(name, typed)
    path.write_text(text)
    return written


def _with_line(text: str, line: str) -> str:
    """Insert an import among the imports of a text, in alphabetical order."""
    lines = text.splitlines()
    alike = [i for i, other in enumerate(lines) if other.startswith("from .")]
    place = next((i for i in alike if lines[i] > line), alike[-1] + 1)
    return "\n".join([*lines[:place], line, *lines[place:]]) + "\n"


def _with_exports(text: str, names: list[str]) -> str:
    """Add names to the list `__all__` of a module."""
    (node,) = (
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    exported = [f'"{name}"' for name in sorted({*ast.literal_eval(node.value), *names})]
    line = f"__all__ = [{', '.join(exported)}]"
    if len(line) > LINE_LENGTH or node.lineno != node.end_lineno:
        line = "\n".join(["__all__ = [", *(f"    {name}," for name in exported), "]"])
    lines = text.splitlines()
    return "\n".join([*lines[: node.lineno - 1], line, *lines[node.end_lineno :]]) + "\n"


def _write_bank(root: Path, new: NewQuestion) -> Path:
    subject = new.assignment.split("-", 1)[1]
    path = root / "autograder" / "bank" / subject / f"{new.name}.py"
    path.write_text(skeletons.bank(new.name, new.stem, new.kind, new.bonus))
    return path


def _write_text(root: Path, new: NewQuestion) -> Path:
    """Insert the section of the question into the exercise text.

    A core question goes after the last core question, a bonus question after the last of all.
    """
    path = root / "exercises" / f"{new.assignment}.md"
    sections = SECTION.split(path.read_text())
    core = {id for id in ASSIGNMENTS[new.assignment] if id in QUESTIONS and not QUESTIONS[id].bonus}
    asking = [
        place
        for place, section in enumerate(sections)
        if (ids := QUESTION_CELL.findall(section)) and (new.bonus or core.issuperset(ids))
    ]
    place = asking[-1] + 1
    given = [name for name in new.functions if name != new.name]
    sections[place - 1] = sections[place - 1].rstrip("\n") + "\n\n"
    last = place == len(sections)
    sections.insert(place, skeletons.text(new.name, given) + ("" if last else "\n"))
    path.write_text("".join(sections))
    return path


def _write_torch_row(root: Path, new: NewQuestion) -> list[Path]:
    """Add the question to the table of parts that the tests compare with PyTorch.

    A backward pass goes into the row of its forward pass, if there is one.
    """
    if not new.kind:
        return []
    path = next(root.glob("tests/**/test_reference.py"))
    before, table, after = path.read_text().partition("PARTS = [\n")
    rows, end, after = after.partition("\n]\n")
    half = f"(bp.{new.stem}_forward, None,"
    if new.kind == "_backward" and half in rows:
        rows = rows.replace(half, f"(bp.{new.stem}_forward, bp.{new.name},")
    else:
        rows += skeletons.torch_row(new.name, new.stem, new.kind)
    path.write_text(before + table + rows + end + after)
    return [path]


def _write_right_answers(root: Path, new: NewQuestion) -> list[Path]:
    """Write a new file for a bonus question, or a function into the file of every style."""
    folder = next(root.glob("tests/**/right_answers")) / new.assignment
    if new.bonus:
        path = folder / f"{new.name}.py"
        path.write_text(skeletons.right_answer(new.name, new.kind, alone=True))
        return [path]
    styles = sorted(s for s in folder.glob("*.py") if s.stem not in QUESTIONS)
    for style in styles:
        answer = skeletons.right_answer(new.name, new.kind, alone=False)
        style.write_text(f"{style.read_text().rstrip()}\n\n\n{answer}")
    return styles


def report(root: Path, new: NewQuestion, written: list[Path]) -> str:
    """Return the text to print: the files, what is left to write, and the command that tests it."""
    files = "\n".join(f"  {path.relative_to(root)}" for path in written)
    return skeletons.REPORT.format(name=new.name, files=files)
