"""Write the files of the live boxes into the built book: _build/html/_static/live.

A page must work from a web server and from a file. From a file, a browser refuses modules, `fetch`
and workers with an address. So everything is a classic script. A file that is no script, such as
the Python interpreter, becomes a script too: it holds the compressed bytes as text (see `packed`).

For each part, a file `.made-from` holds a digest of all that the part is made from. While it is the
same, nothing is written.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import assignments
import backprop
from autograder.assemble import PACKAGE, kit_files
from autograder.bank import EXERCISES, QUESTIONS
from autograder.check import PUBLIC_SEED
from autograder.marking.answer_key import freeze, from_reference
from autograder.marking.question import Question
from fetch import MODULES, NODE, PYODIDE, ROOT, SOURCES, WHEELS, FetchError, fetch, locked

SITE = ROOT / "_build" / "html" / "_static" / "live"
LIVE = Path(__file__).parent
SCRIPTS = LIVE / "js"
REFERENCE = Path(backprop.__file__).parent
FIGURES_FILE = LIVE.parent / "figures.py"
TOO_SLOW = {"train_digits"}  # takes a minute in a browser, so it is left to the notebook
FIGURES = ("matplotlib", "contourpy", "cycler", "fonttools", "kiwisolver", "packaging", "pillow")
FIGURES += ("pyparsing", "python-dateutil", "pytz", "six")
# These two come without a file that has their licence.
PYTHON_LICENCES = """\
The live boxes of this book contain the programs of others that are listed here.

Pyodide is under the Mozilla Public License 2.0: https://www.mozilla.org/MPL/2.0/
Its source: https://github.com/pyodide/pyodide

Python and its standard library are under the Python Software Foundation License 2:
https://docs.python.org/3.12/license.html"""


def build(site: Path) -> None:
    """Write all files of the live boxes that are not up to date. Raises FetchError."""
    fetch()
    site.mkdir(parents=True, exist_ok=True)
    code = [PACKAGE / "marking", REFERENCE]
    parts: dict[str, tuple[Callable[[], dict[str, bytes]], list[Path]]] = {
        "programs": (programs, [SOURCES]),
        "licences": (licences, [SOURCES]),
        "scripts": (scripts, [SOURCES, SCRIPTS]),
        "course": (course, [*code, *PACKAGE.glob("*.py"), LIVE / "in_page", FIGURES_FILE]),
        "keys": (keys, [*code, PACKAGE / "bank"]),
        "assignments": (
            assignments.scripts,
            [*code, PACKAGE / "bank", EXERCISES, assignments.FILE],
        ),
    }
    for name, (make, sources) in parts.items():
        stamp, now = site / f"{name}.made-from", digest([Path(__file__), *sources])
        if stamp.is_file() and stamp.read_text() == now:
            continue
        for file, content in make().items():
            (site / file).parent.mkdir(exist_ok=True)
            (site / file).write_bytes(content)
        stamp.write_text(now)


def digest(paths: Iterable[Path]) -> str:
    """Return a digest of files and of all files in folders."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    found = hashlib.sha256()
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            found.update(str(file).encode() + file.read_bytes())
    return found.hexdigest()


def programs() -> dict[str, bytes]:
    """Return the packs with the programs of others: Python, NumPy, and Matplotlib for figures."""
    interpreter = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
    python = {name: (PYODIDE / name).read_bytes() for name in interpreter}
    return {
        "python.js": packed("python", {**python, "pyodide-lock.json": lock(("numpy", *FIGURES))}),
        "numpy.js": packed("numpy", wheels(("numpy",))),
        "figures.js": packed("figures", wheels(FIGURES)),
    }


def licences() -> dict[str, bytes]:
    """Return one file with the licences of the programs of others that the packs contain."""
    texts = [PYTHON_LICENCES]
    for package in sorted(MODULES.rglob("package.json")):
        told, file = json.loads(package.read_text()), package.with_name("LICENSE")
        if file.is_file() and "@fontsource" not in told["name"]:  # its licence is with the fonts
            texts.append(f"{told['name']} {told['version']}\n\n{file.read_text().strip()}")
    for name in ("numpy", *FIGURES):
        with zipfile.ZipFile(WHEELS / locked(name)["file_name"]) as wheel:
            files = [f for f in wheel.namelist() if re.search(r"\.dist-info/.*LICEN[CS]E", f)]
            found = [wheel.read(file).decode().strip() for file in files]
        texts.append("\n\n".join([f"{name} {locked(name)['version']}", *found]))
    return {"licences.txt": "\n\n----\n\n".join(texts).encode() + b"\n"}


def scripts() -> dict[str, bytes]:
    """Return the scripts of the pages: live.js, editor.js, and a pack with the worker's script."""
    return {
        "live.js": bundle("main.js"),
        "editor.js": bundle("editor.js"),
        "worker.js": packed("worker", {"worker.js": bundle("worker.js")}),
    }


