"""Text of a student cannot give orders to a terminal."""

import sys

import pytest

from autograder.bank import QUESTIONS
from autograder.marking import wire
from autograder.marking.driver import Outcome
from autograder.sandbox.printable import printable
from autograder.sandbox.untrusted import MAX_ERROR, Reply


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("\x9b2J\x90q\x9c", r"\x9b2J\x90q\x9c"),  # the same orders in one byte each
        ("a\rb\x08\x00\x7f", r"a\rb\x08\x00\x7f"),
        ("\u202egpj.exe\u2066", r"\u202egpj.exe\u2066"),  # turns the text around
        ("half \ud800 a character", r"half \ud800 a character"),
        ("two\nlines\u2028or three", r"two\nlines\u2028or three"),
        ("naïve 5 × 3 ≠ σ, 中文, 🙂", "naïve 5 × 3 ≠ σ, 中文, 🙂"),
    ],
)
def test_what_does_not_print_becomes_visible(text, expected):
    assert printable(text) == expected


def test_no_character_at_all_reaches_a_terminal_as_an_order():
    text = printable("".join(map(chr, range(sys.maxunicode + 1))))
    assert text.isprintable()
    assert text.encode()


def test_our_own_lines_stay_lines():
    assert printable("one\ntwo\x1b", keep="\n") == "one\ntwo\\x1b"


def test_nothing_that_we_say_of_a_mistake_is_changed():
    words = [slip.says for q in QUESTIONS.values() for slip in q.misconceptions]
    assert words
    assert [text for text in words if printable(text, keep="\n") != text] == []


@pytest.mark.parametrize("words", ["\x1b[2J", "two\nlines", "long " * MAX_ERROR, 7, ["a list"]])
def test_what_a_job_says_of_an_error_is_one_short_line(words):
    sent = Outcome("error", text=words, place=words, says=words)
    (read,) = Reply(wire.frame(wire.encode(vars(sent)))).outcomes(1)
    for line in (read.text, read.place, read.says):
        assert line.isprintable()
        assert len(line) <= MAX_ERROR
        assert bool(line) == isinstance(words, str)
