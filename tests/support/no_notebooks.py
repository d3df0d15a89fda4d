"""Things that can be in the place of a notebook file but are not notebooks."""

import contextlib
import os
import socket
from pathlib import Path

from autograder.grading.submission import MAX_BYTES
from support.notebooks import released_file

A_NOTEBOOK = released_file("01-neuron")


def no_file(path: Path) -> None:
    pass


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    # The path of a socket must be short, so the folder is changed and the name alone is used.
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


def link(path: Path) -> None:
    path.symlink_to(A_NOTEBOOK)


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terabyte(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


def one_byte_too_many(path: Path) -> None:
    path.write_bytes(A_NOTEBOOK.read_bytes().ljust(MAX_BYTES + 1))


MAKERS = [no_file, folder, pipe, listening, link, link_to_itself, link_to_a_device]
MAKERS += [terabyte, one_byte_too_many]
BY_NAME = {make.__name__: make for make in MAKERS}


def is_one_line(words: object) -> bool:
    return isinstance(words, str) and 0 < len(words) <= 200 and words.isprintable()
