"""The sandbox of containers that allow no namespaces: student code runs as another user.

The container itself keeps jobs away from the machine. Everything else that they must not read or
change has to be kept from them by the rights of files, and this module checks that.
"""

import os
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy

from .font_cache import font_list
from .policy import ENVIRONMENT, HIDDEN, SCRATCH, VISIBLE, SandboxUnavailableError
from .readable import PACKAGE


def lay_out(folder: Path, user: int) -> list[str]:
    """Copy what a job may read into an empty folder, and return the command of the warm process.

    Raises SandboxUnavailableError if this process is not root.
    """
    if os.geteuid() != 0:
        raise SandboxUnavailableError(
            "student code can run as another user only if the grader is root"
        )
    os.chmod(folder, 0o755)
    for name in VISIBLE:
        source, target = PACKAGE / name, folder / "grader" / "autograder" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
    shutil.copyfile(PACKAGE / "sandbox/inside/warm.py", folder / "grader" / "warm.py")
    for path in (folder / "grader").rglob("*"):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)
    os.chmod(folder / "grader", 0o755)
    own = str(folder / "scratch")
    environment = {name: text.replace(SCRATCH, own) for name, text in ENVIRONMENT.items()}
    if fonts := font_list():
        Path(environment["MPLCONFIGDIR"]).mkdir(parents=True)
        shutil.copy(fonts, environment["MPLCONFIGDIR"])
    words = [f"{name}={text}" for name, text in environment.items()]
    return ["env", *words, sys.executable, str(folder / "grader" / "warm.py")]


def require_safe(user: int, secrets: Iterable[Path] = (), ours: Iterable[Path] = ()) -> None:
    """Raise SandboxUnavailableError if a user could read a secret, or change what we run.

    secrets: files and folders that the user must not read, besides the reference and the bank.
    ours: those that the user must not change, besides the grader and Python.
    """
    hidden = [PACKAGE / "bank", PACKAGE.parent / "solutions", *secrets, *_hidden_packages()]
    if found := _first(user, os.R_OK, [file for path in hidden for file in _files(path)]):
        raise SandboxUnavailableError(
            f"{found}: student code could read this; let root alone read it: chmod -R go= "
            f"{found.parent}"
        )
    needed = [Path(module.__file__ or "") for module in (os, numpy)]
    if not all(_first(user, os.R_OK, [file]) for file in needed):
        raise SandboxUnavailableError(
            f"student code could not read Python and NumPy; make {needed[0].parent} and "
            f"{needed[1].parent} readable for everybody"
        )
    kept = [PACKAGE, PACKAGE / "sandbox", Path(sys.executable), Path(os.__file__), *ours]
    folders = {folder for path in kept for folder in (path, *path.absolute().parents)}
    if found := _first(user, os.W_OK, sorted(folders)):
        raise SandboxUnavailableError(
            f"{found}: student code could change this; let root alone do so: chmod go-w {found}"
        )


def _hidden_packages() -> list[Path]:
    """Return the folders of the packages that a job must not import."""
    found = [spec for name in HIDDEN if (spec := find_spec(name))]
    places = [Path(place) for spec in found for place in spec.submodule_search_locations or []]
    return [place for place in places if place != PACKAGE]


def _files(path: Path) -> list[Path]:
    """Return a file, or all files below a folder."""
    return [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]


def _first(user: int, right: int, paths: list[Path]) -> Path | None:
    """Return the first path that the user may access in this way, or None.

    A child process becomes that user and tries the paths. right: os.R_OK or os.W_OK.
    """
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            found = next((str(p) for p in paths if os.access(p, right) and not _sticky(p)), "-")
            os.write(send, found.encode())
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        words = pipe.read().decode()
    os.waitpid(child, 0)
    if not words:
        raise SandboxUnavailableError(f"this container does not let us become user {user}")
    return None if words == "-" else Path(words)


def _sticky(path: Path) -> bool:
    """True for folders such as /tmp, in which a user can change only what is the user's own."""
    return path.is_dir() and bool(path.stat().st_mode & 0o1000)
