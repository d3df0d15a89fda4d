"""Undo the changes that the reader's code has made in Python.

So one check cannot influence the next.
"""

import builtins
import os
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np

# Modules whose names a reader may replace, by the beginning of the module's name.
GUARDED = ("numpy", "autograder", "in_page", "builtins", "math", "random", "warnings", "linecache")


@contextmanager
def kept_state() -> Iterator[None]:
    """Run the body of this `with`, and then put everything back."""
    modules = dict(sys.modules)
    guarded = [(m, dict(vars(m))) for name, m in modules.items() if _is_guarded(name)]
    limit, folder, path = sys.getrecursionlimit(), os.getcwd(), list(sys.path)
    errors, state = np.geterr(), np.random.get_state()
    options, filters = np.get_printoptions(), list(warnings.filters)
    streams = sys.stdin, sys.stdout, sys.stderr
    try:
        yield
    finally:
        sys.settrace(None)
        sys.setprofile(None)
        for module, names in guarded:
            _restore(module, names)
        _restore_modules(modules)
        sys.setrecursionlimit(limit)
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.path[:] = path
        warnings.filters[:] = filters
        os.chdir(folder)
        np.seterr(**errors)
        np.seterrcall(None)
        np.random.set_state(state)
        np.set_printoptions(**options)
        random.seed()


def _is_guarded(name: str) -> bool:
    return name.partition(".")[0] in GUARDED


def _restore(module: ModuleType, names: dict[str, object]) -> None:
    """Give a module its old names. A submodule that was loaded meanwhile stays."""
    now = vars(module)
    for name in now.keys() - names.keys():
        if not isinstance(now[name], ModuleType):
            del now[name]
    for name, value in names.items():
        if now.get(name, builtins) is not value:
            now[name] = value


def _restore_modules(modules: dict[str, ModuleType]) -> None:
    """Undo replaced and removed modules, and forget new ones that are not Python's or NumPy's."""
    for name in sys.modules.keys() - modules.keys():
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "numpy"}:
            del sys.modules[name]
    sys.modules.update(modules)
