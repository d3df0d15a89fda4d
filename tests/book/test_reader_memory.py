"""The answers and points of a reader can be kept, moved to another browser, and deleted."""

import json
import re

import pytest

from support.site import needs_live_boxes, remember

pytestmark = [pytest.mark.book, needs_live_boxes]
CHAPTER, PAGE = "book/2-concepts.html", "book/progress.html"
BOX = 'live-question[question="mse"]'
HEAD = {"format": "progress in the backpropagation course", "version": 1}
RIGHT = "def mse(pred, y):\n    return np.mean((pred - y) ** 2)\n"
WRONG = "def mse(pred, y):\n    return np.sum((pred - y) ** 2)\n"


def verdict(score):
    return {
        "score": score,
        "max_score": 3,
        "misconception": None,
        "message": f"mse: {score} of 3 points",
        "html": {"line": f"<p>{score} of 3 points</p>", "hint": "", "mistake": ""},
        "lines": [],
    }


def record(**changes):
    """Return what the browser keeps about a question, with changes."""
    empty = {"draft": None, "verdict": None, "checked": None, "best": None, "tries": []}
    return {**empty, "opened": [], "book": False, "changed": 1, **changes}


def solved(source=RIGHT, score=3, changed=1):
    best = {"score": score, "max_score": 3, "source": source}
    return record(draft=source, checked=source, verdict=verdict(score), best=best, changed=changed)


def progress_file(tmp_path, questions, **changes):
    path = tmp_path / "progress.json"
    path.write_text(json.dumps({**HEAD, "questions": questions, **changes}))
    return path


def write(tab, source):
    tab.evaluate(f"source => document.querySelector('{BOX}').source = source", source)


def source(tab):
    return tab.evaluate(f"document.querySelector('{BOX}').source")


def state(tab, question="mse"):
    return tab.locator(f'[data-question="{question}"] .progress-state').text_content()


def said(tab, part):
    return tab.locator(f".progress-{part} .progress-said")


def choose_file(tab, path):
    with tab.expect_file_chooser() as chooser:
        tab.get_by_role("button", name="Import").click()
    chooser.value.set_files(path)


def test_a_draft_survives_a_reload(reader):
    tab = reader(CHAPTER)
    write(tab, WRONG)
    tab.reload()
    assert source(tab) == WRONG
    assert state(tab) == "begun, not checked yet"


def test_a_draft_appears_in_another_tab(reader):
    first, second = reader(CHAPTER), reader(CHAPTER)
    write(first, WRONG)
    second.wait_for_function(f"document.querySelector('{BOX}').source.includes('np.sum')")
    write(second, RIGHT)
    first.wait_for_function(f"document.querySelector('{BOX}').source.includes('np.mean')")


def test_two_tabs_keep_what_each_of_them_writes(reader):
    first, second = reader(CHAPTER), reader(CHAPTER)
    write(first, RIGHT)
    second.evaluate("document.querySelector('[question=softmax]').source = 'def softmax(z): pass'")
    first.reload()
    assert source(first) == RIGHT
    assert state(first, "softmax") == "begun, not checked yet"


def test_the_row_of_a_chapter_and_my_progress_tell_the_same(reader):
    tab = reader(CHAPTER)
    remember(tab, {"mse": solved(), "softmax": solved(score=1)})
    tab.reload()
    row = tab.locator(".progress-row")
    assert re.match(r"1 of 5 solved, 4 of \d+ points", row.locator("[data-summary]").text_content())
    assert state(tab) == "solved, 3 of 3 points"
    tab.goto(tab.url.replace(CHAPTER, PAGE))
    assert state(tab) == "solved, 3 of 3 points"
    assert state(tab, "softmax") == "1 of 3 points so far"
    assert state(tab, "linear_backward") == "not tried yet"
    assert re.match(
        r"1 of \d\d solved, 4 of \d+ points", tab.locator(".progress-total").text_content()
    )


def test_every_link_of_the_row_leads_to_its_box(reader):
    tab = reader(CHAPTER)
    boxes = tab.locator("live-question")
    links = tab.locator(".progress-row li > a")
    assert links.count() == boxes.count() == 5
    for link, box in zip(links.all(), boxes.all(), strict=True):
        assert link.get_attribute("href") == f"#{box.get_attribute('id')}"
        assert link.get_attribute("data-question") == box.get_attribute("question")


def test_a_worse_try_after_a_better_one_costs_nothing(reader):
    tab = reader(CHAPTER)
    remember(tab, {"mse": {**solved(), "draft": WRONG, "checked": WRONG, "verdict": verdict(0)}})
    tab.reload()
    assert source(tab) == WRONG
    assert state(tab) == "solved, 3 of 3 points"


def test_export_and_import_move_progress_to_another_browser(
    reader, chromium, book_address, tmp_path
):
    tab = reader(PAGE)
    remember(tab, {"mse": solved(), "softmax": record(draft="def softmax(z):\n    ...\n")})
    tab.reload()
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    other = chromium.new_context().new_page()
    other.goto(book_address + PAGE)
    choose_file(other, path)
    other.wait_for_function("document.querySelector('.progress-file .progress-said').textContent")
    assert said(other, "file").text_content().startswith("The file has 2 questions.")
    assert state(other) == "solved, 3 of 3 points"
    other.goto(book_address + CHAPTER)
    assert source(other) == RIGHT
    assert "3 of 3 points" in other.locator(f"{BOX} .try-result").text_content()
    other.context.close()


