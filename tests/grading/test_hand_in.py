"""No submission is lost from sight, whatever its file is called and whatever it contains."""

import json
import os
import re

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading.hand_in import misnamed
from support.here import autograded, grade_here, new_gradebook, url
from support.notebooks import released, solved

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"
EXPECTED = f"{ASSIGNMENT}.ipynb"
FULL = 14.0
SOLVED = json.dumps(solved(ASSIGNMENT)).encode()
UNTOUCHED = json.dumps(released(ASSIGNMENT)).encode()
OTHER = json.dumps(solved("02-forward")).encode()


def with_another_answer():
    """Return the bytes of the solved notebook with one answer that is wrong."""
    notebook = solved(ASSIGNMENT)
    for cell in notebook["cells"]:
        if cell.get("id") == "neuron-answer":
            cell["source"] = "def neuron(x, w, b):\n    return 0.0\n"
    return json.dumps(notebook).encode()


WRONG = with_another_answer()


@pytest.fixture
def course(tmp_path):
    """A course folder whose gradebook knows the assignment."""
    (tmp_path / "gradebook.db").write_bytes(new_gradebook(ASSIGNMENT))
    return tmp_path


def hand_in(course, student, files):
    """Put files into the folder of a student's submission, by their paths in it."""
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def grade(course, capsys, code=0):
    """Grade a course by the command; return the last line and the lines about submissions."""
    capsys.readouterr()
    assert main(["grade", ASSIGNMENT, "--course", str(course), "--workers", "1"]) == code
    said = capsys.readouterr()
    return said.out.splitlines()[-1], said.err.splitlines()


@pytest.mark.parametrize(
    "name",
    [
        f"{ASSIGNMENT} (1).ipynb",
        "01-Neuron.ipynb",
        "01_neuron.IPYNB",
        f"{ASSIGNMENT}-Copy1.ipynb",
        f"Copy of {ASSIGNMENT}.ipynb",
        f"zoë_{ASSIGNMENT}_final.ipynb",
        "Untitled3.ipynb",
        f"{EXPECTED}.txt",
        f"{EXPECTED}.json",
        f"{ASSIGNMENT}.json",
        f"{ASSIGNMENT}/{EXPECTED}",
        f"my hand-in/{ASSIGNMENT}/notebook.ipynb",
    ],
)
def test_a_notebook_with_another_name_is_marked_and_the_name_is_told(course, name):
    hand_in(course, "ada", {name: SOLVED})
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert (result.status, result.score) == ("graded", FULL)
    assert result.message == f"{name} was marked, because there is no {EXPECTED}."


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"a.ipynb": SOLVED, "b.ipynb": SOLVED}, "a.ipynb"),  # the same twice
        ({"a.ipynb": UNTOUCHED, "b.ipynb": SOLVED}, "b.ipynb"),  # only one has answers
        ({EXPECTED: UNTOUCHED, "b.ipynb": SOLVED}, "b.ipynb"),
        ({"a.ipynb": OTHER, "b.ipynb": SOLVED}, "b.ipynb"),  # only one is of this assignment
        ({"a.ipynb": b"{}", "b.ipynb": SOLVED}, "b.ipynb"),  # only one can be read
        ({EXPECTED: b"", "b.ipynb": SOLVED}, "b.ipynb"),
    ],
)
def test_of_several_notebooks_the_only_one_with_answers_is_marked(course, files, taken):
    hand_in(course, "ada", files)
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert (result.status, result.score) == ("graded", FULL)
    assert result.message.startswith(f"{taken} was marked")


def test_of_two_different_answers_the_one_with_the_expected_name_counts_and_a_person_looks(course):
    hand_in(course, "ada", {EXPECTED: SOLVED, f"{ASSIGNMENT} (1).ipynb": WRONG})
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert result.score == FULL
    assert f"{ASSIGNMENT} (1).ipynb was handed in with other answers" in result.message
    assert needs_a_person(course, "ada")


