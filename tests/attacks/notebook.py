"""Attacks with the notebook file: its JSON, its metadata, its encoding and the files beside it.

Outputs and texts that a browser might run call `pwned()`. If an attack replaces the notebook, for
example by a link, then `files` contains the name of the notebook.
"""

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

from .attack import Attack

Notebook = dict[str, Any]
NAME = "02-forward.ipynb"
LINEAR = "def linear_forward(x, W, b):\n    return np.asarray(x) @ W + b, None"
RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"
TWO_RIGHT = {"linear_forward": LINEAR, "relu_forward": RELU}  # 4 + 2 points
SCRIPT = "<script>pwned()</script><img src=x onerror=pwned()><iframe src='javascript:pwned()'>"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'><script>pwned()</script></svg>"


def marks(cell: dict[str, Any]) -> dict[str, Any]:
    """Return the nbgrader metadata of a cell, or an empty dict if it has none."""
    return cell["metadata"].get("nbgrader", {})


def checks(notebook: Notebook) -> list[dict[str, Any]]:
    """Return the check cells."""
    return [c for c in notebook["cells"] if marks(c).get("grade") and c["cell_type"] == "code"]


def answers(notebook: Notebook) -> list[dict[str, Any]]:
    """Return the cells for answers in code."""
    return [c for c in notebook["cells"] if marks(c).get("solution") and c["cell_type"] == "code"]


