"""`autograder assemble`, `kit` and `new-question`: for the authors of the course."""

import argparse
import os
from pathlib import Path
from typing import Any

from .common import ROOT, UnusableError

ASSEMBLE_EXAMPLE = """\
example: autograder assemble
Run it after you have changed a text in exercises/, a question or the reference."""
KIT_EXAMPLE = "example: autograder kit build/kits --book-url https://example.org/course"
NEW_QUESTION_EXAMPLE = "example: autograder new-question silu_forward --assignment 02-forward"


def add(commands: Any) -> None:
    """Add the commands and their options to the parser of `autograder`."""
    assemble = commands.add_parser("assemble", help=run_assemble.__doc__, epilog=ASSEMBLE_EXAMPLE)
    assemble.set_defaults(run=run_assemble)
    kit = commands.add_parser("kit", help=run_kit.__doc__, epilog=KIT_EXAMPLE)
    kit.add_argument("folder", nargs="?", default="build/kits", help="default: build/kits")
    kit.add_argument(
        "--book-url",
        default="",
        help="address of your copy of the book, to which hints link; default: BOOK_URL",
    )
    kit.set_defaults(run=run_kit)
    new = commands.add_parser(
        "new-question", help=run_new_question.__doc__, epilog=NEW_QUESTION_EXAMPLE
    )
    new.add_argument("name", help="of the question and of its function, such as silu_forward")
    new.add_argument("--assignment", required=True, help="such as 03-backward")
    new.add_argument("--bonus", action="store_true", help="its points are beyond the core")
    new.add_argument("--module", help="file of solutions/backprop, without .py; default: its own")
    new.set_defaults(run=run_new_question)


def run_assemble(options: argparse.Namespace) -> int:
    """Write the notebooks of every assignment, and the points that README and book tell."""
    from ..assemble import assemble
    from ..authoring.page_numbers import correct

    for path in [*assemble(ROOT), *correct(ROOT)]:
        print(path.relative_to(ROOT))
    return 0


def run_kit(options: argparse.Namespace) -> int:
    """Write the kit of every assignment, and a notebook for Colab that fetches it."""
    from ..bank import ASSIGNMENTS
    from ..desk.kit import write_colab, write_kit

    folder, book = Path(options.folder), options.book_url or os.environ.get("BOOK_URL", "")
    if book and not book.startswith(("https://", "http://")):
        raise UnusableError(f"--book-url {book}: an address begins with https:// or http://")
    for name in ASSIGNMENTS:
        print(write_kit(name, ROOT, folder, book))
        print(write_colab(name, folder, book))
    return 0


def run_new_question(options: argparse.Namespace) -> int:
    """Write the skeleton of a new question."""
    from ..authoring import new_question

    new = new_question.NewQuestion(
        options.name, options.assignment, options.bonus, options.module or ""
    )
    if words := new_question.refusal(new):
        raise UnusableError(words)
    print(new_question.report(ROOT, new, new_question.write_skeleton(ROOT, new)))
    return 0