def course() -> dict[str, bytes]:
    """Return the packs with the course's own code: the marking, and the reference for cells."""
    return {
        "marking.js": packed("marking", {"marking.zip": zipped(marking_files())}),
        "reference.js": packed("reference", {"reference.zip": zipped(reference_files())}),
    }


def marking_files() -> dict[str, Path]:
    """Return the files of the marking and of the page, by their paths in Python's folder."""
    page = {f"in_page/{file.name}": file for file in sorted(LIVE.glob("in_page/*.py"))}
    return page | {f"autograder/{file}": PACKAGE / file for file in kit_files()}


def reference_files() -> dict[str, Path]:
    """Return the files of the reference and of the book's figures, by their paths."""
    files = sorted(file for file in REFERENCE.rglob("*") if file.is_file())
    found = {f"backprop/{file.relative_to(REFERENCE).as_posix()}": file for file in files}
    found = {name: file for name, file in found.items() if "__pycache__" not in name}
    return {**found, "figures.py": FIGURES_FILE}


def keys() -> dict[str, bytes]:
    """Return a pack for each question: its frozen answer key, and those of the answers it uses."""
    asked = [question for question in QUESTIONS.values() if question.id not in TOO_SLOW]
    frozen = {q.id: freeze([from_reference(q, vars(backprop), PUBLIC_SEED)]) for q in asked}

    def pack(question: Question) -> bytes:
        needed = [id for id in (question.id, *question.uses) if id in frozen]
        return packed(f"keys/{question.id}", {f"{id}.key": frozen[id] for id in needed})

    return {f"keys/{question.id}.js": pack(question) for question in asked}


def bundle(script: str) -> bytes:
    """Return a script with all that it imports, as one classic script. Raises FetchError."""
    esbuild = MODULES / "esbuild-wasm" / "bin" / "esbuild"
    options = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--log-level=error"]
    options.append(f"--define:VERSIONS={json.dumps(versions())}")
    done = subprocess.run(
        [NODE, esbuild, script, *options],
        cwd=SCRIPTS,
        env={**os.environ, "NODE_PATH": str(MODULES)},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise FetchError(f"esbuild cannot bundle the scripts:\n{done.stderr.decode().strip()}")
    return done.stdout


def versions() -> dict[str, str]:
    """Return the versions of what runs in the page."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pyodide = json.loads((PYODIDE / "package.json").read_text())["version"]
    return {"pyodide": pyodide, "numpy": locked("numpy")["version"], "course": project["version"]}


def lock(names: Iterable[str]) -> bytes:
    """Return the lock file of Pyodide with these packages alone."""
    whole = json.loads((PYODIDE / "pyodide-lock.json").read_text())
    kept = {name: locked(name) for name in names}
    for entry in kept.values():
        entry["depends"] = [other for other in entry["depends"] if other in kept]
    return json.dumps({**whole, "packages": kept}).encode()


def wheels(names: Iterable[str]) -> dict[str, bytes]:
    """Return the wheels of these packages, by file name."""
    files = [WHEELS / locked(name)["file_name"] for name in names]
    return {file.name: file.read_bytes() for file in files}


def zipped(files: Mapping[str, Path]) -> bytes:
    """Return files as a zip that is the same at every build."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, file in files.items():
            archive.writestr(zipfile.ZipInfo(name), file.read_bytes())
    return out.getvalue()


def packed(pack: str, files: Mapping[str, bytes]) -> bytes:
    """Return a script that puts files into LIVE_PACKS: compressed, and written in base 64."""
    texts = {
        name: base64.b64encode(gzip.compress(content, mtime=0)).decode()
        for name, content in files.items()
    }
    return f"(self.LIVE_PACKS ||= {{}})[{json.dumps(pack)}] = {json.dumps(texts)};".encode()


def main() -> None:
    """Build the live boxes, or say in one line why that is not possible."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SITE)
    try:
        build(parser.parse_args().folder)
    except FetchError as error:
        sys.exit(f"The live boxes of the book cannot be built: {error}")


if __name__ == "__main__":
    main()
