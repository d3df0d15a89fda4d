"""Print the whole book into one PDF.

    python book/print_pdf.py _build/singlehtml/index.html _build/backpropagation.pdf

Chromium prints the single page that Jupyter Book's builder `singlehtml` writes. The PDF is tagged
for screen readers: it keeps the structure and the alternative texts of the figures. Headings become
bookmarks.
"""

import sys
from pathlib import Path

from browser import chromium_path
from playwright.sync_api import sync_playwright
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

FOOTER = (
    '<div style="font-size:8px; width:100%; text-align:center; color:#555">'
    '<span class="pageNumber"></span></div>'
)


def print_pdf(page_file: Path, pdf_file: Path) -> None:
    """Print an HTML file. Raises SystemExit with one line if the browser or the file is missing."""
    browser_path = chromium_path()
    if browser_path is None:
        sys.exit("make pdf: Chromium is not on the PATH. Install it (Debian: apt install chromium)")
    if not page_file.is_file():
        sys.exit(f"make pdf: there is no {page_file}. Build it with the builder singlehtml")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(10 * 60 * 1000)  # milliseconds; hundreds of pages take long
        page.goto(page_file.resolve().as_uri())
        page.evaluate("window.MathJax?.startup.promise.then(() => {})")
        page.pdf(
            path=pdf_file,
            format="A4",
            margin={"top": "20mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            print_background=True,
            tagged=True,
            outline=True,
        )
        browser.close()
    mend_bookmarks(pdf_file)


def mend_bookmarks(pdf_file: Path) -> None:
    """Halve doubled titles: Chromium repeats the title of a heading that begins a page."""
    pdf = PdfWriter(clone_from=pdf_file)

    def mend(entries: list) -> None:
        for entry in entries:
            if isinstance(entry, list):
                mend(entry)
                continue
            title = str(entry.title)
            half = title[: len(title) // 2]
            if title == half + half:
                entry.node[NameObject("/Title")] = TextStringObject(half)

    mend(pdf.outline)
    pdf.write(pdf_file)


if __name__ == "__main__":
    print_pdf(Path(sys.argv[1]), Path(sys.argv[2]))
