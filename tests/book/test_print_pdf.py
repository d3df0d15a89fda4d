"""The printed book as a PDF file: it has tags, bookmarks and alternative texts."""

import subprocess
import sys

import pytest
from pypdf import PdfReader

from support.places import BOOK

SCRIPT = BOOK / "print_pdf.py"
PAGE = """<!DOCTYPE html><html lang="en"><title>Small</title>
<style>h2 {{ break-before: page; break-after: avoid }}</style>
<h1>Small</h1>{sections}<img alt="a red dot on white" src="data:image/svg+xml,
<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\
<circle r='4' cx='4' cy='4'/></svg>">"""
TITLES = [f"Section {number}" for number in range(1, 6)]


@pytest.fixture(scope="module")
def pdf(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("printed")
    sections = "".join(f"<h2>{title}</h2>" + "<p>text</p>" * 40 for title in TITLES)
    page = folder / "page.html"
    page.write_text(PAGE.format(sections=sections), encoding="utf-8")
    subprocess.run([sys.executable, SCRIPT, page, folder / "page.pdf"], check=True)
    return PdfReader(folder / "page.pdf")


def everything(tree):
    """Yield all dictionaries in a tree of tags."""
    tree = tree.get_object()
    if isinstance(tree, list):
        for child in tree:
            yield from everything(child)
    elif isinstance(tree, dict):
        yield tree
        if "/K" in tree:
            yield from everything(tree["/K"])


def test_headings_are_bookmarks_each_said_once(pdf):
    titles, left = [], [pdf.outline]
    while left:
        for entry in left.pop():
            if isinstance(entry, list):
                left.append(entry)
            else:
                titles.append(entry.title)
    assert titles == ["Small", *TITLES]


def test_tags_and_alternative_texts_are_kept(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None and bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en"
    tags = list(everything(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/P"} <= {tag.get("/S") for tag in tags}
    assert "a red dot on white" in {tag.get("/Alt") for tag in tags}


def test_without_a_page_there_is_one_line_that_says_what_to_do(tmp_path):
    command = [sys.executable, SCRIPT, tmp_path / "none.html", tmp_path / "none.pdf"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode != 0
    assert ended.stderr.count("\n") == 1 and "singlehtml" in ended.stderr
