"""Refuse to grade where students' code could read the files of the course in the sandbox."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ..sandbox.readable import visible_to_jobs


class ExposedError(ValueError):
    """An error for a file of the course that jobs could read. The text is one line."""


def require_unreadable(course: Path, secret: Path, db_url: str, exchange: Path) -> None:
    """Raise ExposedError if a job could read the course, its secret, gradebook or exchange."""
    places = {"course folder": course, "secret of the course": secret, "exchange": exchange}
    if gradebook := gradebook_file(db_url):
        places["gradebook"] = gradebook
    for name, place in places.items():
        if shown := visible_to_jobs(place):
            raise ExposedError(
                f"{place}: students' code could read the {name} there, because the sandbox shows "
                f"it {shown}. Move the {name} to another folder, such as one below /home or /srv."
            )


def gradebook_file(db_url: str) -> Path | None:
    """Return the file of an SQLite gradebook, or None for another database."""
    try:
        url = make_url(db_url)
    except ArgumentError:  # the gradebook itself says later what is wrong with it
        return None
    in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if in_file else None
