"""Pages that consist of one file: opened in Chromium in every dress, and looked at by axe."""

import contextlib

from axe_playwright_python.sync_playwright import Axe

from support.dresses import DESKTOP, DRESSES

TO_SCROLL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextlib.contextmanager
def opened(chromium, path, window=DESKTOP, scheme="light"):
    """Yield an open page. Scripts of tests run in it, although the page itself allows none."""
    context = chromium.new_context(viewport=window, color_scheme=scheme, bypass_csp=True)
    try:
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        yield page
    finally:
        context.close()


def troubles(chromium, path):
    """Return what is wrong with a page: what axe finds, what it loads, and what is too wide."""
    found = []
    for scheme, window in DRESSES:
        with opened(chromium, path, window, scheme) as page:
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            found += [
                (violation["id"], node["html"][:200])
                for violation in Axe().run(page).response["violations"]
                for node in violation["nodes"]
            ]
            found += [("request", url) for url in page.asked if url != path.as_uri()]
            if page.evaluate(TO_SCROLL) > 0:
                found.append(("too wide", window))
    return found
