"""The kinds of damage that a notebook file can suffer on its way from a student to the grader.

`damaged(notebook, seed)` is a pure function: the same bytes and seed give the same damage. The
kinds take turns, so any `len(KINDS)` consecutive seeds give each kind once. Harmless damage does
not change the types, sources and grade ids of the cells, so it must not cost a point. Hopeless
damage leaves no valid notebook, so the file must be rejected.
"""

import base64
import gzip
import json
import re
from collections.abc import Callable
from functools import wraps
from random import Random
from typing import Any

Damage = Callable[[bytes, Random], bytes]
KINDS: dict[str, Damage] = {}
HARMLESS: set[str] = set()
HOPELESS: set[str] = set()

HOLE = "(a value that json.dumps cannot write goes here)"
MILD = [
    "null",
    "true",
    "-7",
    "1e999",
    "NaN",
    "-Infinity",
    '""',
    r'"\ud800"',
    r'"\u0000\u202e\u200f\u001b[31m"',
    "[]",
    "{}",
    '[null, true, 1, "text", ["text"], {"text": []}]',
    '{"": {"source": {}}, "metadata": null}',
    "9" * 4300,
    "[" * 10 + "]" * 10,
    '{"a":' * 300 + "1" + "}" * 300,
]
HARSH = [
    "9" * 4301,
    "9" * 1_000_000,
    "1." + "7" * 1_000_000,
    '"' + "x" * 1_000_000 + '"',
    "[" * 990 + "]" * 990,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 100_000 + "1" + "}" * 100_000,
    "[" * 100_000,
    "[" + "[]," * 100_000 + "[]]",
]
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}\[\]:,]')


def damaged(notebook: bytes, seed: int) -> bytes:
    """Return the notebook with the damage of this seed."""
    return KINDS[kind_of(seed)](notebook, Random(seed))


def kind_of(seed: int) -> str:
    """Return the kind of damage that belongs to a seed."""
    return list(KINDS)[seed % len(KINDS)]


def to_bytes(damage: Damage) -> Damage:
    """Register a function that damages the bytes of a file."""
    KINDS[damage.__name__] = damage
    return damage


def to_tree(damage: Callable[[Any, Random], str | None]) -> Damage:
    """Register a function that damages a notebook as JSON data.

    The text that it returns is written where the data contain HOLE.
    """

    @wraps(damage)
    def to_file(notebook: bytes, random: Random) -> bytes:
        tree = json.loads(notebook)
        raw = damage(tree, random)
        text = json.dumps(tree, ensure_ascii=False, indent=random.choice([None, 1]))
        if raw is not None:
            text = text.replace(f'"{HOLE}"', raw)
        return text.replace(HOLE, "").encode("utf-8", "surrogatepass")

    return to_bytes(to_file)


def harmless(damage: Damage) -> Damage:
    """Mark a kind of damage that does not change the graded parts of a notebook."""
    HARMLESS.add(damage.__name__)
    return damage


def hopeless(damage: Damage) -> Damage:
    """Mark a kind of damage that leaves no valid notebook."""
    HOPELESS.add(damage.__name__)
    return damage


# --- choosing a place ---------------------------------------------------------------------------


def span(data: bytes, random: Random, most: int = 2000) -> tuple[int, int]:
    start = random.randrange(len(data))
    return start, min(len(data), start + random.randint(1, most))


def place(tree: Any, random: Random) -> tuple[Any, Any]:
    """Return a random container at any depth of the tree, and one of its keys."""
    while True:
        key = random.choice(list(tree) if isinstance(tree, dict) else range(len(tree)))
        below = tree[key]
        if not below or not isinstance(below, dict | list) or random.random() < 0.25:
            return tree, key
        tree = below


def dict_place(tree: Any, random: Random) -> tuple[dict[str, Any], str]:
    """Return a random dict of the tree and one of its keys."""
    while True:
        container, key = place(tree, random)
        if isinstance(container, dict):
            return container, key


def a_cell(tree: Any, random: Random) -> dict[str, Any]:
    return random.choice(tree["cells"])


def code_cells(tree: Any) -> list[dict[str, Any]]:
    return [cell for cell in tree["cells"] if cell["cell_type"] == "code"]


def graded_cells(tree: Any) -> list[dict[str, Any]]:
    return [cell for cell in tree["cells"] if "nbgrader" in cell["metadata"]]