def test_two_different_answers_under_other_names_are_rejected_and_both_are_named(course):
    hand_in(course, "ada", {"first.ipynb": SOLVED, "second.ipynb": WRONG})
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert result.status == "rejected"
    assert "first.ipynb, second.ipynb" in result.message
    assert f"under the name {EXPECTED}" in result.message


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
CONFLICT = SOLVED.replace(
    b'"cells": [', b'\n<<<<<<< HEAD\n"cells": [\n=======\n"cells": [\n>>>>>>> b\n'
)
KINDS = {
    "it is empty": b"",
    "it is empty;": b"\n\0\0",
    "zip archive": b"PK\x03\x04" + bytes(30),
    "gzip archive": b"\x1f\x8b\x08" + bytes(30),
    "PDF file": b"%PDF-1.7\n",
    "a picture": PNG,
    "office program": b"\xd0\xcf\x11\xe0" + bytes(30),
    "a web page": b"<!DOCTYPE html>\n<html><title>Sign in</title></html>",
    "a web page,": b"\n  <HTML><body>",
    "merge conflict": CONFLICT,
    "Python script": b"# %% a cell\nimport numpy as np\n\ndef neuron(x, w, b):\n    return 0\n",
    "pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "a shortcut;": b"[InternetShortcut]\r\nURL=https://example.org\r\n",
    "shortcut of Windows": b"L\x00\x00\x00\x01\x14\x02" + bytes(30),
    "link to a document": b'{"url": "https://docs.example.org/open?id=1", "doc_id": "1"}',
    "ends in the middle": SOLVED[:5000],
    "it is damaged at line 1": SOLVED.replace(b'"nbformat":', b"nbformat:"),
    "no list of cells": b'{"nbformat": 4}',
}


@pytest.mark.parametrize("words", KINDS)
def test_a_file_that_is_no_notebook_is_rejected_in_its_own_words(course, words):
    hand_in(course, "ada", {EXPECTED: KINDS[words]})
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert result.status == "rejected"
    assert words in result.message
    assert len(result.message.splitlines()) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "the folder is empty"),
        ({"answers.zip": b"PK\x03\x04"}, "answers.zip: it is a zip archive"),
        ({f"{ASSIGNMENT}.py": b"import numpy as np\n"}, f"{ASSIGNMENT}.py: it is a Python script"),
        ({f"{ASSIGNMENT}.html": b"<html>"}, f"{ASSIGNMENT}.html: it is a web page"),
        ({"a.py": b"", "b.py": b""}, "there is no such file, but a.py, b.py; hand in the notebook"),
        ({".ipynb_checkpoints/x.ipynb": SOLVED}, "the folder is empty"),
        ({"x.ipynb": OTHER}, "This looks like the notebook of 02-forward"),
    ],
)
def test_what_lies_there_instead_of_the_notebook_is_said(course, files, words):
    hand_in(course, "ada", files)
    result = grade_here(course, ASSIGNMENT)["ada"]
    assert result.status == "rejected"
    assert words in result.message


def test_a_link_to_anothers_notebook_is_not_taken_under_any_name(course):
    hand_in(course, "ada", {EXPECTED: SOLVED})
    for number, name in enumerate([EXPECTED, "x.ipynb", "sub"]):
        folder = hand_in(course, f"eve{number}", {})
        target = course / "submitted" / "ada" / ASSIGNMENT
        (folder / name).symlink_to(target if name == "sub" else target / EXPECTED)
    folder = hand_in(course, "mallory", {})
    os.link(course / "submitted" / "ada" / ASSIGNMENT / EXPECTED, folder / "x.ipynb")
    results = grade_here(course, ASSIGNMENT)
    assert {s: r.status for s, r in results.items() if s != "ada"} == dict.fromkeys(
        ("eve0", "eve1", "eve2", "mallory"), "rejected"
    )


