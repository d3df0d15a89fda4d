"""The secret of a course. The seed of every submission is computed from it."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

SEED_FILE = ".autograder-seed"  # in the course folder, unless the instructor names another
MIN_CHARACTERS = 16


class SecretError(ValueError):
    """An error for a file that cannot be the secret. The text is one line that says why."""


def course_secret(path: Path) -> bytes:
    """Return the secret in a file. If there is no such file, make it with a random secret.

    Raises SecretError if the secret is too short, or the file cannot be read or made.
    """
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SecretError(f"{path}: this cannot be the seed file: {error.strerror}") from None
    if len(secret) < MIN_CHARACTERS:
        raise SecretError(f"{path}: a seed file holds at least {MIN_CHARACTERS} characters")
    return secret


def _make_secret(path: Path) -> None:
    """Write a temporary file and hard-link it into place, so that nobody sees half a secret."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # only this user can read it
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)
    if path.name == SEED_FILE:
        _keep_out_of_git(path)


def _keep_out_of_git(path: Path) -> None:
    """Name the secret in the .gitignore of its folder, so that it is not published by mistake."""
    ignored = path.with_name(".gitignore")
    with contextlib.suppress(OSError):  # for example, if the instructor has made it read-only
        before = ignored.read_bytes() if ignored.exists() else b""
        if path.name.encode() not in before.split():
            with ignored.open("ab") as file:
                begin = b"\n" if before and not before.endswith(b"\n") else b""
                file.write(begin + path.name.encode() + b"\n")
