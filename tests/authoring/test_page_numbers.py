"""The numbers on the pages: points agree with the bank, and no question number is typed by hand.

Otherwise a number on a page would become wrong when a question is added.
"""

import re

import pytest

from autograder.authoring.page_numbers import Told, correct, mistakes, told
from autograder.authoring.question_numbers import with_numbers
from autograder.bank import ASSIGNMENTS, QUESTIONS
from support.places import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "book").glob("*.md"))]
TEXTS = [ROOT / "exercises" / f"{name}.md" for name in ASSIGNMENTS]
BY_NUMBER = re.compile(r"\bquestions? \d+|^## \d+\.", re.MULTILINE | re.IGNORECASE)
RANGE = re.compile(r"`(\w+)`(?: to | and | without )`(\w+)`")


def test_readme_and_book_tell_the_points_of_the_bank():
    wrong = mistakes(ROOT)
    assert not wrong, "\n".join(wrong)


def test_a_wrong_number_is_named_with_its_line_and_put_right(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("One.\nThere are 3 + 4 points.\n")
    item = Told("page.md", "are {} + {} points", (5, 60))
    monkeypatch.setattr("autograder.authoring.page_numbers.told", lambda: [item])
    (said,) = mistakes(tmp_path)
    assert said.startswith("page.md:2: change 'are 3 + 4 points' to 'are 5 + 60 points'")
    assert correct(tmp_path) == [page]
    assert page.read_text() == "One.\nThere are 5 + 60 points.\n"
    assert mistakes(tmp_path) == correct(tmp_path) == []
    page.write_text("Nothing.\n")
    (said,) = mistakes(tmp_path)
    assert "0 times" in said


def test_every_row_of_points_in_the_book_is_watched():
    text = (ROOT / "book" / "teaching.md").read_text()
    watched = [m.span() for t in told() if "teaching" in t.page for m in t.pattern.finditer(text)]
    for row in re.finditer(r"^\|.* \| (\d+|\d+ \+ \d+) \|$", text, re.MULTILINE):
        assert any(a < row.end() and row.start() < b for a, b in watched), (
            f"add this row to page_numbers.py: {row[0]}"
        )


@pytest.mark.parametrize("path", [*PAGES, *TEXTS], ids=lambda path: path.stem)
def test_no_question_is_referred_to_by_a_number_written_by_hand(path):
    text = path.read_text()
    for found in BY_NUMBER.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        how = "{number}`name`" if path in TEXTS else "the name that check() takes"
        pytest.fail(f"{path.relative_to(ROOT)}:{line}: {found[0]!r}; write {how} instead")


@pytest.mark.parametrize("page", ["alone", "teaching"])
def test_questions_that_a_timetable_names_exist(page):
    rows = re.findall(
        r"^\|.*`0\d-\w+`, .*$", (ROOT / "book" / f"{page}.md").read_text(), re.MULTILINE
    )
    names = [name for row in rows for pair in RANGE.findall(row) for name in pair]
    assert len(names) >= 4
    assert {name for name in names if not name[0].isdigit()} <= QUESTIONS.keys()


def test_a_text_that_refers_to_no_question_of_its_own_is_refused():
    with pytest.raises(ValueError, match="asks no question"):
        with_numbers("## One\n\nSee question {number}`relu_backward`.\n")
