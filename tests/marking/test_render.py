"""The HTML of a verdict: it says what the text says, and no text of a student becomes markup."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from autograder.marking.render import html, name_in_words
from autograder.marking.verdict import Example, Verdict, from_record
from support.answers import REFERENCE, marked

SEED = 4
BOOK = "https://course.example/book-1"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>&amp;'


def text_of(page):
    return unescape(re.sub(r"<[^>]*>", " ", page))


def wrong_verdict():
    def mse(pred, y):
        return ((pred - y) ** 2).sum()

    return marked("mse", SEED, {**REFERENCE, "mse": mse})


def test_the_html_says_what_the_text_says():
    verdict = wrong_verdict()
    text = text_of(html(verdict))
    for words in (verdict.points, verdict.headline, verdict.why, "Sum for mean", "right loss"):
        assert words in text
    assert f'data-mistake="{verdict.misconception}"' in html(verdict)
    for _, value in (*verdict.example.inputs, *verdict.example.right, *verdict.example.yours):
        assert value in text


def test_the_link_opens_the_book_and_without_an_address_there_is_none(monkeypatch):
    verdict = wrong_verdict()
    address = f'href="{BOOK}/book/2-concepts.html#mean-squared-error"'
    monkeypatch.delenv("BOOK_URL", raising=False)
    assert address in html(verdict, book=BOOK + "/")
    assert "href" not in html(verdict)
    monkeypatch.setenv("BOOK_URL", BOOK)
    assert address in html(verdict)


def test_a_folded_verdict_hides_hint_and_mistake_until_they_are_opened():
    verdict = wrong_verdict()
    page = html(verdict, folded=True)
    line, rest = page.split("<details>", 1)
    assert verdict.headline in text_of(line)
    assert verdict.why not in text_of(line)
    assert re.findall("<summary>(.*?)</summary>", page) == ["Hint", "Mistake"]
    assert rest.count("</details>") == 2


@pytest.mark.parametrize(
    ("verdict", "score", "state"),
    [
        ("correct", 3, "right"),
        ("wrong", 1, "partly"),
        ("wrong", 0, "wrong"),
        ("error", 0, "wrong"),
        ("timeout", 0, "wrong"),
        ("missing", 0, "open"),
        ("manual", 0, "open"),
    ],
)
def test_the_colour_tells_the_verdict(verdict, score, state):
    page = html(Verdict("mse", score, 3, verdict, "Words."))
    assert f'"verdict verdict-{state}"' in page


def test_no_text_of_a_student_becomes_markup():
    pairs = ((HOSTILE, HOSTILE),)
    example = Example(HOSTILE, pairs, pairs, pairs)
    page = html(
        Verdict(
            HOSTILE, 0, 1, "wrong", HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), example, "", (HOSTILE,),
            (HOSTILE,),
        )
    )  # fmt: skip
    found = Markup()
    found.feed(page)
    assert found.tags <= set("div p strong h4 table caption tbody tr th td pre".split())
    assert found.attributes <= {"class", "data-mistake", "scope"}


class Markup(HTMLParser):
    """The names of the tags and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_recorded_verdict_is_read_back_as_it_was():
    verdict = wrong_verdict()
    assert from_record(verdict.record()) == verdict
    assert verdict.record()["message"] == verdict.message


def test_the_name_of_a_mistake_is_spelled_as_in_the_book():
    assert name_in_words("relu-after-last-layer") == "ReLU after last layer"
    assert name_in_words("divided-by-n-only") == "Divided by N only"


def test_code_between_backticks_is_shown_as_code_and_escaped():
    shown = html(Verdict("f", 0, 1, "wrong", "Not yet: `a < b` and <b>.\n`open"))
    assert "<code>a &lt; b</code> and &lt;b&gt;.<br>`open" in shown
