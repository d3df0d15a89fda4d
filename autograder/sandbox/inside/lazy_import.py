"""Modules that are imported when something of them is used, not when a notebook imports them."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

# What tools ask of every module that is there.
UNASKED = ("__file__", "__warningregistry__", "__wrapped__")


class LaterModule(ModuleType):
    """Stands for a module until something of it is asked for, and then passes on what it has."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        super().__init__(name)
        vars(self)["_load"] = load

    def __getattr__(self, name: str) -> Any:
        if name in UNASKED:
            raise AttributeError(name)
        self._load()
        return getattr(sys.modules[self.__name__], name)


def import_later(name: str, load: Callable[[], Any]) -> None:
    """Have `import name` give a stand-in; at its first use, `load` is called, which must import it.

    name: a module of a package; the package is stood in for, too.
    """
    package, _, child = name.rpartition(".")
    for each in (package, name):
        sys.modules[each] = LaterModule(each, load)
    setattr(sys.modules[package], child, sys.modules[name])


def import_now(name: str) -> None:
    """Take the stand-ins away, so that the next import is one."""
    for each in (name.rpartition(".")[0], name):
        if isinstance(sys.modules.get(each), LaterModule):
            del sys.modules[each]