def test_an_import_keeps_the_better_answer_and_the_later_draft(reader, tmp_path):
    tab = reader(PAGE)
    remember(tab, {"mse": solved(changed=5), "softmax": solved("mine", 1, changed=5)})
    tab.reload()
    theirs = {"mse": solved("worse, but later", 1, changed=9), "softmax": solved("theirs", 3, 2)}
    choose_file(tab, progress_file(tmp_path, theirs))
    tab.wait_for_function("document.querySelector('.progress-file .progress-said').textContent")
    kept = json.loads(tab.evaluate("localStorage.getItem('backpropagation-course')"))["questions"]
    assert kept["mse"]["best"]["source"] == RIGHT
    assert kept["mse"]["draft"] == "worse, but later"
    assert kept["softmax"]["best"]["source"] == "theirs"
    assert kept["softmax"]["draft"] == "mine"


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        "[]",
        "null",
        json.dumps({**HEAD, "questions": {"mse": {}}}),
        json.dumps({**HEAD, "questions": {"mse": {**solved(), "best": {"score": "3"}}}}),
        json.dumps({**HEAD, "questions": {"__proto__": solved()}}),
        json.dumps({"nbformat": 4, "cells": []}),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence_and_changes_nothing(reader, tmp_path, content):
    tab = reader(PAGE)
    remember(tab, {"mse": solved()})
    tab.reload()
    before = tab.evaluate("localStorage.getItem('backpropagation-course')")
    path = tmp_path / "wrong.json"
    path.write_text(content)
    choose_file(tab, path)
    tab.wait_for_function("document.querySelector('.progress-file .progress-said').textContent")
    words = "This is not a file of progress in this course, so nothing was changed."
    assert said(tab, "file").text_content() == words
    assert tab.evaluate("localStorage.getItem('backpropagation-course')") == before


def test_a_file_of_a_newer_version_is_refused(reader, tmp_path):
    tab = reader(PAGE)
    choose_file(tab, progress_file(tmp_path, {}, version=2))
    tab.wait_for_function("document.querySelector('.progress-file .progress-said').textContent")
    assert "newer version of the course" in said(tab, "file").text_content()


def test_an_imported_file_cannot_bring_a_script_into_the_page(reader, tmp_path):
    tab = reader(PAGE)
    attack = "<img src=x onerror='window.attacked = 1'><script>window.attacked = 1</script>"
    bad = solved()
    bad["verdict"]["html"] = {"line": attack, "hint": attack, "mistake": attack}
    choose_file(tab, progress_file(tmp_path, {"mse": bad}))
    tab.wait_for_function("document.querySelector('.progress-file .progress-said').textContent")
    tab.goto(tab.url.replace(PAGE, CHAPTER))
    assert source(tab) == RIGHT
    assert tab.locator(f"{BOX} img, {BOX} .try-result script").count() == 0
    assert tab.evaluate("window.attacked") is None


def test_delete_asks_first_and_then_removes_everything(reader):
    tab = reader(PAGE)
    remember(tab, {"mse": solved()})
    tab.reload()
    questions = []
    tab.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.dismiss()))
    tab.get_by_role("button", name="Delete").click()
    assert "cannot be undone" in questions[0]
    assert state(tab) == "solved, 3 of 3 points"
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Delete").click()
    assert said(tab, "file").text_content() == "Everything is deleted."
    assert state(tab) == "not tried yet"
    assert tab.evaluate("localStorage.getItem('backpropagation-course')") is None


def test_where_storage_is_refused_the_page_goes_on_and_says_so_once(chromium, book_server):
    """A browser really refuses storage to a frame without an origin of its own.

    Such a frame may not load files from the disk, so this needs the server.
    """
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(book_server + PAGE)
    tab.set_content(f'<iframe sandbox="allow-scripts" src="{book_server}{CHAPTER}"></iframe>')
    frame = tab.frames[1]
    frame.wait_for_selector(f"{BOX} .try-check")
    frame.evaluate(f"document.querySelector('{BOX}').source = 'def mse(pred, y): return 1'")
    assert frame.locator('[data-question="mse"] .progress-state').text_content().startswith("begun")
    trouble = frame.locator(".progress-trouble")
    assert trouble.count() == 1
    assert "This browser does not keep your answers" in trouble.text_content()
    context.close()


def test_where_storage_is_full_the_page_goes_on_and_says_so_once(reader):
    tab = reader(CHAPTER)
    tab.evaluate(
        """() => {
            let filling = "x".repeat(1 << 20), number = 0;
            while (filling) {
                try { localStorage.setItem(`other-${number++}`, filling); }
                catch { filling = filling.slice(0, filling.length >> 1); }
            }
        }"""
    )
    write(tab, RIGHT)
    assert source(tab) == RIGHT
    assert state(tab).startswith("begun")
    assert "its storage is switched off or full" in tab.locator(".progress-trouble").text_content()
    write(tab, WRONG)
    assert tab.locator(".progress-trouble").count() == 1


def test_what_another_version_has_kept_is_left_alone(reader):
    tab = reader(CHAPTER)
    newer = '{"version": 2, "answers": ["precious"]}'
    tab.evaluate("kept => localStorage.setItem('backpropagation-course', kept)", newer)
    tab.reload()
    write(tab, RIGHT)
    assert "cannot be read by this version" in tab.locator(".progress-trouble").text_content()
    assert tab.evaluate("localStorage.getItem('backpropagation-course')") == newer


def test_without_a_script_the_row_and_the_page_are_plain_text(chromium, book_address):
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(book_address + CHAPTER)
    assert re.search(
        r"This chapter has 5 questions with \d+ points",
        tab.locator(".progress-row p").first.text_content(),
    )
    tab.goto(book_address + PAGE)
    assert tab.locator(".progress-plain").first.text_content().startswith("This needs JavaScript")
    assert tab.locator("button:visible", has_text="Export").count() == 0
    context.close()
