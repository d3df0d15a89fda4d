"""Write what students get who do not have this repository: a kit, and a notebook for Colab."""

import json
import re
import zipfile
from pathlib import Path

from ..assemble import students_part
from ..authoring.material import COURSE
from ..bank import ASSIGNMENTS, MANUAL_QUESTIONS
from ..grading.assignment import Assignment
from ..grading.notebook import Notebook, NotebookCell, write_notebook
from ..marking.book_links import ADDRESS_FILE
from ..written_answer import ENDING, frozen_model_answers

NEEDED = ("numpy", "matplotlib", "jupyterlab")
README = """\
# {name}

You need Python 3.11 or newer. In a terminal, in this folder:

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/jupyter lab {name}.ipynb

On Windows, write .venv\\Scripts\\python and .venv\\Scripts\\jupyter instead.

Run the first cell. Write each answer into its cell, run it, and run the check below it. The check
tells your points and, if something is wrong, what to look at. It needs NumPy alone; the pictures
need Matplotlib. If you cannot install anything, ask for {name}-colab.ipynb, which works in Google
Colab.

One question asks for an answer in words, and you mark it yourself. Write your answer, save the
notebook, and run check("{written}") in a new cell. It then shows a model answer and what the points
are for.

Leave the folder autograder beside the notebook: it holds the check. Hand in {name}.ipynb alone.
{book}"""
BOOK = "\nThe book: {url}\n"
GET_THE_KIT = '''\
# Run this cell first: it fetches what the checks need.
import importlib.util, io, pathlib, urllib.request, zipfile

KIT = {address!r}  # the address of the kit, or empty


def fetched():
    """Return the bytes of the kit: from its address, from this folder, or from an upload."""
    own = pathlib.Path("{name}.zip")
    if own.exists():
        return own.read_bytes()
    if KIT:
        try:
            return urllib.request.urlopen(KIT, timeout=30).read()
        except OSError as error:
            print(f"{{KIT}} cannot be reached: {{error}}")
    try:
        from google.colab import files
    except ImportError:
        print("Put {name}.zip into the folder of this notebook, and run this cell again.")
        return b""
    print("Choose {name}.zip, which your instructor has given you.")
    return next(iter(files.upload().values()), b"")


if importlib.util.find_spec("autograder") is None and (content := fetched()):
    with zipfile.ZipFile(io.BytesIO(content)) as kit:
        for entry in kit.namelist():
            _, _, path = entry.partition("/")
            if path.startswith("autograder/") and ".." not in path:
                pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
                pathlib.Path(path).write_bytes(kit.read(entry))
    importlib.invalidate_caches()'''


def write_kit(name: str, root: Path, folder: Path, book_url: str = "") -> Path:
    """Write the kit of an assignment and return its path.

    A kit is a zip with the notebook, `check` with the frozen answers, a text that says how to
    begin, and the list of the packages that it needs. book_url: the address of the book, to which
    hints then link.
    """
    path = folder / f"{name}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    book = BOOK.format(url=book_url) if book_url else ""
    texts = {
        "README.md": README.format(name=name, written=_written_question(name), book=book),
        "requirements.txt": requirements(root),
    }
    if book_url:
        texts[f"autograder/{ADDRESS_FILE}"] = book_url + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kit:
        kit.write(root / "exercises" / name / f"{name}.ipynb", f"{name}/{name}.ipynb")
        for file, content in students_part(name, ASSIGNMENTS[name], COURSE).items():
            kit.writestr(f"{name}/{file}", content)
        models = frozen_model_answers(ASSIGNMENTS[name])
        kit.writestr(f"{name}/autograder/frozen/{name}{ENDING}", models)
        for file, text in texts.items():
            kit.writestr(f"{name}/{file}", text)
    return path


def _written_question(name: str) -> str:
    """Return the id of the question of an assignment that a person marks."""
    return next(id for id in ASSIGNMENTS[name] if id in MANUAL_QUESTIONS)


def write_colab(name: str, folder: Path, book_url: str = "") -> Path:
    """Write the notebook for Colab beside the kit, and return its path."""
    path = folder / f"{name}-colab.ipynb"
    path.write_text(colab_notebook(name, book_url), encoding="utf-8")
    return path


def colab_notebook(name: str, book_url: str) -> str:
    """Return the released notebook with a first cell that brings the kit.

    The kit comes from `kits/` below the address of the book, where `make site` puts it, or from an
    upload. A grader runs that cell, too; it does nothing where `check` is installed.
    """
    released = Assignment.of_course(name).released
    address = f"{book_url.rstrip('/')}/kits/{name}.zip" if book_url else ""
    first: NotebookCell = {
        "cell_type": "code",
        "id": "get-the-kit",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": GET_THE_KIT.format(name=name, address=address),
    }
    made: Notebook = json.loads(json.dumps(released))
    made["cells"].insert(0, first)
    made["metadata"]["colab"] = {"name": f"{name}.ipynb", "provenance": []}
    return write_notebook(made)


def requirements(root: Path) -> str:
    """Return the packages that a kit needs, with the versions that the course was tested with."""
    pinned = (root / "requirements.txt").read_text(encoding="utf-8")
    found = [re.search(rf"^{name}==[^ \n]+", pinned, re.MULTILINE) for name in NEEDED]
    return "".join(f"{each[0]}\n" for each in found if each)