def code_cell(source: Any, **more: Any) -> dict[str, Any]:
    """Return a code cell that a student has added."""
    empty: dict[str, Any] = {"metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "source": source, **empty, **more}


def shown(data: dict[str, Any], count: int | None = 1) -> dict[str, Any]:
    """Return an output for a cell that was never run."""
    kind = {"output_type": "execute_result", "execution_count": count}
    return {**kind, "data": data, "metadata": {}}


def every_check(change: Callable[[dict[str, Any]], Any]) -> Callable[[Notebook], None]:
    """Return a function that makes the same change to every check cell."""

    def all_of_them(notebook: Notebook) -> None:
        for cell in checks(notebook):
            change(cell)

    return all_of_them


def every_cell(change: Callable[[dict[str, Any]], Any]) -> Callable[[Notebook], None]:
    """Return a function that makes the same change to every cell."""

    def all_of_them(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            change(cell)

    return all_of_them


def whole(change: Callable[[Notebook], Any]) -> Callable[[Notebook], None]:
    """Return a function that changes the notebook and always returns None."""

    def changed(notebook: Notebook) -> None:
        change(notebook)

    return changed


def replaced(old: str, new: str) -> Callable[[Notebook], bytes]:
    """Return a function that writes the notebook and replaces one piece of its text."""
    return lambda notebook: json.dumps(notebook).replace(old, new, 1).encode()


def encoded(encoding: str, before: bytes = b"") -> Callable[[Notebook], bytes]:
    """Return a function that writes the notebook in another encoding."""
    return lambda notebook: before + json.dumps(notebook).encode(encoding)


def forge_points(cell: dict[str, Any]) -> None:
    cell["execution_count"] = 1
    cell["outputs"] = [shown({"text/plain": str(float(marks(cell)["points"]))})]


def forge_failing_open(cell: dict[str, Any]) -> None:
    cell["outputs"] = [shown({"text/plain": "nan"})]


def skip(cell: dict[str, Any]) -> None:
    forge_points(cell)
    cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]
    cell["metadata"]["deletable"] = True


def give_points(cell: dict[str, Any]) -> None:
    cell["source"] = f"{marks(cell)['points']}.0"


def print_points(cell: dict[str, Any]) -> None:
    before = "from autograder import check\ncheck = lambda question: 4.0\n"
    cell["source"] = [before, *cell["source"]]  # the source is a text or a list of texts


def count_for_more(cell: dict[str, Any]) -> None:
    marks(cell)["points"] = 1000


def count_below_nothing(cell: dict[str, Any]) -> None:
    marks(cell)["points"] = -1000


def unlock(cell: dict[str, Any]) -> None:
    marks(cell).update(locked=False, solution=True, checksum="0" * 32)
    give_points(cell)


def hand_over_to_a_person(cell: dict[str, Any]) -> None:
    marks(cell).update(solution=True, task=True, grade=True)
    cell["cell_type"] = "markdown"
    cell["source"] = "Full marks, please."


def retype(cell: dict[str, Any]) -> None:
    cell["cell_type"] = {"code": "markdown", "markdown": "code"}.get(cell["cell_type"], "raw")


def strange_ids(notebook: Notebook) -> None:
    strange = [
        None,
        1,
        1.5,
        True,
        ["linear_forward"],
        {"grade_id": "linear_forward"},
        "",
        "../../x",
    ]
    for grade_id in strange:
        mark = {"grade": True, "grade_id": grade_id, "points": 4, "solution": True, "locked": False}
        notebook["cells"].append(code_cell("4.0", metadata={"nbgrader": mark}))
    for mark in ("linear_forward", ["grade_id"], None, 7):
        notebook["cells"].append(code_cell("4.0", metadata={"nbgrader": mark}))


def strange_cells(notebook: Notebook) -> None:
    strange: list[Any] = [None, 1, "cell", [], {}, {"cell_type": []}, {"cell_type": "code"}]
    strange += [code_cell(None), code_cell(7), code_cell({"a": 1}), code_cell([1, None, ["x"]])]
    strange += [code_cell("1", metadata=None), code_cell("1", metadata=[]), code_cell("1", id=7)]
    strange += [code_cell("1", outputs="x"), code_cell("1", execution_count="x")]
    notebook["cells"][:0] = strange


def colliding_ids(notebook: Notebook) -> None:
    """Put a copy of every check at the top, with the points as its source and its output."""
    for cell in reversed(checks(notebook)):
        double = copy.deepcopy(cell)
        give_points(double)
        forge_points(double)
        notebook["cells"].insert(0, double)


def answers_in_check_cells(notebook: Notebook) -> None:
    """Exchange the id of every answer cell and the id of its check."""
    for answer, check in zip(answers(notebook), checks(notebook), strict=True):
        mark = marks(answer)
        mark["grade_id"], marks(check)["grade_id"] = marks(check)["grade_id"], mark["grade_id"]
        answer["source"] = "4.0"


def second_answers(notebook: Notebook) -> None:
    """Append copies of two answer cells, with the same ids but with wrong answers.

    The grader treats them as ordinary cells and runs them.
    """
    for cell in answers(notebook)[:2]:
        double = copy.deepcopy(cell)
        double["source"] = "linear_forward = relu_forward = None"
        notebook["cells"].append(double)


def no_checks(notebook: Notebook) -> None:
    gone = checks(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in gone]


def upside_down(notebook: Notebook) -> None:
    imports = next(c for c in notebook["cells"] if "import numpy" in "".join(c["source"]))
    notebook["cells"].remove(imports)
    notebook["cells"] = [imports, *reversed(notebook["cells"])]


def in_pieces(cell: dict[str, Any]) -> None:
    text = "".join(cell["source"])
    cell["source"] = [piece for letter in text for piece in (letter, None, 0, [], {"x": letter})]


def as_version_3(notebook: Notebook) -> bytes:
    cells = [{**c, "input": c.get("source"), "language": "python"} for c in notebook["cells"]]
    sheets = [{"cells": cells, "metadata": {}}]
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}
    ).encode()


def both_versions(notebook: Notebook) -> None:
    notebook["worksheets"] = [{"cells": notebook["cells"]}]
    notebook["nbformat"], notebook["nbformat_minor"] = 3, -1


def deep(kind: str) -> Callable[[Notebook], bytes]:
    """Return a function that writes the notebook with an additional value nested 10,000 deep."""
    opened, closed = {"list": ("[", "]"), "dict": ('{"a":', "}")}[kind]
    nest = opened * 10_000 + "1" + closed * 10_000
    return lambda n: json.dumps({**n, "deep": "HERE"}).replace('"HERE"', nest).encode()


def show_scripts(notebook: Notebook) -> None:
    kinds = ("text/html", "image/svg+xml", "application/javascript", "text/markdown", "text/latex")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [shown(dict.fromkeys(kinds, SCRIPT + SVG))]
            cell["metadata"]["tags"] = [SCRIPT]
    notebook["metadata"]["title"] = notebook["metadata"]["authors"] = SCRIPT


