"""The interactive figures in a real browser: their numbers agree with a second calculation.

The cells of the book produce the figures. Every state of a figure can be reached by keyboard,
and the numbers in its live text are compared with a calculation that does not use its data.
"""

import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import backprop as bp
from support.dresses import dresses
from support.places import BOOK

STATIC = BOOK / "_static"
sys.path.insert(0, str(BOOK))
import interactive  # noqa: E402

SCRIPTS = ["interactive.js", "computation-graph.js", "descent-surface.js", "vanishing-gradient.js"]
# The elements around a figure in the book, because the theme styles them and what is in them.
OUTPUT = '<div class="cell_output"><div class="output text_html">{}</div></div>'
NUMBER = r"−?\d+(?:\.\d+)?(?:e−?\d+)?"


def cell(call):
    """Return the only code cell of the book that makes this call."""
    pages = [page.read_text(encoding="utf-8") for page in sorted(BOOK.glob("*.md"))]
    cells = re.findall(
        r"```\{code-cell\} ipython3\n(?:---\n.*?\n---\n)?(.*?)```", "".join(pages), re.S
    )
    (found,) = [code for code in cells if f"interactive.{call}(" in code]
    return found


@pytest.fixture(scope="module")
def figures():
    """The HTML of each figure by the tag of its element, as the cells of the book display it."""
    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interactive, "display", lambda bundle, raw: shown.append(bundle["text/html"]))
        for call in ("computation_graph_figure", "descent_figure", "vanishing_figure"):
            exec(cell(call), {"bp": bp, "np": np})
    return {re.match(r"<([\w-]+)", html)[1]: html for html in shown}


@pytest.fixture
def visit(chromium, figures, tmp_path):
    """A function that opens a page with figures.

    After the test, it fails if a page had an error or sent a request to an address outside.
    """
    contexts, complaints = [], []

    def open_page(*tags, theme="light", width=1280, **options):
        theme_styles = Path(pytest.importorskip("pydata_sphinx_theme").__file__).parent
        styles = [
            *theme_styles.glob("**/styles/pydata-sphinx-theme.css"),
            STATIC / "tokens.css",
            STATIC / "interactive.css",
        ]
        assert len(styles) == 3
        file = tmp_path / "page.html"
        file.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Figures</title>'
            + "".join(f'<link rel="stylesheet" href="{style.as_uri()}">' for style in styles)
            + "".join(f'<script defer src="{(STATIC / s).as_uri()}"></script>' for s in SCRIPTS)
            + '</head><body><main class="bd-content" style="max-width: 720px; padding: 15px">'
            + "<h1>Figures</h1>"
            + "".join(OUTPUT.format(figures[tag]) for tag in tags)
            + "</main></body></html>",
            encoding="utf-8",
        )
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on(
            "request",
            lambda request: request.url.startswith("file:") or complaints.append(request.url),
        )
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def record(page):
    """Start recording the live texts of a figure; return a function that returns the new ones."""
    page.evaluate(
        """() => {
            const say = document.querySelector("[aria-live=polite]");
            window.said = [say.textContent];
            new MutationObserver(() => window.said.push(say.textContent))
                .observe(say, { childList: true, characterData: true, subtree: true });
        }"""
    )
    return lambda: page.evaluate("said.splice(0)")


def all_texts(page):
    """Return the live text for every combination of the controls; the last control changes fastest.

    A script sets the controls, because a thousand key presses take a minute. Other tests use the
    keyboard for some of the combinations.
    """
    return page.evaluate(
        """() => {
            const controls = [...document.querySelectorAll(".controls :is(select, input)")];
            const say = document.querySelector("[aria-live=polite]");
            const texts = [];
            const walk = ([first, ...rest]) => {
                if (!first) return texts.push(say.textContent);
                const values = first.options
                    ? [...first.options].map((option) => option.value)
                    : [...Array(Number(first.max) + 1).keys()];
                for (const value of values) {
                    first.value = value;
                    first.dispatchEvent(new Event(first.options ? "change" : "input"));
                    walk(rest);
                }
            };
            walk(controls);
            return texts;
        }"""
    )


def numbers(text):
    return [float(v.replace("−", "-")) for v in re.findall(NUMBER, text)]


def close(got, expected):
    """Assert that the numbers are equal to the precision of the four digits that are shown."""
    assert got == pytest.approx(list(expected), rel=1e-3, abs=1e-9)


