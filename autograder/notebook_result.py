"""The result of `check`: a number, which a notebook shows as the verdict."""

import os
import sys
from pathlib import Path
from typing import Any

from .marking.book_links import book_url
from .marking.render import STYLE, html
from .marking.verdict import Verdict, report

BUILT_BOOK = Path(__file__).parents[1] / "_build" / "html"


class Points(float):
    """The points of a question. A notebook shows the verdict in place of the number.

    The plain text is the number alone, because nbgrader reads the points there.
    """

    verdict: Verdict
    shown = False  # True when the notebook has asked for the HTML

    def __new__(cls, verdict: Verdict) -> "Points":
        points = super().__new__(cls, verdict.score)
        points.verdict = verdict
        return points

    def _repr_html_(self) -> str:
        self.shown = True
        # A notebook resolves links relative to its folder, which is the working folder.
        book = os.path.relpath(BUILT_BOOK) if (BUILT_BOOK / "book").is_dir() else ""
        return STYLE + html(self.verdict, book=book_url() or book)


def tell(verdict: Verdict) -> Points:
    """Print a verdict and return its points.

    In a notebook we print only the beginning, because the notebook shows the rest as HTML. If the
    cell does not end with the points, we print the rest after the cell.
    """
    points = Points(verdict)
    shell = notebook_shell()
    if shell is None:
        print(report(verdict))
        return points
    print(f"{verdict.points}. {verdict.headline}")

    def print_rest(result: Any) -> None:
        shell.events.unregister("post_run_cell", print_rest)
        if not points.shown:
            print(report(verdict))

    shell.events.register("post_run_cell", print_rest)
    return points


def notebook_shell() -> Any:
    """Return the IPython shell of a notebook that can show HTML, or None outside of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) else None
