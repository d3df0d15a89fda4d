"""Feedback pages are safe to open: a real browser does not run code of a student.

These are the pages of `autograder feedback` and those of nbgrader. Our own pages also forbid every
script by a policy. We take the policy out, so that the tests show that there is nothing to forbid.
"""

import json
import re
from html.parser import HTMLParser

import pytest

from attacks import ASSIGNMENT, ATTACKS, hand_in, notebook, pictures
from autograder.cli import main
from support.stock import nbgrader

pytestmark = [pytest.mark.sandbox, pytest.mark.browser]

# The attacks with a text or a picture that calls pwned() if a browser treats it as markup.
NAMES = [
    name
    for name, attack in ATTACKS.items()
    if attack in pictures.ATTACKS or b"pwned()" in notebook(attack)
]
NOTICE = "<script>window.pwned = () => document.documentElement.setAttribute('pwned', '')</script>"
LEADING = ("href", "src", "xlink:href", "action", "data", "srcdoc")
POLICY = '<meta http-equiv="Content-Security-Policy"'
PLANTED = "<script>setTimeout(pwned, 2900)</script>"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The folder with the feedback pages for these attacks: those of nbgrader, and our own."""
    course = tmp_path_factory.mktemp("feedback")
    for name in NAMES:
        hand_in(course / "submitted" / name / ASSIGNMENT, notebook(ATTACKS[name]), {})
    assert main(["grade", ASSIGNMENT, "--course", str(course)]) == 0
    with nbgrader(course) as api:
        done = api.generate_feedback(ASSIGNMENT)
    assert done["success"], done["log"]
    (course / "feedback").rename(course / "stock")
    assert main(["feedback", ASSIGNMENT, "--course", str(course)]) == 0
    (course / "feedback").rename(course / "ours")
    return course


def page_of(pages, maker, name):
    """Return the page for an attack without its policy. maker: "stock" or "ours"."""
    text = (pages / maker / name / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert (POLICY in text) == (maker == "ours")
    return text.replace(POLICY, "")


def opened(chromium, folder, text):
    """The page as it is once the browser has run what it runs, timers of three seconds included."""
    file = folder / "opened.html"
    file.write_text(text.replace("<head>", f"<head>{NOTICE}", 1), encoding="utf-8")
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.route(re.compile("^https?:"), lambda route: route.abort())
        page.clock.install()
        page.goto(file.as_uri())
        page.clock.run_for(3000)
        return page.content()
    finally:
        context.close()


def is_pwned(dom):
    return re.search(r"<html[^>]*\spwned", dom) is not None


def targets(dom):
    """Return the addresses of the links, pictures and frames of a page."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.extend(
                (value or "").strip().lower() for name, value in attributes if name in LEADING
            )

    Parser().feed(dom)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("maker", ["stock", "ours"])
def test_nothing_of_a_student_runs(pages, chromium, tmp_path, maker, name):
    dom = opened(chromium, tmp_path, page_of(pages, maker, name))
    assert not is_pwned(dom)
    assert not [t for t in targets(dom) if t.startswith(("javascript:", "vbscript:", "data:text"))]


@pytest.mark.parametrize("maker", ["stock", "ours"])
def test_what_runs_is_noticed(pages, chromium, tmp_path, maker):
    text = page_of(pages, maker, NAMES[0])
    planted = f"<a href='javascript:pwned()'></a>{PLANTED}</body>"
    dom = opened(chromium, tmp_path, text.replace("</body>", planted))
    assert is_pwned(dom)
    assert "javascript:pwned()" in targets(dom)


@pytest.mark.parametrize("maker", ["stock", "ours"])
def test_the_words_of_the_student_are_still_there(pages, maker):
    (name,) = (n for n in NAMES if n == "html_in_the_answer_for_a_person_is_not_run")
    cells = json.loads(notebook(ATTACKS[name]))["cells"]
    assert any("<script>" in "".join(cell["source"]) for cell in cells)
    assert "script&gt;pwned()" in page_of(pages, maker, name)
