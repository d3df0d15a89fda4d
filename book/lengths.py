"""Count how long the chapters of the built book are, and how long it takes to read them.

    python book/lengths.py             # a table of the chapters
    python book/lengths.py --limits    # the same; exits with 1 if a chapter is too long

Words are counted without code and without the output of code, and a formula is one word. Reading
takes a minute for 130 words, 8 seconds for each visible line of code and 45 seconds for each
self-check. A live box takes 4 minutes, which we tell apart. The same counts stand at the chapters
and sections (see extensions/openings.py).
"""

import argparse
import re
import sys
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

SITE = Path(__file__).parents[1] / "_build" / "html"
CHAPTERS = "book/[0-9]-*.html"
WORDS_A_MINUTE, SECONDS_A_LINE, SECONDS_A_CHECK, MINUTES_A_BOX = 130, 8, 45, 4
# What is not read as text: code and its output, live boxes, and what the book adds by itself.
NO_WORDS = "pre, .cell, live-question, script, style, nav, .headerlink, .eqno, .added"
CODE = ".highlight-ipython3 pre, .highlight-python pre"
NO_CODE = ["details", "live-question"]  # hidden code, and the solutions of live boxes
HEAD = "chapter words minutes live code figures checks boxes".split()


@dataclass(frozen=True)
class Length:
    """The length of a chapter or of a section."""

    words: int
    code_lines: int
    figures: int
    self_checks: int
    live_boxes: int

    @property
    def minutes(self) -> int:
        """The minutes that reading takes, without the live boxes."""
        seconds = self.code_lines * SECONDS_A_LINE + self.self_checks * SECONDS_A_CHECK
        return round(self.words / WORDS_A_MINUTE + seconds / 60)

    @property
    def live_minutes(self) -> int:
        """The minutes that the live boxes take."""
        return self.live_boxes * MINUTES_A_BOX


def length(part: Tag) -> Length:
    """Return the length of a part of a page."""
    return Length(
        words=words(part),
        code_lines=sum(code_lines(each) for each in part.select(CODE)),
        figures=len(part.select("figure, .interactive")),
        self_checks=len(part.select("fieldset.self-check")),
        live_boxes=len(part.find_all("live-question")),
    )


def words(part: Tag) -> int:
    """Return the number of words, where a formula counts as one."""
    text = copy(part)
    for each in text.select(NO_WORDS):
        each.decompose()
    for each in text.select(".math"):
        each.replace_with(" x ")
    return len(re.findall(r"\w\S*", text.get_text()))


def code_lines(block: Tag) -> int:
    """Return the number of lines of a block of code that a reader sees and that have text."""
    if block.find_parent(NO_CODE) or block.find_parent(class_="cell_output"):
        return 0
    return sum(bool(line.strip()) for line in block.get_text().splitlines())


def parsed(html: str) -> BeautifulSoup:
    """Return a page without the colours of its code, which would take most of the time."""
    plain = re.sub(r"<pre>.*?</pre>", lambda code: COLOURS.sub("", code[0]), html, flags=re.S)
    return BeautifulSoup(plain, "html.parser")


COLOURS = re.compile(r"</?span[^>]*>")


def chapters(site: Path) -> Iterator[tuple[str, Length]]:
    """Yield the name and the length of every chapter of a built book."""
    for file in sorted(site.glob(CHAPTERS)):
        article = parsed(file.read_text(encoding="utf-8")).find("article")
        if isinstance(article, Tag):
            yield file.stem, length(article)


def too_long(name: str, found: Length) -> list[str]:
    """Return a line for each limit that a chapter exceeds."""
    first = name.startswith("1-")
    limits = [("words", found.words, 4500 if first else 7500), ("minutes", found.minutes, 80)]
    if not first:
        limits.append(("visible lines of code", found.code_lines, 90))
    return [
        f"{name} has {value:,} {what}. At most {limit:,} are allowed, so shorten it."
        for what, value, limit in limits
        if value > limit
    ]


def row(name: str, found: Length) -> str:
    """Return a line of the table."""
    cells = (found.minutes, found.live_minutes, found.code_lines, found.figures)
    cells += (found.self_checks, found.live_boxes)
    return f"{name:14}{found.words:>8,}" + "".join(f"{cell:>9}" for cell in cells)


def main() -> None:
    """Print the table, and with --limits what is too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", type=Path, default=SITE, help="the built book")
    parser.add_argument("--limits", action="store_true", help="exit with 1 if one is too long")
    chosen = parser.parse_args()
    found = dict(chapters(chosen.site))
    if not found:
        sys.exit(f"There is no chapter in {chosen.site}. Build the book first: make book")
    print(f"{HEAD[0]:14}{HEAD[1]:>8}" + "".join(f"{word:>9}" for word in HEAD[2:]))
    for name, each in found.items():
        print(row(name, each))
    complaints = [line for name, each in found.items() for line in too_long(name, each)]
    if chosen.limits and complaints:
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main()
