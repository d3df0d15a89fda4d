"""Pages open fast: they load little, and what is far from the reader waits.

The pages are opened from the disk, as the README tells readers to do. `make book` builds them.
"""

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from support.dresses import DESKTOP, PHONE
from support.places import ROOT, SITE
from support.site import NEXT_FRAMES

CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [chapter["file"] for part in CONTENTS["parts"] for chapter in part["chapters"]]
PAGES = [CONTENTS["root"], *CHAPTERS, "genindex", "search"]
MATHEMATICS = "book/4-mathematics"  # has the most formulas
BELOW_THE_TOP = 170  # pixels in which the target of a link may end up
# The most bytes that are allowed: for the site without the files of the live boxes, for the whole
# site, and for everything that one page loads.
SITE_BYTES, WHOLE_BYTES, PAGE_BYTES = 15e6, 45e6, 0.6e6
PACKED = {".html", ".css", ".js", ".svg"}  # what a server sends compressed
UNSET = "[...document.querySelectorAll('.math')].filter((one) => !one.querySelector('mjx-math'))"
# The link to an equation of the same page that is furthest from it.
FAR_LINK = """() => {
    const top = (element) => element.getBoundingClientRect().top;
    const way = (link) => Math.abs(top(document.getElementById(link.hash.slice(1))) - top(link));
    const links = [...document.querySelectorAll('article a[href^="#equation-"]')];
    return links.reduce((far, link) => way(link) > way(far) ? link : far);
}"""
LAST_EQUATION = "[...document.querySelectorAll('div.math[id^=equation-]')].at(-1).id"

pytestmark = [
    pytest.mark.book,
    pytest.mark.skipif(not SITE.is_dir(), reason="the book is not built: run `make book`"),
]


@pytest.fixture
def visit(chromium):
    """A function from the name of a page to the open page and the addresses that it asked for."""
    contexts = []

    def opened(name, size=DESKTOP, anchor=""):
        context = chromium.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{(SITE / name).as_uri()}.html{anchor}")
        settle(page)
        return page, asked

    yield opened
    for context in contexts:
        context.close()


def settle(page):
    """Wait until the formulas and the signs of their fonts are there, and nothing moves."""
    page.wait_for_load_state("networkidle")
    page.evaluate("window.MathJax?.startup.promise.then(() => {})")
    page.wait_for_function(
        f"""() => document.fonts.status === "loaded" && {UNSET}.every((formula) => {{
            const box = formula.getBoundingClientRect();
            return box.width === 0 || box.bottom < 0 || box.top > innerHeight;
        }})"""
    )
    page.evaluate(NEXT_FRAMES)


def file_of(address):
    return Path(unquote(urlsplit(address).path))


def top_of(page, name):
    return page.locator(f"[id='{name}']").evaluate("(one) => one.getBoundingClientRect().top")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_little_and_nothing_that_it_does_not_need(visit, name):
    page, asked = visit(name)
    files = {file_of(address) for address in asked if not address.startswith("data:")}
    assert {urlsplit(address).scheme for address in asked} <= {"file", "data"}
    assert [file for file in files if not file.is_relative_to(SITE) or not file.is_file()] == []
    needless = ("fontawesome", "fa-solid", "fa-brands")
    assert [file for file in files if any(word in str(file) for word in needless)] == []
    assert any(file.name == "searchindex.js" for file in files) == (name == "search")
    contents = {file: file.read_bytes() for file in files}
    sent = [gzip.compress(c) if f.suffix in PACKED else c for f, c in contents.items()]
    assert sum(map(len, sent)) <= PAGE_BYTES


def test_the_site_is_small_and_has_no_file_for_developers():
    files = [file for file in SITE.rglob("*") if file.is_file()]
    sizes = {file: file.stat().st_size for file in files}
    live = SITE / "_static" / "live"
    assert sum(sizes.values()) <= WHOLE_BYTES
    assert sum(s for file, s in sizes.items() if not file.is_relative_to(live)) <= SITE_BYTES
    needless = ("*.map", "fontawesome.js", "fa-*.*")
    assert [file for file in files if any(map(file.match, needless))] == []
    scripts = {file.name for file in (SITE / "_static" / "mathjax").rglob("*.js")}
    assert scripts == {"startup.js", "core.js", "tex.js", "chtml.js", "assistive-mml.js"}


def test_a_formula_is_set_when_the_reader_comes_near_it(visit):
    page, _ = visit(MATHEMATICS)
    last = page.locator(".math").last
    assert page.evaluate(f"{UNSET}.length") > 300
    assert last.locator("mjx-math").count() == 0
    last.scroll_into_view_if_needed()
    settle(page)
    assert last.locator("mjx-math").count() == 1
    assert last.locator("mjx-assistive-mml").count() == 1


