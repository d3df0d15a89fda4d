"""A notebook file is read in every format and encoding in which people save it."""

import json
import random

import nbformat
import pytest

from autograder.grading.notebook_bytes import as_text, as_utf8, cut
from autograder.grading.submission import (
    MAX_BYTES,
    MAX_FILE,
    RejectedError,
    SubmittedCell,
    parse,
    read_submission,
)
from support.no_notebooks import is_one_line

TEXT = 'print("größer – 大 😀")'
NOTEBOOK = {"cells": [{"cell_type": "code", "metadata": {}, "source": TEXT, "outputs": []}]}
PIECES = ('a"b', "\\", '"outputs": [', "[{", "]", '\\"outputs\\": [1]', 1, 2.5, None, "", "x\\\\")
KEYS = ("outputs", "widgets", "attachments", 'a"outputs', "source", "\\outputs")


def cells(content):
    return parse(content, "x.ipynb")


def reason(content):
    with pytest.raises(RejectedError) as error:
        cells(content)
    assert is_one_line(str(error.value))
    return str(error.value)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_every_encoding_of_unicode_is_read(encoding):
    content = json.dumps(NOTEBOOK, ensure_ascii=False).encode(encoding)
    assert cells(content) == [SubmittedCell("code", TEXT, "")]


def test_a_text_in_pieces_of_a_large_file_is_read_whole():
    source = "ü😀" * 700_000
    content = json.dumps({"cells": [{"source": source}]}, ensure_ascii=False).encode("utf-16")
    (cell,) = cells(content)
    assert cell.source == source


def test_the_encoding_of_windows_is_read():
    assert as_text("5 € – “done”".encode("cp1252")) == "5 € – “done”"
    assert as_text(as_utf8("5 €".encode("utf-16"))) == "5 €"


def tree(random, depth=0):
    """Return random JSON data with lists and dicts under the keys that are cut out."""
    kind = random.random()
    if depth > 5 or kind < 0.4:
        return random.choice(PIECES)
    if kind < 0.7:
        return [tree(random, depth + 1) for _ in range(random.randint(0, 4))]
    return {random.choice(KEYS): tree(random, depth + 1) for _ in range(random.randint(0, 4))}


def without(value, attachments):
    """Return data without the lists and dicts that are cut out; attachments are added to a list."""
    if isinstance(value, list):
        return [without(each, attachments) for each in value]
    if not isinstance(value, dict):
        return value
    left = {}
    for key, each in value.items():
        if key in ("outputs", "widgets") and isinstance(each, list | dict):
            left[key] = []
        elif key == "attachments" and isinstance(each, list | dict):
            left[key] = len(attachments)
            attachments.append(each)
        else:
            left[key] = without(each, attachments)
    return left


def test_exactly_outputs_widgets_and_attachments_are_cut_out():
    for seed in range(500):
        value = {"cells": tree(random.Random(seed)), "more": tree(random.Random(-seed - 1))}
        for indent in (None, 1):
            plain, attachments = cut(json.dumps(value, indent=indent).encode())
            expected = []
            assert json.loads(plain) == without(value, expected)
            assert list(map(json.loads, attachments)) == expected


def test_an_output_may_be_as_large_as_the_file():
    start, end = json.dumps(NOTEBOOK).split("[]")
    outputs = '["' + "A" * (MAX_FILE - 1000) + '"]'
    assert cells((start + outputs + end).encode()) == cells(json.dumps(NOTEBOOK).encode())


@pytest.mark.parametrize("outputs", ["[", "[[]", '["', "[{]", '{"a": ['])
def test_outputs_that_do_not_end_are_refused(outputs):
    start, end = json.dumps(NOTEBOOK).split("[]")
    assert reason((start + outputs + end).encode())


def test_a_file_that_is_too_large_is_refused_with_what_to_do(tmp_path):
    with (tmp_path / "x.ipynb").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(RejectedError, match="100 MB; clear the outputs, save, hand in again"):
        read_submission(tmp_path / "x.ipynb")
    long = {"cells": [{"source": "x" * MAX_BYTES}]}
    assert "make its texts and pictures smaller" in reason(json.dumps(long).encode())
    flood = b'{"cells": [{"outputs": [' + b"[]," * 20_000_000 + b"1]}]}"
    assert "more than 20,000,000 brackets and quotes; clear the outputs" in reason(flood)
    deep = {"cells": [{"source": "", "metadata": [[]] * 1_000_001}]}
    assert "more than 1,000,000 brackets; clear the outputs" in reason(json.dumps(deep).encode())


def test_attachments_of_very_many_parts_are_refused():
    cell = {"source": "", "attachments": {"x": {"image/png": ["a"] * 300_000}}}
    assert "too many attachments" in reason(json.dumps({"cells": [cell]}).encode())


def test_attachments_are_read_by_name():
    found = {"页 1.png": {"image/png": ["aGk\n", "="]}, "b": {}, "c": 1, "d": {"x/y": 1}}
    for ascii_only in (True, False):
        content = json.dumps({"cells": [{"attachments": found}]}, ensure_ascii=ascii_only)
        (cell,) = cells(content.encode())
        assert cell.attachments == {"页 1.png": "aGk\n=", "d": ""}


@pytest.mark.parametrize("attachments", [0, 7, -1, True, "0", None, [0]])
def test_a_number_for_attachments_does_no_harm(attachments):
    (cell,) = cells(json.dumps({"cells": [{"attachments": attachments}]}).encode())
    assert cell.attachments == {}


def test_the_cells_of_format_3_are_read_as_nbformat_reads_them():
    sheets = [
        {
            "cells": [
                {"cell_type": "heading", "level": 2, "source": ["One\n", "two"], "metadata": {}},
                {"cell_type": "code", "input": ["x = 1\n", "y"], "outputs": [], "metadata": {}},
            ]
        },
        {"cells": [{"cell_type": "html", "source": "<b>", "metadata": {}}]},
    ]
    notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}
    content = json.dumps(notebook)
    expected = nbformat.reads(content, as_version=4).cells
    assert [(c.kind, c.source) for c in cells(content.encode())] == [
        (cell.cell_type, cell.source) for cell in expected
    ]


@pytest.mark.parametrize("sheets", [None, [], [1], [{}], [{"cells": 1}], {"cells": []}, "x"])
def test_worksheets_without_cells_do_no_harm(sheets):
    content = json.dumps({"worksheets": sheets}).encode()
    if isinstance(sheets, list):
        assert cells(content) == []
    else:
        assert "no list of cells" in reason(content)
