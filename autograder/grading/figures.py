"""The figures of the course itself, which are drawn once and not again for every student."""

import secrets
from functools import lru_cache

from ..bank import SOLVED
from ..sandbox.client import Figures, QuestionSet, Sandbox
from ..sandbox.inside.needs_ipython import wants_shell
from .notebook import is_student_code, is_try_out, read_notebook

MAX_SANDBOXES = 8  # whose figures are kept; each has a salt of its own


def course_figures(sandbox: Sandbox, assignment: str, cells: list[str]) -> Figures:
    """Return the figures that a student's notebook may share with the solved notebook.

    cells: those of the student. If they draw nothing, no figure is needed. The solved notebook runs
    in the same sandbox, when a notebook needs it for the first time.
    """
    return _solved_figures(sandbox, assignment) if wants_shell(cells) else Figures()


@lru_cache(maxsize=MAX_SANDBOXES)
def _solved_figures(sandbox: Sandbox, assignment: str) -> Figures:
    path = SOLVED / assignment / f"{assignment}.ipynb"
    if not path.exists():  # an assignment that an instructor has put together
        return Figures()
    cells = [cell for cell in read_notebook(path)["cells"] if is_student_code(cell)]
    sources = [cell["source"] for cell in cells if not is_try_out(cell["source"])]
    salt = secrets.token_hex(16)
    with sandbox.job(sources, QuestionSet([]), Figures(salt)) as job:
        shown = [picture for run in job.cells() for picture in run.pictures]
    if len(shown) != len(job.unknown):  # some figure could not be recognised
        return Figures()
    return Figures(salt, dict(zip(job.unknown, shown, strict=True)))
