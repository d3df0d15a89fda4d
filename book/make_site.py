"""Write the book as a folder that any static host can serve.

    python book/make_site.py build/site

The folder has the pages with their live files, a page for addresses that do not exist, and the kits
for download where they have been made. All addresses inside are relative, so the folder may lie
anywhere on a host. Only the page for wrong addresses needs to know where, because the host shows it
at any address: the path in BOOK_URL, or else the root of the host.
"""

import os
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "_build" / "html"
KITS = ROOT / "build" / "kits"
NOT_SERVED = shutil.ignore_patterns(".buildinfo", "*-macros.html", "*.made-from")
EDITION = re.compile(r'(<p class="edition">Version [^<(]*?)(?: \([^<]*\))?</p>')
NOT_FOUND = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>This page does not exist</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 1.1rem/1.6 sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem; }}
</style>
</head>
<body>
<main>
<h1>This page does not exist</h1>
<p>The book has no page with this address. It may have moved.</p>
<p><a href="{start}">Go to the first page of the book</a>, or
<a href="{search}">search the book</a>.</p>
</main>
</body>
</html>
"""


def make_site(folder: Path, kits: Path = KITS) -> None:
    """Write the site into the folder, in the place of what was there."""
    if not (BOOK / "index.html").is_file():
        sys.exit("make site: the book is not built. Run: make book")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BOOK, folder, ignore=NOT_SERVED)
    said = rf"\1{commit()}</p>"
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(EDITION.sub(said, text), encoding="utf-8")
    (folder / "404.html").write_text(not_found(os.environ.get("BOOK_URL", "")), encoding="utf-8")
    (folder / ".nojekyll").touch()  # else GitHub Pages leaves out folders such as _static
    for kit in sorted(kits.glob("*.*")):
        (folder / "kits").mkdir(exist_ok=True)
        shutil.copy(kit, folder / "kits")


def commit() -> str:
    """Return the commit in brackets, or an empty text outside of a repository."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f" ({done.stdout.strip()})" if done.returncode == 0 else ""


def not_found(book_url: str) -> str:
    """Return the page for wrong addresses."""
    path = urlsplit(book_url).path.rstrip("/")
    return NOT_FOUND.format(
        start=escape(f"{path}/index.html"), search=escape(f"{path}/search.html")
    )


if __name__ == "__main__":
    make_site(Path(sys.argv[1]))
