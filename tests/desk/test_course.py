"""`autograder course` lays out a course folder whose assignments can be released and graded."""

import json
import os
import random
import re
import shlex
import stat
import subprocess
import sys

import pytest

from autograder.bank import ASSIGNMENTS, QUESTIONS
from autograder.cli import main
from autograder.grading.course_folder import CourseFolder
from autograder.grading.grade import Grader
from autograder.grading.late import due_dates
from autograder.grading.notebook import is_student_code
from autograder.grading.released import released_assignment
from support.notebooks import read
from support.places import BOOK
from support.stock import generate, gradebook

pytestmark = pytest.mark.sandbox

COMMAND = re.compile(r"^autograder (course (?:[^\n]|\\\n)*(?<!\\))$", re.MULTILINE)
SOLVE_AND_CHECK = """
import json
cells = json.load(open("hw1.ipynb"))["cells"]
code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
exec("\\n".join(code[:2]))
import autograder
print(autograder.__file__)

def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))

exec('check("sigmoid")')
"""


def lay_out(course, *options, code=0):
    assert main(["course", str(course), *options]) == code


def source_of(course, name):
    return read(course / "source" / name / f"{name}.ipynb")


def code_of(notebook):
    """Return the sources of the code cells of a notebook, without its checks."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return [cell["source"] for cell in notebook["cells"] if is_student_code(cell)]


def marked(course, name, sandbox):
    """Mark the solved notebook of an assignment: the assignment, verdicts and errors of cells."""
    asked = released_assignment(CourseFolder(course), name)
    verdicts, runs = Grader(asked, 1, sandbox).mark_code(code_of(source_of(course, name)))
    return asked, verdicts, [run.error for run in runs if run.error]


def test_one_command_lays_out_all_that_a_class_needs(tmp_path, capsys):
    course = tmp_path / "my course"
    options = ("--questions", "1-3,gate_weights", "--points", "layer=5", "gate_weights=0.5")
    due = ("--due", "2027-03-01T23:59+01:00", "--name", "hw1")
    lay_out(course, "--assignment", "01-neuron", *options, *due)
    said = capsys.readouterr().out
    assert "hw1: four questions with 8.5 points" in said
    assert "nbgrader generate_assignment hw1" in said
    assert stat.S_IMODE((course / ".autograder-seed").stat().st_mode) == 0o600
    assert ".autograder-seed" in (course / ".gitignore").read_text().split()
    assert CourseFolder.open(course).course_id == "my-course"
    assert "| hw1 | 4 | 8.5 |  | Mon 1 March 2027" in (course / "dates.md").read_text()
    generate(course, "hw1")
    asked = released_assignment(CourseFolder(course), "hw1")
    assert dict(asked.points) == {"sigmoid": 2, "neuron": 1, "layer": 5, "gate_weights": 0.5}
    with gradebook(course) as opened:
        due = opened.find_assignment("hw1").duedate
    assert due.isoformat() == "2027-03-01T22:59:00"


def test_the_released_folder_has_a_check_that_needs_nothing_else(tmp_path):
    questions = ("--questions", "layer,sigmoid", "--points", "sigmoid=6", "--name", "hw1")
    lay_out(tmp_path, "--assignment", "01-neuron", *questions)
    generate(tmp_path, "hw1")
    release = tmp_path / "release" / "hw1"
    text = "".join(p.read_text(errors="replace") for p in release.rglob("*") if p.is_file())
    assert "BEGIN SOLUTION" not in text
    (release / "solve_and_check.py").write_text(SOLVE_AND_CHECK)
    done = subprocess.run(
        (sys.executable, "solve_and_check.py"),
        cwd=release,
        capture_output=True,
        text=True,
        check=True,
    )
    where, first, *_ = done.stdout.splitlines()
    assert where == str(release / "autograder" / "__init__.py")
    assert first.startswith("sigmoid: 3 of 6 points [")


def test_a_second_call_adds_an_assignment_and_changes_nothing_else(tmp_path, capsys):
    lay_out(tmp_path, "--assignment", "01-neuron", "--due", "2027-03-01")
    page = (tmp_path / "dates.md").read_text()
    (tmp_path / "dates.md").write_text(f"{page}\nMy own words.\n")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    kept = [".autograder-seed", "nbgrader_config.py", "source/01-neuron/01-neuron.ipynb"]
    before = [(tmp_path / name).read_bytes() for name in kept]
    capsys.readouterr()
    lay_out(tmp_path, "--assignment", "02-forward", "--questions", "softmax", "--name", "hw2")
    said = capsys.readouterr().out
    assert [(tmp_path / name).read_bytes() for name in kept] == before
    assert "nbgrader_config.py: as it was" in said
    assert "dates.md: its table was written anew" in said
    page = (tmp_path / "dates.md").read_text()
    assert page.endswith("\nMy own words.\n")
    assert page.index("| 01-neuron |") < page.index("| hw2 |")


def test_the_same_call_again_changes_only_the_date(tmp_path, capsys):
    lay_out(tmp_path, "--assignment", "01-neuron", "--due", "2027-03-01T10:00+00:00")
    files = {p: p.read_bytes() for p in (tmp_path / "source").rglob("*") if p.is_file()}
    lay_out(tmp_path, "--assignment", "01-neuron", "--due", "2027-03-08T10:00+00:00")
    assert {p: p.read_bytes() for p in files} == files
    assert "source/01-neuron/autograder: as it was" in capsys.readouterr().out
    due = due_dates(CourseFolder(tmp_path).db_url)
    assert due["01-neuron"].isoformat() == "2027-03-08T10:00:00"


def test_another_notebook_is_not_overwritten(tmp_path, capsys):
    lay_out(tmp_path, "--assignment", "01-neuron", "--name", "hw1")
    before = source_of(tmp_path, "hw1")
    lay_out(tmp_path, "--assignment", "02-forward", "--name", "hw1", code=2)
    assert "there is another notebook already" in capsys.readouterr().err
    assert source_of(tmp_path, "hw1") == before


def test_changed_points_are_told_in_the_notebook(tmp_path):
    options = ("--questions", "softmax,mse", "--points", "softmax=8", "--name", "hw1")
    lay_out(tmp_path, "--assignment", "02-forward", *options)
    text = "\n".join("".join(cell["source"]) for cell in source_of(tmp_path, "hw1")["cells"])
    assert "## 1. Softmax (8 points)" in text
    assert "*This question is worth 8 here. Points in its text are shares of 4.*" in text
    assert "## 2. Mean squared error (3 points)" in text
    assert text.count("is worth") == 1


def test_a_notebook_speaks_of_no_question_that_it_does_not_ask(tmp_path):
    options = ("--questions", "train_step,linear_backward", "--name", "hw1")
    lay_out(tmp_path, "--assignment", "03-backward", *options)
    cells = source_of(tmp_path, "hw1")["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    assert "There are two questions with 10 points. They are a part of the notebook" in text
    assert set(re.findall(r'check\("(\w+)"\)', text)) == {"linear_backward"}
    assert "not in this notebook" not in text
    assert "(not graded)" not in text  # this section needs an answer that is not asked for


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--assignment", "07-more"), "there is no assignment 07-more"),
        (("--assignment", "01-neuron", "--questions", "softmax"), "there is no question softmax"),
        (("--assignment", "01-neuron", "--questions", "3-99"), "have the numbers 1 to"),
        (("--assignment", "01-neuron", "--questions", ","), "no question is named"),
        (("--assignment", "01-neuron", "--points", "softmax=3"), "there is no question softmax"),
        (
            ("--assignment", "01-neuron", "--questions", "layer", "--points", "neuron=3"),
            "name one of the chosen questions",
        ),
        (("--assignment", "05-network", "--questions", "backward"), "choose that question, too"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused_in_one_line(tmp_path, capsys, options, words):
    lay_out(tmp_path / "new", *options, code=2)
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert not (tmp_path / "new" / "source").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--points", "layer"),
        ("--points", "layer=0"),
        ("--points", "layer=many"),
        ("--due", "tomorrow"),
        ("--name", "../hw1"),
        ("--name", "hw 1"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(tmp_path, capsys, options):
    with pytest.raises(SystemExit) as end:
        main(["course", str(tmp_path), "--assignment", "01-neuron", *options])
    assert end.value.code == 2
    assert options[1] in capsys.readouterr().err


def test_a_folder_that_students_code_could_read_is_refused(capsys):
    folder = os.path.join(os.path.dirname(os.__file__), "a-course")
    try:
        lay_out(folder, "--assignment", "01-neuron", code=2)
        assert "students' code could read" in capsys.readouterr().err
        assert os.listdir(folder) == []
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


# --- the schedules of the book ----------------------------------------------------------------


def schedules():
    """Return the commands in each section of the page for teachers, by the title of the section."""
    text = (BOOK / "teaching.md").read_text()
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        commands = [shlex.split(command) for command in COMMAND.findall(section)]
        if commands and "all |" in section:
            found[section.split("\n")[0]] = commands, section
    return found


SCHEDULES = schedules()


@pytest.mark.parametrize("title", SCHEDULES)
def test_a_schedule_of_the_book_is_laid_out_by_its_commands(tmp_path, sandbox, title):
    commands, section = SCHEDULES[title]
    core = 0
    for _, folder, *options in commands:
        lay_out(tmp_path / folder, *options)
        name = dict(zip(options[::2], options[1::2], strict=True))
        name = name.get("--name", name["--assignment"])
        asked, verdicts, errors = marked(tmp_path / folder, name, sandbox)
        assert errors == []
        assert [v.id for v in verdicts if v.score != v.max_score] == []
        bonus = sum(q.points for q in asked.questions if q.bonus)
        core += asked.max_score - bonus
    assert core == int(re.search(r"all \| (\d+) \|", section)[1])


def test_both_schedules_of_the_book_have_commands():
    assert list(SCHEDULES) == ["Four weeks", "One week"]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_any_choice_of_questions_can_be_solved(tmp_path, sandbox, assignment, any_seed):
    draw = random.Random(f"{assignment} {any_seed}")
    ids = ASSIGNMENTS[assignment]
    chosen = draw.sample(ids, draw.randint(1, len(ids) - 1))
    if "backward" in chosen and "Value" not in chosen:  # it checks what is written for Value
        chosen.append("Value")
    points = [f"{id}={draw.randint(1, 9)}" for id in chosen if draw.random() < 0.5]
    options = ["--questions", ",".join(chosen), *(["--points", *points] if points else [])]
    lay_out(tmp_path, "--assignment", assignment, "--name", "hw1", *options)
    asked, verdicts, errors = marked(tmp_path, "hw1", sandbox)
    assert errors == []
    assert set(dict(asked.points)) == set(chosen)
    wanted = {id: float(n) for id, _, n in (point.partition("=") for point in points)}
    assert {v.id: v.score for v in verdicts} == {
        id: wanted.get(id, QUESTIONS[id].points) for id in chosen if id in QUESTIONS
    }


# --- questions of the instructor's own --------------------------------------------------------

QUESTION = '''"""The swish."""

from autograder.bank.inputs import normal
from autograder.marking.question import Case, question


def cases(rng):
    return [Case({"x": normal(rng, 2)}), Case({"x": normal(rng, 2, 3)})]


@question(cases, parts={"out": 2}, see="activations", uses=("sigmoid_forward",))
def swish(code, x):
    return {"out": code.swish(x)}


swish.slip("sigmoid-for-swish", "This is the sigmoid. Swish is x times the sigmoid.",
           ("return x * ", "return "))
'''
ANSWERS = '''"""Right answers."""

import numpy as np

from backprop import sigmoid_forward


def swish(x):
    """Return x times its sigmoid."""
    return x * sigmoid_forward(x)[0]
'''
TEXT = """## The swish

