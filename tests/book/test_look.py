"""The look of the built pages: typefaces, measure, code links, contents, openings, dark figures."""

import re
import sys

import pytest
from bs4 import BeautifulSoup

from support.dresses import DESKTOP, PHONE
from support.places import BOOK, SITE

sys.path.insert(0, str(BOOK))
from lengths import chapters

CHAPTER = "book/2-concepts"
# The characters in the full lines of the long paragraphs of a page.
CHARACTERS = """() => [...document.querySelectorAll(".bd-article section > p")]
    .filter((one) => one.textContent.length > 300 && !one.querySelector(".math"))
    .map((one) => {
        const height = parseFloat(getComputedStyle(one).lineHeight);
        return one.textContent.length / Math.round(one.clientHeight / height);
    })"""
MARKED = """() => {
    const frame = document.querySelector(".bd-sidebar-secondary").getBoundingClientRect();
    const marked = [...document.querySelectorAll(".bd-sidebar-secondary .nav-link.active")].at(-1);
    const box = marked.getBoundingClientRect();
    return [box.top - frame.top, Math.min(innerHeight, frame.bottom) - box.bottom];
}"""

pytestmark = [
    pytest.mark.book,
    pytest.mark.skipif(not SITE.is_dir(), reason="the book is not built: run `make book`"),
]


@pytest.fixture
def visit(chromium):
    """A function from the name of a page to the open page, from the disk."""
    context = chromium.new_context()

    def opened(name, size=DESKTOP, scheme="light"):
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.goto(f"{(SITE / name).as_uri()}.html")
        page.wait_for_function("document.fonts.status === 'loaded'")
        return page

    yield opened
    context.close()


def markup(name):
    return BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_a_line_of_text_has_a_readable_length(visit):
    found = visit(CHAPTER).evaluate(CHARACTERS)
    assert found and all(50 <= each <= 75 for each in found)
    phone = visit(CHAPTER, PHONE).evaluate(CHARACTERS)
    assert phone and all(each <= 45 for each in phone)


def test_the_typefaces_come_from_the_site_with_their_licences(visit):
    page = visit(CHAPTER)
    loaded = page.evaluate(
        "[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)"
    )
    names = {name.strip('"') for name in loaded}
    assert {"Source Serif 4", "Source Sans 3", "Source Code Pro"} <= names
    files = {file.name for file in (SITE / "_static" / "fonts").iterdir()}
    assert {f"source-{face}-licence.txt" for face in ("serif-4", "sans-3", "code-pro")} <= files


def test_hidden_code_follows_its_figure_and_opens(visit):
    for hidden in markup(CHAPTER).select(".cell:has(figure) > .hidden-code"):
        assert hidden.find_previous_sibling(class_="cell_output"), hidden.text[:60]
    page = visit(CHAPTER)
    link = page.locator(".cell:has(figure) > .hidden-code > summary").first
    assert link.inner_text() == "‹› code"
    link.focus()
    page.keyboard.press("Enter")
    assert link.inner_text() == "‹› hide the code"
    assert page.locator(".hidden-code[open] pre").first.is_visible()


def test_the_contents_follow_the_reader(visit):
    page = visit("book/4-mathematics", {**DESKTOP, "height": 500})
    headings = page.locator(".bd-article h2")
    for number in (1, headings.count() // 2, headings.count() - 1):
        headings.nth(number).evaluate("(one) => one.scrollIntoView()")
        page.mouse.wheel(0, 30)
        page.wait_for_timeout(800)
        above, below = page.evaluate(MARKED)
        assert above >= 0 and below >= 0


def test_a_chapter_says_how_long_it_takes_as_the_command_does():
    found = dict(chapters(SITE))
    assert len(found) >= 6
    for name, length in found.items():
        page = markup(f"book/{name}")
        line = page.select_one(".eyebrow").get_text(" ")
        assert f"about {length.minutes} min" in line and "notebook 0" in line
        times = [int(re.search(r"\d+", one.text)[0]) for one in page.select(".time")]
        assert sum(times) <= length.minutes + len(times)
        assert page.select_one(".goals li") or "What you will be able to do" not in page.text


def test_figures_have_colours_for_dark_pages_and_no_filter(visit):
    figures = list((SITE / "_images").glob("*.svg"))
    assert figures
    assert [f.name for f in figures if "prefers-color-scheme:dark" not in f.read_text()] == []
    picture = visit(CHAPTER, scheme="dark").locator(".bd-article figure img").first
    style = picture.evaluate(
        "(one) => [getComputedStyle(one).colorScheme, getComputedStyle(one).filter]"
    )
    assert style == ["dark", "none"]
