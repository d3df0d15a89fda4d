"""Small courses that are graded like a batch, but in the process of the test, without workers."""

import json
import tempfile
from concurrent.futures import Future
from functools import cache
from pathlib import Path

from autograder.grading.assignment import Assignment
from autograder.grading.batch import Plan, grade_batch, write_results
from autograder.grading.course_folder import CourseFolder
from autograder.grading.gradebook import prepare
from autograder.grading.worker import grade_task
from autograder.sandbox.policy import Limits
from support.places import ROOT

SECRET = b"the secret of a small course"


def grade_now(task):
    """Grade a task at once in this thread, so that its sandbox stays warm; return a future."""
    future = Future()
    try:
        future.set_result(grade_task(task))
    except Exception as error:
        future.set_exception(error)
    return future


def plan(course, assignment, limits=None):
    asked = Assignment.of_course(assignment)
    return Plan(CourseFolder(course), asked, SECRET, url(course), ROOT, limits=limits or Limits())


def url(course):
    return f"sqlite:///{course / 'gradebook.db'}"


def grade_here(course, assignment, limits=None):
    """Grade the course and return the results of this run by student."""
    results = grade_batch(plan(course, assignment, limits), grade_now)
    return {result.student: result for result in results}


def lines_of_results(course, assignment):
    """Return the text of results.jsonl, as `autograder grade --json` writes it."""
    file = course / "results.jsonl"
    write_results(plan(course, assignment), file, [])
    return file.read_text()


@cache
def new_gradebook(assignment):
    """Return the bytes of a gradebook with one assignment and no students.

    The result is cached, because nbgrader takes long to make a gradebook.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepare(url(Path(folder)), Assignment.of_course(assignment))
        return (Path(folder) / "gradebook.db").read_bytes()


def autograded(course, student, assignment):
    """Return the path of a student's autograded notebook."""
    return course / "autograded" / student / assignment / f"{assignment}.ipynb"


def hand_in(course, student, assignment, notebook):
    """Put a notebook into the folder where nbgrader expects submissions; return the folder."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{assignment}.ipynb").write_text(json.dumps(notebook))
    return folder
