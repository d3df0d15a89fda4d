"""The built book, opened in a browser: from a server on this machine, or as files from the disk."""

import contextlib
import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.places import SITE

# Run in a page, this waits until the browser has drawn it and has told the observers of sizes.
NEXT_FRAMES = "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"

needs_live_boxes = pytest.mark.skipif(
    not (SITE / "_static" / "live" / "live.js").is_file(),
    reason="the book is not built with live boxes: run `make book`",
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(folder):
    """Yield the address of a server that serves the folder."""
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def stay_here(context, address):
    """Block the requests of a browser context that leave the book. Return a list of these."""
    blocked = []

    def only_here(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            blocked.append(route.request.url)
            route.abort()

    context.route("**/*", only_here)
    return blocked


def remember(page, questions):
    """Put records of questions into the storage of the browser, as an earlier visit would have."""
    kept = json.dumps({"version": 1, "questions": questions})
    page.evaluate("kept => localStorage.setItem('backpropagation-course', kept)", kept)
