"""The built book in a real browser: no requests to other sites, no errors, and accessible.

The pages are tested in light colours on a desktop and in dark colours on a phone, and by
`make test-all` with colours and sizes swapped, too. `make book` builds the pages.
"""

import contextlib
import re
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote, urldefrag, urljoin

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from support.dresses import DESKTOP, PHONE, dresses
from support.places import ROOT, SITE
from support.site import NEXT_FRAMES

CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [chapter["file"] for part in CONTENTS["parts"] for chapter in part["chapters"]]
PAGES = [CONTENTS["root"], *CHAPTERS, "genindex", "search"]
# A page has put on a dress when it has its colours, and all code and every table that scrolls can
# have the focus. The theme makes them focusable a moment after the page has got its size.
DRESSED = """(scheme) => document.documentElement.dataset.theme === scheme &&
    [...document.querySelectorAll("pre, .output, .pst-scrollable-table-container")].every(
        (block) => block.scrollWidth <= block.clientWidth || block.tabIndex >= 0)"""
# One piece of code in each colour is enough for axe. The glyphs of formulas are hidden from
# screen readers, which read the MathML beside them. The page is thinned out because axe would
# need minutes for tens of thousands of pieces and glyphs.
THIN = """() => {
    for (const glyphs of document.querySelectorAll("mjx-math")) glyphs.replaceChildren();
    const seen = new Set();
    for (const piece of document.querySelectorAll("pre span")) {
        const kind = piece.closest("div.highlight")?.parentElement.className + piece.className;
        if (seen.has(kind)) piece.replaceWith(...piece.childNodes);
        seen.add(kind);
    }
}"""
TO_SCROLL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = [
    pytest.mark.book,
    pytest.mark.skipif(not SITE.is_dir(), reason="the book is not built: run `make book`"),
]


@contextlib.contextmanager
def visitor(chromium, address):
    """Yield a function from the name of a page to the open page and its troubles.

    Every way out is blocked.
    """
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)  # other tests may keep the machine busy
    troubles = []

    def only_here(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            troubles.append(f"asks for {route.request.url}")
            route.abort()

    def answered(response):
        if response.status >= 400:
            troubles.append(f"{response.status} for {response.url}")

    def said(message):
        if message.type in ("error", "warning"):
            troubles.append(f"{message.type} in the console: {message.text}")

    def opened(name):
        page.set_viewport_size(DESKTOP)
        page.goto(f"{address}{name}.html")
        page.wait_for_load_state("networkidle")
        if page.locator(".math").count():
            # All formulas at once, because a page by itself sets only those near the window. If it
            # is setting one of them at this moment, MathJax fails, so we then ask once more.
            page.evaluate(
                "MathJax.startup.promise.then(() => MathJax.typesetPromise())"
                ".catch(() => MathJax.typesetPromise())"
            )
        return page, troubles

    page.route("**/*", only_here)
    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: troubles.append(f"exception: {error}"))
    try:
        yield opened
    finally:
        context.close()


@pytest.fixture
def visit(chromium, book_server):
    with visitor(chromium, book_server) as opened:
        yield opened


@dataclass
class Findings:
    """All that is found on a page in several dresses. Every test of the page looks at it."""

    troubles: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    sideways: int = 0  # pixels by which the page can be scrolled sideways on a phone


@pytest.fixture(scope="module")
def findings(chromium, book_server, pytestconfig):
    """A function: the name of a page -> what is found on it. It visits a page once."""

    @cache
    def found(name):
        with visitor(chromium, book_server) as opened:
            return inspected(opened, name, dresses(pytestconfig))

    return found


def put_on(page, scheme, size):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    page.evaluate(NEXT_FRAMES)
    page.wait_for_function(DRESSED, arg=scheme)


def inspected(opened, name, wanted):
    page, troubles = opened(name)
    found = Findings(troubles)
    if page.locator("mjx-container").count() < page.locator(".math").count():
        found.formulas.append("not every formula is set")
    found.formulas += ["MathJax cannot read one"] * page.locator("mjx-merror").count()
    put_on(page, "light", PHONE)
    found.sideways = page.evaluate(TO_SCROLL)
    page.evaluate(THIN)
    for scheme, size in wanted:
        put_on(page, scheme, size)
        dress = f"{scheme}, {size['width']} wide"
        # Without preload: it would fetch style sheets by wrong addresses.
        options = {"preload": False, "resultTypes": ["violations"]}
        found.violations += [
            f"{dress}: {violation['id']} at {node['html'][:150]}"
            for violation in Axe().run(page, options=options).response["violations"]
            for node in violation["nodes"]
        ]
    return found


@pytest.fixture(scope="module")
def markup():
    """The parsed markup of every page by name."""
    return {
        name: BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for name in PAGES
    }


every_page = pytest.mark.parametrize("name", PAGES)


@every_page
def test_a_page_asks_nobody_outside_and_makes_no_error(findings, name):
    assert findings(name).troubles == []
    assert findings(name).formulas == []


@every_page
def test_a_page_is_accessible_light_and_dark_on_desktop_and_phone(findings, name):
    assert findings(name).violations == []


@every_page
def test_a_phone_never_scrolls_sideways(findings, name):
    assert findings(name).sideways == 0


def test_a_self_check_is_answered_by_keyboard(visit):
    page, _ = visit("book/2-concepts")
    first = page.locator("fieldset.self-check").first
    choices = first.locator("input")
    assert first.locator(".why:visible").count() == 0
    choices.first.focus()
    page.keyboard.press("Space")
    for index in range(choices.count()):
        shown = first.locator(".why:visible")
        assert shown.count() == 1
        assert choices.nth(index).is_checked()
        page.keyboard.press("ArrowDown")


def test_every_link_inside_leads_somewhere(markup):
    places = {
        name: {tag["id"] for tag in page.find_all(id=True)}
        | {tag["name"] for tag in page.find_all("a", attrs={"name": True})}
        for name, page in markup.items()
    }
    dead = []
    for name, page in markup.items():
        for link in page.find_all("a", href=True):
            where, anchor = urldefrag(urljoin(f"{name}.html", link["href"]))
            if re.match(r"[a-z]+:", where):
                continue
            known = places.get(where.removesuffix(".html"), {unquote(anchor)})
            if not (SITE / unquote(where)).is_file() or (anchor and unquote(anchor) not in known):
                dead.append(f"{name}: {link['href']}")
    assert dead == []


def test_every_picture_tells_what_it_shows(markup):
    told = [
        (name, image.get("alt", ""))
        for name, page in markup.items()
        for image in page.select("article img")
    ]
    assert len(told) >= 40
    assert [one for one in told if len(one[1].split()) < 8] == []
    assert len({alt for _, alt in told}) == len(told)


def test_the_chapters_ask_their_reader(markup):
    asked = {name: len(page.select("fieldset.self-check")) for name, page in markup.items()}
    assert sum(asked.values()) >= 60
    assert all(asked[name] for name in PAGES if re.match(r"book/\d", name))
