"""The paths of files and folders in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ROOT / "exercises"
BOOK = ROOT / "book"
SITE = ROOT / "_build" / "html"  # the output of `make book`
TESTS = ROOT / "tests"
SOLUTIONS = ROOT / "solutions" / "notebooks"
SAMPLE_CLASS = ROOT / "sample_class"
NO_NAMESPACES = TESTS / "support" / "no_namespaces.sh"
