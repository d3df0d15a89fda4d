"""The conversion of plain data to bytes and back."""

import json

import numpy as np
import pytest

from autograder.marking.wire import Opaque, WireError, decode, encode, plain

VALUES = [
    None,
    True,
    3,
    -0.0,
    float("inf"),
    float("nan"),
    "half of a pair: \ud800",
    {1: [2, (3, {"deep": None})], "s": "\ud800"},
    np.float32(0.1),
    np.int64(3),
    np.bool_(True),
    np.arange(6, dtype=np.int16).reshape(2, 3),
    np.arange(6.0).reshape(2, 3).T,
    np.arange(24.0).reshape(2, 3, 4)[:, ::2],
    np.array(1.5),
    np.zeros((0, 3)),
    np.array([1 + 2j]),
    np.array(["text"]),
    np.array(None),
    np.longdouble(1),
    np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    print,
    Opaque("Thing"),
    {"set": {1, 2}},
    type("MyList", (list,), {})([1]),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_is_what_comes_back_from_the_bytes(value):
    assert same(plain(value), decode(encode(value)))


def test_plain_shares_nothing_with_the_value():
    value = {"a": np.zeros(3), "b": [np.zeros(2)]}
    copy = plain(value)
    copy["a"][0] = copy["b"][0][0] = 1
    assert not value["a"].any()
    assert not value["b"][0].any()


@pytest.mark.parametrize("way", [plain, encode])
def test_what_is_nested_too_deep_is_refused(way):
    value = []
    for _ in range(30):
        value = [value]
    with pytest.raises(WireError):
        way(value)


def test_a_message_that_names_an_array_twice_is_refused():
    once, twice = ({"list": [{"array": i} for i in named]} for named in ((0, 1), (0, 0)))
    assert len(decode(message(once))) == 2
    with pytest.raises(WireError, match="named twice"):
        decode(message(twice))


def message(tree):
    """Return the bytes of a message that holds the given tree and two arrays of one byte each."""
    header = json.dumps({"tree": tree, "arrays": [["|u1", [1], "C"]] * 2}).encode()
    return len(header).to_bytes(8, "little") + header + b"xy"


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        flags = [(x.dtype.str, x.shape, x.flags.c_contiguous, x.flags.f_contiguous) for x in (a, b)]
        return flags[0] == flags[1] and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(same, a.values(), b.values()))
    return repr(a) == repr(b)


def test_none_stays_none_where_it_was_copied_into_an_array():
    assert decode(encode([np.copy(None), 1])) == [None, 1]
