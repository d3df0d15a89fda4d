"""A reader who studies alone sees a model answer after writing one; a class never gets it."""

import json
import subprocess
import sys
import zipfile

import pytest

from autograder.bank import ASSIGNMENTS, MANUAL_QUESTIONS
from autograder.check import check
from autograder.desk.course import Wanted, lay_out
from autograder.desk.kit import write_kit
from autograder.written_answer import ENDING, is_enough, model_answer
from support.notebooks import released
from support.places import BOOK, ROOT

A, WRITTEN = "02-forward", "shift_of_softmax"
OWN = (
    "Adding c multiplies every exponential of the row, and also their sum, by the same factor. "
    "So it cancels. Without the shift 1000 overflows. With it the largest exponent is 0, and so "
    "the sum is at least 1."
)
MODEL = "so both become `inf`"


def write_notebook(folder, answer, **more):
    """Write the notebook of the assignment with this answer to its written question."""
    notebook = released(A)
    cell = next(c for c in notebook["cells"] if c["id"] == WRITTEN)
    cell.update(source=answer, **more)
    (folder / f"{A}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """A function that returns what `check` prints beside a notebook with a written answer."""
    monkeypatch.chdir(tmp_path)

    def run(answer, **more):
        write_notebook(tmp_path, answer, **more)
        points = check(WRITTEN)
        assert points == 0
        assert points._repr_html_() == ""  # so that a notebook shows no number
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("answer", ["YOUR ANSWER HERE", "", "It is stable."])
def test_the_model_answer_is_hidden_until_there_is_an_answer(told, answer):
    out = told(answer)
    assert MODEL not in out
    assert "save the notebook, and run this cell again" in out


def test_an_answer_opens_the_model_answer_and_its_points(told):
    out = told(OWN)
    assert MODEL in out
    for points, words in MANUAL_QUESTIONS[WRITTEN].rubric:
        assert f"- {points:g} point: {words}" in out


def test_a_picture_is_an_answer(told):
    assert MODEL in told("![](proof.png)", attachments={"proof.png": {"image/png": ""}})


def test_a_few_sentences_are_enough_in_chinese_too():
    cell = {"source": "每一项都乘以相同的因子，所以它可以约掉。" * 3}
    assert is_enough(cell)
    assert not is_enough({"source": "可以约掉。"})


def test_without_the_notebook_the_reader_is_told_where_to_save_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert check(WRITTEN) == 0
    out = capsys.readouterr().out
    assert MODEL not in out
    assert str(tmp_path) in out


@pytest.mark.parametrize("id", MANUAL_QUESTIONS)
def test_every_written_question_has_a_model_answer(id):
    assert len(model_answer(id).text) > 500


def test_the_page_for_readers_who_study_alone_names_every_written_question():
    page = (BOOK / "alone.md").read_text(encoding="utf-8")
    assert all(f"`{id}`" in page for id in MANUAL_QUESTIONS)


def checked_in(folder):
    """Return what the `check` beside a notebook prints, in a process of its own."""
    command = f"from autograder import check; check({WRITTEN!r})"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_kit_has_the_model_answer_and_hides_it_in_the_same_way(tmp_path):
    with zipfile.ZipFile(write_kit(A, ROOT, tmp_path)) as kit:
        kit.extractall(tmp_path)
    folder = tmp_path / A
    assert MODEL.encode() not in b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file())
    assert MODEL not in checked_in(folder)
    write_notebook(folder, OWN)
    assert MODEL in checked_in(folder)


def test_the_release_of_a_class_has_no_model_answer(tmp_path):
    lay_out(ROOT, tmp_path / "course", Wanted(A, name=A))
    place = tmp_path / "course" / "source" / A
    assert WRITTEN in ASSIGNMENTS[A]
    assert not list(place.rglob(f"*{ENDING}"))
    write_notebook(place, OWN)
    out = checked_in(place)
    assert "a person marks this answer" in out
    assert MODEL not in out
