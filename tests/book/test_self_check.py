"""The self-check directive: the HTML of a self-check, and the warnings about malformed ones."""

import io
import re
import sys

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from support.places import BOOK

EXTENSIONS = BOOK / "extensions"
GOOD = """\
What is the slope of $x^2$ at 3?

- [ ] 9

  That is the *value*.

- [x] $2x$

  Which is 6 there.
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A function that takes texts of self-checks and returns the built page and the warnings."""
    monkeypatch.setattr(sys, "path", [str(EXTENSIONS), *sys.path])
    settings = {
        "extensions": ["myst_parser", "self_check"],
        "myst_enable_extensions": ["colon_fence", "dollarmath"],
    }

    def build(*texts):
        asked = "\n".join(f"::::{{self-check}}\n{text}::::\n" for text in texts)
        (tmp_path / "index.md").write_text(f"# Page\n\n{asked}", encoding="utf-8")
        warnings = io.StringIO()
        folders = (tmp_path, None, tmp_path / "out", tmp_path / "tree", "html")
        with docutils_namespace():
            Sphinx(*folders, settings, status=None, warning=warnings).build()
        return (tmp_path / "out" / "index.html").read_text(encoding="utf-8"), warnings.getvalue()

    return build


def test_every_choice_is_a_labelled_radio_button_with_its_explanation(page):
    html, warnings = page(GOOD)
    assert warnings == ""
    fieldset = re.search(r"<fieldset.*?</fieldset>", html, re.DOTALL)[0]
    inputs = re.findall(r'<input type="radio" name="([^"]+)" id="([^"]+)"', fieldset)
    assert len(inputs) == 2 and len({name for name, _ in inputs}) == 1
    assert re.findall(r'<label for="([^"]+)"', fieldset) == [identity for _, identity in inputs]
    wrong, right = re.findall(r'aria-live="polite">(.*?)</div></div></div>', fieldset, re.DOTALL)
    assert "why wrong" in wrong and "Not quite." in wrong and "<em>value</em>" in wrong
    assert "why right" in right and "Right." in right and "Which is 6 there." in right
    assert "[x]" not in fieldset and "[ ]" not in fieldset


def test_two_questions_of_a_page_do_not_share_their_buttons(page):
    html, _ = page(GOOD, GOOD)
    names = re.findall(r'<input type="radio" name="([^"]+)"', html)
    assert len(set(names)) == 2
    assert len(set(re.findall(r'id="(self-check[^"]*)"', html))) == 2 * 4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Only a question?\n", "end with a list of choices"),
        (GOOD.replace("[x]", "[ ]"), "mark exactly one choice"),
        (GOOD.replace("[ ]", "[x]"), "mark exactly one choice"),
        (GOOD.replace("[ ] 9", "9"), "a choice begins with"),
        (GOOD.replace("  Which is 6 there.\n", ""), "a choice has no explanation"),
    ],
)
def test_what_is_out_of_form_is_a_warning_in_one_line_that_says_where(page, text, complaint):
    _, warnings = page(text)
    assert complaint in warnings
    assert re.search(r"index\.md:\d+: ", warnings)
    assert len(warnings.strip().splitlines()) == 1
