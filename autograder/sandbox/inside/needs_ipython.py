"""Recognise cells that only IPython understands, and notebooks that need IPython or Matplotlib."""

import re

# Magics, help, prompts that were copied with the code, an indented cell, await outside a function.
SYNTAX = re.compile(
    r"^\s*(?:[%!?]|>>>|In \[)|=\s*[%!]|\?\s*$|\A(?:[ \t]*\n)*[ \t]+\S|\bawait\b", re.MULTILINE
)
NAMES = re.compile(r"\b(?:plt|pyplot|matplotlib|IPython|get_ipython|display)\b")
# Notebooks of this course import Matplotlib even if the student draws nothing.
IDLE_LINE = re.compile(r"^\s*(?:#.*|import matplotlib\.pyplot as plt\s*)$", re.MULTILINE)


def wants_shell(cells: list[str]) -> bool:
    """True if the cells seem to draw, display or use magics.

    If this misses a cell, the shell is created at its first use (see lazy_import.py).
    """
    code = [IDLE_LINE.sub("", cell) for cell in cells]
    return any(NAMES.search(cell) or SYNTAX.search(cell) for cell in code)
