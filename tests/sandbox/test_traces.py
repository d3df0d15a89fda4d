"""Only functions that can leave no trace for a later call are driven in the process of the job."""

import math
import sys
import types

import numpy as np
import pytest

from autograder.sandbox.inside.traces import Look

CLEAN = {
    "plain": "def f(x): return np.maximum(x, 0), x",
    "helper": "def g(x): return x * 2\ndef f(x): return g(x)",
    "lambda_and_alias": "g = np.float64\nf = lambda x: g(x)",
    "inner_function": "def f(x):\n    total = 0\n    def add(y):\n        nonlocal total\n"
    "        total += y\n    add(x)\n    return total",
    "decorated": "def same(g):\n    def inner(*a): return g(*a)\n    return inner\n"
    "@same\ndef f(x): return x",
    "constants": "LIMIT, PAIR = 500.0, (1, 'a')\ndef f(x, n=3): return np.clip(x, -LIMIT, n), PAIR",
    "local_lists": "def f(x):\n    out = []\n    for row in x: out.append(row)\n"
    "    out[0] = 1\n    return out",
    "recursion": "def f(n): return n * f(n - 1) if n else 1",
    "named_tuple": "from typing import NamedTuple\nclass C(NamedTuple):\n    x: int\n"
    "    n: int = 2\ndef f(x): return C(x)",
    "old_named_tuple": "from collections import namedtuple\nC = namedtuple('C', 'x y')\n"
    "def f(x): return C(x, x)",
    "data_class": "from dataclasses import dataclass\n@dataclass\nclass C:\n    x: int\n"
    "def f(x): return C(x)",
    "class_that_keeps_in_self": "class Layer:\n    def __init__(self, W): self.W = W\n"
    "    def __call__(self, x):\n        self.x = x\n        return x @ self.W\n"
    "def f(x, W): return Layer(W)(x)",
    "subclass": "class A:\n    def __init__(self): self.x = 1\nclass B(A):\n"
    "    def __init__(self):\n        super().__init__()\n        self.y = 2\ndef f(): return B()",
    "attribute_named_like_an_array": "x = np.ones(3)\ndef f(c): return c.x",
    "function_of_numpy": "mean = np.mean\ndef f(x): return mean(x)",
    "math": "import math\ndef f(x): return math.exp(x)",
}
TRACES = {
    "global_variable": "n = 0\ndef f(x):\n    global n\n    n += 1\n    return n",
    "deleted_global": "def g(): pass\ndef f(x):\n    global g\n    del g",
    "global_list": "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)",
    "global_array": "state = np.zeros(3)\ndef f(x):\n    state[0] += 1\n    return x",
    "array_by_a_helper": "state = np.zeros(3)\ndef g(): state[0] += 1\ndef f(x): g()",
    "default_argument": "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)",
    "keyword_default": "def f(x, *, seen={}):\n    seen[1] = x\n    return seen",
    "attribute_of_a_function": "def f(x):\n    f.n = 1\n    return x",
    "attribute_there_before": "def f(x): return f.__dict__\nf.n = [1]",
    "attribute_of_a_module": "def f(x):\n    np.exp = None\n    return x",
    "attribute_by_an_alias": "def g(): pass\ndef f(x):\n    h = g\n    h.n = 1",
    "attribute_of_an_argument": "def f(c):\n    c.n = 1",
    "setattr": "def f(x): setattr(np, 'exp', None)",
    "closure": "def make():\n    n = 0\n    def f(x):\n        nonlocal n\n        n += 1\n"
    "        return n\n    return f\nf = make()",
    "closure_over_a_list": "def make(seen):\n    return lambda x: seen.append(x)\nf = make([])",
    "cached": "from functools import lru_cache\n@lru_cache\ndef f(x): return x",
    "random_numbers": "def f(x): return np.random.normal()",
    "random_numbers_by_name": "from numpy.random import normal\ndef f(x): return normal()",
    "generator": "rng = np.random.default_rng(0)\ndef f(x): return rng.normal()",
    "iterator": "import itertools\nc = itertools.count()\ndef f(x): return next(c)",
    "settings_of_numpy": "def f(x): np.seterr(all='raise')",
    "class_attribute": "class C:\n    n = []\ndef f(x):\n    C.n.append(x)",
    "class_attribute_assigned": "class C:\n    n = 0\ndef f(x):\n    C.n = 1",
    "class_attribute_by_self": "class C:\n    def g(self): type(self).n = 1\ndef f(x): C().g()",
    "class_method": "class C:\n    @classmethod\n    def g(cls): cls.n = 1\ndef f(x): C.g()",
    "object": "class C: pass\nc = C()\ndef f(x): return c",
    "file": "def f(x): open('a', 'w')",
    "another_module": "import os\ndef f(x): os.environ['a'] = 'b'",
    "imported": "def f(x):\n    import os\n    os.environ['a'] = 'b'",
    "exec": "def f(x): exec('n = 1', globals())",
    "bound_method": "memo = {}\nremember = memo.setdefault\ndef f(x): return remember(1, x)",
    "append_of_a_list": "seen = []\nkeep = seen.append\ndef f(x): keep(x)",
    "fill_of_an_array": "fill = np.zeros(3).fill\ndef f(x): fill(x)",
    "function_of_the_system": "from os import putenv\ndef f(x): putenv('a', 'b')",
    "setting_of_python": "from sys import setrecursionlimit\ndef f(x): setrecursionlimit(50)",
    "random_module": "from numpy import random as rnd\ndef f(x): return rnd.normal()",
    "random_module_renamed": "import numpy.random as npr\ndef f(x): return npr.normal()",
    "random_of_python": "from random import random as r\ndef f(x): return r()",
    "imported_inside": "def f(x):\n    from numpy.random import normal\n    return normal()",
    "name_of_a_library": "from functools import wraps\ndef keeps(g):\n    seen = []\n"
    "    @wraps(np.exp)\n    def inner(x): seen.append(x)\n    return inner\n"
    "@keeps\ndef f(x): return x",
    "name_in_a_module": "import types\nm = types.ModuleType('numpy')\nm.seen = []\n"
    "def f(x): m.seen.append(x)",
    "attribute_by_its_name": "def f(x): getattr(np, 'set' + 'err')(all='raise')",
    "number_with_attributes": "class F(float): pass\nlr = F(1)\nlr.n = []\n"
    "def f(x): lr.n.append(x)",
    "callable_attribute": "seen = []\nclass C: __call__ = seen.append\ndef f(x): C()(x)",
    "comparison": "seen = []\nclass C:\n    def __eq__(self, other): seen.append(1)\n"
    "def f(x): C() == 1",
    "another_self": "class C:\n    def g(self):\n        self = C\n        self.n = 1\n"
    "def f(x): C().g()",
    "self_or_another": "class C:\n    def g(self, o): (o if o else self).n = 1\ndef f(x): C().g(C)",
    "frame": "def f(x):\n    g = (i for i in x)\n    return g.gi_frame.f_back",
    "in_an_inner_function": "seen = []\ndef f(x): return [seen.append(y) for y in x]",
}


def test_a_changed_numpy_may_leave_traces(monkeypatch):
    monkeypatch.setattr(np, "exp", lambda x: x)
    assert not looked_at("def f(x): return np.exp(x)")


def test_a_variable_without_a_value_is_no_error():
    source = "def make():\n    def f(): return g()\n    if False: g = 1\n    return f\nf = make()"
    assert not looked_at(source)


def looked_at(source):
    module = types.ModuleType("__main__")
    module.np, module.math = np, math
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        exec(source, vars(module))
    finally:
        sys.modules["__main__"] = before
    return Look(vars(module)).reach(["f"]) is not None


@pytest.mark.parametrize("source", CLEAN.values(), ids=CLEAN)
def test_a_function_that_keeps_nothing_leaves_no_trace(source):
    assert looked_at(source)


@pytest.mark.parametrize("source", TRACES.values(), ids=TRACES)
def test_a_function_that_may_keep_something_is_not_taken_for_one_that_does_not(source):
    assert not looked_at(source)
