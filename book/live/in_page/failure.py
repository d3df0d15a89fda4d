"""The words for an error that has stopped the reader's code outside of the marking."""

from dataclasses import dataclass

from autograder.marking.errors import message


@dataclass(frozen=True)
class Failure:
    """An error. line: the number of the line in the reader's text, or None. says: Python's words.

    text: the same as sentences for the reader.
    """

    line: int | None
    says: str
    text: str


def failure_of(error: BaseException, file: str) -> Failure:
    """Return what the reader is told about an error in a file of theirs."""
    if isinstance(error, SyntaxError) and error.filename == file:
        says = f"{type(error).__name__}: {error.msg}"
        return Failure(error.lineno, says, f"Python cannot read line {error.lineno}: {error.msg}.")
    line, traceback = None, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    says = message(error)
    where = f" in line {line}" if line else ""
    return Failure(line, says, f"Your code stopped{where}. Python says: {says}")


def too_long(line: int | None) -> Failure:
    """Return what the reader is told about code that was stopped at its time limit."""
    where = f"It was stopped in line {line}." if line else "It was stopped."
    return Failure(line, "The code was running for too long and was stopped.", where)
