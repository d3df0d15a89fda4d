"""The Python in the book's pages marks as elsewhere, and nothing that a reader writes breaks it.

The book is on a web server for some of the tests, and opened as a file for others. All ways out are
blocked.
"""

import pytest

from support.kit import Told, told_by_kit
from support.places import SITE

LIVE = SITE / "_static" / "live"
PAGE = "book/3-algorithm.html"
FORWARD = "def linear_forward(x, W, b):\n    return x @ W + b, (x, W)\n"
RIGHT = """\
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)
"""
AVERAGED = RIGHT.replace("sum", "mean")
NOT_TRANSPOSED = RIGHT.replace("W.T", "W")
CATCHING_ALL = """\
while True:
    try:
        while True:
            1
    except:
        1
"""
OVERFLOWING = """\
def sigmoid(z):
    return np.where(z < 0, np.exp(z) / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))
"""

pytestmark = [
    pytest.mark.book,
    pytest.mark.skipif(not LIVE.is_dir(), reason="the live boxes are not built: run `make book`"),
]


@pytest.fixture(scope="module")
def page(chromium, book_address):
    """A page of the book. `page.asked` has the addresses that it has asked for."""
    context = chromium.new_context()
    page = context.new_page()
    page.asked = []

    def only_here(route):
        page.asked.append(route.request.url)
        is_here = route.request.url.startswith((book_address, "data:", "blob:"))
        route.continue_() if is_here else route.abort()

    page.route("**/*", only_here)
    page.goto(book_address + PAGE)
    page.wait_for_load_state("load")
    yield page
    outside = [url for url in page.asked if not url.startswith((book_address, "data:", "blob:"))]
    context.close()
    assert not outside


def check(page, source, question="linear_backward", earlier=FORWARD):
    """Return the verdict of the engine."""
    request = {"question": question, "source": source, "earlier": earlier}
    return page.evaluate("request => LiveEngine.check(request)", request)


def told(verdict):
    return Told(verdict["score"], verdict["misconception"], verdict["message"])


def test_nothing_is_loaded_before_the_first_press(page):
    loaded = [url for url in page.asked if "/live/" in url]
    assert all("python.js" not in url and "numpy.js" not in url for url in loaded)
    assert page.evaluate("self.LIVE_PACKS === undefined")


@pytest.mark.parametrize("answer", [RIGHT, AVERAGED, NOT_TRANSPOSED, "", "x = 1\n"])
def test_the_page_tells_what_python_tells_elsewhere(page, answer):
    assert told(check(page, answer)) == told_by_kit("linear_backward", answer, FORWARD)


def test_the_box_marks_what_is_in_it(page):
    result = page.evaluate(
        """async source => {
            const box = document.querySelector("live-question[question=linear_backward]");
            box.source = source;
            return box.check();
        }""",
        AVERAGED,
    )
    assert result["score"] == 4 and result["max_score"] == 6
    assert result["misconception"] == "bias-gradient-averaged"


def test_an_error_names_the_readers_own_line(page):
    unclosed = check(page, RIGHT.replace("(axis=0)", "(axis=0"))
    assert unclosed["score"] == 0 and unclosed["lines"] == [3]
    assert "Python cannot read line 3: '(' was never closed." in unclosed["error"]["text"]
    assert check(page, RIGHT + "1 / 0\n")["lines"] == [4]
    assert check(page, NOT_TRANSPOSED)["lines"] == [3]


@pytest.mark.parametrize(
    ("loop", "line"),
    [
        (RIGHT + "while True:\n    pass\n", 5),
        (RIGHT.replace("    return", "    while True:\n        x = x + 1\n    return"), 4),
        (RIGHT + "total = sum(iter(int, 1))\n", None),  # the page ends the worker
        (
            RIGHT
            + "while True:\n    try:\n        while True:\n            1\n    except:\n        1",
            None,
        ),
    ],
)
def test_an_endless_loop_is_stopped_and_the_next_answer_is_marked(page, loop, line):
    stopped = check(page, loop)
    assert stopped["stopped"] and stopped["score"] == 0
    assert stopped["record"]["verdict"] == "timeout"
    assert not line or abs(stopped["lines"][0] - line) <= 1
    assert check(page, RIGHT)["score"] == 6


@pytest.mark.parametrize(
    "harm",
    [
        "import sys; sys.exit(1)",
        "import os; os._exit(1)",
        "raise KeyboardInterrupt",
        "x = bytearray(2**31 - 1), bytearray(2**31 - 1)",
        "def f(n): return f(n + 1)\nimport sys; sys.setrecursionlimit(10**6); f(0)",
        "import builtins; builtins.len = None",
    ],
)
def test_no_code_breaks_the_tab(page, harm):
    check(page, RIGHT + harm)
    assert check(page, RIGHT)["score"] == 6


def test_no_answer_helps_the_next_one(page):
    check(
        page,
        "import sys, autograder.marking.judge as judge\n"
        "sys.setrecursionlimit(90_000); np.seterr(all='ignore'); np.sum = max; np.mine = 1\n"
        "np.random.seed(1); sys.modules['mine'] = sys; judge.judge = None\n",
    )
    after = check(
        page,
        RIGHT
        + "import sys\nprint(sys.getrecursionlimit() < 5000, np.geterr()['over'], np.sum([1, 2]))\n"
        + "print(hasattr(np, 'mine'), 'mine' in sys.modules)\n",
    )
    assert after["printed"] == "True warn 3\nFalse False\n" and after["score"] == 6


def test_code_reaches_neither_the_page_nor_the_network(page):
    asked = len(page.asked)
    reach = """
import js
everything = js.constructor.constructor("return self")()
print(hasattr(js, "fetch"), everything.postMessage, everything.XMLHttpRequest, everything.WebSocket)
everything.fetch("http://127.0.0.1:9/")
"""
    verdict = check(page, RIGHT + reach)
    assert verdict["score"] == 6, verdict
    assert [url for url in page.asked[asked:] if "127.0.0.1:9" in url] == []
    assert verdict["printed"].split() == ["False", "None", "None", "None"], verdict["printed"]


def test_overflow_is_seen_although_webassembly_does_not_report_it(page):
    assert told(check(page, OVERFLOWING, "sigmoid", "")) == told_by_kit("sigmoid", OVERFLOWING)


def test_a_cell_runs_with_the_reference_and_draws(page):
    source = "plt.plot([1, 4, 9])\nprint(bp.relu_backward(1.0, True))\n1 / 0"
    shown = page.evaluate("source => LiveEngine.run({source})", source)
    assert float(shown["text"]) == 1
    assert shown["error"]["line"] == 3 and "ZeroDivisionError" in shown["error"]["text"]
    assert shown["images"][0].startswith("data:image/svg+xml;base64,")
    looping = page.evaluate("source => LiveEngine.run({source})", "while True:\n    x = 1\n")
    assert looping["stopped"] and looping["error"]["line"] in (1, 2)
