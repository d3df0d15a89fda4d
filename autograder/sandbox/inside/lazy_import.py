"""Modules that are loaded at their first use, not when a notebook imports them."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

# Attributes that inspection tools read from every module; they must not trigger the import.
HARMLESS = ("__file__", "__warningregistry__", "__wrapped__")


class LazyModule(ModuleType):
    """Stands in for a module until an attribute is read, and then passes on the module's own."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        super().__init__(name)
        vars(self)["_load"] = load

    def __getattr__(self, name: str) -> Any:
        if name in HARMLESS:
            raise AttributeError(name)
        self._load()
        return getattr(sys.modules[self.__name__], name)


def import_later(name: str, load: Callable[[], Any]) -> None:
    """Make `import name` return a stand-in. Its first use calls `load`, which must import the module.

    name: a module of a package. The package gets a stand-in, too.
    """
    package, _, child = name.rpartition(".")
    for each in (package, name):
        sys.modules[each] = LazyModule(each, load)
    setattr(sys.modules[package], child, sys.modules[name])


def import_now(name: str) -> None:
    """Remove the stand-ins, so that the next import loads the module."""
    for each in (name.rpartition(".")[0], name):
        if isinstance(sys.modules.get(each), LazyModule):
            del sys.modules[each]
