"""Recognise cells that only IPython can run, and notebooks that need IPython or Matplotlib."""

import builtins
import re
from collections.abc import Container
from functools import lru_cache

# Matches magics, help, copied prompts, and a cell that is indented as a whole. Only [ \t] may
# repeat at the start of a line: with \s, which also matches line breaks, the time would grow with
# the square of the number of blank lines.
SYNTAX = re.compile(
    r"^[ \t]*(?:[%!?]|>>>|In \[)|=[ \t]*[%!]|\?[ \t]*$|\A(?:[ \t]*\n)*[ \t]+\S",
    re.MULTILINE,
)
# Other lines that IPython changes before they run. In Python code they are nearly always the second
# line of something, so we look for them only if Python cannot read the cell.
ESCAPED = re.compile(r"^[ \t]*[,;/]", re.MULTILINE)
# A command for a terminal among the lines of a cell.
INSTALLING = re.compile(
    r"^(?:pip3?|conda|mamba|uv|apt|apt-get|brew) .*\binstall\b.*$", re.MULTILINE
)
PROMPT = re.compile(r"\A\s*In \[\d*\]: ")  # Python would read it as an annotation
NAMES = re.compile(r"\b(?:plt|pyplot|matplotlib|IPython|get_ipython|display)\b")
# Comments, and the import of Matplotlib: our notebooks have it even if the student draws nothing.
IDLE_LINE = re.compile(r"^[ \t]*(?:#.*|import matplotlib\.pyplot as plt[ \t]*)$", re.MULTILINE)
# A cell of one line that begins with a word, and not with an assignment.
ONE_LINE = re.compile(r"\A\s*([a-z]\w*)(?:[ \t]+[^\s=,][^\n]*|[ \t;]*)\s*\Z")
# The line magics of a kernel. In a cell of one line they work without %.
MAGICS = frozenset(
    "alias alias_magic autoawait autocall automagic autosave bookmark cat cd clear code_wrap "
    "colors conda config connect_info cp debug dhist dirs doctest_mode ed edit env gui hist "
    "history killbgscripts ldir less lf lk ll load load_ext loadpy logoff logon logstart logstate "
    "logstop ls lsmagic lx macro magic mamba man matplotlib micromamba mkdir more mv notebook page "
    "pastebin pdb pdef pdoc pfile pinfo pinfo2 pip popd pprint precision prun psearch psource "
    "pushd pwd pycat pylab qtconsole quickref recall rehashx reload_ext rep rerun reset "
    "reset_selective rm rmdir run save sc set_env store subshell sx system tb time timeit unalias "
    "unload_ext uv who who_ls whos xdel xmode".split()
)

MAX_REMEMBERED = 5000  # for longer cells, in characters, the result is not cached


def is_magic_without_percent(cell: str, names: Container[str] = ()) -> bool:
    """True if a cell is one line with a magic without its %, such as `ls` or `time f()`.

    names: those that are defined; a variable hides the magic of its name.
    """
    found = ONE_LINE.match(cell)
    word = found[1] if found else ""
    return word in MAGICS and word not in names and not hasattr(builtins, word)


def wants_shell(cells: list[str]) -> bool:
    """True if the cells seem to draw, display or use magics.

    If this misses a cell, the shell is created at its first use (see lazy_import.py).
    """
    return any(
        _wants_shell(cell) if len(cell) <= MAX_REMEMBERED else _wants_shell.__wrapped__(cell)
        for cell in cells
    )


@lru_cache(maxsize=1000)  # all submissions share most of their cells
def _wants_shell(cell: str) -> bool:
    code = IDLE_LINE.sub("", cell)
    return bool(NAMES.search(code) or SYNTAX.search(code)) or is_magic_without_percent(code)
