"""The files of this machine that a job can read: a list of what Python and a shell need.

Nothing else of the machine is in the sandbox. bubblewrap.py binds these paths read-only.
"""

import importlib.util
import os
import site
import sys
import sysconfig
from pathlib import Path

from .policy import HIDDEN, SYSTEM_PATHS, VISIBLE

PACKAGE = Path(__file__).parent.parent
# The folders of packages below a folder for libraries. Some Pythons other than ours have theirs
# there, and a job could import a pure Python package from them.
PACKAGES_BELOW = "python3*/*-packages"


def readable_paths() -> list[Path]:
    """Return the files and folders of the machine that jobs can read. None lies below another."""
    prefix, base = Path(sys.prefix), Path(sys.base_prefix)
    wanted = {Path(path) for path in SYSTEM_PATHS}
    # The standard library, and the shared libraries that conda and others keep beside it.
    for folder in (base, base.resolve()):
        wanted |= {folder / "lib", folder / sys.platlibdir}
    wanted |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    wanted |= {Path(folder) for folder in site.getsitepackages()}
    wanted |= {prefix / "pyvenv.cfg", links_to_python()[1]}
    there = [path for path in sorted(wanted) if os.path.exists(path)]
    return [path for path in there if not is_below(path, there)]


def is_below(path: Path, folders: list[Path]) -> bool:
    """True if the path lies in one of the folders."""
    return any(folder in path.parents for folder in folders)


def links_to_python() -> tuple[dict[Path, Path], Path]:
    """Return the symbolic links from sys.executable to the file of Python, and that file.

    Python needs the links too, because it looks for its library beside the place they lead to.
    """
    links: dict[Path, Path] = {}
    path = Path(sys.executable)
    while path.is_symlink() and path not in links:
        target = os.path.join(os.path.realpath(path.parent), os.readlink(path))
        links[path] = Path(os.path.realpath(os.path.dirname(target))) / os.path.basename(target)
        path = links[path]
    return links, path


def hidden_folders() -> list[Path]:
    """Return the folders of hidden packages below the readable paths, to be covered.

    A folder has several paths where one readable path is a link to another, such as /lib to
    /usr/lib.
    """
    readable = readable_paths()
    hidden = {folder.resolve() for name in HIDDEN for folder in _folders_of(name, readable)}
    return sorted(
        path / folder.relative_to(path.resolve())
        for path in readable
        for folder in hidden
        if folder.is_relative_to(path.resolve())
    )


def _folders_of(name: str, readable: list[Path]) -> list[Path]:
    """Return the folders of a package: where this Python finds it, and where others would."""
    spec = importlib.util.find_spec(name)
    found = [Path(f) for f in (spec.submodule_search_locations or [])] if spec else []
    for path in readable:
        found += [path / name, *path.glob(f"{PACKAGES_BELOW}/{name}")]
    return [folder for folder in found if folder.is_dir()]


def visible_to_jobs(path: Path) -> Path | None:
    """Return the readable folder or file in which a path lies, or None if no job can read it."""
    place = path.resolve()
    # The parts of the grader that every job can read under /grader count, too.
    shown = [*readable_paths(), *(PACKAGE / name for name in VISIBLE)]
    found = next((each for each in shown if place.is_relative_to(each.resolve())), None)
    if found and any(place.is_relative_to(folder.resolve()) for folder in hidden_folders()):
        return None
    return found
