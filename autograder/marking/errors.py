"""Turn an error that student code has raised into words that a beginner understands.

This runs where the code runs, because the variables are needed. In the sandbox, the words are text
of a student like any other: they are cut, made printable and shown to that student.
"""

import ast
import re
from types import FrameType

from .compare import describe
from .error_names import called, is_a_method
from .error_rules import sentence
from .results import Results
from .student_line import Place, frames_of, is_of_a_driver, last_frame, place_of, text
from .words import count, kind_in_error, listed, number

MAX_TEXT = 400  # characters of an error message


def in_words(error: BaseException, results: Results) -> dict[str, str]:
    """Return the fields of an Outcome that tell about an error.

    text: the type and the message as Python shows them. place: the line of the student, in words.
    says: the explanation. Both are empty if nothing is known. results: what the driver has
    received from the code so far.
    """
    raw = message(error)
    try:
        place, says = _place_and_explanation(error, raw, results)
    except Exception:  # objects of students can fail in any way when they are looked at
        place, says = "", ""
    return {"text": raw, "place": place[:MAX_TEXT], "says": says[:MAX_TEXT]}


def message(error: BaseException) -> str:
    """Return the type and the message of an error in one line."""
    try:
        words = str(error).partition("\n")[0]
    except Exception:  # a class of a student may have a faulty __str__
        words = ""
    name = type(error).__name__
    return (f"{name}: {words}" if words else name)[:MAX_TEXT]


def signature(text: str) -> str:
    """Return an error text such that the same mistake, written in another way, has the same one."""
    for pattern in INNER_SIZES:
        if match := pattern.search(text):
            return f"inner sizes {match['left']} and {match['right']}"
    return COMPUTED_NUMBER.sub("#", re.sub(r"\(expected (\d+), got \d+\)", r"(expected \1)", text))


# Errors can quote numbers that the student's code has computed, up to their last digit.
COMPUTED_NUMBER = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?|-?\d+e[+-]?\d+")


# `x @ W` and `x.dot(W)` have different messages for the same mistake.
INNER_SIZES = (
    re.compile(r"mismatch in its core dimension.*\(size (?P<right>\d+) .* from (?P<left>\d+)\)"),
    re.compile(r"not aligned: (?P<left>\d+) \(dim \d+\) != (?P<right>\d+)"),
)


def _place_and_explanation(error: BaseException, raw: str, results: Results) -> tuple[str, str]:
    """Return the words about the place of an error, and its explanation."""
    frames = frames_of(error)
    own = [frame for frame in frames if not is_of_a_driver(frame[0])]
    if not frames:
        return "", ""
    last, number = frames[-1]
    if not own:
        # Either the driver could not use a result, or a library, such as the reference, has failed.
        is_direct = last is last_frame(error)
        return "", _in_the_driver(error, raw, results, place_of(last, number)) if is_direct else ""
    place = place_of(*own[-1])
    where = _words_of(place, len(own) > 1)
    if is_of_a_driver(last):
        return where, _in_a_callback(last)
    return where, "Your own code raises this error." if _raises(place) else sentence(raw, place)


def _raises(place: Place) -> bool:
    return any(place.walk(ast.Raise))


def _words_of(place: Place, is_inner: bool) -> str:
    """Return the place of an error as words that follow "stopped with an error"."""
    named = is_inner and not place.function.startswith("<")
    if not place.line:
        return f"in `{place.function}`" if named else "in a line that cannot be shown"
    return f"in the line `{place.line}`" + (f" of `{place.function}`" if named else "")


def _in_the_driver(error: BaseException, raw: str, results: Results, place: Place) -> str:
    """Explain an error that was raised by the check itself, because of what it received."""
    if _raises(place):
        words = str(error)
        return f"{words[:1].upper()}{words[1:]}."
    if "unpack" in raw and (words := results.explanation()):
        return words
    return _about_the_call(raw, place) or _unusable(raw)


def _about_the_call(raw: str, place: Place) -> str:
    """Explain an error about how the driver calls a function of the student, or return nothing."""
    calls = [(name, call) for name, call in place.calls() if name.startswith("code.")]
    calls = [(name, call) for name, call in calls if name != "code._received"]
    if not calls:
        return ""
    if "object is not callable" in raw:
        return f"The check calls `{calls[0][0].removeprefix('code.')}`, but it is not a function."
    match = re.match(r"TypeError: ([\w.<>]+)\(\) .*argument", raw)
    if not match:
        return ""
    wanted = f"code.{called(match[1])}"
    name, call = next((c for c in calls if c[0] == wanted), calls[0])
    return _wrong_call(name.removeprefix("code."), call, match[1], raw)


def _unusable(raw: str) -> str:
    """Explain that the check can do nothing with a result, or return an empty text."""
    start = "The check cannot use what your code returned"
    if "NoneType" in raw:
        return f"{start}: it is None, or it contains None. Is a `return` missing?"
    if match := re.search(r"'([\w.]+)' object has no attribute '(\w+)'", raw):
        return f"{start}: it is {kind_in_error(match[1])}, which has no `.{match[2]}`."
    if match := re.search(r"'([\w.]+)' object is not (iterable|subscriptable)", raw):
        return f"{start}: it is {kind_in_error(match[1])}, but several values are needed."
    return ""


def _wrong_call(name: str, call: ast.Call, function: str, raw: str) -> str:
    """Explain that a function of the student does not accept the arguments of the check."""
    shown = ", ".join(map(_argument, call.args))
    start = f"The check calls `{name}({shown})` with {count(len(call.args), 'argument')}"
    given = re.search(r"takes (?:from \d+ to )?(\d+|no) (?:positional )?arguments?", raw)
    missing = re.search(r"missing (\d+) required", raw)
    method = is_a_method(function)  # then the object itself is counted, too
    if given:
        accepts = 0 if given[1] == "no" else int(given[1]) - method
        more = f", but your function accepts {number(accepts)}"
    elif missing:
        names = [f"`{each}`" for each in re.findall(r"'(\w+)'", raw)]
        more = f", but your function also needs {listed(names)}"
    else:
        return ""
    return (
        f"{start}{more}. Compare the first line of your function with the one in the question. The "
        "names may differ, but the number and order of the arguments must agree."
    )


def _argument(node: ast.expr) -> str:
    """Return the name of an argument in a call of the driver, or dots for an expression."""
    if isinstance(node, ast.IfExp):
        return _argument(node.orelse)
    return text(node) if isinstance(node, ast.Name | ast.Constant) else "..."


def _in_a_callback(frame: FrameType) -> str:
    """Explain an error inside a function that the check has given to the student's function.

    The words tell what that function received. Its own lines are not the student's to mend.
    """
    name = frame.f_code.co_name
    arguments = frame.f_code.co_varnames[: frame.f_code.co_argcount]
    kinds = [describe(frame.f_locals.get(a)) for a in arguments if a != "self"]
    got = f" Your line calls it with {listed(kinds)}." if kinds else ""
    return (
        f"The error is inside `{name}`, which the check passes to your function.{got} Is this what "
        "the question asks for?"
    )
