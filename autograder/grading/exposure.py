"""Refuse to grade where students' code could read the files of the course in the sandbox."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ..sandbox.readable import visible_to_jobs


class ExposedError(ValueError):
    """An error for a file of the course that jobs could read. The text is one line."""


def require_unreadable(course: Path, secret: Path, db_url: str, exchange: Path) -> None:
    """Raise ExposedError if a job could read the course, its secret, gradebook or exchange."""
    # The folders of a course, such as submitted/, may be links to other places.
    links = [folder for folder in course.iterdir() if folder.is_symlink()]
    places = [("course folder", folder) for folder in (course, *links)]
    places += [("secret of the course", secret), ("exchange", exchange)]
    if gradebook := gradebook_file(db_url):
        places.append(("gradebook", gradebook))
    for name, place in places:
        if shown := visible_to_jobs(place):
            raise ExposedError(
                f"{place}: students' code could read the {name} there, because every job can "
                f"read {shown}. Move the {name} to another folder, such as one below /home or /srv."
            )


def gradebook_file(db_url: str) -> Path | None:
    """Return the file of an SQLite gradebook, or None for another database."""
    try:
        url = make_url(db_url)
    except ArgumentError:  # the gradebook itself says later what is wrong with it
        return None
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    # SQLite also takes a file:// address, which may end in options.
    return Path(str(url.database).removeprefix("file:").partition("?")[0])
