"""The options of `autograder` itself: its version, and the completion for shells."""

import argparse
from typing import Any

SHELLS = ("bash", "zsh", "tcsh")
# Arguments that name files or folders, so that shells complete these.
FILES = ("notebook", "zip", "roster", "csv", "canvas", "moodle", "json", "seed_file")
FOLDERS = ("course", "folder")


class PrintVersion(argparse.Action):
    """Print the version and end. It is looked up only then, because that takes time."""

    def __init__(self, option_strings: list[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=more.get("help"))

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **more: Any) -> None:
        """Print the version."""
        from importlib.metadata import version

        print(f"autograder {version('backpropagation-course')}")
        parser.exit()


class PrintCompletion(argparse.Action):
    """Print a script for a shell and end. It is made from the parser, so it knows all commands."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: Any, values: Any, option: Any = None
    ) -> None:
        """Print the script."""
        import shtab

        for each in [parser, *_commands(parser)]:
            for action in each._actions:
                if action.dest in FILES:
                    action.complete = shtab.FILE  # type: ignore[attr-defined]
                elif action.dest in FOLDERS:
                    action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        print(shtab.complete(parser, values))
        parser.exit()


def _commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return [each for action in found for each in action.choices.values()]
