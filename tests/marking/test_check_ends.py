"""`check` comes to an end, whatever the answer does, on every platform."""

import contextlib
import os
import signal
import sys
import threading
import time

import pytest

import backprop
from autograder import check
from autograder.marking import answer_key
from autograder.marking.time_limit import OutOfTimeError, time_limit

LIMIT = 0.3  # seconds; short, so that the test does not wait


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(answer_key, "PATIENCE", LIMIT)


@pytest.fixture(params=["with a timer", "without signals and forks"])
def platform(request, monkeypatch):
    if request.param == "without signals and forks":
        monkeypatch.delattr(signal, "setitimer")
        monkeypatch.delattr(os, "fork")


def endless(z):
    while True:
        z = z + 0


def endless_and_stubborn(z):
    while True:
        with contextlib.suppress(Exception):
            z = z + 0


def endless_calls(z):
    def add(z):
        return z + 0

    while True:
        z = add(z)


def literal_recursion(widths):
    def count(layer):
        below = range(widths[layer - 1]) if layer else ()
        return int(layer > 0) + sum(count(layer - 1) for _ in below)

    layered = sum(widths[1:])
    return sum(count(len(widths) - 1) for _ in range(widths[-1])), layered


def checked(capsys, question_id, **code):
    scope = {"check": check, **code}
    exec(f"points = check({question_id!r})", scope)
    return scope["points"], capsys.readouterr().out


@pytest.mark.parametrize("answer", [endless, endless_and_stubborn, endless_calls])
def test_an_endless_answer_is_stopped_and_told(capsys, platform, answer):
    points, text = checked(capsys, "softmax", softmax=answer)
    assert points == 0
    assert "was stopped" in text


def test_an_answer_that_catches_every_stop_is_stopped_again(capsys):
    def catches_all(z):
        for _ in range(3):
            with contextlib.suppress(BaseException):
                endless(z)

    assert checked(capsys, "softmax", softmax=catches_all)[0] == 0  # and it comes to an end


def test_an_answer_that_is_too_slow_for_large_cases_is_told_that_small_ones_are_right(
    capsys, platform
):
    _, text = checked(capsys, "count_evaluations", count_evaluations=literal_recursion)
    assert "The cases that finished are right, but your code is too slow" in text


def test_the_next_check_works_after_a_stop(capsys, platform):
    checked(capsys, "softmax", softmax=endless)
    points, _ = checked(capsys, "softmax", softmax=backprop.softmax)
    assert points == 4


def test_nothing_is_left_behind(capsys, platform):
    def raises_the_limit(z):
        sys.setrecursionlimit(sys.getrecursionlimit() + 100)
        endless(z)

    def state():
        return sys.gettrace(), signal.getsignal(signal.SIGALRM), sys.getrecursionlimit()

    before = state()
    checked(capsys, "softmax", softmax=raises_the_limit)
    assert state() == before
    time.sleep(2 * 0.05)  # a timer that is still on would end the test here


def test_code_in_another_thread_is_stopped_too():
    stopped = []

    def run():
        try:
            with time_limit(LIMIT):
                endless(0)
        except OutOfTimeError:
            stopped.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert stopped
