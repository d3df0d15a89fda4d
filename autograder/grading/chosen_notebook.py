"""Choose the notebook of an assignment among the files that were handed in for it."""

from dataclasses import dataclass

from .assignment import Assignment
from .hand_in import Files
from .notebook import Notebook, grade_id, plain
from .submission import RejectedError, SubmittedCell, parse
from .wrong_notebook import wrong_notebook


@dataclass(frozen=True)
class Chosen:
    """The cells of the notebook that counts.

    note: a sentence about the choice, or an empty text. doubtful: True if a person should look,
    because another notebook with other answers was handed in, too.
    """

    cells: list[SubmittedCell]
    note: str = ""
    doubtful: bool = False


def choose_notebook(files: Files, assignment: Assignment) -> Chosen:
    """Return the notebook of the assignment. Raises RejectedError if none can be marked.

    A single file with the expected name is always chosen. Otherwise the choice must be clear: only
    one file is a notebook of this assignment, or only one of them holds answers.
    """
    expected = f"{assignment.name}.ipynb"
    if [name for name, _ in files] == [expected]:
        return Chosen(parse(files[0][1], expected))
    found, errors = _readable(files)
    ours = {n: cells for n, cells in found.items() if not wrong_notebook(cells, assignment)}
    if not ours:
        return _of_another_kind(found, errors, assignment)
    answered = {n: c for n, c in ours.items() if not _is_untouched(c, assignment.released)} or ours
    if expected in answered:
        others = [n for n, cells in answered.items() if cells != answered[expected]]
        return Chosen(answered[expected], _beside(others, expected), bool(others))
    name = next(iter(answered))
    if any(cells != answered[name] for cells in answered.values()):
        raise RejectedError(
            f"there are several notebooks with different answers, {', '.join(answered)}; hand in "
            f"one of them, under the name {expected}"
        )
    return Chosen(answered[name], f"{name} was marked, because there is no {expected}.")


def _readable(files: Files) -> tuple[dict[str, list[SubmittedCell]], list[RejectedError]]:
    """Return the cells of the files that are notebooks, and the errors of the others."""
    found, errors = {}, []
    for name, content in files:
        try:
            found[name] = parse(content, name)
        except RejectedError as error:
            errors.append(error)
    return found, errors


def _of_another_kind(
    found: dict[str, list[SubmittedCell]], errors: list[RejectedError], assignment: Assignment
) -> Chosen:
    """Return a notebook of the expected name, though it is another one, or raise RejectedError."""
    expected = f"{assignment.name}.ipynb"
    if expected in found:
        return Chosen(found[expected])
    if errors and not found:
        raise errors[0]
    name, cells = next(iter(found.items()))
    raise RejectedError(f"{name}: {wrong_notebook(cells, assignment)}")


def _beside(others: list[str], expected: str) -> str:
    if not others:
        return ""
    return (
        f"Besides {expected}, {', '.join(others)} was handed in with other answers and was not "
        "marked."
    )


def _is_untouched(cells: list[SubmittedCell], released: Notebook) -> bool:
    """True if a notebook has no text or code but the released."""
    ours = {(grade_id(cell), plain(cell["source"])) for cell in released["cells"]}
    return all((cell.grade_id, plain(cell.source)) in ours for cell in cells)
