"""Make what the pages know about each assignment: its notebook, and what its questions build on.

The files are scripts that set a value, because a page that is opened from a disk cannot fetch data.
"""

import json
import re
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.bank import ASSIGNMENTS, QUESTIONS, SOLVED
from autograder.grading.assignment import Assignment, course_assignments, notebook_path

FILE = Path(__file__)
SOLUTION_MARK = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n", re.MULTILINE)


def scripts() -> dict[str, bytes]:
    """Return the file of every assignment, by its path."""
    found = {}
    for name in ASSIGNMENTS:
        data = json.dumps(assignment(name), ensure_ascii=False, separators=(",", ":"))
        script = f"(window.LIVE_ASSIGNMENTS ??= {{}})[{json.dumps(name)}] = {data};\n"
        found[f"assignments/{name}.js"] = script.encode()
    return found


def assignment(name: str) -> dict[str, object]:
    """Return what a page knows about an assignment.

    cells: the questions with an answer cell. texts: the text of the notebook before, between and
    after the sources of these cells. sources: what these cells contain, by question. given: the
    functions that the notebook gives. needs: the earlier questions that a question builds on, all
    in the order of the notebook. solutions: the book's answers to these.
    """
    texts, sources = taken_apart(notebook_path(name).read_text(encoding="utf-8"))
    asked = [id for id in ASSIGNMENTS[name] if id in QUESTIONS]
    needs = {id: [other for other in asked if other in built_on(id)] for id in asked}
    solved = answers(nbformat.read(SOLVED / name / f"{name}.ipynb", as_version=4))
    used = sorted({other for others in needs.values() for other in others})
    return {
        "texts": texts,
        "cells": list(sources),
        "sources": sources,
        "given": given(course_assignments()[name]),
        "needs": needs,
        "solutions": {id: SOLUTION_MARK.sub("", solved[id]) for id in used},
    }


def built_on(id: str) -> set[str]:
    """Return the questions that write what an answer may call, and those that these build on."""
    direct = {q.id for q in QUESTIONS.values() if set(q.writes) & set(QUESTIONS[id].uses)}
    return direct.union(*(built_on(other) for other in direct))


def given(assignment: Assignment) -> str:
    """Return the functions and classes that the notebook of an assignment gives, as one text."""
    return "\n\n\n".join(["import numpy as np", *assignment.given.values()])


def taken_apart(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the text of a notebook without the sources of its answers, in pieces, and these.

    The pieces with the sources between them are the text again, byte for byte.
    """
    notebook = nbformat.reads(text, as_version=4)
    sources = answers(notebook)
    for cell in notebook.cells:
        if id := answered(cell):
            cell.source = f"answer to {id}"
    marks = "|".join(re.escape(json.dumps([f"answer to {id}"], indent=1)[2:-2]) for id in sources)
    pieces = re.split(rf"\[\s*(?:{marks})\s*\]", nbformat.writes(notebook) + "\n")
    written = [
        json.dumps(s.splitlines(keepends=True), indent=1, ensure_ascii=False)
        for s in sources.values()
    ]
    whole = "".join(
        a + b.replace("\n", "\n   ") for a, b in zip(pieces, [*written, ""], strict=True)
    )
    if whole != text:
        raise ValueError("the notebook is not as nbformat writes it: run `autograder assemble`")
    return pieces, sources


def answers(notebook: NotebookNode) -> dict[str, str]:
    """Return the sources of the cells in which answers are written, by question."""
    return {id: cell.source for cell in notebook.cells if (id := answered(cell))}


def answered(cell: NotebookNode) -> str:
    """Return the question whose answer is written in this cell, or an empty text."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return grade_id.removesuffix("-answer") if grade_id.endswith("-answer") else ""
