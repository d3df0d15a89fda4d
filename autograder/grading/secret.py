"""The secret of a course, from which the seed of every submission is made."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

SEED_FILE = ".autograder-seed"  # in the course folder, unless the instructor names another
FEWEST_CHARACTERS = 16


class SecretError(ValueError):
    """A file that cannot serve as the secret; the text says why, in one line."""


def course_secret(path: Path) -> bytes:
    """The secret in a file, which is made the first time. Raises SecretError if it is too short."""
    # Linked into its place when it is whole: another process may look for it at this moment.
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # readable by us only
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    secret = path.read_bytes().strip()
    if len(secret) < FEWEST_CHARACTERS:
        raise SecretError(f"{path}: a seed file holds at least {FEWEST_CHARACTERS} characters")
    return secret
