"""Mark the exercises of the course, and make its notebooks and kits."""

import argparse
import sys

from .commands import authors, check, collect, course, export, feedback, grade, gradescope, report
from .commands.common import UnusableError
from .grading.quirks import do_without_rfc3987_syntax
from .grading.secret import SecretError
from .sandbox.policy import SandboxUnavailableError
from .sandbox.printable import printable

COMMANDS = (course, check, grade, collect, feedback, report, export, gradescope, authors)


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code.

    0: finished, whatever the points. 1: some submissions could not be graded because of an error of
    ours. 2: the call or its input cannot be used; the reason is printed. 130: stopped by Ctrl-C.
    """
    do_without_rfc3987_syntax()
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (UnusableError, SandboxUnavailableError, SecretError) as error:
        print(printable(f"autograder: {error}"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; run the same command again to go on", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
