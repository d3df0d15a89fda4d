"""Tell whether functions of a notebook can leave a trace that changes what a later call returns.

If they cannot, the grader may run all questions in one process. This looks at the functions
themselves, inside the job. A job that deceives it takes only its own second chance away, because
the answers that are driven apart are those that lost marks.
"""

import dataclasses
import dis
import sys
import types
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

STORE_ATTR, LOAD_FAST = dis.opmap["STORE_ATTR"], dis.opmap["LOAD_FAST"]
STORE_FAST, IMPORT_NAME = dis.opmap["STORE_FAST"], dis.opmap["IMPORT_NAME"]
LOAD_GLOBAL = dis.opmap["LOAD_GLOBAL"]
STORES = {dis.opmap[name] for name in ("STORE_GLOBAL", "DELETE_GLOBAL", "DELETE_ATTR")}
STORES_IN_CLOSURE = {dis.opmap["STORE_DEREF"], dis.opmap["DELETE_DEREF"]}
# Modules whose functions leave no trace, except through the names in TELLTALE.
MODULES = ("numpy", "math", "cmath", "itertools", "operator", "typing", "collections")
LIBRARY_CLASSES = ("builtins", "numpy", "types", "collections")  # modules of harmless classes
TELLTALE = frozenset(
    # of builtins, of frames and of generators
    "setattr getattr delattr exec eval compile globals vars open input breakpoint exit quit "
    "display get_ipython gi_frame cr_frame ag_frame tb_frame f_back f_globals f_locals f_builtins "
    # of NumPy: its own random numbers, its settings, its files, and doors to other modules
    "random seterr seterrcall setbufsize set_printoptions save savez savez_compressed savetxt "
    "tofile dump memmap lib core ctypeslib f2py testing test".split()
)
HARMLESS = ("__init__", "__call__", "__name__", "__len__")  # all others in __ are telltale
VALUES = (int, float, complex, str, bytes, bool, type(None), type(...))
FUNCTIONS_IN_C = (types.BuiltinFunctionType, np.ufunc, type(np.mean))
# The attributes of classes that describe slots, the fields of named tuples, and the like.
DESCRIPTORS = ("member_descriptor", "getset_descriptor", "_tuplegetter")
OF_A_CLASS = frozenset(
    "__module__ __doc__ __dict__ __weakref__ __annotations__ __slots__ __qualname__ __match_args__ "
    "__dataclass_fields__ __dataclass_params__ __orig_bases__ __parameters__ _field_defaults "
    "__static_attributes__ __firstlineno__".split()
)
AS_IMPORTED = dict(vars(np))


class Look:
    """A look at functions and classes of a notebook, and at everything that they read.

    It holds as long as no code of the notebook runs that can leave a trace. harmless: functions of
    ours that may stand in the notebook.
    """

    def __init__(self, notebook: dict[str, Any], harmless: Iterable[Any] = ()) -> None:
        self._notebook = notebook
        self._harmless = frozenset(map(id, harmless))
        self._seen: set[int] = set()
        self._read: set[str] = set()
        # Each code that was looked at, with what it reads, by the id of the code.
        self._codes: dict[int, tuple[types.CodeType, set[str] | None]] = {}

    def reach(self, names: Iterable[str]) -> frozenset[str] | None:
        """Return the global names that calls of some functions can read, defined or not.

        Returns None unless such a call surely changes nothing that lasts. So None means only that
        we are not sure.
        """
        self._seen = set(self._harmless)
        self._read = set(names)
        try:
            surely = self._at_names(self._read)
        except Exception:  # for example, because a variable of a closure has no value yet
            return None
        return frozenset(self._read) if surely else None

    def at_all(self, values: Iterable[Any]) -> bool:
        """True if reading or calling any of these values leaves no trace."""
        return all(map(self._at, values))

    def _at(self, value: Any) -> bool:
        if id(value) in self._seen or type(value) in VALUES or _is_number_of_numpy(value):
            return True
        self._seen.add(id(value))
        if isinstance(value, types.FunctionType):
            return self._at_function(value)
        if isinstance(value, type):
            return value.__module__ in LIBRARY_CLASSES or self._at_class(value)
        if type(value) is tuple:
            return self.at_all(value)
        if isinstance(value, types.ModuleType):
            known = value is sys.modules.get(value.__name__) and _leaves_no_trace(value.__name__)
            return known and (value is not np or self._numpy_is_as_imported)
        # A method written in C, such as the append of a list, belongs to something that it changes.
        owner = getattr(value, "__self__", None)
        of_a_module = owner is None or isinstance(owner, types.ModuleType)
        of_ours = getattr(value, "__module__", None) in (None, "builtins", "math", "cmath", "numpy")
        named = getattr(value, "__name__", "") not in TELLTALE
        return isinstance(value, FUNCTIONS_IN_C) and of_a_module and of_ours and named

    def _at_function(self, function: types.FunctionType, is_method: bool = False) -> bool:
        if function.__dict__:  # the function may keep something there
            return False
        if _belongs_to_a_library(function):
            return _leaves_no_trace(function.__module__)
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        kept = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *cells]
        return self._at_code(function.__code__, bool(cells), is_method) and self.at_all(kept)

    def _at_code(self, code: types.CodeType, in_closure: bool, is_method: bool = False) -> bool:
        operations = set(code.co_code[::2])
        if in_closure and operations & STORES_IN_CLOSURE:
            return False
        if STORE_ATTR in operations and not (is_method and stores_in_self_alone(code)):
            return False
        if id(code) not in self._codes:
            self._codes[id(code)] = code, names_read(code, operations)
        if (names := self._codes[id(code)][1]) is None:
            return False
        self._read |= names
        inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
        return self._at_names(names) and all(self._at_code(c, in_closure) for c in inner)

    def _at_names(self, names: Iterable[str]) -> bool:
        return self.at_all([self._notebook[n] for n in names if n in self._notebook])

    @cached_property
    def _numpy_is_as_imported(self) -> bool:
        return _is_numpy_as_imported()

    def _at_class(self, kind: type) -> bool:
        """True for a class of the notebook whose methods change only the object they belong to."""
        if kind.__module__ != "__main__" or type(kind) is not type:
            return False
        attributes = (self._at_attribute(kind, name, v) for name, v in vars(kind).items())
        return self.at_all(kind.__bases__) and all(attributes)

    def _at_attribute(self, kind: type, name: str, value: Any) -> bool:
        if isinstance(value, types.FunctionType):
            # Named tuples and data classes have methods that Python has written.
            return _is_by_python(kind, name, value) or self._at_function(value, is_method=True)
        if isinstance(value, staticmethod | classmethod):
            function = value.__func__
            by_python = isinstance(function, types.FunctionType) and _belongs_to_a_library(function)
            return by_python or self._at(function)
        if isinstance(value, property):
            return value.fset is value.fdel is None and self._at(value.fget)
        return type(value).__name__ in DESCRIPTORS or name in OF_A_CLASS or self._at(value)


