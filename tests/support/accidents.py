"""Notebooks as people hand them in: whole answers, in a file or in cells that an accident changed.

`ACCIDENTS` has, by name, functions that change a solved notebook in place or return a file's bytes.
"""

import base64
import copy
import io
import json

from PIL import Image

from support.notebooks import released, solved

ASSIGNMENT = "02-forward"
WRITTEN = "shift_of_softmax"  # the question that a person marks
ACCIDENTS = {}


def accident(change):
    """Register a function that changes a notebook."""
    ACCIDENTS[change.__name__.replace("_", "-")] = change
    return change


def handed_in(change):
    """Return the bytes of a solved notebook after a change."""
    notebook = flat(solved(ASSIGNMENT))
    changed = change(notebook)
    return json.dumps(notebook).encode() if changed is None else changed


def flat(notebook):
    """Return a notebook with the source of each cell as one text."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def name_of(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def place(notebook, grade_id):
    """Return the place of a cell."""
    return next(i for i, cell in enumerate(notebook["cells"]) if name_of(cell) == grade_id)


def cell(notebook, grade_id):
    return notebook["cells"][place(notebook, grade_id)]


def insert_after(notebook, grade_id, new):
    notebook["cells"].insert(place(notebook, grade_id) + 1, new)


def stub(grade_id):
    """Return a cell as students get it."""
    return cell(flat(released(ASSIGNMENT)), grade_id)


def code(source):
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def text(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def photo(kind="JPEG", size=(40, 30)):
    """Return the bytes of a picture."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, kind)
    return file.getvalue()


def in_base64(data):
    return base64.b64encode(data).decode()


# --- cells ----------------------------------------------------------------------------------------


@accident
def copied_check(notebook):
    insert_after(notebook, "mse", copy.deepcopy(cell(notebook, "mse")))


@accident
def split_answer(notebook):
    second = copy.deepcopy(cell(notebook, "mse-answer"))
    cell(notebook, "mse-answer")["source"] = "def squares(d):\n    return d * d"
    insert_after(notebook, "mse-answer", second)


@accident
def stub_pasted_below_the_answer(notebook):
    insert_after(notebook, "softmax-answer", stub("softmax-answer"))


@accident
def stub_pasted_above_the_answer(notebook):
    notebook["cells"].insert(place(notebook, "softmax-answer"), stub("softmax-answer"))


@accident
def stub_with_other_line_ends(notebook):
    again = stub("softmax-answer")
    again["source"] = again["source"].replace("\n", "  \r\n") + "\n\n"
    insert_after(notebook, "softmax-answer", again)


@accident
def split_written_answer(notebook):
    second = copy.deepcopy(cell(notebook, WRITTEN))
    second["source"] = "And the sum cancels."
    insert_after(notebook, WRITTEN, second)


@accident
def untouched_written_answer_with_other_line_ends(notebook):
    cell(notebook, WRITTEN)["source"] = stub(WRITTEN)["source"] + "\r\n "


@accident
def answer_turned_to_markdown(notebook):
    retype(notebook, "mse-answer", "markdown")


@accident
def answer_turned_to_raw(notebook):
    retype(notebook, "mse-answer", "raw")


@accident
def written_answer_turned_to_code(notebook):
    retype(notebook, WRITTEN, "code")


def retype(notebook, grade_id, kind):
    its = cell(notebook, grade_id)
    its.pop("outputs", None), its.pop("execution_count", None)
    its["cell_type"] = kind
    if kind == "code":
        its.update(outputs=[], execution_count=None)


@accident
def bad_ids(notebook):
    for number, its in enumerate(notebook["cells"]):
        its["id"] = ("same", "with spaces and ü", "", "x" * 100, number)[number % 5]
    strange = code("x = 1")
    strange["metadata"]["nbgrader"] = {"grade_id": "no such cell", "grade": True, "points": "all"}
    notebook["cells"].append(strange)


@accident
def written_in_a_new_cell_below(notebook):
    insert_after(notebook, WRITTEN, text(cell(notebook, WRITTEN)["source"]))
    cell(notebook, WRITTEN)["source"] = stub(WRITTEN)["source"]


@accident
def helper_in_a_check_cell(notebook):
    check = cell(notebook, "softmax")
    check["source"] = "def half(z):\n    return z / 2\n\n" + check["source"]
    answer = cell(notebook, "mse-answer")
    answer["source"] = answer["source"].replace("return ", "return 2 * half(1.0) * ")


@accident
def a_photo(notebook):
    its = cell(notebook, WRITTEN)
    its["source"] = "On paper:\n\n![my page](attachment:page.jpg)"
    its["attachments"] = {"page.jpg": {"image/jpeg": in_base64(photo())}}


# --- files ----------------------------------------------------------------------------------------


@accident
def byte_order_mark(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-8-sig")


@accident
def utf_16(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


@accident
def utf_32_without_a_mark(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-32-le")


@accident
def cp1252(notebook):
    notebook["cells"].append(text("Für später: 5 € – “done”"))
    return json.dumps(notebook, ensure_ascii=False).encode("cp1252", "xmlcharrefreplace")


@accident
def format_3(notebook):
    cells = []
    for its in notebook["cells"]:
        if its["cell_type"] == "code":
            its["input"], its["language"] = its.pop("source"), "python"
            its["prompt_number"] = its.pop("execution_count")
        cells.append({key: value for key, value in its.items() if key != "id"})
    sheets = [{"cells": cells[:20], "metadata": {}}, {"cells": cells[20:], "metadata": {}}]
    notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}
    return json.dumps(notebook).encode()


@accident
def large_outputs(notebook):
    show(notebook, {"text/html": "A" * 21_000_000})


@accident
def outputs_of_many_brackets(notebook):
    show(notebook, {"application/vnd.plotly.v1+json": {"z": [[1.0]] * 1_100_000}})


def show(notebook, data):
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    cell(notebook, "softmax")["outputs"] = [output]