def attach(notebook: Notebook) -> None:
    picture = base64.b64encode(SVG.encode()).decode()
    attachment = {"x.svg": {"image/svg+xml": picture}, "x.html": {"text/html": SCRIPT}}
    cell = {"cell_type": "markdown", "metadata": {}, "attachments": attachment}
    notebook["cells"].append({**cell, "source": "![x](attachment:x.svg) [x](attachment:x.html)"})


def raw_cells(notebook: Notebook) -> None:
    for kind in ("text/html", "text/latex", "text/x-python", "text/restructuredtext"):
        metadata = {"raw_mimetype": kind, "format": kind}
        notebook["cells"].append({"cell_type": "raw", "metadata": metadata, "source": SCRIPT})


def told_to_a_person(text: str) -> Callable[[Notebook], None]:
    """Return a function that writes a text into a new cell and into an answer in words."""

    def write(notebook: Notebook) -> None:
        cell = next(c for c in notebook["cells"] if marks(c).get("grade_id") == "shift_of_softmax")
        cell["source"] = text
        notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": text})

    return write


def kernel_of_a_command(notebook: Notebook) -> None:
    command = ["/bin/sh", "-c", "echo backprop-attack > /tmp/pwned"]
    notebook["metadata"] = {
        "kernelspec": {
            "name": "../../tmp/pwned",
            "display_name": SCRIPT,
            "language": "r",
            "argv": command,
        },
        "language_info": {"name": "r", "version": "0", "codemirror_mode": {"name": SCRIPT}},
        "nbconvert": {"exporter": "pwned"},
        "jupytext": {"formats": "py:percent"},
    }


def words_of_the_grader(notebook: Notebook) -> None:
    notebook["metadata"]["nbgrader"] = {"score": 30, "max_score": 30, "late_submission": False}
    notebook["metadata"]["celltoolbar"] = "Create Assignment"
    for cell in checks(notebook):
        marks(cell).update(score=4, auto_score=4, manual_score=4, extra_credit=100, comment="good")


def as_notebook(notebook: Notebook) -> bytes:
    return json.dumps(notebook).encode()


def mangled(name: str, change: Any, deserves: float = 6.0, **more: Any) -> Attack:
    """Return an attack with two right answers in a notebook that is damaged around them."""
    return Attack(name, answers=TWO_RIGHT, change=change, deserves=deserves, **more)


FORGED = [
    Attack("a_check_that_asks_to_be_skipped_is_marked", change=every_check(skip)),
    Attack("points_among_the_outputs_are_not_believed", change=every_check(forge_points)),
    Attack("an_output_that_is_no_number_gives_no_marks", change=every_check(forge_failing_open)),
    Attack("a_check_cell_that_says_its_points_is_restored", change=every_check(give_points)),
    Attack("a_check_cell_that_replaces_check_is_restored", change=every_check(print_points)),
    Attack("points_in_the_metadata_are_not_believed", change=every_check(count_for_more)),
    Attack("points_below_nothing_are_not_believed", change=every_check(count_below_nothing)),
    Attack("an_unlocked_check_is_not_an_answer", change=every_check(unlock)),
    Attack("a_question_is_not_handed_over_to_a_person", change=every_check(hand_over_to_a_person)),
    Attack("a_score_in_the_metadata_is_not_believed", change=words_of_the_grader),
    Attack("a_check_that_comes_twice_is_not_believed", change=colliding_ids),
    Attack("a_check_in_the_place_of_its_answer_is_not_believed", change=answers_in_check_cells),
    Attack("an_id_that_is_no_text_names_nothing", change=strange_ids),
    mangled("a_right_answer_counts_beside_forged_checks", every_check(skip)),
    mangled("a_second_cell_of_the_same_id_is_an_ordinary_cell", second_answers, 0.0),
]