`swish(x)` returns $x \\sigma(x)$.

```{answer} swish
```
"""
FILES = {"swish.py": QUESTION, "swish.md": TEXT, "answers.py": ANSWERS}


def write_own(course, **changed):
    (course / "questions").mkdir(parents=True)
    for name, text in (FILES | changed).items():
        if text is not None:
            (course / "questions" / name).write_text(text)


def test_a_question_of_the_instructors_own_is_like_one_of_the_course(tmp_path):
    write_own(tmp_path)
    options = ("--questions", "tanh_forward,swish", "--points", "swish=4", "--name", "hw1")
    lay_out(tmp_path, "--assignment", "02-forward", *options)
    generate(tmp_path, "hw1")
    wrong = source_of(tmp_path, "hw1")
    for cell in wrong["cells"]:
        cell["source"] = "".join(cell["source"]).replace("return x * ", "return ")
    spying = source_of(tmp_path, "hw1")
    spying["cells"].append({"cell_type": "code", "metadata": {}, "source": spy(tmp_path)})
    right = source_of(tmp_path, "hw1")
    for student, notebook in (("ada", right), ("bob", wrong), ("eve", spying)):
        folder = tmp_path / "submitted" / student / "hw1"
        folder.mkdir(parents=True)
        (folder / "hw1.ipynb").write_text(json.dumps(notebook))
    file = tmp_path / "results.jsonl"
    command = ("grade", "hw1", "--course", str(tmp_path), "--workers", "1", "--json", str(file))
    assert main(list(command)) == 0
    ada, bob, _ = (json.loads(line) for line in file.read_text().splitlines())
    assert (ada["score"], ada["max_score"]) == (6.0, 6.0)
    (question,) = (q for q in bob["questions"] if q["id"] == "swish")
    assert (question["score"], question["misconception"]) == (0.0, "sigmoid-for-swish")
    assert "Swish is x times the sigmoid." in question["message"]
    seen = (tmp_path / "autograded" / "eve" / "hw1" / "hw1.ipynb").read_text()
    assert "FileNotFoundError" in seen
    assert "Right answers." not in seen


def spy(course):
    """Return code that looks for the right answers of the instructor's own questions."""
    return (
        "import gc, sys\n"
        "print([name for name in sys.modules if 'questions_of' in name])\n"
        "print([v for v in gc.get_objects() if isinstance(v, dict) and v.get('__doc__') == "
        "'Right' + ' answers.'])\n"
        f"print(open({str(course / 'questions' / 'answers.py')!r}).read())"
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"swish.py": "1 / 0"}, "questions/swish.py: this question cannot be loaded: ZeroDivision"),
        ({"swish.md": None}, "swish.md: there is no such file; write the text"),
        ({"swish.md": "## Swish\n"}, "have one block for the answer"),
        ({"answers.py": "import numpy"}, "there is no right answer for swish"),
        ({"swish.py": QUESTION.replace('"activations"', '"swish"')}, "the book has no label swish"),
        ({"swish.py": QUESTION.replace("def swish", "def mse")}, "already has a question mse"),
    ],
)
def test_a_question_file_that_cannot_be_used_is_refused_in_one_line(
    tmp_path, capsys, changed, words
):
    if "mse" in words:
        changed = {"swish.py": changed["swish.py"].replace("swish.slip", "mse.slip")}
    write_own(tmp_path, **changed)
    options = ("--assignment", "02-forward", "--questions", "swish", "--name", "hw1")
    lay_out(tmp_path, *options, code=2)
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
