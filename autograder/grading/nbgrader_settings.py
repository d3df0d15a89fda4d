"""The settings of nbgrader for a course, read as nbgrader reads them, but without importing it.

The import of nbgrader would take more than a second.
"""

from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from traitlets.config import Application, Config

NAME = "nbgrader_config"
DEFAULT_EXCHANGE = "/usr/local/share/nbgrader/exchange"


class SettingsError(ValueError):
    """An error for settings that cannot be read. The text is one line that says why."""


def course_settings(course: Path) -> Config:
    """Return the settings of nbgrader_config.py in a course folder and of Jupyter's folders.

    Raises SettingsError if one of the files fails.
    """
    reader = Application(raise_config_file_errors=True)
    try:
        reader.load_config_file(NAME, path=[str(course), *jupyter_config_path()])
    except Exception as error:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise SettingsError(
            f"{NAME}.py of {course} or of Jupyter cannot be read; correct it: {words}"
        ) from None
    return reader.config


def exchange_folder(settings: Config) -> Path:
    """Return the folder through which students hand in, as nbgrader finds it in its settings."""
    return Path(str(settings.get("Exchange", {}).get("root", DEFAULT_EXCHANGE)))
