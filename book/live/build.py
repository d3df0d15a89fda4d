"""Write the files of the live boxes into the built book: _build/html/_static/live.

A page must work from a web server and from a file. From a file, a browser refuses modules, `fetch`
and workers with an address. So everything is a classic script. A file that is no script, such as
the Python interpreter, becomes a script too: it holds the compressed bytes as text (see `packed`).

made-from.txt holds a digest of all that the files are made from. While it is the same, nothing is
written.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import assignments
from fetch import MODULES, NODE, PYODIDE, ROOT, SOURCES, WHEELS, FetchError, fetch, locked

import backprop
from autograder.assemble import PACKAGE, kit_files
from autograder.bank import EXERCISES, QUESTIONS
from autograder.check import PUBLIC_SEED
from autograder.marking.answer_key import freeze, from_reference

SITE = ROOT / "_build" / "html" / "_static" / "live"
LIVE = Path(__file__).parent
SCRIPTS = LIVE / "js"
PARTS = ("box", "cell", "progress")  # of live.js, beside what main.js imports
DIGEST = "made-from.txt"
TOO_SLOW = {"train_digits"}  # takes a minute in a browser, so it is left to the notebook
FIGURES = ("matplotlib", "contourpy", "cycler", "fonttools", "kiwisolver", "packaging", "pillow")
FIGURES += ("pyparsing", "python-dateutil", "pytz", "six")


def build(site: Path) -> None:
    """Write all files of the live boxes, unless they are up to date. Raises FetchError."""
    fetch()
    digest = _digest()
    if (site / DIGEST).is_file() and (site / DIGEST).read_text() == digest:
        return
    shutil.rmtree(site, ignore_errors=True)
    (site / "keys").mkdir(parents=True)
    main = [f'import "./{name}.js";' for name in ("main", *PARTS) if _script(name).is_file()]
    (site / "live.js").write_bytes(bundle("\n".join(main)))
    if _script("editor").is_file():
        (site / "editor.js").write_bytes(bundle('import "./editor.js";'))
    for name, files in packs().items():
        (site / f"{name}.js").write_bytes(packed(files))
    for id in QUESTIONS.keys() - TOO_SLOW:
        (site / "keys" / f"{id}.js").write_bytes(packed({f"{id}.key": key(id)}))
    assignments.write(site / "assignments")
    (site / DIGEST).write_text(digest)


def bundle(text: str) -> bytes:
    """Return a script with all that it imports, as one classic script. Raises FetchError."""
    esbuild = MODULES / "esbuild-wasm" / "bin" / "esbuild"
    options = ["--bundle", "--minify", "--format=iife", "--target=es2021", "--log-level=error"]
    done = subprocess.run(
        [NODE, esbuild, *options],
        input=text.encode(),
        cwd=SCRIPTS,
        env={**os.environ, "NODE_PATH": str(MODULES)},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise FetchError(f"esbuild cannot bundle the scripts:\n{done.stderr.decode().strip()}")
    return done.stdout


def packs() -> dict[str, dict[str, bytes]]:
    """Return the files that the engine loads, by the name of the script that will hold them."""
    interpreter = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
    python = {name: (PYODIDE / name).read_bytes() for name in interpreter}
    marking = {f"autograder/{file}": (PACKAGE / file).read_bytes() for file in kit_files()}
    page = (LIVE / "page.py").read_bytes()
    reference = Path(backprop.__file__).parent
    course = {
        f"backprop/{file.relative_to(reference)}": file.read_bytes()
        for file in sorted(reference.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    return {
        "python": {**python, "pyodide-lock.json": lock(("numpy", *FIGURES))},
        "numpy": wheels(("numpy",)),
        "marking": {
            "marking.zip": zipped({**marking, "page.py": page}),
            "worker.js": bundle('import "./worker.js";'),
        },
        "reference": {"reference.zip": zipped(course)},
        "figures": wheels(FIGURES),
    }


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


def key(id: str) -> bytes:
    """Return the frozen answer key of a question."""
    return freeze([from_reference(QUESTIONS[id], vars(backprop), PUBLIC_SEED)])


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip that is the same at every build."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a script that puts files into LIVE_FILES: compressed, and written in base 64."""
    lines = ["self.LIVE_FILES ||= {};"]
    for name, content in files.items():
        text = base64.b64encode(gzip.compress(content, mtime=0)).decode()
        lines.append(f'LIVE_FILES[{json.dumps(name)}] = "{text}";')
    return "\n".join(lines).encode()


def _script(name: str) -> Path:
    return SCRIPTS / f"{name}.js"


def _digest() -> str:
    """Return a digest of all that the files are made from."""
    folders = (
        LIVE,
        PACKAGE / "bank",
        PACKAGE / "marking",
        Path(backprop.__file__).parent,
        EXERCISES,
    )
    inside = [path for folder in folders for path in folder.rglob("*")]
    files = sorted(path for path in [*inside, *PACKAGE.glob("*.py")] if path.is_file())
    digest = hashlib.sha256(SOURCES.read_bytes())
    for file in files:
        if "__pycache__" not in file.parts:
            digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()


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
