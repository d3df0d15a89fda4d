"""Make the page on which a person marks all answers to one question."""

import base64
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from ...grading.notebook import NotebookCell
from ...marking.question import ManualQuestion
from ..markdown_html import markdown_html, pictures_in
from ..templating import fill
from .answers import Answer


def marking_page(title: str, question: ManualQuestion, model: str, given: Iterable[Answer]) -> str:
    """Return the page as HTML. model: the model answer in Markdown, or an empty text."""
    found = list(given)
    return fill(
        "mark.html",
        title=title,
        question=question,
        model=Markup(markdown_html(model)) if model else "",
        answers=[_shown(answer) for answer in found],
        marked=sum(_is_marked(answer) for answer in found),
    )


def picture_of(answer: Answer, cell: int, name: str) -> tuple[str, bytes]:
    """Return the kind and the bytes of a picture in an answer. Raises KeyError if it has none."""
    if not 0 <= cell < len(answer.cells):
        raise KeyError(name)
    kind, data = pictures_in(answer.cells[cell].get("attachments", {}))[name]
    return kind, base64.b64decode(data)


def _is_marked(answer: Answer) -> bool:
    return answer.mark.by_hand and not answer.mark.waiting


def _shown(answer: Answer) -> dict[str, Any]:
    """Return an answer as the template shows it."""
    mark = answer.mark
    return {
        "student": answer.student,
        "name": answer.name,
        "notes": mark.verdict.headline.split("\n")[1:],
        "score": mark.score if mark.by_hand else None,
        "again": mark.by_hand and mark.waiting,
        "comment": mark.comment,
        "cells": [_cell(answer, i, cell) for i, cell in enumerate(answer.cells)],
    }


def _cell(answer: Answer, i: int, cell: NotebookCell) -> dict[str, Any]:
    """Return a cell of an answer: text as HTML, code as it is."""
    if cell["cell_type"] != "markdown":
        return {"code": cell["source"], "text": ""}
    student = quote(answer.student, safe="")
    names = pictures_in(cell.get("attachments", {}))
    addresses = {name: f"picture/{student}/{i}/{quote(name, safe='')}" for name in names}
    return {"code": "", "text": Markup(markdown_html(cell["source"], addresses))}
