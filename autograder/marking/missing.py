"""Say why a function is missing: never only that it is not defined.

All functions are pure. In a notebook only its names are known. The grader also knows the cells and
what stopped them (see grading/stopped_cells.py). The errors come from student code, so they are
only words.
"""

import difflib
import re
import sys
from collections.abc import Iterable

CLOSE, CLOSE_WORD = 0.85, 0.7  # how much of two names, or of two words in them, must be the same
MAX_NAMES, MAX_NAME = 500, 60  # that we compare, and characters of each
# Packages that students use elsewhere. Another name may be that of a file of the student.
PACKAGES = frozenset(
    "autograd cv2 cupy datasets dask google huggingface_hub ipympl ipywidgets jax joblib keras "
    "lightning mxnet nltk numba opt_einsum einops otter pandas PIL plotly polars pytest requests "
    "scipy seaborn skimage sklearn skorch statsmodels sympy tensorboard tensorflow torch "
    "torchvision tqdm transformers wandb xgboost".split()
)
CONFLICT = re.compile(r"^(?:<{7}|={7}$|>{7})", re.MULTILINE)
# The message about a question that a person marks, if its cell holds no answer.
NOTHING_WRITTEN = "Nothing is written here."
# An error of a cell as the runner of cells tells it, with the line of a SyntaxError or of another.
IN_LINE = re.compile(r"(.*?) \(in (?:line (\d+)|<module>): (.*)\)")
PATH = re.compile(r" \((?:/[^)]*|unknown location)\)")  # of a file on the grader's machine
# What Python 3.11 cannot read, and the first version that can.
NEWER_SYNTAX = (
    (re.compile(r"^\s*type\s+\w+\s*(?:\[.*\])?\s*=", re.MULTILINE), (3, 12)),
    (re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+\w+\[", re.MULTILINE), (3, 12)),
    (re.compile(r"""\b[rR]?[fF][rR]?(["'])(?:(?!\1).)*\{(?:(?!\1)[^}])*\1"""), (3, 12)),
    (re.compile(r"f-string expression part cannot include"), (3, 12)),
    (re.compile(r"multiple exception types must be parenthesized"), (3, 14)),
    (re.compile(r"""(?<![\w"'])[tT](["']).*\1"""), (3, 14)),
)
NEWER_NAMES = {
    **dict.fromkeys(("batched", "override", "sumprod", "Buffer"), (3, 12)),
    **dict.fromkeys(("deprecated", "fma", "ReadOnly", "TypeIs"), (3, 13)),
}
# Characters that look like those of Python.
PLAIN = {
    **dict.fromkeys("“”„″«»", '"'),
    **dict.fromkeys("‘’‚′´", "'"),
    **dict.fromkeys("−–—‐", "-"),
    **dict.fromkeys("×·∗", "*"),
    **dict.fromkeys("（", "("),
    **dict.fromkeys("）", ")"),
    **dict.fromkeys("，、", ","),
    **dict.fromkeys("：", ":"),
    **dict.fromkeys("≤", "<="),
    **dict.fromkeys("≥", ">="),
    **dict.fromkeys("≠", "!="),
}


def undefined(name: str, names: Iterable[str]) -> str:
    """Return the message for a name that a notebook does not define. names: those it does."""
    if close := close_name(name, names):
        return f"`{name}` is not defined. There is a `{close}`: did you mean that?"
    return f"`{name}` is not defined. Run the cell that defines it, and then check again."


def unfinished(name: str) -> str:
    """Return the message for a function that still has the line of the stub."""
    return (
        f"There is nothing to check yet: `{name}` still contains the line `raise "
        "NotImplementedError`. Replace that line with your own code and run both cells again."
    )


def not_attempted(name: str) -> str:
    """Return the message for a cell that is as it was handed out."""
    return (
        f"Not attempted: the cell of `{name}` is as it was handed out, with the line `raise "
        "NotImplementedError`."
    )


def cell_gone(name: str) -> str:
    """Return the message for an answer cell that is not in the notebook."""
    return (
        f"`{name}` is not defined. Its cell is gone from the notebook, and no other cell defines "
        "it. Copy the cell from a fresh notebook and write your answer there."
    )


def only_comments(name: str) -> str:
    """Return the message for an answer cell without code."""
    return (
        f"Not attempted: the cell of `{name}` holds no code. Copy its first lines from a fresh "
        "notebook and write your answer there."
    )


def not_in_its_cell(name: str, other: str) -> str:
    """Return the message for a cell that ran without an error and does not define the name.

    other: a name that the cell defines instead, or an empty text.
    """
    if other:
        return (
            f"`{name}` is not defined. Its cell defines `{other}`, but the check looks for "
            f"`{name}`."
        )
    return (
        f"`{name}` is not defined, although its cell ran without an error. Does the cell hold the "
        f"line `def {name}(...):`, at the left margin and not behind a #?"
    )


def not_run(name: str, error: str) -> str:
    """Return the message for a cell that was not run. error: why, as the runner of cells says."""
    reason = error.partition(", because ")[2] or "the time is used up"
    return (
        f"`{name}` is not defined, because its cell was not run: {reason}. Shorten the trials in "
        "your notebook, or put # in front of them."
    )


def out_of_time(name: str, error: str) -> str:
    """Return the message for a cell that was stopped. error: after what time."""
    return (
        f"`{name}` is not defined, because its cell was {error}, before the definition. Put the "
        "definition into the first lines of the cell and long trials into cells of their own."
    )


def stopped(name: str, error: str, source: str) -> str:
    """Return the message for a cell that stopped with an error. source: that of the cell."""
    error = PATH.sub("", error)
    says, line, number = error, "", 0
    if found := IN_LINE.fullmatch(error):
        says, number, line = found[1], int(found[2] or 0), found[3]
    where = f"its cell stopped in the line `{line}`" if line else "its cell stopped with an error"
    if number:
        where = f"Python cannot read line {number} of its cell, `{line}`"
    if CONFLICT.search(source):
        reason = (
            "The cell contains merge conflict markers (<<<<<<<, =======, >>>>>>>): keep one of the "
            "two versions and remove the markers."
        )
    else:
        reason = _reason(says, line)
    sentences = (f"`{name}` is not defined, because {where}.", reason, f"Python says: {says}")
    return " ".join(filter(None, sentences))


def helper_stopped(name: str, error: str) -> str:
    """Return a sentence about a name that an answer uses and a cell would have defined."""
    return f"The cell that defines `{name}` stopped before the definition: {error}"


def close_name(name: str, names: Iterable[str]) -> str:
    """Return the name that is surely a misspelling of another one, or an empty text."""
    candidates = [n for n in names if len(n) <= MAX_NAME and not n.startswith("_")][:MAX_NAMES]
    close = [(_likeness(name, n), n) for n in candidates if n != name and _may_be(name, n)]
    return max(close)[1] if close else ""


def _may_be(name: str, other: str) -> bool:
    """True if one of two names can be a misspelling of the other.

    Names such as linear_forward and linear_backward are two names, because a word differs.
    """
    words, others = name.lower().split("_"), other.lower().split("_")
    if len(words) == len(others):
        pairs = zip(words, others, strict=True)
        if any(_likeness(word, another) < CLOSE_WORD for word, another in pairs):
            return False
    return _likeness(name, other) >= CLOSE


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()


def _reason(error: str, line: str) -> str:
    """Return a sentence about why Python raised an error, or an empty text if it says that itself.

    line: the line in which it was raised.
    """
    kind, _, words = error.partition(": ")
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        form = f"{error}\n{line}"
        since = next((since for newer, since in NEWER_SYNTAX if newer.search(form)), None)
        return _needs(since) or _odd_character(words) or _prose(line)
    if found := re.search(r"No module named '([\w.]+)'", words):
        return _no_module(found[1].partition(".")[0])
    if kind in ("ImportError", "AttributeError"):
        found = re.search(r"(?:name|attribute) '(\w+)'", words)
        return _needs(NEWER_NAMES.get(found[1])) if found else ""
    if kind == "FileNotFoundError":
        found = re.search(r"'([^']+)'$|^(\S+) not found", words)
        file = (found[1] or found[2]) if found else "that it opens"
        return f"The file {file} was not handed in with the notebook."
    if kind in ("EOFError", "StdinNotImplementedError"):
        return "`input()` gets no reply when the notebook is graded."
    return ""


def _no_module(name: str) -> str:
    if name in PACKAGES:
        return f"The package {name} cannot be used. Only NumPy and Matplotlib are available."
    return (
        f"There is no package {name}. Only NumPy and Matplotlib are available. If {name}.py is a "
        "file of yours, hand it in with the notebook."
    )


def _needs(since: tuple[int, int] | None) -> str:
    if since is None or sys.version_info >= since:
        return ""
    ours = ".".join(map(str, sys.version_info[:2]))
    return f"The line needs Python {since[0]}.{since[1]} or newer; grading uses {ours}."


def _odd_character(words: str) -> str:
    """Return a sentence if a character only looks like one of Python's, or an empty text."""
    if not (found := re.search(r"U\+([0-9A-F]{4,6})", words)):
        return ""
    odd = chr(int(found[1], 16)) if int(found[1], 16) <= sys.maxunicode else ""
    if odd in PLAIN:
        return f"The character {odd} comes from a word processor, so type {PLAIN[odd]} instead."
    return "The line contains a character that Python does not know. Type the line again."


def _prose(line: str) -> str:
    """Return a sentence if a line looks like one of a text, or an empty text."""
    words = line.rstrip(".!?").split()
    if len(words) > 3 and all(re.fullmatch(r"[^\W\d_]+[,;]?", word) for word in words):
        return "The line is text. Put # in front of each such line, or move it to a Markdown cell."
    return ""
