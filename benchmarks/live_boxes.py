"""Measure the live boxes of the built book. benchmarks/page.py calls `print_live_boxes`."""

from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

# What the project promises, for an idle machine and a server on it.
MAX_FIRST, MAX_MEDIAN, MAX_SLOWEST, MAX_AFTER_STOP = 6.0, 0.1, 1.0, 0.5  # seconds
MAX_MOVED = 9.5  # MB, gzipped
MAX_SITE, MAX_WITHOUT = 45.0, 15.0  # MB
SPARE = 30_000  # milliseconds in which a spare Python is ready, even on a busy machine

# Give a box the worked solution, or another answer, and return the seconds until the verdict. If
# the page has no answer to an earlier question that is needed, take the version of the book.
PRESS = """async ([question, other]) => {
    const box = document.querySelector(`live-question[question="${question}"]`);
    box.source = other ?? box.querySelector(".try-solution pre").textContent;
    const pressed = async () => {
        const start = performance.now();
        const verdict = await box.check();
        return [(performance.now() - start) / 1000, verdict.score, verdict.max_score];
    };
    const first = await pressed();
    const version = box.querySelector(".try-builds:not([hidden]) button");
    if (!version) return first;
    version.click();
    return pressed();
}"""
BOXES = "[...document.querySelectorAll('live-question')].map(box => box.getAttribute('question'))"
LOOP = "while True:\n    pass\n"


def print_live_boxes(browser: Browser, server: Any, site: Path) -> None:
    """Print how fast the boxes of all pages answer, what they load, and how large the site is."""
    print("\n| live boxes | measured | limit |\n|---|---|---|")
    first, moved, later, after_stop = [], [], {}, 0.0
    for path in sorted((site / "book").glob("*.html")):
        if "<live-question" not in path.read_text(encoding="utf-8"):
            continue
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/book/{path.name}")
        page.wait_for_load_state("networkidle")
        questions = page.evaluate(BOXES)
        server.moved = 0
        first.append(press(page, questions[0]))
        moved.append(server.moved / 1e6)
        page.wait_for_timeout(SPARE)  # otherwise the start of the spare Python is measured, too
        for question in questions:
            press(page, question)
            later[question] = press(page, question)
        if len(first) == 1:
            page.evaluate(PRESS, [questions[0], LOOP])
            after_stop = press(page, questions[0])
        context.close()
    slowest = max(later, key=lambda question: later[question])
    _print_row("first verdict, s", max(first), MAX_FIRST)
    _print_row("MB after the first press, gzipped", max(moved), MAX_MOVED)
    _print_row(
        f"later verdicts, median of {len(later)} boxes, s", median(later.values()), MAX_MEDIAN
    )
    _print_row(f"later verdicts, slowest ({slowest}), s", later[slowest], MAX_SLOWEST)
    _print_row("first verdict after a stopped loop, s", after_stop, MAX_AFTER_STOP)
    live = site / "_static" / "live"
    sizes = {path: path.stat().st_size / 1e6 for path in site.rglob("*") if path.is_file()}
    _print_row("MB of the site", sum(sizes.values()), MAX_SITE)
    without = sum(size for path, size in sizes.items() if live not in path.parents)
    _print_row("MB of the site without the live boxes", without, MAX_WITHOUT)


def press(page: Page, question: str) -> float:
    """Check the worked solution of a question in its box, and return the seconds that it takes."""
    seconds, score, max_score = page.evaluate(PRESS, [question, None])
    if score != max_score:
        raise RuntimeError(f"{question}: the worked solution gets {score} of {max_score} points")
    return seconds


def _print_row(what: str, measured: float, limit: float) -> None:
    print(f"| {what} | {measured:.3g}{'' if measured <= limit else ' !'} | {limit:g} |", flush=True)
