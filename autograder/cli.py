"""Mark the exercises of the course, and make its notebooks and kits."""

import argparse
import os
import sys
from typing import Any

from .commands import (
    authors,
    check,
    collect,
    course,
    export,
    feedback,
    forget,
    grade,
    gradescope,
    mark,
    report,
)
from .commands.common import UnusableError
from .commands.completion import SHELLS, PrintCompletion, PrintVersion
from .commands.log import TEXT, Log
from .grading.quirks import do_without_rfc3987_syntax
from .grading.secret import SecretError
from .sandbox.policy import SandboxUnavailableError

COMMANDS = (
    *(course, check, grade, collect, mark, feedback, report, export, gradescope, forget),
    authors,
)
EXAMPLE = """\
examples:
  autograder check 02-forward.ipynb
  autograder grade 02-forward --course ~/course
  autograder grade --help
  eval "$(autograder --print-completion bash)"     # in ~/.bashrc"""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code.

    0: finished, whatever the points. 1: some submissions could not be graded because of an error of
    ours. 2: the call or its input cannot be used; the reason is printed. 130: stopped by Ctrl-C.
    """
    do_without_rfc3987_syntax()
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()  # here, because at the end of Python an error could not be caught
    except BrokenPipeError:  # the program that read our output has ended, for example `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def _run(arguments: list[str] | None) -> int:
    options = new_parser().parse_args(arguments)
    log = Log(getattr(options, "log", TEXT))
    try:
        return int(options.run(options))
    except (UnusableError, SandboxUnavailableError, SecretError) as error:
        log.error(str(error), 2)
        return 2
    except OSError as error:
        if error.filename is None:  # a broken pipe, too
            raise
        log.error(f"{error.filename}: this cannot be used: {error.strerror}", 2)
        return 2
    except KeyboardInterrupt:
        log.error("stopped; run the same command again to go on", 130)
        return 130


def new_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(prog="autograder", description=__doc__, epilog=EXAMPLE)
    parser.add_argument("--version", action=PrintVersion, help="print the version of the course")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        help="print a script with which a shell completes commands and options",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        command.add(commands)
    for each in commands.choices.values():
        each.description = each.description or each.get_default("run").__doc__
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose help keeps the line breaks of the examples."""

    def __init__(self, **more: Any) -> None:
        more["formatter_class"] = argparse.RawDescriptionHelpFormatter
        super().__init__(**more)


if __name__ == "__main__":
    sys.exit(main())