MANGLED = [
    mangled("missing_checks_cost_nothing", no_checks),
    mangled("cells_upside_down_are_marked", upside_down),
    mangled("checks_of_another_type_are_still_known_by_their_id", every_check(retype)),
    mangled(
        "answers_of_another_type_are_still_known_by_their_id",
        every_cell(lambda cell: marks(cell) and retype(cell)),
    ),
    mangled("a_source_in_pieces_that_are_no_text_is_read", every_cell(in_pieces)),
    mangled("cells_that_are_no_cells_are_passed_over", strange_cells),
    mangled("no_metadata_at_all_is_no_reason_to_fail", whole(lambda n: n.pop("metadata"))),
    mangled("metadata_that_is_a_list_is_no_reason_to_fail", whole(lambda n: n.update(metadata=[]))),
    mangled("a_minor_version_of_the_future_is_read", whole(lambda n: n.update(nbformat_minor=99))),
    mangled("a_version_that_is_a_text_is_read", whole(lambda n: n.update(nbformat="4"))),
    mangled("two_versions_in_one_file_are_read_as_one", both_versions),
    mangled("a_kernel_of_another_language_is_not_started", kernel_of_a_command),
    mangled("the_same_cell_id_everywhere_is_read", every_cell(lambda c: c.update(id="same"))),
    mangled("cell_ids_that_are_no_text_are_read", every_cell(lambda c: c.update(id=[1, None]))),
    mangled(
        "half_a_character_in_a_source_is_read",
        whole(lambda n: n["cells"].append(code_cell("half = '\ud800'"))),
    ),
    mangled(
        "a_zero_byte_in_a_source_is_a_failing_cell",
        whole(lambda n: n["cells"].insert(1, code_cell("zero = '\0'\n\0"))),
    ),
    mangled(
        "other_line_ends_are_read",
        whole(lambda n: n["cells"].insert(1, code_cell("a = 1\r\nb = 2\rc = 3\x0c\u2028d = 4"))),
    ),
    mangled(
        "nine_hundred_cells_are_run", whole(lambda n: n["cells"].extend([code_cell("1")] * 900))
    ),
]

FILES_OF_OTHER_KINDS = [
    mangled(
        "two_thousand_cells_are_refused",
        whole(lambda n: n["cells"].extend([code_cell("1")] * 2000)),
        0.0,
    ),
    mangled(
        "a_file_of_thirty_megabytes_is_refused", lambda n: as_notebook(n) + b" " * (30 << 20), 0.0
    ),
    mangled(
        "a_file_of_two_hundred_megabytes_is_refused",
        lambda n: as_notebook(n) + b" " * (200 << 20),
        0.0,
    ),
    mangled(
        "a_cell_of_ten_megabytes_is_run_or_refused",
        whole(lambda n: n["cells"].append(code_cell("# " + "x" * (10 << 20)))),
    ),
    mangled(
        "an_output_of_ten_megabytes_is_dropped",
        whole(
            lambda n: n["cells"].append(
                code_cell("1", outputs=[shown({"text/plain": "x" * (10 << 20)})])
            )
        ),
    ),
    mangled(
        "outputs_of_a_million_brackets_are_dropped",
        whole(
            lambda n: n["cells"].append(code_cell("1", outputs=[shown({"x/y": [[1]] * 1_000_000})]))
        ),
    ),
    mangled("outputs_that_never_end_are_refused", replaced('"outputs": [', '"outputs": [[')),
    mangled("lists_ten_thousand_deep_are_refused", deep("list"), 0.0),
    mangled("dicts_ten_thousand_deep_are_refused", deep("dict"), 0.0),
    mangled("version_3_is_read", as_version_3),
    mangled(
        "a_file_of_two_bytes_more_than_a_notebook_is_refused", lambda n: as_notebook(n) + b"]}", 0.0
    ),
    mangled("an_empty_file_is_refused", lambda n: b"", 0.0),
    mangled("a_number_is_no_notebook", lambda n: b"1e999", 0.0),
    mangled("a_program_is_no_notebook", lambda n: LINEAR.encode(), 0.0),
    mangled(
        "a_pickle_is_no_notebook",
        lambda n: b"cos\nsystem\n(S'echo backprop-attack > /tmp/pwned'\ntR.",
        0.0,
    ),
    mangled(
        "cells_that_are_a_dict_are_refused", whole(lambda n: n.update(cells={"0": n["cells"]})), 0.0
    ),
    mangled(
        "latin_letters_of_another_encoding_are_read",
        lambda n: as_notebook(n)[:-1] + b', "\xe9": 1}',
    ),
    mangled(
        "a_byte_of_no_encoding_is_refused",
        lambda n: as_notebook(n)[:-1] + b', "\x81": 1}',
        0.0,
    ),
    mangled("utf_16_is_read_or_refused", encoded("utf-16")),
    mangled("utf_32_is_read_or_refused", encoded("utf-32")),
    mangled("a_byte_order_mark_is_read_or_refused", encoded("utf-8", b"\xef\xbb\xbf")),
    mangled(
        "numbers_that_are_none_are_read_or_refused",
        replaced('"nbformat":', '"a": NaN, "b": -Infinity, "c": 1e999, "nbformat":'),
    ),
    mangled(
        "a_number_of_a_million_digits_is_refused",
        replaced('"nbformat":', '"a": ' + "9" * 1_000_000 + ', "nbformat":'),
        0.0,
    ),
    mangled(
        "keys_that_come_twice_are_read_as_one",
        replaced('"nbformat":', '"cells": [], "nbformat": 3, "nbformat":'),
        0.0,
    ),
]

