"""Tell whether functions of a notebook can leave a trace that changes what a later call returns.

If they cannot, the grader may run all questions in one process. This looks at the functions
themselves, inside the job. A job that deceives it takes only its own second chance away, because
the answers that are driven apart are those that lost marks.
"""

import dis
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

STORE_ATTR, LOAD_FAST = dis.opmap["STORE_ATTR"], dis.opmap["LOAD_FAST"]
LOAD_GLOBAL, IMPORT_NAME = dis.opmap["LOAD_GLOBAL"], dis.opmap["IMPORT_NAME"]
STORES = {dis.opmap[name] for name in ("STORE_GLOBAL", "DELETE_GLOBAL", "DELETE_ATTR")}
STORES_IN_CLOSURE = {dis.opmap["STORE_DEREF"], dis.opmap["DELETE_DEREF"]}
# Modules whose functions leave no trace, except through the names in TELLTALE.
MODULES = ("numpy", "math", "cmath", "itertools", "operator", "typing", "collections")
LIBRARY_CLASSES = ("builtins", "numpy", "types", "collections")  # modules of harmless classes
TELLTALE = frozenset(
    # of builtins
    "setattr delattr exec eval compile globals vars open input breakpoint exit quit display "
    "get_ipython "
    # of NumPy: its own random numbers, its settings, its files, and doors to other modules
    "random seterr seterrcall setbufsize set_printoptions save savez savez_compressed savetxt "
    "tofile dump memmap lib core ctypeslib f2py testing test".split()
)
HARMLESS = ("__init__", "__call__", "__name__", "__len__")  # all others in __ are telltale
VALUES = (int, float, complex, str, bytes, bool, type(None), type(...), np.generic)
# The attributes of classes that describe slots, the fields of named tuples, and the like.
DESCRIPTORS = ("member_descriptor", "getset_descriptor", "_tuplegetter")


def leave_no_trace(names: Iterable[str], notebook: dict[str, Any]) -> bool:
    """True if calling these functions and classes of a notebook surely changes nothing that lasts.

    False means only that we are not sure.
    """
    return _Look(notebook).at_all(notebook[name] for name in names if name in notebook)


class _Look:
    """A look at functions and classes, and at everything that they read."""

    def __init__(self, notebook: dict[str, Any]) -> None:
        self._notebook = notebook
        self._seen: set[int] = set()

    def at_all(self, values: Iterable[Any]) -> bool:
        """True if reading or calling any of these values leaves no trace."""
        return all(map(self._at, values))

    def _at(self, value: Any) -> bool:
        if id(value) in self._seen or isinstance(value, VALUES):
            return True
        self._seen.add(id(value))
        if isinstance(value, types.FunctionType):
            return self._at_function(value)
        if isinstance(value, type):
            return value.__module__ in LIBRARY_CLASSES or self._at_class(value)
        if isinstance(value, tuple):
            return self.at_all(value)
        if isinstance(value, types.ModuleType):
            return _is_module_without_traces(value.__name__)
        return isinstance(value, types.BuiltinFunctionType | np.ufunc)

    def _at_function(self, function: types.FunctionType, is_method: bool = False) -> bool:
        if function.__module__ != "__main__":  # it belongs to a library, as np.mean does
            return _is_module_without_traces(function.__module__ or "")
        if function.__dict__:  # the function may keep something there
            return False
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        kept = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *cells]
        return self._at_code(function.__code__, bool(cells), is_method) and self.at_all(kept)

    def _at_code(self, code: types.CodeType, in_closure: bool, is_method: bool = False) -> bool:
        operations = set(code.co_code[::2])
        if operations & STORES or (in_closure and operations & STORES_IN_CLOSURE):
            return False
        if STORE_ATTR in operations and not (is_method and stores_in_self_alone(code.co_code)):
            return False
        if any(name in TELLTALE or _is_private(name) for name in code.co_names):
            return False
        if not all(map(_is_module_without_traces, names_of(code, IMPORT_NAME))):
            return False
        read = (self._notebook[n] for n in names_of(code, LOAD_GLOBAL) if n in self._notebook)
        inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
        return self.at_all(read) and all(self._at_code(c, in_closure) for c in inner)

    def _at_class(self, kind: type) -> bool:
        """True for a class of the notebook whose methods change only the object they belong to."""
        if kind.__module__ != "__main__" or type(kind) is not type:
            return False
        attributes = (self._at_attribute(name, value) for name, value in vars(kind).items())
        return self.at_all(kind.__bases__) and all(attributes)

    def _at_attribute(self, name: str, value: Any) -> bool:
        if isinstance(value, types.FunctionType):
            # Named tuples and data classes have methods that Python has written.
            of_python = value.__module__ != "__main__" or name in ("__repr__", "__eq__")
            return of_python or self._at_function(value, is_method=True)
        if isinstance(value, staticmethod | classmethod):
            of_python = value.__func__.__module__ != "__main__"
            return of_python or self._at(value.__func__)
        if isinstance(value, property):
            return value.fset is value.fdel is None and self._at(value.fget)
        described = type(value).__name__ in DESCRIPTORS or name.startswith("__")
        return described or name == "_field_defaults" or self._at(value)


def names_of(code: types.CodeType, *operations: int) -> set[str]:
    """Return the names in the instructions of these kinds, such as the global variables read."""
    names, high = set(), 0  # the argument of EXTENDED_ARG is the high part of the next argument
    for operation, low in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        argument = high << 8 | low
        high = argument if operation == dis.EXTENDED_ARG else 0
        if operation in operations:
            # The lowest bit of LOAD_GLOBAL is about a call.
            names.add(code.co_names[argument >> (operation == LOAD_GLOBAL)])
    return names


def stores_in_self_alone(code: bytes) -> bool:
    """True if the attributes that a method assigns are all attributes of its first argument."""
    pairs = list(zip(code[::2], code[1::2], strict=True))
    stores = (i for i, (operation, _) in enumerate(pairs) if operation == STORE_ATTR)
    return all(pairs[i - 1] == (LOAD_FAST, 0) for i in stores)


def _is_module_without_traces(name: str) -> bool:
    return name.partition(".")[0] in MODULES


def _is_private(name: str) -> bool:
    return name.startswith("__") and name not in HARMLESS
