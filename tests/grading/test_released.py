"""The grader marks exactly what a course folder has released: its questions, points and name."""

import json
import shutil

import pytest

from autograder.cli import main
from autograder.grading.course_folder import CourseFolder
from autograder.grading.released import UnmarkableError, released_assignment, released_assignments
from support.notebooks import read, released, solved
from support.places import SOLUTIONS
from support.stock import generate, gradebook

pytestmark = pytest.mark.sandbox

ASSIGNMENT = "01-neuron"


def mark_of(cell):
    return cell["metadata"].get("nbgrader", {})


def cell(notebook, id):
    return next(cell for cell in notebook["cells"] if mark_of(cell).get("grade_id") == id)


def without(notebook, *ids):
    """Return a notebook without the cells of some questions."""
    gone = {*ids, *(f"{id}-answer" for id in ids)}
    cells = [cell for cell in notebook["cells"] if mark_of(cell).get("grade_id") not in gone]
    return {**notebook, "cells": cells}


def written(id, points):
    """Return the cell of a question that a person marks."""
    mark = {"grade_id": id, "grade": True, "solution": True, "locked": False, "task": False}
    mark |= {"schema_version": 3, "points": points}
    metadata = {"nbgrader": mark}
    return {"cell_type": "markdown", "id": id, "metadata": metadata, "source": "Write here."}


def put(course, step, name, notebook, file=""):
    folder = course / step / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / (file or f"{name}.ipynb")).write_text(json.dumps(notebook))
    return folder


def hand_in(course, student, name, notebook):
    put(course, f"submitted/{student}", name, notebook)


def grade(course, name=ASSIGNMENT, code=0):
    file = course / "results.jsonl"
    options = ("--workers", "1", "--json", str(file))
    assert main(["grade", name, "--course", str(course), *options]) == code
    return {r["student"]: r for r in map(json.loads, file.read_text().splitlines())}


def test_a_source_edited_by_hand_is_marked_as_it_was_released(tmp_path):
    source = without(solved(ASSIGNMENT), "half_adder", "perceptron_update")
    cell(source, "sigmoid")["metadata"]["nbgrader"]["points"] = 10
    source["cells"].append(written("what_was_hard", 4))
    put(tmp_path, "source", ASSIGNMENT, source)
    generate(tmp_path, ASSIGNMENT)
    hand_in(tmp_path, "ada", ASSIGNMENT, source)
    half = without(source, "neuron")
    half["cells"].append(
        {
            "cell_type": "code",
            "metadata": {},
            "source": "def sigmoid(z):\n    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))",
        }
    )
    half = json.loads(json.dumps(half))
    cell(half, "what_was_hard")["source"] = "YOUR ANSWER HERE"  # what nbgrader releases
    hand_in(tmp_path, "bob", ASSIGNMENT, half)
    found = grade(tmp_path)
    assert (found["ada"]["score"], found["ada"]["max_score"]) == (17.0, 24.0)
    by_id = {q["id"]: q for q in found["ada"]["questions"]}
    assert "half_adder" not in by_id
    assert by_id["what_was_hard"]["verdict"] == "manual"
    by_id = {q["id"]: q for q in found["bob"]["questions"]}
    assert by_id["what_was_hard"]["verdict"] == "missing"
    sigmoid = by_id["sigmoid"]
    assert (sigmoid["score"], sigmoid["max_score"]) == (5.0, 10.0)  # the parts keep their shares
    with gradebook(tmp_path) as opened:
        submission = opened.find_submission(ASSIGNMENT, "ada")
        assert (submission.score, submission.max_score) == (17.0, 24.0)


def test_the_release_counts_and_not_a_source_that_was_edited_later(tmp_path):
    put(tmp_path, "release", "hw1", without(released(ASSIGNMENT), "half_adder"))
    put(tmp_path, "source", "hw1", solved(ASSIGNMENT))
    asked = released_assignment(CourseFolder(tmp_path), "hw1")
    assert asked.name == "hw1"
    assert "half_adder" not in dict(asked.points)


def test_an_assignment_that_only_the_course_has_is_marked_whole(tmp_path):
    assert released_assignment(CourseFolder(tmp_path), ASSIGNMENT).max_score == 17


def test_the_assignments_of_a_course_folder_are_found_and_broken_ones_left_out(tmp_path):
    put(tmp_path, "release", "hw1", released(ASSIGNMENT))
    put(tmp_path, "release", "broken", {"cells": []})
    names = [asked.name for asked in released_assignments(CourseFolder(tmp_path))]
    assert "hw1" in names
    assert ASSIGNMENT in names
    assert "broken" not in names