def test_a_rejected_submission_is_named_at_every_run_and_waits_for_a_person(course, capsys):
    hand_in(course, "ada", {EXPECTED: SOLVED})
    hand_in(course, "bob", {EXPECTED: b"<html>"})
    for graded, before in ((1, 0), (0, 1)):
        last, lines = grade(course, capsys)
        counts = f"{graded} graded, {before} as before, 1 rejected (bob), 0 late, 0 failed"
        assert last == f"{ASSIGNMENT}: 2 submissions: {counts}"
        assert [line for line in lines if line.startswith("bob: rejected: ")]
    assert needs_a_person(course, "bob")
    page = json.loads(autograded(course, "bob", ASSIGNMENT).read_text())
    assert "it is a web page" in page["cells"][0]["source"]
    assert "it is a web page" in str(page["cells"][5:])


def test_the_reason_for_a_rejection_holds_no_markup_of_the_student(course):
    name = "[x](javascript:alert(1))<script>alert(1)<script>.py"
    hand_in(course, "bob", {name: b"import os\n", f"{name}2": b""})
    assert grade_here(course, ASSIGNMENT)["bob"].status == "rejected"
    page = json.loads(autograded(course, "bob", ASSIGNMENT).read_text())
    assert "<script>" not in page["cells"][0]["source"]
    assert not re.search(r"\]\(", page["cells"][0]["source"])
    assert "<script>" not in str([o["data"].get("text/html", "") for o in outputs(page)])


def outputs(notebook):
    return [o for cell in notebook["cells"] for o in cell.get("outputs", []) if "data" in o]


def needs_a_person(course, student):
    with Gradebook(url(course)) as gradebook:
        return gradebook.find_submission(ASSIGNMENT, student).needs_manual_grade


def test_folders_and_files_in_other_places_are_told_and_others_are_not(course, capsys):
    hand_in(course, "ada", {EXPECTED: SOLVED})
    submitted = course / "submitted"
    for folder in ("bob/01-Neuron", "cleo/ 01-neuron", "dan/01_neuron", "eva/02-forward"):
        (submitted / folder).mkdir(parents=True)
    (submitted / "fay").mkdir()
    for file in (f"fay/{EXPECTED}", "fay/notes.txt", "gus_01-neuron.ipynb"):
        (submitted / file).write_bytes(b"")
    (submitted / ASSIGNMENT / "hal").mkdir(parents=True)
    lines = misnamed(submitted, ASSIGNMENT)
    assert [line.split(":")[0] for line in lines] == [
        "submitted/01-neuron",
        "submitted/bob/01-Neuron",
        "submitted/cleo/ 01-neuron",
        "submitted/dan/01_neuron",
        f"submitted/fay/{EXPECTED}",
        "submitted/gus_01-neuron.ipynb",
    ]
    last, said = grade(course, capsys)
    assert last.startswith(f"{ASSIGNMENT}: 1 submission: 1 graded")
    assert set(lines) <= set(said)
    assert "rename the folder to 01-neuron" in str(said)


def test_hw10_is_not_taken_for_hw1(tmp_path):
    (tmp_path / "submitted" / "ada" / "hw10").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "hw10.ipynb").write_bytes(b"")
    assert misnamed(tmp_path / "submitted", "hw1") == []


@pytest.mark.parametrize("name", ["Untitled.ipynb", "Copy of 01_Neuron (1).ipynb", "x.ipynb.txt"])
def test_check_recognises_a_renamed_notebook(tmp_path, capsys, name):
    (tmp_path / name).write_bytes(SOLVED)
    assert main(["check", str(tmp_path / name)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "14 of 17 points"


def test_check_says_if_a_notebook_cannot_be_recognised(tmp_path, capsys):
    (tmp_path / "mine.ipynb").write_text('{"cells": [], "nbformat": 4}')
    assert main(["check", str(tmp_path / "mine.ipynb")]) == 2
    assert "cannot tell which assignment this is" in capsys.readouterr().err