# ---- the script files ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_small_and_keep_to_themselves(name):
    source = (STATIC / name).read_text(encoding="utf-8")
    assert len(source.encode()) < 6144
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|fetch|XMLHttp|import", source
    )
    assert re.findall(r"https?://\S+", source) in ([], ['http://www.w3.org/2000/svg";'])


def test_the_book_loads_the_scripts_in_order():
    config = (BOOK.parent / "_config.yml").read_text(encoding="utf-8")
    assert re.findall(r"- \[([\w-]+\.js), \{defer: defer\}\]", config)[: len(SCRIPTS)] == SCRIPTS
    assert "interactive.css" in config


# ---- <computation-graph> ------------------------------------------------------------------------

# The same graph written again as plain functions: the value of each node, and the loss as a
# function of it.
X, W, B = 2.0, -3.0, 7.0
VALUES = {
    "x": X,
    "w": W,
    "b": B,
    "u": X * W,
    "s": X * W + X,
    "z": X * W + X + B,
    "a": 3.0,
    "L": 9.0,
}


def loss_from(name, v):
    """Return the loss if the node `name` has the value v and the nodes before it do not change."""
    now = {"x": X, "w": W, "b": B} | ({name: v} if name in "xwb" else {})
    now["u"] = v if name == "u" else now["x"] * now["w"]
    now["s"] = v if name == "s" else now["u"] + now["x"]
    now["z"] = v if name == "z" else now["s"] + now["b"]
    now["a"] = v if name == "a" else max(now["z"], 0.0)
    return v if name == "L" else now["a"] ** 2


def slope(name):
    return float(bp.numerical_gradient(lambda v: float(loss_from(name, v)), VALUES[name]))


def test_graph_says_every_value_and_every_gradient(visit):
    page = visit("computation-graph")
    said = record(page)
    graph = page.locator("computation-graph")
    graph.locator("text=Next").focus()
    for _ in range(12):  # one key press more than there are steps
        page.keyboard.press("ArrowRight")
    texts = list(dict.fromkeys(said()))
    assert len(texts) == 12
    assert texts[0] == "Given: x = 2, w = −3, b = 7."
    order = ["u", "s", "z", "a", "L"]
    for k, (name, text) in enumerate(zip(order, texts[1:6], strict=True), 1):
        assert text.startswith(f"Step {k} of 11, forward through "), text
        assert f": {name} = " in text
        assert numbers(text)[-1] == VALUES[name]
    assert texts[6].endswith("dL = 1.")
    back = {}
    for k, (name, text) in enumerate(zip(reversed(order), texts[7:], strict=True), 7):
        assert text.startswith(f"Step {k} of 11, backward through "), text
        parts = re.findall(rf"for (\w), upstream ({NUMBER}) times (.*?) gives ({NUMBER})", text)
        assert parts, text
        for parent, upstream, local, result in parts:
            (upstream,), (result,) = numbers(upstream), numbers(result)
            assert upstream == pytest.approx(slope(name), rel=1e-6)
            assert result == upstream * numbers(local)[0]
            back.setdefault(parent, []).append(result)
    assert back["x"] == [6.0, -18.0]  # the gradients along two paths, which are added
    assert "dx = 6 + (−18) = −12" in texts[-1]
    for name, parts in back.items():
        assert sum(parts) == pytest.approx(slope(name), rel=1e-6)

    drawn = [text for text in graph.locator("text.gradient").all_text_contents() if text]
    assert {text[1]: numbers(text)[-1] for text in drawn} == pytest.approx(
        {name: slope(name) for name in VALUES}, rel=1e-6
    )
    drawn = graph.locator("text.value").all_text_contents()
    assert {text[0]: numbers(text)[-1] for text in drawn} == VALUES

    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    assert list(dict.fromkeys(said())) == texts[-2::-1]
    page.keyboard.press("End")
    page.keyboard.press("Home")
    assert said() == [texts[-1], texts[0]]
    assert graph.locator("li").all_text_contents() == texts


def test_graph_by_buttons(visit):
    page = visit("computation-graph", width=360)
    say = page.locator("[aria-live=polite]")
    page.keyboard.press("Tab")
    seen = []
    for keys in (["Tab", "Tab", "Enter", "Space"], ["Shift+Tab", "Enter"], ["Tab", "Tab", "Enter"],
                 ["Shift+Tab", "Shift+Tab", "Shift+Tab", "Enter"]):  # fmt: skip
        for key in keys:
            page.keyboard.press(key)
        seen.append(say.text_content()[:8])
    assert seen == ["Step 2 o", "Step 1 o", "Step 11 ", "Given: x"]
    assert page.evaluate("document.activeElement.textContent") == "To the start"