LINKS = [
    mangled(
        "a_link_to_the_work_of_another_is_refused",
        None,
        0.0,
        files={NAME: f"../../ada/02-forward/{NAME}"},
    ),
    mangled("a_link_to_a_file_of_the_machine_is_refused", None, 0.0, files={NAME: "/etc/passwd"}),
    mangled("a_link_to_the_gradebook_is_refused", None, 0.0, files={NAME: "../../../gradebook.db"}),
    mangled("a_link_to_an_endless_device_is_refused", None, 0.0, files={NAME: "/dev/zero"}),
    mangled("a_link_to_a_device_that_waits_is_refused", None, 0.0, files={NAME: "/dev/tty"}),
    mangled(
        "a_link_to_a_pipe_of_the_grader_is_refused", None, 0.0, files={NAME: "/proc/self/fd/0"}
    ),
    mangled("a_link_to_a_folder_is_refused", None, 0.0, files={NAME: "."}),
    mangled("a_link_to_itself_is_refused", None, 0.0, files={NAME: NAME}),
    mangled("a_link_to_nothing_is_refused", None, 0.0, files={NAME: "/nowhere/at/all"}),
]

SHADOW = b"open('/tmp/pwned', 'w').write('backprop-attack')\nraise SystemExit\n"
BESIDE = [
    mangled(
        "a_module_beside_the_notebook_is_not_imported",
        None,
        files={"numpy.py": SHADOW, "numpy/__init__.py": SHADOW},
    ),
    mangled(
        "a_grader_beside_the_notebook_is_not_imported",
        None,
        files={"autograder.py": SHADOW, "autograder/__init__.py": SHADOW},
    ),
    mangled("a_reference_beside_the_notebook_is_not_imported", None, files={"backprop.py": SHADOW}),
    mangled(
        "start_files_beside_the_notebook_are_not_run",
        None,
        files={
            "sitecustomize.py": SHADOW,
            "usercustomize.py": SHADOW,
            "a.pth": b"import os; open('/tmp/pwned', 'w')\n",
        },
    ),
    mangled(
        "test_files_beside_the_notebook_are_not_run",
        None,
        files={
            "conftest.py": SHADOW,
            "pytest.ini": b"[pytest]\naddopts = -p conftest\n",
            "setup.cfg": b"[tool:pytest]\n",
        },
    ),
    mangled(
        "settings_beside_the_notebook_are_not_read",
        None,
        files={
            "nbgrader_config.py": SHADOW,
            "jupyter_nbconvert_config.py": SHADOW,
            "ipython_config.py": SHADOW,
            "matplotlibrc": b"backend: module://numpy\n",
        },
    ),
    mangled(
        "a_seed_beside_the_notebook_is_not_used",
        None,
        files={".autograder-seed": b"0" * 64, "answer_key.key": b"\0" * 8},
    ),
    mangled(
        "a_time_stamp_beside_the_notebook_does_no_harm",
        None,
        files={"timestamp.txt": b"9999-99-99 \xff\0" + SCRIPT.encode()},
    ),
    mangled(
        "a_second_notebook_is_not_read",
        None,
        files={
            "02-forward (1).ipynb": b"{",
            "02-Forward.ipynb": b"{",
            ".ipynb_checkpoints/02-forward-checkpoint.ipynb": b"{",
        },
    ),
    mangled(
        "links_beside_the_notebook_are_not_followed",
        None,
        files={"all": "../..", "key": "/etc/shadow", "loop": "loop"},
    ),
    mangled(
        "names_beside_the_notebook_that_look_like_options_do_no_harm",
        None,
        files={"--help": b"", "-rf": b"", "a\nb": b"", "$(touch pwned)": b"", "; pwned": b""},
    ),
]

