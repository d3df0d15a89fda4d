"""The engine of the book's pages, in Node and without a page."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import build
import fetch
from support.places import TESTS

SECONDS = 100  # that an answer may run


class PageEngine:
    """A Python in WebAssembly that marks answers as a page does. To be used with `with`."""

    def __init__(self, folder: Path) -> None:
        fetch.fetch()
        archives = {"course.zip": build.marking_files(), "reference.zip": build.reference_files()}
        for name, files in archives.items():
            (folder / name).write_bytes(build.zipped(files))
        places = [fetch.PYODIDE, fetch.WHEELS, *(folder / name for name in archives)]
        script = TESTS / "support" / "page_engine.mjs"
        self._process = subprocess.Popen(
            [fetch.NODE, script, build.SCRIPTS, *places, str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "PageEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def add_key(self, frozen: bytes) -> None:
        """Let a frozen answer key be used."""
        self._ask("addKey", {"base64": base64.b64encode(frozen).decode()})

    def mark(self, question: str, source: str, earlier: str = "") -> dict[str, Any]:
        """Return the verdict on an answer, as the page receives it."""
        request = {"question": question, "source": source, "earlier": earlier, "book": ".."}
        return json.loads(self._ask("mark", request))

    def _ask(self, action: str, request: dict[str, str]) -> str:
        print(json.dumps([action, request]), file=self._process.stdin, flush=True)
        for line in self._process.stdout:  # Pyodide may write lines of its own
            if line.startswith("answer "):
                answer = json.loads(line.removeprefix("answer "))
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer["text"]
        raise RuntimeError("the engine of the page has ended")