# ---- <descent-surface> --------------------------------------------------------------------------

CURVATURE = np.array([1.0, 10.0])
RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.19, 0.2, 0.21, 0.3, 0.4, 1.0)


def run_of(method, lr):
    """Return the points of a run of thirty steps, computed without the package."""
    w, m, v, points = np.array([-4.0, 1.0]), np.zeros(2), np.zeros(2), []
    for t in range(1, 32):
        g = CURVATURE * w
        points.append([*w, 0.5 * np.sum(CURVATURE * w**2), *g])
        if method == "plain":
            w = w - lr * g
        elif method == "momentum":
            m = 0.9 * m - lr * g
            w = w + m
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            w = w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return points


def test_descent_says_every_step_of_every_run(visit):
    texts = iter(all_texts(visit("descent-surface")))
    for method in ("plain", "momentum", "Adam"):
        for lr in RATES:
            points = run_of(method, lr)
            for k, point in enumerate(points):
                text = next(texts)
                assert text.startswith(f"{method}, learning rate {lr:g}, step {k}: w = ("), text
                close(numbers(text.split("w = ")[1].split(". ")[0]), point)
                above = point[2] > points[0][2]
                assert ("The run diverges" in text) == (above and points[-1][2] > points[0][2])
                inside = abs(point[0]) <= 4.6 and abs(point[1]) <= 2.3
                assert ("outside the picture" in text) != inside
                assert ("above the 13 of the start" in text) == above
    assert not list(texts)


def test_descent_by_keyboard(visit):
    page = visit("descent-surface")
    said = record(page)
    method = page.get_by_label("method")
    rate, step = page.get_by_label("learning rate"), page.get_by_label("step")
    rate.press("Home")
    for _ in RATES[:-2]:
        page.keyboard.press("ArrowRight")
    rates = [numbers(text)[0] for text in said()]
    assert rates[-len(RATES) + 1 :] == list(RATES[:-1])
    assert rate.get_attribute("aria-valuetext") == "0.4"
    method.press("ArrowDown")
    step.press("Home")
    said()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    starts = [f"momentum, learning rate 0.4, step {k}:" for k in range(1, 31)]
    assert [text[: len(start)] for text, start in zip(said(), starts, strict=True)] == starts
    assert step.get_attribute("aria-valuetext") == "30 of 30"
    # The drawn path contains the points of the run that are not far outside the figure, and there
    # is no ring outside it.
    near = [p for p in run_of("momentum", 0.4) if np.hypot(*p[:2]) <= 92]
    assert page.locator("circle.point").count() == len(near)
    assert page.locator("circle.here").count() == 0


def test_descent_table(visit):
    page = visit("descent-surface")
    page.get_by_role("button", name="Table").press("Enter")
    for lr, row in zip(RATES, page.locator("tbody tr").all(), strict=True):
        got = numbers(" ".join(row.locator("th, td").all_text_contents()))
        expected = [lr, *(run_of(m, lr)[-1][2] for m in ("plain", "momentum", "Adam"))]
        assert got == pytest.approx(expected, rel=6e-3)


# ---- <vanishing-gradient> -----------------------------------------------------------------------

FUNCTIONS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "ReLU": (lambda z: np.maximum(z, 0), lambda a: a > 0),
}
VARIANCES = {
    "too small, 0.25 / fan-in": 0.25,
    "1 / fan-in": 1,
    "He, 2 / fan-in": 2,
    "too large, 4 / fan-in": 4,
}
DEPTHS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)


def sizes_of(depth, activation, variance):
    """Return the sizes of dW, computed without the layers of the package."""
    digits, rng = bp.load_digits(), np.random.default_rng(0)
    a, y = [digits.x_train[:200]], digits.y_train[:200]
    function, derivative = FUNCTIONS[activation]
    weights = []
    for fan_in, fan_out in pairwise([a[0].shape[1], *[64] * (depth - 1), 10]):
        weights.append(rng.normal(scale=np.sqrt(variance / fan_in), size=(fan_in, fan_out)))
        a.append(function(a[-1] @ weights[-1]))
    logits = a[-2] @ weights[-1]
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    dz = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
    sizes = []
    for layer in reversed(range(depth)):
        sizes.insert(0, np.sqrt(np.sum((a[layer].T @ dz) ** 2)))
        dz = (dz @ weights[layer].T) * derivative(a[layer])
    return sizes


