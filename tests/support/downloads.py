"""Downloads of learning platforms, made up in the form in which each of them writes its zip."""

import io
import zipfile

from support.notebooks import solved_file

NOTEBOOK = solved_file("02-forward").read_bytes()


def zipped(files, path=None):
    """Return a zip with some files, as bytes or written to a path. files: content by name."""
    target = path or io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path or target.getvalue()


def with_more(text):
    """Return the solved notebook with a cell that holds a text, to tell notebooks apart."""
    return NOTEBOOK.replace(b'"cells": [', b'"cells": [\n  ' + _cell(text) + b",", 1)


def _cell(text):
    cell = '{"cell_type": "markdown", "id": "%s", "metadata": {}, "source": ["%s"]}'
    return (cell % (f"x{abs(hash(text)) % 10**8}", text)).encode()


BLACKBOARD_NOTE = """\
Name: Jane Doe (jane_doe)
Assignment: Homework 2
Date Submitted: Monday, March 1, 2027 11:58:00 PM CET
Current Grade: Not Yet Graded

Submission Field:
There is no student submission text data for this assignment.
"""
GRADESCOPE_LIST = """\
---
submission_701:
  :submitters:
  - :name: Amélie Ångström
    :sid: '300123'
    :email: amelie@example.edu
  - :name: 王小明
    :sid: '300124'
    :email: wang@example.edu
  :created_at: 2027-03-01 20:15:00.123456000 Z
  :score: 0.0
  :status: unprocessed
submission_702:
  :submitters:
  - :name: Bo
    :sid:
    :email: bo@example.edu
  :created_at: 2027-03-02 08:00:00.000000000 Z
  :history: []
"""


def canvas():
    """Canvas: one flat folder, a number for the student and one for the file."""
    return {
        "doejane_4711_90001_02-forward.ipynb": with_more("first"),
        "doejane_4711_90002_02-forward-1.ipynb": with_more("second"),
        "doejane_4711_90003_helper.py": b"x = 1\n",
        "王小明_LATE_4712_90004_my homework (1).ipynb": NOTEBOOK,
        "müllerzoë_4713_90005_answers.zip": zipped({"hw/02-forward.ipynb": NOTEBOOK}),
        "anon_x7Kq2_90006_02-forward.ipynb": NOTEBOOK,
        "leekim_4714_90007_essay.pdf": b"%PDF-",
        "roeann_4715_text.html": b"<p>I could not upload</p>",
        "readme.md": b"nobody's",
    }


def moodle():
    """Moodle: a folder for each student, or a flat list with the same names."""
    return {
        "Zoë Müller_31_assignsubmission_file_/02-forward.ipynb": NOTEBOOK,
        "Zoë Müller_31_assignsubmission_file_/data/x.csv": b"1,2\n",
        "Zoë Müller_31_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
        "Иван Петров_32_assignsubmission_file_02-forward.ipynb": NOTEBOOK,
        "Participant_33_assignsubmission_file/a.ipynb": NOTEBOOK,
    }


def blackboard():
    """Blackboard: the time of each attempt, all attempts in one zip, a note for each."""
    return {
        "Homework 2_jane_doe_attempt_2027-03-01-22-00-00.txt": BLACKBOARD_NOTE,
        "Homework 2_jane_doe_attempt_2027-03-01-22-00-00_02-forward.ipynb": with_more("first"),
        "Homework 2_jane_doe_attempt_2027-03-01-23-58-00.txt": BLACKBOARD_NOTE,
        "Homework 2_jane_doe_attempt_2027-03-01-23-58-00_02-forward.ipynb": with_more("second"),
        "Homework 2_bkim_attempt_2027-03-01-21-00-00_02-forward.ipynb": NOTEBOOK,
    }


def gradescope():
    """Gradescope: a folder for each submission, and a list of who handed in which."""
    return {
        "assignment_55_export/submission_metadata.yml": GRADESCOPE_LIST,
        "assignment_55_export/submission_701/02-forward.ipynb": NOTEBOOK,
        "assignment_55_export/submission_702/02-forward.ipynb": NOTEBOOK,
        "assignment_55_export/submission_703/02-forward.ipynb": NOTEBOOK,
    }
