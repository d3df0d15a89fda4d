"""The boxes of the book in a real browser, with the real Python of the page.

The pages are opened from the disk, every way out is blocked, and Python is loaded once for all
tests of a chapter. `make book` builds the pages.
"""

import contextlib
import io
import json
from urllib.parse import urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

from autograder.check import check
from support.dresses import DESKTOP, PHONE, dresses
from support.places import ROOT, SITE
from support.site import NEXT_FRAMES, needs_live_boxes, remember, stay_here

CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [CONTENTS["root"], *(c["file"] for part in CONTENTS["parts"] for c in part["chapters"])]
BACKGROUND, ALGORITHM = "book/1-background", "book/3-algorithm"
FIRST_CHECK = 120_000  # milliseconds: the machine may be busy
AVERAGED = """\
def linear_backward(dout, cache):
    x, W = cache
    dx = dout @ W.T
    dW = x.T @ dout
    db = dout.mean(axis=0)
    return dx, dW, db
"""
RIGHT = AVERAGED.replace("mean", "sum")
SIGNS = RIGHT.replace("dout @", "-dout @").replace("x.T", "-x.T").replace("dout.sum", "-dout.sum")
CRASH = RIGHT.replace("dout @ W.T", "dout @ x @ W.T")
GATE = "def relu_backward(dout, cache):\n    return dout * (dout > 0)\n"
LAYER = "def layer(x, W, b):\n    return sigmoid(x @ W + b)\n"
RIGHT_GATE = "def relu_backward(dout, cache):\n    print(dout)\n    return dout * cache\n"
OPEN_ALL = """document.querySelectorAll("live-question details:not([hidden])").forEach(
    (details) => { details.open = true; })"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
KEEP = "backpropagation-course"  # the key in the browser's storage

pytestmark = [pytest.mark.book, needs_live_boxes]


@pytest.fixture(scope="module")
def new_page(chromium):
    """A function that returns an empty page and the addresses that it asks for."""
    contexts, errors, blocked = [], [], []

    def opened():
        context = chromium.new_context(viewport=DESKTOP)
        contexts.append(context)
        blocked.append(stay_here(context, SITE.as_uri()))
        page = context.new_page()
        page.set_default_timeout(FIRST_CHECK)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page, asked

    yield opened
    for context in contexts:
        context.close()
    assert (errors, [url for each in blocked for url in each]) == ([], [])


@pytest.fixture(scope="module")
def loaded(new_page):
    """A function from the name of a chapter to its open page. A chapter is opened once."""
    pages = {}

    def opened(name):
        if name not in pages:
            page, _ = new_page()
            visit(page, name)
            pages[name] = page
        return pages[name]

    return opened


@pytest.fixture
def chapter(loaded):
    """The open page of the chapter on the algorithm, on a desktop and in light colours.

    All answers are forgotten.
    """
    return fresh(loaded(ALGORITHM))


@pytest.fixture
def background(loaded):
    """The open page of the first chapter, likewise."""
    return fresh(loaded(BACKGROUND))


def visit(page, name):
    page.goto((SITE / f"{name}.html").as_uri())
    page.wait_for_function("customElements.get('live-question') !== undefined")


def fresh(page):
    """Forget the answers of a page, as if the reader deleted them on the page "My progress"."""
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size(DESKTOP)
    page.evaluate("document.activeElement.blur()")
    page.evaluate(
        """key => {
            localStorage.removeItem(key);
            dispatchEvent(new StorageEvent("storage", {key, storageArea: localStorage}));
        }""",
        KEEP,
    )
    return page


def box_of(page, question):
    return page.locator(f"live-question[question={question}]")


def checked(box, source):
    """Put a text into a box, check it, and return what `check()` resolves to."""
    return box.evaluate("(box, text) => { box.source = text; return box.check(); }", source)


def state_of(box):
    return box.get_attribute("data-state"), box.locator(".try-state").inner_text()


def write(box, text):
    """Go into a box with the mouse, and write this text in place of all that is there."""
    box.locator(".try-code").click()
    editor = box.locator(".cm-content")
    editor.wait_for()
    editor.press("Control+a")
    box.page.keyboard.insert_text(text)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_boxes_loads_nothing_of_them(name):
    html = (SITE / f"{name}.html").read_text(encoding="utf-8")
    assert ("try-it.css" in html) == ("<live-question" in html)
    uses = any(mark in html for mark in ("<live-question", "<live-cell", "data-question"))
    assert ("live/live.js" in html) == uses


def test_a_page_loads_the_editor_at_the_first_focus_and_python_at_the_first_check(new_page):
    page, asked = new_page()
    visit(page, ALGORITHM)
    page.wait_for_load_state("networkidle")

    def live():
        return {urlsplit(url).path.rsplit("/", 1)[1] for url in asked if "/_static/live/" in url}

    assert live() == {"live.js"}
    box = box_of(page, "relu_backward")
    box.locator("textarea").focus()
    box.locator(".cm-content").wait_for()
    assert live() == {"live.js", "editor.js"}


def test_the_editor_takes_over_text_caret_and_focus(new_page):
    page, _ = new_page()
    visit(page, ALGORITHM)
    box = box_of(page, "relu_backward")
    stub = box.evaluate("box => box.source")
    box.locator("textarea").evaluate("area => { area.setSelectionRange(4, 4); area.focus(); }")
    box.locator(".cm-content").wait_for()
    page.keyboard.type("my_")
    assert box.evaluate("box => box.source") == stub[:4] + "my_" + stub[4:]


def test_without_the_editor_the_text_area_goes_on_working(new_page):
    page, _ = new_page()
    page.route("**/editor.js", lambda route: route.abort())
    visit(page, ALGORITHM)
    box = box_of(page, "relu_backward")
    box.locator("textarea").fill("x = 1")
    assert box.evaluate("box => box.source") == "x = 1"
    assert state_of(box) == ("editing", "changed, not checked")


def test_a_box_goes_through_its_five_states(chapter):
    box = box_of(chapter, "linear_backward")
    assert state_of(box) == ("untouched", "not tried yet")
    assert box.locator(".try-result").inner_text() == ""
    write(box, AVERAGED)
    assert state_of(box) == ("editing", "changed, not checked")
    box.get_by_role("button", name="Check", exact=True).click()
    box.locator("[class*=verdict-partly]").wait_for()
    assert state_of(box) == ("part", "◐ partly right, 4 of 6")
    assert "dx, dW right" in box.locator(".try-result").inner_text()
    checked(box, SIGNS)
    assert state_of(box) == ("wrong", "✗ not yet, 0 of 6")
    assert not box.locator(".try-solution").is_visible()
    checked(box, RIGHT)
    assert state_of(box) == ("right", "✓ right, 6 of 6")
    assert box.locator(".try-next a").inner_text().endswith("ReLU, backward")


def test_the_line_that_stops_with_an_error_is_marked_until_it_is_edited(chapter):
    box = box_of(chapter, "linear_backward")
    checked(box, CRASH)
    marked = box.locator(".cm-guilty-code")
    marked.first.wait_for()
    assert "".join(marked.all_inner_texts()) == "dx = dout @ x @ W.T"
    box.locator(".cm-guilty").click()
    chapter.keyboard.type("#")
    assert marked.count() == 0


def test_what_the_code_prints_is_shown(chapter):
    box = box_of(chapter, "relu_backward")
    checked(box, "print('<b>here</b>')\n" + GATE)
    box.locator(".try-printed summary").click()
    assert box.locator(".try-printed pre").inner_text().startswith("<b>here</b>")
    checked(box, GATE)
    assert not box.locator(".try-printed").is_visible()


def test_an_edit_makes_the_old_result_pale_until_the_next_check(chapter):
    box = box_of(chapter, "linear_backward")
    checked(box, AVERAGED)
    assert "try-stale" not in box.get_attribute("class")
    write(box, RIGHT)
    assert "try-stale" in box.get_attribute("class")
    assert "dx, dW right" in box.locator(".try-result").inner_text()
    checked(box, RIGHT)
    assert "try-stale" not in box.get_attribute("class")


@pytest.mark.parametrize("source", [AVERAGED, SIGNS, RIGHT, "x = 1\n"])
def test_a_box_says_word_for_word_what_a_notebook_says(chapter, source):
    import backprop

    names = {"linear_forward": backprop.linear_forward, "check": check}
    exec(source, names)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        score = eval("check('linear_backward')", names)
    told = checked(box_of(chapter, "linear_backward"), source)
    assert told["message"].strip() == printed.getvalue().strip()
    assert (told["score"], told["max_score"]) == (score, 6)
    assert (told["misconception"] or "") in printed.getvalue()


def test_hint_and_mistake_lie_ready_and_folded_and_what_is_opened_is_kept(chapter):
    box = box_of(chapter, "linear_backward")
    checked(box, AVERAGED)
    mistake = box.locator("details.try-mistake")
    assert not mistake.locator("h4").is_visible()
    mistake.locator("summary").click()
    assert mistake.locator("h4").inner_text() == "Bias gradient averaged"
    assert "your db" in mistake.inner_text()
    link = mistake.locator("a").evaluate("link => link.href")
    assert link.startswith((SITE / "book").as_uri()) and "#" in link
    box.locator("details.try-hint summary").click()
    kept = json.loads(chapter.evaluate("key => localStorage.getItem(key)", KEEP))
    assert kept["questions"]["linear_backward"]["opened"] == ["mistake", "hint"]


def test_the_worked_solution_opens_after_three_different_tries(chapter):
    box = box_of(chapter, "relu_backward")
    solution = box.locator(".try-solution")
    for source in (GATE, GATE, GATE.replace("*", "+")):
        checked(box, source)
        assert not solution.is_visible()
    checked(box, GATE.replace("*", "-"))
    solution.locator("summary").click()
    assert "def relu_backward(dout, cache):" in solution.inner_text()


def test_two_boxes_of_a_page_do_not_disturb_each_other(chapter):
    first, second = (box_of(chapter, id) for id in ("linear_backward", "relu_backward"))
    both = chapter.evaluate(
        """([one, other]) => {
            const boxes = ["linear_backward", "relu_backward"].map(
                (id) => document.querySelector(`live-question[question=${id}]`));
            boxes[0].source = one;
            boxes[1].source = other;
            return Promise.all(boxes.map((box) => box.check()));
        }""",
        [RIGHT, GATE],
    )
    assert [verdict["score"] for verdict in both] == [6, 0]
    assert state_of(first)[0] == "right" and state_of(second)[0] == "wrong"
    write(second, GATE.replace("*", "+"))
    assert state_of(first)[0] == "right" and state_of(second)[0] == "editing"


def test_start_again_asks_nothing_and_can_be_undone(chapter):
    box = box_of(chapter, "linear_backward")
    stub = box.evaluate("box => box.source")
    checked(box, AVERAGED)
    box.get_by_role("button", name="Start again").click()
    assert box.evaluate("box => box.source") == stub
    assert state_of(box)[0] == "untouched"
    box.get_by_role("button", name="Undo").click()
    assert box.evaluate("box => box.source") == AVERAGED
    assert state_of(box)[0] == "part"
    assert box.get_by_role("button", name="Start again").is_visible()


def test_the_whole_box_works_with_the_keyboard_alone(chapter):
    box, keys = box_of(chapter, "linear_backward"), chapter.keyboard
    box.locator(".try-given summary").focus()
    keys.press("Tab")
    box.locator(".cm-content").wait_for()
    keys.press("Control+a")
    keys.type("def f():\n")
    keys.press("Tab")
    # Four spaces from the editor's own indent, and four from Tab.
    assert box.evaluate("box => box.source").endswith(":\n        ")
    keys.press("Control+a")
    keys.insert_text(AVERAGED)
    keys.press("Escape")
    keys.press("Tab")
    focused = "document.activeElement.textContent"
    assert chapter.evaluate(focused) == "Check"
    keys.press("Enter")
    box.locator("[class*=verdict-partly]").wait_for()
    assert chapter.evaluate(focused) == "Check"  # a verdict never moves the focus
    keys.press("Tab")
    keys.press("Tab")
    assert chapter.evaluate(focused) == "Hint"
    keys.press("Enter")
    assert box.locator(".try-hint[open]").count() == 1
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")  # the focus is in the editor again
    keys.press("Control+a")
    keys.insert_text(RIGHT)
    keys.press("Control+Enter")
    box.locator("[class*=verdict-right]").wait_for()
    assert box.locator(".cm-content").evaluate("one => one === document.activeElement")


def test_a_screen_reader_is_told_names_keys_and_verdicts(chapter):
    box = box_of(chapter, "linear_backward")
    write(box, AVERAGED)
    editor = box.locator(".cm-content")
    assert editor.get_attribute("aria-label") == "Your code for Try it 3.1"
    described = editor.get_attribute("aria-describedby")
    assert "press Escape and then Tab" in chapter.locator(f"[id='{described}']").inner_text()
    checked(box, AVERAGED)
    assert box.locator("[role=status] .verdict").count() == 1
    assert box.get_attribute("role") == "group"
    assert box.evaluate("box => box.getAttribute('aria-labelledby')") == box.locator(
        ".try-title"
    ).get_attribute("id")


def test_a_phone_has_keys_for_code_and_never_scrolls_sideways(chapter):
    chapter.set_viewport_size(PHONE)
    box = box_of(chapter, "linear_backward")
    write(box, "dx")
    box.get_by_role("group", name="Characters for code").get_by_text("=", exact=True).click()
    box.get_by_role("button", name="indent").click()
    assert box.evaluate("box => box.source") == "dx=    "
    assert box.locator(".cm-content").evaluate("one => one === document.activeElement")
    for button in box.locator("button:visible, summary:visible").all():
        assert button.bounding_box()["height"] >= 44
    checked(box, SIGNS)
    for name in ("hint", "mistake"):
        box.locator(f".try-{name} summary").click()
    assert chapter.evaluate(SIDEWAYS) == 0


def test_the_row_of_keys_does_not_move_a_button_away_under_the_finger(chapter):
    chapter.set_viewport_size(PHONE)
    box = box_of(chapter, "mse_loss")
    assert not box.locator(".try-keys").is_visible()
    write(box, "dpred")
    assert box.locator(".try-keys").is_visible()
    check_button = box.get_by_role("button", name="Check", exact=True)
    place = check_button.bounding_box()
    chapter.evaluate("document.activeElement.blur()")
    assert check_button.bounding_box() == place


def test_an_earlier_wrong_answer_costs_once(background):
    flipped = "def sigmoid(z):\n    return 1 / (1 + np.exp(z))\n"
    assert checked(box_of(background, "sigmoid"), flipped)["score"] == 0
    layer = box_of(background, "layer")
    told = checked(layer, LAYER)
    assert told["score"] == told["max_score"] == 2
    assert "Marked as if sigmoid" in told["message"]
    assert "Marked as if sigmoid" in layer.locator(".try-result").inner_text()


def test_the_books_version_stands_in_for_an_earlier_answer_that_is_missing(background):
    layer = box_of(background, "layer")
    before = checked(layer, LAYER.replace("x @ W + b", "x @ W"))
    assert "sigmoid" in layer.locator(".try-builds").inner_text()
    layer.get_by_role("button", name="Use the book's version").click()
    assert layer.locator(".try-earlier").first.is_visible()
    after = checked(layer, LAYER.replace("x @ W + b", "x @ W"))
    assert after["misconception"] == "bias-forgotten" != before["misconception"]


def test_print_shows_the_code_and_nothing_to_press(chapter):
    box = box_of(chapter, "relu_backward")
    chapter.emulate_media(media="print")
    assert box.locator(".try-code").is_visible()
    assert box.locator(".try-question").is_visible()
    for hidden in ("button", ".try-state", ".try-solution", ".try-result"):
        assert not any(one.is_visible() for one in box.locator(hidden).all())


def test_forced_colours_leave_the_words_the_borders_and_the_marked_line(chapter):
    box = box_of(chapter, "linear_backward")
    checked(box, CRASH)
    box.locator(".cm-guilty-code").first.wait_for()
    chapter.emulate_media(forced_colors="active")
    try:
        assert box.locator(".try-state").inner_text().startswith("✗ not yet")
        style = "(one) => getComputedStyle(one)"
        assert box.locator(".try-code").evaluate(f"one => ({style})(one).borderLeftWidth") == "4px"
        line = box.locator(".cm-guilty-code").first
        assert "wavy" in line.evaluate(f"one => ({style})(one).textDecoration")
    finally:
        chapter.emulate_media(forced_colors="none")


def test_opened_boxes_with_verdicts_are_accessible(chapter, pytestconfig):
    for scheme, size in dresses(pytestconfig):
        chapter.emulate_media(color_scheme=scheme)
        chapter.set_viewport_size(size)
        sources = {"linear_backward": AVERAGED, "relu_backward": RIGHT_GATE, "tanh_backward": CRASH}
        for question, source in sources.items():
            checked(box_of(chapter, question), source)
        write(box_of(chapter, "sigmoid_backward"), "not checked")
        chapter.evaluate(OPEN_ALL)
        chapter.evaluate(NEXT_FRAMES)
        violations = [
            f"{scheme}, {size['width']} wide: {found['id']} at {node['html'][:150]}"
            for found in Axe()
            .run(chapter, context="live-question", options={"resultTypes": ["violations"]})
            .response["violations"]
            for node in found["nodes"]
        ]
        assert violations == []
        fresh(chapter)


def test_a_kept_verdict_cannot_bring_markup_into_the_page(new_page):
    page, _ = new_page()
    visit(page, ALGORITHM)
    evil = "<img src=x onerror='bad = 1'><p onclick='1'>Words.</p><a href='javascript:1'>a</a>"
    record = {
        "draft": GATE, "checked": GATE, "best": None, "tries": [], "opened": [], "book": False,
        "changed": 0,
        "verdict": {"score": 0, "max_score": 2, "misconception": None, "message": "", "lines": [],
                    "html": {"line": evil, "hint": evil, "mistake": evil}},
    }  # fmt: skip
    remember(page, {"relu_backward": record})
    page.reload()
    box = box_of(page, "relu_backward")
    result = box.locator(".try-result")
    assert "Words." in result.inner_text()
    assert state_of(box)[0] == "wrong"
    assert box.locator("img, [onclick], [href^=javascript]").count() == 0
    assert page.evaluate("window.bad") is None
