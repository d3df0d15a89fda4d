"""Stand-ins for modules, which load a module at its first use and not when it is imported."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

# Attributes that inspection tools read from every module. Reading them must not load the module.
HARMLESS = ("__file__", "__warningregistry__", "__wrapped__")


class LazyModule(ModuleType):
    """A stand-in for a module. When an attribute is first read, it loads the module."""

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        super().__init__(name)
        vars(self)["_load"] = load

    def __getattr__(self, name: str) -> Any:
        if name in HARMLESS:
            raise AttributeError(name)
        self._load()
        return getattr(sys.modules[self.__name__], name)


def import_later(name: str, load: Callable[[], Any]) -> None:
    """Make `import name` return a stand-in instead of the module.

    name: a module in a package; the package gets a stand-in, too. load: a function that imports the
    module; the first use of the stand-in calls it.
    """
    package, _, child = name.rpartition(".")
    for each in (package, name):
        sys.modules[each] = LazyModule(each, load)
    setattr(sys.modules[package], child, sys.modules[name])


def import_now(name: str) -> None:
    """Remove the stand-ins of a module and its package, so that the next import loads them."""
    for each in (name.rpartition(".")[0], name):
        if isinstance(sys.modules.get(each), LazyModule):
            del sys.modules[each]
