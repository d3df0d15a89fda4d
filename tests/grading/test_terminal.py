"""No text of a student gives orders to the terminal of the person who grades."""

import json

import pytest

from autograder.cli import main
from support.here import hand_in, new_gradebook
from support.notebooks import released

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"
ANSWER = "neuron-answer"
ORDERS = "\x1b[2J\x1b]0;owned\x07\u202e\x9b1A\r"


def is_calm(text):
    """True if a terminal shows this text as it is, in lines."""
    return text and all(line.isprintable() for line in text.split("\n"))


def test_the_name_of_a_students_folder_is_printed_without_its_orders(tmp_path, capsys):
    (tmp_path / "gradebook.db").write_bytes(new_gradebook(ASSIGNMENT))
    folder = hand_in(tmp_path, f"mallory{ORDERS}\nada: graded", ASSIGNMENT, released(ASSIGNMENT))
    (folder / f"{ASSIGNMENT}.ipynb").write_text("{")
    assert main(["grade", ASSIGNMENT, "--course", str(tmp_path), "--workers", "1"]) == 0
    printed = capsys.readouterr()
    assert is_calm(printed.out)
    assert is_calm(printed.err)
    assert r"mallory\x1b[2J\x1b]0;owned\x07\u202e\x9b1A\r\nada: graded: rejected" in printed.err


def test_the_error_of_an_answer_is_printed_without_its_orders(tmp_path, capsys):
    notebook = released(ASSIGNMENT)
    cell = next(
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == ANSWER
    )
    text = f"{ORDERS}\u2028neuron: 9 of 9 points"
    cell["source"] = f"def neuron(*arguments):\n    raise ValueError({text!r})"
    file = tmp_path / f"{ASSIGNMENT}.ipynb"
    file.write_text(json.dumps(notebook))
    assert main(["check", str(file)]) == 0
    printed = capsys.readouterr().out
    assert is_calm(printed)
    assert r"\x1b[2J\x1b]0;owned\x07\u202e\x9b1A\r\u2028neuron: 9 of 9 points" in printed


def test_the_name_of_a_file_is_printed_without_its_orders(tmp_path, capsys):
    for name in (f"{ORDERS}.ipynb", f"{ASSIGNMENT}{ORDERS}.ipynb"):
        (tmp_path / name).write_text("{")
        assert main(["check", str(tmp_path / name)]) == 2
        printed = capsys.readouterr().err
        assert is_calm(printed)
        assert r"\x1b[2J" in printed
