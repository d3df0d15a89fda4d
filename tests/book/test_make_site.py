"""The folder that `make site` writes, and the buttons that depend on the environment."""

import re
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from autograder.desk.kit import write_colab
from support.places import BOOK, ROOT, SITE
from support.site import served

sys.path.insert(0, str(BOOK))
sys.path.insert(0, str(BOOK / "extensions"))
import make_site

REPOSITORY = "https://github.com/owner/name"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder that `make site` writes, with a kit."""
    if not SITE.is_dir():
        pytest.skip("the book is not built: run `make book`")
    kits, folder = tmp_path_factory.mktemp("kits"), tmp_path_factory.mktemp("site") / "site"
    (kits / "02-forward.zip").write_bytes(b"a kit")
    make_site.make_site(folder, kits)
    return folder


@pytest.mark.book
def test_every_page_of_the_site_tells_the_version_and_the_commit(site):
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said = f" ({done.stdout.strip()})</p>"
    pages = [page for page in site.rglob("*.html") if "<body" in page.read_text(encoding="utf-8")]
    assert len(pages) > 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if page.name != "404.html":
            assert re.search(r'<p class="edition">Version \d[^<(]*' + re.escape(said), text), page


@pytest.mark.book
def test_the_site_loads_nothing_by_an_absolute_address(site):
    for page in site.rglob("*.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        loaded = [tag.get("src") or tag.get("href") for tag in soup.select("[src], link[href]")]
        inside = [tag["href"] for tag in soup.select("a[href^='/'], a[href^='http://127']")]
        assert [each for each in loaded if re.match(r"(?:[a-z]+:)?//|/", each)] == [], page
        assert inside == [] or page.name == "404.html", page


@pytest.mark.book
def test_the_site_has_all_that_a_host_needs_and_no_more(site):
    with served(site) as address:
        for name in ("", "book/2-concepts.html", "404.html", "kits/02-forward.zip", "search.html"):
            assert urllib.request.urlopen(address + name).status == 200
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(address + ".buildinfo")
    assert (site / ".nojekyll").is_file()


def test_the_page_for_wrong_addresses_leads_to_where_the_book_is():
    assert 'href="/index.html"' in make_site.not_found("")
    assert 'href="/name/index.html"' in make_site.not_found("https://owner.github.io/name/")
    assert "<script" not in make_site.not_found('https://x/"><script>')


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A function that builds a chapter with these addresses, and returns the links of its bar."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "2-concepts.md").write_text("# Concepts\n", encoding="utf-8")
    settings = {
        "extensions": ["myst_parser", "sphinx_book_theme", "icons", "addresses"],
        "html_theme": "sphinx_book_theme",
        "html_theme_options": {"use_download_button": False, "use_fullscreen_button": False},
        "root_doc": "book/2-concepts",
    }

    def build(repository="", book=""):
        monkeypatch.setenv("REPOSITORY_URL", repository)
        monkeypatch.setenv("BOOK_URL", book)
        folders = (tmp_path, None, tmp_path / "out", tmp_path / "tree", "html")
        with docutils_namespace():
            Sphinx(*folders, settings, status=None, warning=sys.stderr).build()
        text = (tmp_path / "out" / "book" / "2-concepts.html").read_text(encoding="utf-8")
        links = BeautifulSoup(text, "html.parser").select(".article-header-buttons a[href]")
        assert all(link.select_one("svg.drawn-icon") for link in links)
        return [link["href"] for link in links]

    return build


def test_the_buttons_lead_to_the_repository_and_the_exercises_of_the_chapter(page, tmp_path):
    notebook = "exercises/02-forward/02-forward.ipynb"
    assert (ROOT / notebook).is_file()
    assert page(REPOSITORY, "https://owner.github.io/name") == [
        REPOSITORY,
        f"https://mybinder.org/v2/gh/owner/name/HEAD?urlpath=lab/tree/{notebook}",
        "../kits/02-forward-colab.ipynb",
    ]
    assert write_colab("02-forward", tmp_path).name == "02-forward-colab.ipynb"


def test_buttons_that_cannot_work_are_absent(page):
    assert page() == []
    assert page("https://git.example.org/a/b") == ["https://git.example.org/a/b"]
    assert page(book="https://book.example.org") == ["../kits/02-forward-colab.ipynb"]


def test_the_workflow_publishes_what_make_site_writes():
    file = ROOT / ".github" / "workflows" / "publish.yml"
    steps = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]["publish"]["steps"]
    (build,) = [step for step in steps if step.get("run") == "make site"]
    assert set(build["env"]) == {"REPOSITORY_URL", "BOOK_URL"}
    (upload,) = [step for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    assert f"make_site.py {upload['with']['path']}" in (ROOT / "Makefile").read_text()