def test_vanishing_says_first_last_and_ratio(visit):
    texts = iter(all_texts(visit("vanishing-gradient")))
    for activation in FUNCTIONS:
        for scheme, variance in VARIANCES.items():
            for depth in DEPTHS:
                start, verdict = next(texts).split(": ", 1)
                assert start == f"{activation}, {depth} layers, variance {scheme}"
                sizes = sizes_of(depth, activation, variance)
                close(numbers(verdict), [sizes[0], sizes[-1], sizes[0] / sizes[-1]])
                assert ("vanishes" in verdict) == (sizes[0] < 1e-3 <= sizes[-1])
                assert ("explodes" in verdict) == (sizes[0] > 100)
    assert not list(texts)


def test_vanishing_by_keyboard(visit):
    page = visit("vanishing-gradient")
    say = page.locator("[aria-live=polite]")
    assert say.text_content().startswith("sigmoid, 20 layers, variance 1 / fan-in:")
    page.get_by_label("variance").press("ArrowDown")
    page.get_by_label("activation").press("ArrowDown")
    page.get_by_label("depth").press("End")
    for depth in reversed(DEPTHS):
        assert say.text_content().startswith(f"tanh, {depth} layers, variance He, 2 / fan-in:")
        bars = [float(bar.get_attribute("height")) for bar in page.locator("rect.bar").all()]
        # The axis begins at 1e-28, and its 36 decades are 188 units high.
        logs = np.log10(sizes_of(depth, "tanh", 2))
        assert bars == pytest.approx((logs + 28) * 188 / 36, abs=0.1)
        page.keyboard.press("ArrowLeft")


# ---- accessibility -------------------------------------------------------------------------------


def luminance(colour):
    c = np.array(re.findall(r"\d+", colour)[:3], dtype=float) / 255
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return c @ [0.2126, 0.7152, 0.0722]


def pytest_generate_tests(metafunc):
    if "theme" in metafunc.fixturenames:
        wanted = [(scheme, size["width"]) for scheme, size in dresses(metafunc.config)]
        metafunc.parametrize(("theme", "width"), wanted)


def test_accessible(visit, figures, theme, width):
    page = visit(*figures, theme=theme, width=width)
    for presses in ([], ["Whole run", "All steps", "Table"]):
        for press in presses:
            for button in page.get_by_role("button", name=press).all():
                button.press("Enter")
        # With preload, axe would fetch the style sheets again.
        result = Axe().run(page, options={"preload": False})
        assert result.violations_count == 0, result.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    for control in page.locator("button, select, input").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24

    def contrast(selector, what):
        colours = page.locator(selector).first.evaluate(
            """(element, what) => {
                const colour = getComputedStyle(element)[what];
                const clear = (e) => /, 0\\)/.test(getComputedStyle(e).backgroundColor);
                while (clear(element)) element = element.parentElement;
                return [colour, getComputedStyle(element).backgroundColor];
            }""",
            what,
        )
        a, b = sorted(map(luminance, colours))
        return (b + 0.05) / (a + 0.05)

    assert contrast(".say", "color") > 4.5
    for text in ("text", "text.value", "text.gradient", "text.tick"):
        assert contrast(text, "fill") > 4.5, text
    for mark in (".node", ".node.active", ".edge", ".edge.active", ".path", ".here", ".minimum"):
        assert contrast(mark, "stroke") > 3, mark
    assert contrast(".bar", "fill") > 3


def test_without_javascript_and_on_paper(visit, figures):
    page = visit(*figures, java_script_enabled=False)
    assert page.locator(".plain").count() == 3
    assert all(plain.is_visible() for plain in page.locator(".plain").all())
    assert page.locator("li").count() == 12
    assert page.locator("tbody tr").count() == 24

    page = visit(*figures)
    assert not any(plain.is_visible() for plain in page.locator(".plain").all())
    page.pdf()
    assert page.locator("[aria-live=polite]").first.text_content().startswith("Step 11 of 11")
    page.emulate_media(media="print")
    assert all(plain.is_visible() for plain in page.locator(".plain").all())
    assert not any(box.is_visible() for box in page.locator(".controls").all())
    assert all(drawing.is_visible() for drawing in page.get_by_role("img").all())
