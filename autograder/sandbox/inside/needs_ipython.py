"""Which cells only IPython understands, and which notebooks are better run where it is warm."""

import re

# Magics, help, prompts that were copied along, a cell that is indented, await outside a function.
SYNTAX = re.compile(
    r"^\s*(?:[%!?]|>>>|In \[)|=\s*[%!]|\?\s*$|\A(?:[ \t]*\n)*[ \t]+\S|\bawait\b", re.MULTILINE
)
NAMES = re.compile(r"\b(?:plt|pyplot|matplotlib|IPython|get_ipython|display)\b")
# A notebook of ours imports Matplotlib whether the student draws or not.
IDLE_LINE = re.compile(r"^\s*(?:#.*|import matplotlib\.pyplot as plt\s*)$", re.MULTILINE)


def wants_shell(cells: list[str]) -> bool:
    """Whether cells draw, display or use magics. They may do so without being found out: later."""
    code = [IDLE_LINE.sub("", cell) for cell in cells]
    return any(NAMES.search(cell) or SYNTAX.search(cell) for cell in code)