def with_a_task():
    notebook = released(ASSIGNMENT)
    task = written("task", 2)
    task["metadata"]["nbgrader"] |= {"grade": False, "solution": False, "task": True}
    notebook["cells"].append(task)
    return notebook


def with_changed(id, **changes):
    notebook = released(ASSIGNMENT)
    cell(notebook, id)["metadata"]["nbgrader"] |= changes
    return notebook


def with_code_of_their_own():
    notebook = released(ASSIGNMENT)
    own = json.loads(json.dumps(cell(notebook, "sigmoid")))
    own["metadata"]["nbgrader"]["grade_id"] = "my_check"
    notebook["cells"].append(own)
    return notebook


def with_a_check_twice():
    notebook = released(ASSIGNMENT)
    notebook["cells"].append(cell(notebook, "sigmoid"))
    return notebook


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        (with_a_task(), "is a task of nbgrader"),
        (with_changed("sigmoid", points=0), "sigmoid has 0 points; give it more than 0"),
        (with_changed("sigmoid", points=None), "sigmoid has None points"),
        (with_code_of_their_own(), "nothing can mark the question my_check"),
        (with_a_check_twice(), "the question sigmoid is there twice"),
        (with_changed("sigmoid", solution=True), "must be a code cell with the check"),
        ({"cells": []}, "asks no question"),
        ([], "cannot be read as a notebook"),
    ],
)
def test_what_cannot_be_marked_is_refused_in_one_sentence(tmp_path, capsys, notebook, words):
    put(tmp_path, "release", ASSIGNMENT, notebook)
    hand_in(tmp_path, "ada", ASSIGNMENT, solved(ASSIGNMENT))
    assert main(["grade", ASSIGNMENT, "--course", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert not (tmp_path / "gradebook.db").exists()


def test_folders_without_one_notebook_of_their_name_are_refused(tmp_path):
    folder = put(tmp_path, "release", "hw1", released(ASSIGNMENT), "01-neuron.ipynb")
    with pytest.raises(UnmarkableError, match=r"rename 01-neuron.ipynb to hw1.ipynb"):
        released_assignment(CourseFolder(tmp_path), "hw1")
    shutil.copy(folder / "01-neuron.ipynb", folder / "hw1.ipynb")
    with pytest.raises(UnmarkableError, match="there are 2 notebooks"):
        released_assignment(CourseFolder(tmp_path), "hw1")
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(UnmarkableError, match=r"put hw1.ipynb there"):
        released_assignment(CourseFolder(tmp_path), "hw1")


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed(tmp_path, capsys):
    assert main(["grade", "hw7", "--course", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "there is no assignment hw7 in release/ or source/" in line
    assert "06-frontier" in line


def test_a_release_that_changed_after_the_marks_is_refused_and_the_marks_stay(tmp_path, capsys):
    put(tmp_path, "release", "hw1", released(ASSIGNMENT))
    hand_in(tmp_path, "ada", "hw1", solved(ASSIGNMENT))
    assert grade(tmp_path, "hw1")["ada"]["score"] == 14
    put(tmp_path, "release", "hw1", without(released(ASSIGNMENT), "half_adder"))
    assert main(["grade", "hw1", "--course", str(tmp_path), "--workers", "1"]) == 2
    assert "give the changed assignment another name" in capsys.readouterr().err
    with gradebook(tmp_path) as opened:
        assert opened.find_submission("hw1", "ada").score == 14


def test_other_points_after_the_marks_grade_everybody_again(tmp_path):
    put(tmp_path, "release", "hw1", released(ASSIGNMENT))
    hand_in(tmp_path, "ada", "hw1", solved(ASSIGNMENT))
    assert grade(tmp_path, "hw1")["ada"]["score"] == 14
    put(tmp_path, "release", "hw1", with_changed("sigmoid", points=7))
    assert grade(tmp_path, "hw1")["ada"]["score"] == 19
    with gradebook(tmp_path) as opened:
        submission = opened.find_submission("hw1", "ada")
        assert (submission.score, submission.max_score) == (19, 22)


def test_the_source_of_the_course_gives_the_released_notebook(tmp_path):
    shutil.copytree(SOLUTIONS / ASSIGNMENT, tmp_path / "source" / ASSIGNMENT)
    made = released_assignment(CourseFolder(tmp_path), ASSIGNMENT)
    ours = read(SOLUTIONS.parents[1] / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    assert [c["source"] for c in made.released["cells"]] == [
        "".join(c["source"]) for c in ours["cells"]
    ]
