"""The words for an error that has stopped the reader's code outside of the marking."""

from dataclasses import dataclass

from autograder.marking.errors import message


@dataclass(frozen=True)
class Failure:
    """An error, told to the reader. line: the number of the line in their text, or None."""

    line: int | None
    text: str


def failure_of(error: BaseException, file: str) -> Failure:
    """Return what the reader is told about an error in the reader's own file."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return Failure(error.lineno, f"Python cannot read line {error.lineno}: {error.msg}.")
    line, traceback = None, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    where = f" in line {line}" if line else ""
    return Failure(line, f"Your code stopped{where}. Python says: {message(error)}")


def too_long(line: int | None) -> Failure:
    """Return what the reader is told about their code if it was stopped at its time limit."""
    where = f" in line {line}" if line else ""
    return Failure(line, f"Your code was running for too long, so we stopped it{where}.")
