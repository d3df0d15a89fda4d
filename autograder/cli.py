"""The command line: `autograder check | grade | assemble | kit`."""

import argparse
import json
import secrets
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from . import batch
from .assemble import assemble, write_kit
from .bank import ASSIGNMENTS
from .check import PUBLIC_SEED, report
from .grade import grade_submission, released_notebook
from .sandbox.client import Sandbox, SandboxUnavailableError

ROOT = Path(__file__).resolve().parent.parent


class UnusableError(Exception):
    """The call or its input cannot be used; the text is one clear line."""


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done, whatever the scores; 1 some submissions failed by our fault; 2 unusable."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (UnusableError, SandboxUnavailableError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2


def run_check(options: argparse.Namespace) -> int:
    """Grade one notebook and print the verdict of every question."""
    path = Path(options.notebook)
    assignment = next((a for a in ASSIGNMENTS if path.name.startswith(a)), None)
    if not path.is_file():
        raise UnusableError(f"{path}: there is no such file")
    if assignment is None:
        raise UnusableError(
            f"{path.name}: the name must start with one of {', '.join(ASSIGNMENTS)}"
        )
    released = released_notebook(ROOT, assignment)
    with Sandbox() as sandbox:
        result = grade_submission(path, path.stem, assignment, PUBLIC_SEED, released, sandbox)
    if options.json:
        print(json.dumps(result.record()))
    else:
        print("\n\n".join(report(verdict) for verdict in result.questions))
        print(f"\n{result.score:g} of {result.max_score:g} points")
    return 0


def run_grade(options: argparse.Namespace) -> int:
    """Grade an assignment of an nbgrader course folder."""
    course = Path(options.course).resolve()
    if options.assignment not in ASSIGNMENTS:
        raise UnusableError(
            f"no assignment {options.assignment}; there are {', '.join(ASSIGNMENTS)}"
        )
    found = batch.find_submissions(course, options.assignment)
    if not found:
        raise UnusableError(f"{course}: no submitted/*/{options.assignment}")
    with Sandbox():  # a machine without a sandbox is refused before anything is written
        pass
    secret = _secret(Path(options.seed_file) if options.seed_file else course / ".autograder-seed")
    db_url = options.db or f"sqlite:///{course / 'gradebook.db'}"
    with _executor(options) as executor:
        graded = batch.grade_batch(course, options.assignment, secret, executor, db_url, ROOT)
        bar = tqdm(graded, total=len(found), unit="notebook", disable=not sys.stderr.isatty())
        results = list(bar)
    if options.json:
        batch.write_results(Path(options.json), results)
    failures = [r for r in results if r.status == "failed"]
    for r in (r for r in results if r.status != "graded"):
        print(f"{r.student}: {r.status}: {r.message}", file=sys.stderr)
    print(f"{options.assignment}: {len(results)} submissions, {len(failures)} failed")
    return 1 if failures else 0


def run_assemble(options: argparse.Namespace) -> int:
    """Write the notebooks of every assignment."""
    for path in assemble(ROOT):
        print(path.relative_to(ROOT))
    return 0


def run_kit(options: argparse.Namespace) -> int:
    """Write the kit of every assignment."""
    for name in ASSIGNMENTS:
        print(write_kit(name, ROOT, Path(options.folder)))
    return 0


def _executor(options: argparse.Namespace) -> Executor:
    if not options.cluster:
        return ProcessPoolExecutor(options.workers)
    try:
        from distributed import Client
    except ImportError:
        raise UnusableError("--cluster needs Dask: pip install distributed") from None
    return Client(options.cluster).get_executor()


def _secret(path: Path) -> bytes:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32) + "\n")
    secret = path.read_bytes().strip()
    if len(secret) < 16:
        raise UnusableError(f"{path}: a seed file holds at least 16 characters")
    return secret


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help=run_check.__doc__)
    check.add_argument("notebook")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=run_check)
    grade = commands.add_parser("grade", help=run_grade.__doc__)
    grade.add_argument("assignment")
    grade.add_argument("--course", default=".", help="the nbgrader course folder")
    grade.add_argument("--workers", type=int, default=2)
    grade.add_argument("--cluster", help="address of a Dask scheduler, in place of local workers")
    grade.add_argument("--db", help="gradebook URL; default: gradebook.db in the course folder")
    grade.add_argument("--seed-file", help="the secret; default: made once in the course folder")
    grade.add_argument("--json", help="file for the results, one JSON object a line")
    grade.set_defaults(run=run_grade)
    commands.add_parser("assemble", help=run_assemble.__doc__).set_defaults(run=run_assemble)
    kit = commands.add_parser("kit", help=run_kit.__doc__)
    kit.add_argument("folder", nargs="?", default="build/kits")
    kit.set_defaults(run=run_kit)
    return parser


if __name__ == "__main__":
    sys.exit(main())
