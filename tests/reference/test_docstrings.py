"""The docstring of each public function names shapes, types, errors, and a section of the book."""

import inspect
import re

import pytest

import backprop as bp
from support.places import ROOT

PUBLIC = {name: getattr(bp, name) for name in bp.__all__}
METHODS = {
    f"{owner.__name__}.{name}": method
    for owner in (bp.Value, bp.Dual)
    for name, method in vars(owner).items()
    if inspect.isfunction(method) and name != "__repr__"
}
BOOK = re.compile(r'Book: (?:chapter (\d)|"(.+?)"), "(.+?)"')
TYPES = re.compile(r"\b(float64|floats?|integers?|nodes)\b")


def words(thing):
    return " ".join((inspect.getdoc(thing) or "").split())


def headings(chapter, page):
    """Return the headings of a chapter with a number, or else of a page with a title."""
    pages = f"{chapter}-*.md" if chapter else "*.md"
    texts = [file.read_text() for file in (ROOT / "book").glob(pages)]
    (text,) = [text for text in texts if chapter or f"\n# {page}\n" in text]
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_names_a_section_that_the_book_has(name):
    if name in ("Digits", "load_digits"):
        assert "Source: " in words(bp.load_digits)
        return
    found = BOOK.findall(words(PUBLIC[name]))
    assert found, 'add a line such as: Book: chapter 2, "Activations".'
    for chapter, page, title in found:
        assert title in headings(chapter, page)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_names_arguments_and_types(name):
    thing = PUBLIC[name]
    assert TYPES.search(words(thing))
    for argument in inspect.signature(thing).parameters:
        if argument not in ("cache", "parents", "send_back"):
            assert re.search(rf"\b{argument}\b", words(thing)), argument


@pytest.mark.parametrize("name", PUBLIC | METHODS)
def test_a_docstring_says_raises_where_the_code_does(name):
    thing = (PUBLIC | METHODS)[name]
    for error in re.findall(r"raise (\w+)", inspect.getsource(thing)):
        assert re.search(rf"Raises {error}", words(thing)), error


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_docstring(name):
    assert words(METHODS[name])
