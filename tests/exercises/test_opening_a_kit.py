"""A stranger opens a kit: by its README, without Matplotlib, with an old Python, or in Colab."""

import ast
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from functools import partial
from pathlib import Path

import numpy
import pytest

from autograder.cli import main
from autograder.desk.kit import colab_notebook, write_colab, write_kit
from support.notebooks import released, solved
from support.places import ROOT

A = "01-neuron"
BOOK = "https://example.org/course"
# Python with NumPy and nothing else: no package of this environment, and not this project.
PACKAGES = Path(numpy.__file__).parents[1]


@pytest.fixture(scope="module")
def kits(tmp_path_factory):
    """A folder as `make site` writes it: kits/ with the kit of an assignment."""
    folder = tmp_path_factory.mktemp("site")
    write_kit(A, ROOT, folder / "kits", BOOK)
    return folder


@pytest.fixture
def kit(kits, tmp_path):
    """The folder of a student who has unpacked the kit."""
    with zipfile.ZipFile(kits / "kits" / f"{A}.zip") as made:
        made.extractall(tmp_path)
    return tmp_path / A


@pytest.fixture(scope="module")
def only_numpy(tmp_path_factory):
    """A folder for PYTHONPATH that holds NumPy alone."""
    folder = tmp_path_factory.mktemp("packages")
    for package in PACKAGES.glob("numpy*"):
        (folder / package.name).symlink_to(package)
    return folder


def python(code, cwd, packages, *more):
    """Run code in a new Python that has only the packages in a folder."""
    return subprocess.run(
        [sys._base_executable, "-S", *more, "-c", code],
        cwd=cwd,
        env={"PYTHONPATH": f"{packages}:."},
        capture_output=True,
        text=True,
        check=False,
    )


def code_cells(notebook):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


def test_a_kit_has_a_text_to_begin_with_and_the_packages_that_it_needs(kit):
    text = (kit / "README.md").read_text()
    assert f"jupyter lab {A}.ipynb" in text
    assert BOOK in text
    pinned = (ROOT / "requirements.txt").read_text().splitlines()
    needed = (kit / "requirements.txt").read_text().splitlines()
    assert [line.split("==")[0] for line in needed] == ["numpy", "matplotlib", "jupyterlab"]
    assert set(needed) <= set(pinned)


def test_a_kit_holds_nothing_of_the_grader(kit):
    names = {path.relative_to(kit).as_posix() for path in kit.rglob("*")}
    for part in ("sandbox", "grading", "bank", "desk", "commands"):
        assert f"autograder/{part}" not in names


def test_the_first_cell_of_every_notebook_brings_the_check_and_nothing_else():
    for text in sorted((ROOT / "exercises").glob("*.md")):
        first = code_cells(released(text.stem))[0]
        assert first == "from autograder import check", text.name


def test_without_matplotlib_every_check_answers(kit, only_numpy):
    cells = code_cells(solved(A))
    run = "\n".join(
        [
            "names = {}",
            f"for source in {cells!r}:",
            "    try: exec(source, names)",
            "    except (ModuleNotFoundError, NameError) as error: print('MISSING', error.name)",
        ]
    )
    done = python(run, kit, only_numpy)
    assert done.stderr == ""
    assert "MISSING matplotlib" in done.stdout
    # Later cells can miss `plt`, too, where they draw something.
    assert set(re.findall(r"MISSING (\w+)", done.stdout)) <= {"matplotlib", "plt"}
    found = re.findall(r"^(\w+): ([\d.]+) of ([\d.]+) points", done.stdout, re.MULTILINE)
    assert len(found) == sum("check(" in cell and "import" not in cell for cell in cells)
    assert all(score == full for _, score, full in found)


def test_hints_link_to_the_address_of_the_book(kit, only_numpy):
    done = python("from autograder import check; check('neuron')", kit, only_numpy)
    assert f"({BOOK}/book/" in done.stdout


def test_an_old_python_says_what_it_needs_in_one_line(kit, only_numpy):
    old = "import sys; sys.version_info = (3, 9, 2, 'final', 0); from autograder import check"
    done = python(old, kit, only_numpy)
    (line,) = done.stdout.splitlines()
    assert line.startswith("check needs Python 3.11 or newer, and this is Python 3.9.")
    assert done.stderr == ""
    ast.parse((kit / "autograder" / "__init__.py").read_text(), feature_version=(3, 7))


@pytest.fixture
def site(kits):
    """The address of a server that serves the site."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=kits))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def first_cells(address):
    """Return code that runs the first two cells of the notebook for Colab, and a check."""
    cells = code_cells(json.loads(colab_notebook(A, address)))
    return "\n".join([*cells[:2], "check('neuron')"])


def test_in_colab_the_kit_comes_from_the_address_of_the_book(site, tmp_path, only_numpy):
    done = python(first_cells(site), tmp_path, only_numpy)
    assert done.stdout.startswith("neuron: 0 of 1 points"), done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["autograder"]


COLAB = """\
import pathlib
def upload():
    return {"kit (1).zip": pathlib.Path(%r).read_bytes()}
"""


def test_in_colab_the_kit_comes_from_an_upload_where_there_is_no_address(
    kits, tmp_path, only_numpy
):
    # Colab itself cannot run here, so this stands in for its function `upload`.
    folder = tmp_path / "google" / "colab"
    folder.mkdir(parents=True)
    (folder / "files.py").write_text(COLAB % str(kits / "kits" / f"{A}.zip"))
    for address in ("", "http://127.0.0.1:9"):
        shutil.rmtree(tmp_path / "autograder", ignore_errors=True)
        done = python(first_cells(address), tmp_path, only_numpy)
        assert "Choose 01-neuron.zip, which your instructor has given you." in done.stdout
        assert "neuron: 0 of 1 points" in done.stdout, done.stderr


def test_outside_of_colab_the_cell_says_where_to_put_the_kit(kits, tmp_path, only_numpy):
    done = python(first_cells(""), tmp_path, only_numpy)
    assert "Put 01-neuron.zip into the folder of this notebook" in done.stdout
    shutil.copy(kits / "kits" / f"{A}.zip", tmp_path)
    assert "neuron: 0 of 1 points" in python(first_cells(""), tmp_path, only_numpy).stdout


@pytest.mark.sandbox
def test_a_notebook_from_colab_is_graded_like_any_other(tmp_path, capsys):
    path = write_colab(A, tmp_path, BOOK)
    made, answers = json.loads(path.read_text()), solved(A)
    ids = {c["metadata"].get("nbgrader", {}).get("grade_id"): c["source"] for c in answers["cells"]}
    for cell in made["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = ids[name] if name else cell["source"]
    path.write_text(json.dumps(made))
    assert main(["check", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == 14


def test_an_address_that_is_none_is_refused(tmp_path, capsys):
    assert main(["kit", str(tmp_path), "--book-url", "javascript:x"]) == 2
    assert "an address begins with https://" in capsys.readouterr().err