def marks(tree: Any) -> list[dict[str, Any]]:
    """Return the nbgrader metadata of every cell that has them."""
    return [cell["metadata"]["nbgrader"] for cell in graded_cells(tree)]


def is_check(mark: dict[str, Any]) -> bool:
    return mark["grade"] and not mark["solution"]


# --- bytes --------------------------------------------------------------------------------------


@to_bytes
def bytes_flipped(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice([1, 3, 100])):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


@to_bytes
def bytes_cut(data: bytes, random: Random) -> bytes:
    start, end = span(data, random)
    return data[:start] + data[end:]


@to_bytes
def bytes_doubled(data: bytes, random: Random) -> bytes:
    start, end = span(data, random)
    return data[:end] + data[start:]


@to_bytes
def bytes_inserted(data: bytes, random: Random) -> bytes:
    start, _ = span(data, random)
    return data[:start] + random.randbytes(random.choice([1, 4, 1000])) + data[start:]


@hopeless
@to_bytes
def bytes_zeroed(data: bytes, random: Random) -> bytes:
    start, end = span(data, random)
    return data[:start] + bytes(end - start) + data[end:]


@hopeless
@to_bytes
def upload_broken_off(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


@hopeless
@to_bytes
def written_over_a_longer_file(data: bytes, random: Random) -> bytes:
    return data + data[-random.randint(2, 2000) :]


@hopeless
@to_bytes
def other_file(data: bytes, random: Random) -> bytes:
    cut = data[: random.randint(0, 3000)]
    return random.choice(
        [
            b"",
            b" \n",
            b"null",
            b'"notebook"',
            b"12",
            b"[]",
            b"{}",
            b"[" + data + b"]",
            json.dumps(cut.decode("utf-8", "replace")).encode(),
            b"<!DOCTYPE html><title>Sign in</title>" + cut,
            b"# %%\nprint(1)\n",
            gzip.compress(data, mtime=0),
            base64.b64encode(data),
            bytes(5000),
            random.randbytes(5000),
        ]
    )


@hopeless
@to_bytes
def merge_conflict(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    ours = lines[at : at + 3]
    conflict = [b"<<<<<<< HEAD", *ours, b"=======", *ours, b">>>>>>> theirs"]
    return b"\n".join(lines[:at] + conflict + lines[at + 3 :])


# --- JSON tokens --------------------------------------------------------------------------------


def with_tokens(data: bytes, change: Callable[[list[bytes]], None]) -> bytes:
    tokens = TOKEN.findall(data)
    change(tokens)
    return b" ".join(tokens)


@to_bytes
def tokens_swapped(data: bytes, random: Random) -> bytes:
    def swap(tokens: list[bytes]) -> None:
        i, j = random.randrange(len(tokens)), random.randrange(len(tokens))
        tokens[i], tokens[j] = tokens[j], tokens[i]

    return with_tokens(data, swap)


@to_bytes
def strings_swapped(data: bytes, random: Random) -> bytes:
    def swap(tokens: list[bytes]) -> None:
        strings = [i for i, token in enumerate(tokens) if token.startswith(b'"')]
        i, j = random.sample(strings, 2)
        tokens[i], tokens[j] = tokens[j], tokens[i]

    return with_tokens(data, swap)


@to_bytes
def token_lost(data: bytes, random: Random) -> bytes:
    return with_tokens(data, lambda tokens: tokens.pop(random.randrange(len(tokens))))


@hopeless
@to_bytes
def token_doubled(data: bytes, random: Random) -> bytes:
    def double(tokens: list[bytes]) -> None:
        at = random.randrange(len(tokens))
        tokens.insert(at, tokens[at])

    return with_tokens(data, double)


@to_bytes
def bracket_turned(data: bytes, random: Random) -> bytes:
    def turn(tokens: list[bytes]) -> None:
        at = random.choice([i for i, token in enumerate(tokens) if token in b"{}[]"])
        tokens[at] = random.choice([b"{", b"}", b"[", b"]"])

    return with_tokens(data, turn)


@hopeless
@to_bytes
def single_quotes(data: bytes, random: Random) -> bytes:
    return repr(json.loads(data)).encode()


# --- encodings ----------------------------------------------------------------------------------


@harmless
@to_bytes
def utf_16_or_32(data: bytes, random: Random) -> bytes:
    encodings = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
    return data.decode().encode(random.choice(encodings))


@harmless
@to_bytes
def byte_order_mark(data: bytes, random: Random) -> bytes:
    return "\ufeff".encode() + data


@harmless
@to_bytes
def line_ends_of_windows(data: bytes, random: Random) -> bytes:
    return data.replace(b"\n", random.choice([b"\r\n", b"\r"]))


@hopeless
@to_bytes
def two_byte_order_marks(data: bytes, random: Random) -> bytes:
    return "\ufeff\ufeff".encode() + data


@to_bytes
def wrong_byte_order_mark(data: bytes, random: Random) -> bytes:
    return random.choice([b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"]) + data


@to_bytes
def eight_bit_letters(data: bytes, random: Random) -> bytes:
    text = data.decode().replace("e ", "é ", random.randint(1, 50))
    return text.encode(random.choice(["latin-1", "cp1252", "cp437"]), "replace")


@to_bytes
def decoded_twice(data: bytes, random: Random) -> bytes:
    return data.decode().replace("e ", "é ").encode().decode("latin-1").encode()


@to_bytes
def raw_surrogates(data: bytes, random: Random) -> bytes:
    surrogate = "\udc80".encode("utf-8", "surrogatepass")
    return data.replace(b"e ", surrogate, random.randint(1, 50))


STRANGE = [
    "\ud800",
    "\udfff\ud800",
    "\0",
    "\x0b\x0c\x1c\x85\u2028",
    "\u202e\u200f\u2067",
    "\x1b[2J",
]


def strange_text(random: Random) -> str:
    return "".join(random.choice([*STRANGE, "x", "é", "😀"]) for _ in range(20))


@to_tree
def strange_letters_in_sources(tree: Any, random: Random) -> None:
    for cell in random.sample(tree["cells"], 5):
        cell["source"] = [strange_text(random), *cell["source"], strange_text(random)]


@to_tree
def strange_letters_in_grade_ids(tree: Any, random: Random) -> None:
    for mark in random.sample(marks(tree), 3):
        mark["grade_id"] += strange_text(random)


@to_tree
def strange_letters_in_keys(tree: Any, random: Random) -> None:
    for _ in range(5):
        container, key = dict_place(tree, random)
        container[key + strange_text(random)] = container.pop(key)


# --- keys and values anywhere -------------------------------------------------------------------


@to_tree
def key_removed(tree: Any, random: Random) -> None:
    container, key = dict_place(tree, random)
    del container[key]


@to_tree
def key_renamed(tree: Any, random: Random) -> None:
    container, key = dict_place(tree, random)
    container[random.choice([key.upper(), key[:-1], "", "cells", "__class__"])] = container.pop(key)


@to_tree
def key_doubled(tree: Any, random: Random) -> str:
    container, key = dict_place(tree, random)
    container[key + HOLE] = HOLE
    return random.choice(MILD)


@to_tree
def value_of_a_wrong_type(tree: Any, random: Random) -> str:
    container, key = place(tree, random)
    container[key] = HOLE
    return random.choice(MILD)


@to_tree
def value_that_is_hard_to_read(tree: Any, random: Random) -> str:
    container, key = place(tree, random)
    container[key] = HOLE
    return random.choice(HARSH)


@to_tree
def nested_deep(tree: Any, random: Random) -> str:
    container, key = place(tree, random)
    container[key] = HOLE
    depth = random.choice([10, 100, 500, 900, 980, 1000, 10_000, 100_000])
    return random.choice(["[" * depth + "]" * depth, '{"cells":' * depth + "[]" + "}" * depth])


@to_bytes
def wrapped_deep(data: bytes, random: Random) -> bytes:
    depth = random.choice([10, 900, 100_000])
    return b'{"cells":[' * depth + data + b"]}" * depth


# --- cells --------------------------------------------------------------------------------------


@to_tree
def cells_reordered(tree: Any, random: Random) -> None:
    random.shuffle(tree["cells"])


@to_tree
def cells_doubled(tree: Any, random: Random) -> None:
    for cell in random.sample(tree["cells"], 5):
        tree["cells"].insert(random.randrange(len(tree["cells"])), cell)


@to_tree
def every_cell_many_times(tree: Any, random: Random) -> None:
    tree["cells"] *= random.choice([2, 5])


@to_tree
def cells_lost(tree: Any, random: Random) -> None:
    tree["cells"] = random.sample(tree["cells"], random.randrange(len(tree["cells"])))


@to_tree
def checks_lost(tree: Any, random: Random) -> None:
    lost = [mark["grade_id"] for mark in marks(tree) if is_check(mark)]
    tree["cells"] = [cell for cell in tree["cells"] if cell.get("id") not in lost]


@to_tree
def thousands_of_cells(tree: Any, random: Random) -> None:
    cell = {"cell_type": random.choice(["code", "markdown"]), "metadata": {}, "source": "1"}
    tree["cells"] += [cell] * random.choice([1000 - len(tree["cells"]), 1001, 5000])


@to_tree
def huge_cell(tree: Any, random: Random) -> None:
    line = random.choice(["x = 1\n", "(", "😀", "\0", "\ud800", '"'])
    a_cell(tree, random)["source"] = line * (random.choice([1_000, 200_000]) // len(line))


@to_tree
def cells_that_are_no_cells(tree: Any, random: Random) -> str:
    for _ in range(5):
        tree["cells"].insert(random.randrange(len(tree["cells"])), HOLE)
    return random.choice(MILD)


@to_tree
def cells_that_are_no_list(tree: Any, random: Random) -> str:
    tree["cells"] = random.choice([HOLE, dict(enumerate(tree["cells"])), {"0": HOLE}, HOLE + "[]"])
    return random.choice(MILD)


@to_tree
def cells_within_cells(tree: Any, random: Random) -> None:
    tree["cells"] = [{**cell, "cells": [cell]} for cell in tree["cells"]]
    tree["cells"] = random.choice([tree["cells"], [tree["cells"]]])


@to_tree
def cell_of_a_wrong_type(tree: Any, random: Random) -> str | None:
    types = [HOLE, "raw", "heading", "html", "CODE", "code\n", ["code"], {"code": "code"}]
    a_cell(tree, random)["cell_type"] = random.choice(types)
    return random.choice(MILD)


@to_tree
def types_of_cells_turned(tree: Any, random: Random) -> None:
    for cell in random.sample(tree["cells"], 5):
        cell["cell_type"] = {"code": "markdown"}.get(cell["cell_type"], "code")


@to_tree
def cells_without_source(tree: Any, random: Random) -> None:
    for cell in random.sample(tree["cells"], 5):
        del cell["source"]


@to_tree
def source_of_a_wrong_type(tree: Any, random: Random) -> str:
    a_cell(tree, random)["source"] = random.choice([HOLE, [HOLE], ["1\n", HOLE, "2"], [[HOLE]]])
    return random.choice(MILD)


@harmless
@to_tree
def source_as_one_text(tree: Any, random: Random) -> None:
    for cell in random.sample(tree["cells"], 5):
        cell["source"] = "".join(cell["source"])


# --- nbgrader's metadata ------------------------------------------------------------------------


@to_tree
def nbgrader_of_a_wrong_type(tree: Any, random: Random) -> str:
    random.choice(graded_cells(tree))["metadata"]["nbgrader"] = random.choice([HOLE, [HOLE]])
    return random.choice(MILD)


@harmless
@to_tree
def nbgrader_with_wrong_values(tree: Any, random: Random) -> str:
    for mark in random.sample(marks(tree), 5):
        mark[random.choice(sorted(set(mark) - {"grade_id"}))] = HOLE
    return random.choice(MILD)


@harmless
@to_tree
def nbgrader_swears_otherwise(tree: Any, random: Random) -> None:
    for mark in marks(tree):
        mark.update(grade=not mark["grade"], solution=not mark["solution"], locked=False)
        mark.update(points=random.choice([-1, 10**9, "all"]), schema_version=random.randint(0, 4))


@to_tree
def grade_id_of_a_wrong_type(tree: Any, random: Random) -> str:
    mark = random.choice(marks(tree))
    mark["grade_id"] = random.choice([HOLE, [mark["grade_id"]], {mark["grade_id"]: 1}])
    return random.choice(MILD)


@to_tree
def grade_ids_exchanged(tree: Any, random: Random) -> None:
    one, other = random.sample(marks(tree), 2)
    one["grade_id"], other["grade_id"] = other["grade_id"], one["grade_id"]


@to_tree
def grade_id_of_another_cell(tree: Any, random: Random) -> None:
    one, other = random.sample(marks(tree), 2)
    one["grade_id"] = other["grade_id"]


@to_tree
def grade_id_of_a_check_everywhere(tree: Any, random: Random) -> None:
    check = random.choice([mark for mark in marks(tree) if is_check(mark)])
    for cell in tree["cells"]:
        cell["metadata"]["nbgrader"] = check


@to_tree
def checks_rewritten(tree: Any, random: Random) -> None:
    for cell in graded_cells(tree):
        if is_check(cell["metadata"]["nbgrader"]):
            cell["source"] = random.choice(["", "1000", "raise SystemExit", ["print(", None]])


@to_tree
def grade_ids_that_mean_something(tree: Any, random: Random) -> None:
    names = ["__class__", "../../x", "", " ", "x" * 100_000, "'; drop table grade; --", "<script>"]
    for mark in random.sample(marks(tree), 3):
        mark["grade_id"] = random.choice(names)


# --- parts that the grader does not read --------------------------------------------------------


@harmless
@to_tree
def metadata_of_the_notebook_wrong(tree: Any, random: Random) -> str:
    kernel = tree["metadata"]["kernelspec"]
    kernel[random.choice(sorted(kernel))] = HOLE
    tree["metadata"] = random.choice([HOLE, tree["metadata"], {"kernelspec": HOLE}])
    return random.choice(MILD)


@harmless
@to_tree
def metadata_of_free_cells_wrong(tree: Any, random: Random) -> str:
    free = [cell for cell in tree["cells"] if "nbgrader" not in cell["metadata"]]
    for cell in random.sample(free, 3):
        cell["metadata"] = HOLE
    return random.choice(MILD)


@harmless
@to_tree
def metadata_beside_nbgrader_wrong(tree: Any, random: Random) -> str:
    for cell in graded_cells(tree):
        cell["metadata"].update(tags=HOLE, deletable=HOLE, jupyter={"source_hidden": HOLE})
    return random.choice(MILD)


@harmless
@to_tree
def outputs_of_a_wrong_type(tree: Any, random: Random) -> str:
    wrong = [HOLE, [HOLE], [{"output_type": HOLE}], [{"output_type": "stream", "text": HOLE}]]
    wrong += [[{"output_type": "execute_result", "data": random.choice([HOLE, {"": HOLE}])}]]
    for cell in random.sample(code_cells(tree), 3):
        cell.update(outputs=random.choice(wrong), execution_count=HOLE)
    return random.choice(MILD)


@harmless
@to_tree
def outputs_that_are_huge(tree: Any, random: Random) -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 100} for _ in range(5000)]
    random.choice(code_cells(tree))["outputs"] = outputs


@harmless
@to_tree
def attachments(tree: Any, random: Random) -> str:
    for cell in random.sample(tree["cells"], 3):
        cell["attachments"] = random.choice([HOLE, {"../x.png": HOLE}, {"x": {"image/png": HOLE}}])
    return random.choice(MILD)


@harmless
@to_tree
def cell_ids_wrong(tree: Any, random: Random) -> str | None:
    for cell in tree["cells"]:
        cell["id"] = random.choice(["same", HOLE, cell["id"], "x" * 100, "no good id"])
    return random.choice(MILD)


@harmless
@to_tree
def version_of_the_format(tree: Any, random: Random) -> str | None:
    tree["nbformat"] = random.choice([2, 3, 5, -1, 10**100, "4", "4.5", HOLE])
    tree["nbformat_minor"] = random.choice([0, 2, 99, HOLE])
    return random.choice(MILD)


@harmless
@to_tree
def worksheets_of_format_3(tree: Any, random: Random) -> None:
    cells = tree.pop("cells")
    for cell in cells:
        cell["input" if cell["cell_type"] == "code" else "source"] = cell.pop("source")
        cell["language"] = "python"
    tree["worksheets"] = [{"cells": cells, "metadata": {}}]
    tree["nbformat"] = random.choice([2, 3])


# --- more than one kind -------------------------------------------------------------------------


@to_bytes
def several_at_once(data: bytes, random: Random) -> bytes:
    chosen = random.sample(list(KINDS)[:-1], random.randint(2, 6))
    # In reverse order of definition, so that damage to the tree, which must still be readable,
    # comes before damage to the bytes.
    for kind in sorted(chosen, key=list(KINDS).index, reverse=True):
        try:
            data = KINDS[kind](data, random)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue  # the earlier damage has removed the part that this kind would change
    return data
