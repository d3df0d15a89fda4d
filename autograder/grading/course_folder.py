"""The folders, the gradebook and the settings of a course, as nbgrader_config.py names them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from traitlets.config import Config

from .nbgrader_settings import NAME, SettingsError, course_settings, exchange_folder

STRUCTURE = "{nbgrader_step}/{student_id}/{assignment_id}"
DEFAULT_COURSE = "default_course"  # nbgrader's id of a course without a name


@dataclass(frozen=True)
class CourseFolder:
    """A course folder of nbgrader.

    settings: those of nbgrader_config.py, in the course folder and in Jupyter's own folders.
    """

    root: Path
    settings: Config = field(default_factory=Config, compare=False)

    @classmethod
    def open(cls, root: Path) -> "CourseFolder":
        """Return a course folder. Raises SettingsError if its settings cannot be used."""
        folder = cls(root.resolve(), course_settings(root))
        if (structure := folder._setting("directory_structure", STRUCTURE)) != STRUCTURE:
            raise SettingsError(
                f"{NAME}.py sets CourseDirectory.directory_structure to {structure}, but the "
                f"grader finds submissions only in {STRUCTURE}; remove that line"
            )
        return folder

    def step(self, step: str) -> Path:
        """Return the folder of a step of nbgrader, such as submitted, autograded or release."""
        return self.root / str(self._setting(f"{step}_directory", step))

    @property
    def db_url(self) -> str:
        """The address of the gradebook. That of a file is relative to the course folder."""
        chosen = str(self._setting("db_url", "")) or "sqlite:///gradebook.db"
        try:
            url = make_url(chosen)
        except ArgumentError:  # the gradebook itself says later what is wrong with it
            return chosen
        path = url.database or ""
        if url.get_backend_name() != "sqlite" or path in ("", ":memory:") or ":" in path:
            return chosen
        return f"sqlite:///{self.root / path}"

    @property
    def course_id(self) -> str:
        """The name of the course in nbgrader's exchange and gradebook."""
        return str(self._setting("course_id", "")) or DEFAULT_COURSE

    @property
    def exchange(self) -> Path:
        """The folder through which students hand in."""
        return exchange_folder(self.settings)

    def _setting(self, name: str, default: str) -> Any:
        return self.settings.get("CourseDirectory", {}).get(name, default)
