"""Recognise cells that only IPython can run, and notebooks that need IPython or Matplotlib."""

import re

# Matches magics, help, copied prompts, a cell that is indented as a whole, and await outside
# functions. Only [ \t] may repeat at the start of a line: with \s, which also matches line breaks,
# the time would grow with the square of the number of blank lines.
SYNTAX = re.compile(
    r"^[ \t]*(?:[%!?]|>>>|In \[)|=[ \t]*[%!]|\?[ \t]*$|\A(?:[ \t]*\n)*[ \t]+\S|\bawait\b",
    re.MULTILINE,
)
NAMES = re.compile(r"\b(?:plt|pyplot|matplotlib|IPython|get_ipython|display)\b")
# Comments, and the import of Matplotlib: our notebooks have it even if the student draws nothing.
IDLE_LINE = re.compile(r"^[ \t]*(?:#.*|import matplotlib\.pyplot as plt[ \t]*)$", re.MULTILINE)


def wants_shell(cells: list[str]) -> bool:
    """True if the cells seem to draw, display or use magics.

    If this misses a cell, the shell is created at its first use (see lazy_import.py).
    """
    code = [IDLE_LINE.sub("", cell) for cell in cells]
    return any(NAMES.search(cell) or SYNTAX.search(cell) for cell in code)