def names_read(code: types.CodeType, operations: set[int]) -> set[str] | None:
    """Return the global variables that some code reads, or None if it may leave a trace itself.

    operations: the codes of its instructions.
    """
    if operations & STORES or any(name in TELLTALE or _is_private(name) for name in code.co_names):
        return None
    if IMPORT_NAME in operations and not all(map(_leaves_no_trace, names_of(code, IMPORT_NAME))):
        return None
    return names_of(code, LOAD_GLOBAL)


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


def stores_in_self_alone(code: types.CodeType) -> bool:
    """True if the attributes that a method assigns are all attributes of its first argument."""
    pairs = list(zip(code.co_code[::2], code.co_code[1::2], strict=True))
    if (STORE_FAST, 0) in pairs:  # the first argument may have become another object
        return False
    jumps = (step.offset for step in dis.get_instructions(code) if step.is_jump_target)
    reached_by_jumps = set(jumps)  # then another object may be meant
    stores = (i for i, (operation, _) in enumerate(pairs) if operation == STORE_ATTR)
    return all(pairs[i - 1] == (LOAD_FAST, 0) and 2 * i not in reached_by_jumps for i in stores)


def _is_number_of_numpy(value: Any) -> bool:
    return isinstance(value, np.generic) and type(value).__module__ == "numpy"


def _is_numpy_as_imported() -> bool:
    """True if no cell has changed an attribute of the module numpy, or added one.

    NumPy itself imports some of its modules when they are first used.
    """
    now = vars(np)
    added = (now[name] for name in now.keys() - AS_IMPORTED.keys())
    as_before = all(now.get(name) is value for name, value in AS_IMPORTED.items())
    return as_before and all(isinstance(value, types.ModuleType) for value in added)


def _leaves_no_trace(module: str | None) -> bool:
    """True for the name of a module that is on the list, and for its submodules."""
    parts = (module or "").split(".")
    return parts[0] in MODULES and not TELLTALE.intersection(parts)


def _belongs_to_a_library(function: types.FunctionType) -> bool:
    """True if a function was defined by the module whose name it has; decorators can copy names."""
    module = sys.modules.get(function.__module__ or "")
    return function.__module__ != "__main__" and function.__globals__ is vars(module or np)


def _is_by_python(kind: type, name: str, method: types.FunctionType) -> bool:
    """True for a method that makes a named tuple or a data class."""
    if dataclasses.is_dataclass(kind) and name in ("__repr__", "__eq__"):
        return method.__code__.co_filename in ("<string>", dataclasses.__file__)
    return issubclass(kind, tuple) and method.__module__ != "__main__"


def _is_private(name: str) -> bool:
    return name.startswith("__") and name not in HARMLESS
