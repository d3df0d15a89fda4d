"""Processes that share a turn run their jobs one after the other, even if one of them is killed."""

import os
import select
import signal

import pytest

from autograder.sandbox.turn import Turn


@pytest.fixture
def take(tmp_path):
    """A function that forks a process, which takes the turn.

    It returns the process id, and a pipe that tells when the process has the turn.
    """
    children = []

    def fork():
        hear, say = os.pipe()
        children.append(os.fork())
        if children[-1] == 0:
            try:
                turn = Turn(tmp_path / "turn")  # the lock ends with this object
                turn.take()
                os.write(say, b"taken")
                signal.pause()
            finally:
                os._exit(0)
        os.close(say)
        return children[-1], hear

    yield fork
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def is_taken(hear, seconds):
    return bool(select.select([hear], [], [], seconds)[0])


def test_the_turn_comes_when_it_is_given_back(take, tmp_path):
    ours = Turn(tmp_path / "turn")
    ours.take()
    _, hear = take()
    assert not is_taken(hear, 0.2)
    ours.give_back()
    assert is_taken(hear, 60)


def test_the_turn_of_a_process_that_is_killed_comes_free(take):
    first, hear_first = take()
    assert is_taken(hear_first, 60)
    _, hear_second = take()
    assert not is_taken(hear_second, 0.2)
    os.kill(first, signal.SIGKILL)
    assert is_taken(hear_second, 60)