HOSTILE_TEXT = SCRIPT + "\x1b]0;pwned\x07\x1b[2J\x1b[31m\0\ud800\u202e</pre>" + SCRIPT
SHOWN = [
    mangled("outputs_that_a_browser_would_run_are_dropped", show_scripts),
    mangled("attachments_are_dropped", attach),
    mangled("raw_cells_are_not_passed_on_as_they_are", raw_cells),
    mangled("html_in_the_answer_for_a_person_is_not_run", told_to_a_person(SCRIPT)),
    mangled(
        "a_drawing_in_the_answer_for_a_person_is_not_run", told_to_a_person(f"text\n\n{SVG}\n")
    ),
    mangled(
        "a_link_in_the_answer_for_a_person_is_not_run",
        told_to_a_person(
            "[the proof](javascript:pwned()) ![x](data:text/html;base64,PHNjcmlwdD4=)"
        ),
    ),
    mangled(
        "latex_in_the_answer_for_a_person_is_not_run",
        told_to_a_person(
            r"$\href{javascript:pwned()}{x}$ $$\unicode{x3c}\style{background:url(//x)}{y}$$"
        ),
    ),
    mangled(
        "a_diagram_in_the_answer_for_a_person_is_not_drawn",
        told_to_a_person(f"```mermaid\ngraph TD;\n{SCRIPT}\n```\n\n~~~ mermaid\n{SVG}\n"),
    ),
    mangled(
        "a_text_that_is_too_long_to_render_stays_text",
        told_to_a_person(f"~~~\n$$ {SCRIPT}\n```\n" * 500),
    ),
    mangled(
        "an_answer_of_a_megabyte_of_spaces_is_cut",
        told_to_a_person("a" + " " * 1_000_000 + "b"),
    ),
    mangled(
        "answers_of_a_megabyte_of_formulas_are_cut",
        told_to_a_person("\\begin{a} \\\\( \\\\[ $ [ `" * 40_000),
    ),
    mangled(
        "rich_displays_are_not_passed_on",
        None,
        cells=(
            "from IPython.display import HTML, SVG, IFrame, Javascript, Latex, Markdown\n"
            f"script, drawing = {SCRIPT!r}, {SVG!r}\n"
            "display(HTML(script), SVG(drawing), Javascript('pwned()'), Latex(script))\n"
            "display(Markdown('[x](javascript:pwned())'), IFrame('javascript:pwned()', 9, 9))\n"
            "display({'text/plain': script, "
            "'application/vnd.jupyter.widget-view+json': {}}, raw=True)",
        ),
    ),
    mangled(
        "a_picture_that_is_a_page_is_not_passed_on",
        None,
        cells=(
            "data = b'\\x89PNG\\r\\n\\x1a\\n' + "
            f"{SCRIPT.encode()!r}\ndisplay({{'image/png': data}}, raw=True)\n"
            "display({'image/png': 'data:text/html,' + " + repr(SCRIPT) + "}, raw=True)",
        ),
    ),
    mangled("printed_text_stays_text", None, cells=(f"print({HOSTILE_TEXT!r})",)),
    mangled("half_a_character_in_printed_text_can_be_written", None, cells=("print('\\ud800')",)),
    mangled(
        "half_a_character_in_an_error_can_be_written",
        None,
        cells=("raise ValueError('\\ud800')",),
    ),
    Attack(
        "an_error_of_an_answer_stays_text",
        answers={
            "linear_forward": (
                f"def linear_forward(x, W, b):\n    raise ValueError({HOSTILE_TEXT!r})"
            ),
            "relu_forward": RELU,
        },
        deserves=2,
    ),
    Attack(
        "the_name_of_a_type_stays_text",
        answers={
            "linear_forward": "def linear_forward(x, W, b):\n"
            f"    return type({SCRIPT!r}, (), {{}})(), None",
            "relu_forward": RELU,
        },
        deserves=2,
    ),
    Attack(
        "a_text_for_an_answer_stays_text",
        answers={
            "linear_forward": f"def linear_forward(x, W, b):\n    return {HOSTILE_TEXT!r}, None",
            "relu_forward": RELU,
        },
        deserves=2,
    ),
]

ATTACKS = [*FORGED, *MANGLED, *FILES_OF_OTHER_KINDS, *LINKS, *BESIDE, *SHOWN]
