"""Count the lines of code of each part of the project, and compare with another revision.

    python benchmarks/code_lines.py --against main

A line counts as code if it is not blank and holds more than a comment or a docstring. "longest" is
the number of characters of the longest line of any kind. The last two columns are the lines of code
in the other revision and the change since then.
"""

import argparse
import ast
import io
import subprocess
import sys
import tempfile
import tokenize
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BANK = "autograder/bank"
PARTS = {  # name -> folder, and a folder in it that another part counts
    "autograder without the bank": ("autograder", BANK),
    "the bank": (BANK, None),
    "solutions/backprop": ("solutions/backprop", None),
    "tests": ("tests", None),
    "benchmarks": ("benchmarks", None),
}
WITH_DOCSTRING = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Count:
    """The lines of some files: all of them, those with code, and the length of the longest."""

    lines: int = 0
    code: int = 0
    longest: int = 0

    def __add__(self, other: "Count") -> "Count":
        longest = max(self.longest, other.longest)
        return Count(self.lines + other.lines, self.code + other.code, longest)


def count_text(text: str) -> Count:
    """Count the lines of a Python file."""
    lines, code = text.removesuffix("\n").split("\n"), set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT and token.string.strip():
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, WITH_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
            code.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    filled = sum(1 for number in code if lines[number - 1].strip())
    return Count(len(lines), filled, max(map(len, lines)))


def count_parts(root: Path) -> dict[str, Count]:
    """Count every part of the project in a folder, and then all parts together."""
    counts = dict.fromkeys(PARTS, Count())
    for part, (folder, other) in PARTS.items():
        for path in (root / folder).rglob("*.py"):
            if other is None or not path.is_relative_to(root / other):
                counts[part] += count_text(path.read_text(encoding="utf-8"))
    return {**counts, "all": sum(counts.values(), Count())}


def count_revision(revision: str) -> dict[str, Count]:
    """Count every part in a git revision. Raises SystemExit if git does not know it."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True)
    if archive.returncode:
        sys.exit(f"code_lines.py: {archive.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["tar", "--extract"], cwd=folder, input=archive.stdout, check=True)
        return count_parts(Path(folder))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", metavar="REV", help="a git revision to compare with")
    revision = parser.parse_args().against
    now, then = count_parts(ROOT), count_revision(revision) if revision else {}
    compared = f"{revision:>12}  change" if then else ""
    print(f"{'':28}{'lines':>8}{'code':>8}{'longest':>9} {compared}".rstrip())
    for part, c in now.items():
        change = f"{then[part].code:12}{c.code - then[part].code:+8}" if then else ""
        print(f"{part:28}{c.lines:8}{c.code:8}{c.longest:9} {change}".rstrip())
