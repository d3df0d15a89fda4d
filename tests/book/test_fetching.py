"""The files that are fetched for the live boxes are verified, and one line explains a failure."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

import fetch


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    """An empty folder in place of the cache."""
    for name, path in (("CACHE", "."), ("MODULES", "node_modules"), ("WHEELS", "wheels")):
        monkeypatch.setattr(fetch, name, tmp_path / "cache" / path)
    return tmp_path / "cache"


def test_a_file_with_another_hash_is_not_used():
    fetch._verify(Path("a.tgz"), b"content", fetch.hashlib.sha256(b"content").hexdigest())
    with pytest.raises(fetch.FetchError, match=r"^a\.tgz has the SHA-256 .* make book LIVE=0$"):
        fetch._verify(Path("a.tgz"), b"changed", fetch.hashlib.sha256(b"content").hexdigest())


def test_without_a_network_one_line_says_what_to_do(monkeypatch, empty_cache):
    """npm asks a port of this machine where nothing listens."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(empty_cache.parent / "npm"))
    with pytest.raises(fetch.FetchError) as caught:
        fetch.fetch()
    line = str(caught.value)
    assert "\n" not in line and line.startswith("npm could not fetch the programs (")
    assert line.endswith("To build the book without live boxes, run: make book LIVE=0")


def test_what_is_here_already_is_not_fetched_again(monkeypatch, empty_cache):
    empty_cache.mkdir()
    (empty_cache / "sources.toml").write_text(fetch.SOURCES.read_text())
    monkeypatch.setattr(fetch, "_run", None)
    fetch.fetch()


def test_every_source_has_a_version_and_a_hash():
    sources = tomllib.loads(fetch.SOURCES.read_text())
    for name, each in sources["npm"].items():
        assert each["version"] and len(each["sha256"]) == 64, name


def test_the_lock_file_has_all_that_matplotlib_needs():
    """The table lists every package that Matplotlib needs, so `names` is the whole list."""
    if not fetch.PYODIDE.is_dir():
        pytest.skip("Pyodide is not here: run `make book`")
    packages = json.loads((fetch.PYODIDE / "pyodide-lock.json").read_text())["packages"]
    names = set(tomllib.loads(fetch.SOURCES.read_text())["wheels"]["names"])
    needed = {other for name in names for other in packages[name]["depends"]}
    assert needed - names <= {"matplotlib-pyodide"}  # it draws on a page, and we write files


def test_the_book_can_be_built_without_live_boxes():
    commands = subprocess.run(
        ["make", "--dry-run", "book", "LIVE=0"],
        cwd=fetch.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "jupyter-book build" in commands and "book/live" not in commands
    commands = subprocess.run(
        ["make", "--dry-run", "book", "LIVE=1"],
        cwd=fetch.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert commands.index("live/fetch.py") < commands.index("jupyter-book build")
    assert commands.index("jupyter-book build") < commands.index("live/build.py")


def test_the_site_has_the_licence_of_every_program_in_it():
    if not fetch.PYODIDE.is_dir():
        pytest.skip("the programs of the live boxes are not here: run `make book`")
    import build

    (text,) = build.licences().values()
    sources = tomllib.loads(fetch.SOURCES.read_text())
    shown = set(sources["npm"]) - {"pyodide", "esbuild-wasm"}  # esbuild only bundles the others
    shown = {name for name in shown if not name.startswith("@fontsource")}
    shown |= set(sources["wheels"]["names"]) | {"Pyodide", "Python"}
    parts = text.decode().split("\n\n----\n\n")
    for name in shown:
        told = [part for part in parts if f"\n{name} " in f"\n{part}"]
        assert told and len(told[0]) > 150, name
