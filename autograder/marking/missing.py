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
        "NotImplementedError`. Replace that line by your own code and run both cells again."
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


def not_in_its_cell(name: str) -> str:
    """Return the message for a cell that ran without an error and does not define the name."""
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
    if CONFLICT.search(source):
        reason = (
            "the cell contains the marks of a merge conflict (<<<<<<<, =======, >>>>>>>). Keep one "
            "of the two versions and remove the marks"
        )
    else:
        reason = _reason(error, source)
    what = f"its cell stopped, because {reason}" if reason else "its cell stopped with an error"
    return f"`{name}` is not defined: {what}. Python says: {error}"


def helper_stopped(name: str, error: str) -> str:
    """Return a sentence about a name that an answer uses and a cell would have defined."""
    return f"The cell that defines `{name}` did not get that far: {error}"


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


def _reason(error: str, source: str) -> str:
    """Return why Python raised an error, as the end of a sentence; empty if it says that itself."""
    kind, _, words = error.partition(": ")
    line = words.rpartition(": ")[2].removesuffix(")")
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        return _newer_python(source, error) or _odd_character(words) or _prose(line)
    if found := re.search(r"No module named '([\w.]+)'", words):
        return _no_module(found[1].partition(".")[0])
    if kind in ("ImportError", "AttributeError") and (found := re.search(r"e '(\w+)'", words)):
        return _needs(NEWER_NAMES.get(found[1]))
    if kind == "FileNotFoundError" and (found := re.search(r": '([^']+)'", words)):
        return f"the file {found[1]} was not handed in beside the notebook"
    return ""


def _no_module(name: str) -> str:
    if name in PACKAGES:
        return f"the package {name} is not there: in grading only NumPy and Matplotlib are"
    return (
        f"there is no {name}. In grading only the packages NumPy and Matplotlib are there, and a "
        f"{name}.py of your own only if you hand it in beside the notebook"
    )


def _newer_python(source: str, error: str) -> str:
    """Return the reason if a newer Python could read the line, or an empty text."""
    number = re.search(r"\(in line (\d+)", error)
    lines = source.splitlines()
    place = int(number[1]) - 1 if number else 0
    text = f"{error}\n" + (lines[place] if place < len(lines) else "")
    return _needs(next((since for form, since in NEWER_SYNTAX if form.search(text)), None))


def _needs(since: tuple[int, int] | None) -> str:
    if since is None or sys.version_info >= since:
        return ""
    ours = ".".join(map(str, sys.version_info[:2]))
    return f"it needs Python {since[0]}.{since[1]} or newer; grading uses {ours}"


def _odd_character(words: str) -> str:
    """Return the reason if a character only looks like one of Python's, or an empty text."""
    if not (found := re.search(r"U\+([0-9A-F]{4,6})", words)):
        return ""
    odd = chr(int(found[1], 16)) if int(found[1], 16) <= sys.maxunicode else ""
    if odd in PLAIN:
        return (
            f"it contains the character {odd}, which comes from a text. Type {PLAIN[odd]} instead"
        )
    return "it contains a character that Python does not know. Type that line anew"


def _prose(line: str) -> str:
    """Return the reason if a line looks like a sentence of a text, or an empty text."""
    words = line.rstrip(".!?").split()
    if len(words) > 3 and all(re.fullmatch(r"[^\W\d_]+[,;]?", word) for word in words):
        return "it contains a text. Put # in front of each line of text, or use a Markdown cell"
    return ""