def test_a_formula_keeps_its_size_when_others_are_set(visit):
    page, _ = visit("book/3-algorithm")
    with_index = page.locator(".admonition.note .math")
    with_index.first.scroll_into_view_if_needed()
    settle(page)
    widths = "(all) => all.map((one) => one.firstChild.getBoundingClientRect().width)"
    before = with_index.evaluate_all(widths)
    assert len(before) >= 5
    page.evaluate("MathJax.typesetPromise()")
    settle(page)
    assert with_index.evaluate_all(widths) == pytest.approx(before, abs=0.1)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_link_leads_to_its_far_equation_and_back_and_forth(visit, size):
    page, _ = visit(MATHEMATICS, size)
    link = page.evaluate_handle(FAR_LINK)
    name = link.evaluate("(link) => link.hash.slice(1)")
    link.evaluate("(link) => link.scrollIntoView({block: 'center'})")
    settle(page)
    start = link.evaluate("(link) => link.getBoundingClientRect().top")
    assert abs(top_of(page, name)) > 10 * size["height"]
    link.evaluate("(link) => link.click()")
    settle(page)
    assert 0 <= top_of(page, name) <= BELOW_THE_TOP
    page.go_back()
    settle(page)
    returned = link.evaluate("(link) => link.getBoundingClientRect().top")
    assert returned == pytest.approx(start, abs=BELOW_THE_TOP)
    page.go_forward()
    settle(page)
    assert 0 <= top_of(page, name) <= BELOW_THE_TOP


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_equation_far_below_is_reached_from_the_top_and_after_another_page(visit, size):
    page, _ = visit(MATHEMATICS, size)
    name = page.evaluate(LAST_EQUATION)
    assert top_of(page, name) > 20 * size["height"]
    page.evaluate("(name) => { location.hash = name; }", name)
    settle(page)
    assert 0 <= top_of(page, name) <= BELOW_THE_TOP
    page.goto(f"{(SITE / 'book/notation').as_uri()}.html")
    page.go_back()
    settle(page)
    assert 0 <= top_of(page, name) <= BELOW_THE_TOP
    opened, _ = visit(MATHEMATICS, size, f"#{name}")
    assert 0 <= top_of(opened, name) <= BELOW_THE_TOP


def test_a_page_on_paper_has_every_formula_and_every_figure(visit):
    page, _ = visit("book/1-background")
    assert page.evaluate(f"{UNSET}.length") > 0
    page.pdf()
    assert page.evaluate(f"{UNSET}.length") == 0
    pictures = page.locator("article img")
    assert pictures.count() > 0
    assert pictures.evaluate_all("(all) => all.filter((one) => !one.naturalWidth).length") == 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_figure_waits_and_its_place_is_free_from_the_start(visit, size):
    page, asked = visit("book/3-algorithm", size)
    pictures = page.locator("article img")
    assert pictures.evaluate_all("(all) => all.every((one) => one.loading === 'lazy')")
    waiting = pictures.evaluate_all("(all) => all.filter((one) => !one.naturalWidth).length")
    assert waiting >= 10
    boxes = "(all) => all.map((one) => [one.clientWidth, one.clientHeight])"
    before = pictures.evaluate_all(boxes)
    pictures.evaluate_all("(all) => all.forEach((one) => one.loading = 'eager')")
    page.wait_for_function("[...document.querySelectorAll('article img')].every((i) => i.complete)")
    for was, now in zip(before, pictures.evaluate_all(boxes), strict=True):
        assert min(was) > 0 and was == pytest.approx(now, abs=1)


def test_the_icons_are_drawings_and_keep_their_names(visit):
    page, _ = visit("book/1-background")
    assert page.locator(".fa-solid").count() == 0
    switch = page.locator(".theme-switch-button").first
    assert switch.get_attribute("aria-label") == "Color mode"
    assert switch.locator("svg > title").all_text_contents() == ["Light", "Dark", "System Settings"]
    shown = page.locator("svg.drawn-icon:visible")
    assert shown.count() >= 4
    assert shown.evaluate_all("(all) => all.every((one) => one.getBBox().width > 0)")
    nameless = page.locator("svg.drawn-icon:not(:has(> title))")
    assert nameless.evaluate_all("(all) => all.every((one) => one.ariaHidden === 'true')")


def test_the_quick_search_finds_a_word_from_the_disk(visit):
    page, asked = visit("book/1-background")
    page.keyboard.press("Control+K")
    page.locator("#pst-search-dialog input").fill("softmax")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert "searchindex.js" in {file_of(address).name for address in asked}
    assert page.locator("#search-results li a[href*='3-algorithm.html']").count() > 0


@pytest.mark.parametrize("query", ["softmax", "vanishing gradients"])
def test_the_search_shows_excerpts_from_the_disk_and_from_a_server(chromium, book_address, query):
    context = chromium.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{book_address}search.html")
    settle(page)
    assert not any("/texts/" in address for address in asked)  # only a search needs them
    page.goto(f"{book_address}search.html?q={query}")
    page.wait_for_selector("#search-results li .context mark")
    page.wait_for_load_state("networkidle")
    excerpts = page.locator("#search-results .context")
    assert excerpts.count() >= 3
    marked = " ".join(excerpts.locator("mark").all_text_contents()).lower()
    assert all(word.removesuffix("s") in marked for word in query.split())
    assert all(len(text) < 300 for text in excerpts.all_text_contents())
    links = page.locator("#search-results li a[href*='#']")
    links.first.click()
    page.wait_for_function("location.hash")
    page.locator(f"[id='{page.url.partition('#')[2]}']").wait_for(state="attached")
    context.close()
