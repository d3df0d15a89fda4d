"""Take the pictures of the README.

They show a page of the book, a named mistake in a notebook, the report on the sample class, and the
feedback page of one of its students. `make pictures` builds the book, grades the sample class, runs
this file and leaves the pictures in docs/pictures/. It needs Chromium.
"""

import sys
from io import BytesIO
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "book"))

from browser import chromium_path  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
PAGE = ROOT / "_build" / "html" / "book" / "3-algorithm.html"
COURSE = ROOT / "build" / "course"
REPORT = COURSE / "reports" / "02-forward.html"
FEEDBACK = COURSE / "feedback" / "hina" / "02-forward" / "02-forward.html"
SIZE = {"width": 1180, "height": 720}
COLOURS = 64  # enough for text and a figure, and a file of less than 100 KB
CELLS = (
    "import numpy as np\nfrom autograder import check",
    "def linear_forward(x, W, b):\n    return x @ W + b, (x, W)",
    "def linear_backward(dout, cache):\n    x, W = cache\n    return dout @ W.T, x.T @ dout, dout",
    'check("linear_backward")',
)


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    notebook = FOLDER / "notebook.html"
    notebook.write_text(executed_notebook(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        take(page, f"{PAGE.as_uri()}#linear-backward", "page.png")
        take(page, notebook.as_uri(), "notebook.png")
        take(page, REPORT.as_uri(), "report.png")
        take(page, FEEDBACK.as_uri(), "feedback.png")
        browser.close()
    notebook.unlink()


def executed_notebook() -> str:
    """Return a notebook with a wrong answer and the report of `check`, as an HTML page."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    ExecutePreprocessor().preprocess(notebook, {"metadata": {"path": ROOT}})
    html, _ = HTMLExporter().from_notebook_node(notebook)
    return str(html)


def take(page: Page, address: str, name: str) -> None:
    """Open a page and save what the window shows, with few colours."""
    page.goto(address)
    page.wait_for_timeout(3000)  # formulas are set after the page has loaded
    picture = Image.open(BytesIO(page.screenshot()))
    path = FOLDER / name
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
