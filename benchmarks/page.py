"""Measure how fast the pages of the built book open, and how large the site is.

    make book
    python benchmarks/page.py

A server on this machine sends the book compressed, as web servers do, and counts the bytes.
Chromium opens each page with an empty cache, and nothing is pressed. For the longest chapter, the
script compares the CPU time of the page's main thread with that of the same page without MathJax:
pairs of visits, one after the other, the order swapped in every second pair. It prints the medians.

Then it presses Check in every live box of the book (see live_boxes.py). Measure that on an idle
machine: `--live` measures nothing else.
"""

import argparse
import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from live_boxes import print_live_boxes
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "book"))

from browser import chromium_path  # noqa: E402

SITE = ROOT / "_build" / "html"
WINDOW = {"width": 1280, "height": 900}
MATHJAX = "/mathjax/startup.js"
COMPRESSED = {".html", ".css", ".js", ".svg"}
REST = 1500  # milliseconds without a request after which a page is taken to be finished


@cache
def body(path: Path) -> bytes:
    """Return what is sent of a file: compressed if that helps."""
    content = path.read_bytes()
    return gzip.compress(content, 6) if path.suffix in COMPRESSED else content


class Server(ThreadingHTTPServer):
    """Sends the book, and counts. `without` is the end of an address that gets an empty answer."""

    daemon_threads = True
    moved = 0
    without: str | None = None


class Compressing(SimpleHTTPRequestHandler):
    """Answers one request."""

    server: Server

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        left_out = self.server.without and path.as_posix().endswith(self.server.without)
        content = b"" if left_out else body(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        if content and path.suffix in COMPRESSED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)
        self.server.moved += len(content)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    """Yield a running server."""
    with Server(("127.0.0.1", 0), partial(Compressing, directory=str(SITE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def visit(browser: Browser, server: Server, name: str, without: str | None = None) -> dict:
    """Open a page, and return the bytes moved, the main-thread seconds and the number of nodes."""
    server.moved, server.without = 0, without
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"http://127.0.0.1:{server.server_port}/{name}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(REST)
    values = session.send("Performance.getMetrics")["metrics"]
    context.close()
    metrics = {each["name"]: each["value"] for each in values}
    return {
        "bytes": server.moved,
        "seconds": metrics["TaskDuration"],
        "nodes": int(metrics["Nodes"]),
    }


def print_moved(browser: Browser, server: Server, names: list[str]) -> None:
    """Print how much each page moves before anything is pressed."""
    print("| page | MB moved, gzipped |\n|---|---|")
    for name in names:
        print(f"| {name} | {visit(browser, server, name)['bytes'] / 1e6:.3f} |", flush=True)


def print_time(browser: Browser, server: Server, name: str, pairs: int) -> None:
    """Print the main-thread time of a page with and without MathJax."""
    runs: dict[str | None, list[dict]] = {None: [], MATHJAX: []}
    for number in range(pairs):
        for without in (None, MATHJAX)[:: -1 if number % 2 else 1]:
            runs[without].append(visit(browser, server, name, without))
    print(f"\n| {name}, {pairs} pairs | main thread, s | DOM nodes |\n|---|---|---|")
    for label, without in (("with MathJax", None), ("without", MATHJAX)):
        seconds = [each["seconds"] for each in runs[without]]
        spread = f"{median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
        print(f"| {label} | {spread} | {runs[without][0]['nodes']:,} |")
    ratios = [a["seconds"] / b["seconds"] for a, b in zip(*runs.values(), strict=True)]
    print(f"\nratio, median of the pairs: {median(ratios):.2f}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7, help="of visits to the longest chapter")
    parser.add_argument("--live", action="store_true", help="measure only the live boxes")
    options = parser.parse_args()
    browser_path = chromium_path()
    if browser_path is None or not SITE.is_dir():
        sys.exit("benchmarks/page.py needs Chromium on the PATH and the book: run `make book`")
    files = [path for path in SITE.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print(f"The site has {megabytes:.1f} MB in {len(files)} files.\n")
    pages = sorted((SITE / "book").glob("*.html"))
    longest = max(pages, key=lambda path: path.stat().st_size)
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        if not options.live:
            print_moved(browser, server, [f"book/{path.name}" for path in pages])
            print_time(browser, server, f"book/{longest.name}", options.pairs)
        print_live_boxes(browser, server, SITE)
        browser.close()


if __name__ == "__main__":
    main()
