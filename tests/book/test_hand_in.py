"""The notebook that a reader downloads from the book is a notebook of the course in every way."""

import json
import shutil
from functools import partial

import pytest

from autograder.bank import ASSIGNMENTS
from support.commands import run_well
from support.kernels import shown_by_a_kernel
from support.notebooks import read, released, released_file, solved
from support.site import needs_live_boxes, remember

pytestmark = [pytest.mark.book, needs_live_boxes]
PAGE, CHAPTER = "book/progress.html", "book/3-algorithm.html"
ASSIGNMENT = "03-backward"
# A right answer, one with a named mistake, and one that Python cannot read.
DRAFTS = {
    "relu_backward": "def relu_backward(dout, cache):\n    return dout * cache\n",
    "linear_backward": (
        "def linear_backward(dout, cache):\n"
        "    x, W = cache\n"
        '    # Each row of dout is one example – é, 反向, "quotes" and \\ stay as they are.\n'
        "    return dout @ W.T, x.T @ dout, dout\n\n\n"
    ),
    "sgd_step": "def sgd_step(params, grads, lr)\n    return params",
}


def draft(source):
    return {
        **{"draft": source, "verdict": None, "checked": None, "best": None, "tries": []},
        **{"opened": [], "book": False, "changed": 1},
    }


def download(tab, folder, assignment=ASSIGNMENT):
    """Press the button of an assignment, and return the path of the file that the reader gets."""
    with tab.expect_download() as download:
        tab.locator(f'[data-notebook="{assignment}"]').click()
    assert download.value.suggested_filename == f"{assignment}.ipynb"
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def marks(records):
    return {each["id"]: (each["score"], each["misconception"]) for each in records}


def graded(path, tmp_path):
    """Return the marks that `autograder grade` gives to a notebook, by question."""
    submitted = tmp_path / "course" / "submitted" / "ada" / ASSIGNMENT
    submitted.mkdir(parents=True)
    shutil.copy(path, submitted)
    results = tmp_path / "results.jsonl"
    course = ("--course", tmp_path / "course", "--json", results, "--workers", 1)
    run_well("autograder.cli", "grade", ASSIGNMENT, *course)
    (result,) = map(json.loads, results.read_text().splitlines())
    assert result["status"] == "graded"
    return marks(result["questions"])


def test_the_marks_of_the_page_are_those_of_the_grader(reader, tmp_path):
    tab = reader(CHAPTER)
    told = {}
    for question, source in DRAFTS.items():
        box = f"document.querySelector('live-question[question={question}]')"
        verdict = tab.evaluate(f"source => ({box}.source = source, {box}.check())", source)
        told[question] = (verdict["score"], verdict["misconception"])
    assert told["relu_backward"] == (2, None)
    assert told["linear_backward"] == (4, "bias-gradient-not-summed")
    assert told["sgd_step"][0] == 0
    tab.goto(tab.url.replace(CHAPTER, PAGE))
    path = download(tab, tmp_path)
    whole = graded(path, tmp_path)
    assert {question: whole[question] for question in DRAFTS} == told
    checked = json.loads(run_well("autograder.cli", "check", path, "--json").stdout)
    assert marks(checked["questions"]) == whole


def test_only_the_answers_of_the_reader_differ_from_the_notebook_of_the_course(reader, tmp_path):
    tab = reader(PAGE)
    remember(tab, {question: draft(source) for question, source in DRAFTS.items()})
    tab.reload()
    path = download(tab, tmp_path)
    assert tab.locator(".progress-notebooks .progress-said").text_content() == (
        "03-backward.ipynb has your answers to linear_backward, relu_backward, sgd_step."
    )
    ours, theirs = released(ASSIGNMENT), read(path)
    for cell in ours["cells"]:
        question = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if cell["id"].endswith("-answer") and question in DRAFTS:
            cell["source"] = DRAFTS[question].rstrip("\n").splitlines(keepends=True)
    assert theirs == ours
    text = json.dumps(ours, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert path.read_text(encoding="utf-8") == text


def test_a_notebook_without_answers_is_that_of_the_course_byte_for_byte(reader, tmp_path):
    tab = reader(PAGE)
    for assignment in ASSIGNMENTS:
        path = download(tab, tmp_path, assignment)
        assert path.read_bytes() == released_file(assignment).read_bytes()
    said = tab.locator(".progress-notebooks .progress-said").text_content()
    assert "has none of your answers" in said


def test_check_in_the_downloaded_notebook_names_the_same_mistake(reader, tmp_path):
    tab = reader(PAGE)
    remember(tab, {question: draft(source) for question, source in DRAFTS.items()})
    tab.reload()
    cells = [c for c in read(download(tab, tmp_path))["cells"] if c["cell_type"] == "code"]
    ids = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in cells]
    until = ids.index("linear_backward") + 1
    shown = shown_by_a_kernel(["".join(c["source"]) for c in cells[:until]], tmp_path)
    assert shown[-1][0] == ""
    assert "4 of 6 points" in shown[-1][1]


def test_the_best_try_is_handed_in(reader, tmp_path):
    tab = reader(PAGE)
    best = {"score": 2, "max_score": 2, "source": DRAFTS["relu_backward"]}
    remember(tab, {"relu_backward": {**draft("def relu_backward(): ...\n"), "best": best}})
    tab.reload()
    assert "return dout * cache" in download(tab, tmp_path).read_text(encoding="utf-8")


def test_skipped_questions_are_named_and_the_book_stands_in_if_the_reader_wants(reader):
    tab = reader("book/2-concepts.html")
    box = "document.querySelector('live-question[question=cross_entropy]')"
    answers = [c for c in solved("02-forward")["cells"] if c["id"] == "cross_entropy-answer"]
    tab.evaluate(f"source => {box}.source = source", "".join(answers[0]["source"]))
    check = partial(tab.evaluate, f"{box}.check()")
    builds = tab.locator("live-question[question=cross_entropy] .try-builds")
    check()
    assert "softmax, which you have not written yet" in builds.text_content()
    builds.get_by_role("button", name="Use the book's version").click()
    assert check()["score"] == 4
    assert "the book's version of softmax" in builds.text_content()
    tab.evaluate(
        "document.querySelector('live-question[question=softmax]').source = 'softmax = None'"
    )
    check()
    assert builds.is_hidden()
