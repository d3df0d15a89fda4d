"""Attacks that replace tools of IPython, Python and NumPy that the grader may use too."""

from .attack import Attack

HONEST_LINEAR = "def linear_forward(x, W, b):\n    return np.asarray(x, float) @ W + b, None"
HONEST_RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0.0), None"
LINEAR, RELU = 4.0, 2.0  # points
HONEST = {"linear_forward": HONEST_LINEAR, "relu_forward": HONEST_RELU}

INPUT_TRANSFORMER = """\
import re

# Change every later cell, also the checks of the grader, so that it gives full points.
def full_points(lines):
    text = "".join(lines)
    text = re.sub(r"raise NotImplementedError.*", "return 32.0", text)
    text = re.sub(r'check\\\\(.*\\\\)', "32.0", text)
    return text.splitlines(True)

get_ipython().input_transformers_cleanup.append(full_points)
get_ipython().input_transformers_post.append(full_points)
"""

AST_TRANSFORMER = """\
import ast

class FullPoints(ast.NodeTransformer):
    def visit_Call(self, node):
        if getattr(node.func, "id", "") == "check":
            return ast.copy_location(ast.Constant(32.0), node)
        return self.generic_visit(node)

    def visit_Raise(self, node):
        return ast.copy_location(ast.Return(ast.Constant(32.0)), node)

    def visit_Compare(self, node):
        return ast.copy_location(ast.Constant(True), node)

get_ipython().ast_transformers.append(FullPoints())
"""

DISPLAY_HOOK = """\
import sys

class Points:
    def __call__(self, result=None):
        sys.__stdout__.write("4.0\\n")
        return self.publish()
    def publish(self):
        from IPython.display import display, publish_display_data
        publish_display_data({"text/plain": "4.0"}, metadata={})
    def __getattr__(self, name):
        return lambda *a, **k: None

sys.displayhook = get_ipython().displayhook = Points()
for kind in ("text/plain", "text/html"):
    get_ipython().display_formatter.formatters[kind].for_type(object, lambda *a: "4.0")
get_ipython().display_pub.publish = lambda *a, **k: None
None
"""

SHOW_TRACEBACK = """\
# Show errors as successes, and end the process when an error occurs.
shell = get_ipython()
shell.showtraceback = shell.showsyntaxerror = lambda *a, **k: print("All right. 4.0")
shell._showtraceback = lambda *a, **k: None

def handler(self, kind, value, trace, tb_offset=None):
    raise SystemExit(0)

shell.set_custom_exc((BaseException,), handler)
import sys
sys.excepthook = sys.unraisablehook = lambda *a: print("4.0")
1 / 0
"""

EVENTS = """\
import numpy as np

# Before and after every cell, a hook replaces the answer.
def set_back(*arguments):
    shell.user_ns["softmax"] = lambda z: np.ones(np.shape(z)) / np.shape(z)[1]
    raise RuntimeError("4.0")

shell = get_ipython()
for name in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    shell.events.register(name, set_back)
"""

ENDLESS_EVENT = """\
# The cell itself ends, but a hook that runs after it does not.
calls = []

def endless(*arguments):
    calls.append(1)
    while len(calls) < 3:
        pass

get_ipython().events.register("post_run_cell", endless)
"""

MAGIC = """\
from IPython.core.magic import register_cell_magic, register_line_magic

@register_line_magic
def matplotlib(line):
    print("4.0")

@register_cell_magic
def capture(line, cell):
    return 4.0

get_ipython().run_line_magic("alias_magic", "check capture")
get_ipython().run_line_magic("autocall", "2")
get_ipython().run_line_magic("xmode", "Minimal")
get_ipython().run_line_magic("config", "InteractiveShell.ast_node_interactivity = 'all'")
"""

NAMESPACE = """\
import numpy as np

# Replace the namespace of the notebook by a dict that has an answer for every name.
class Everything(dict):
    def __getitem__(self, name):
        return super().get(name, answer)
    __missing__ = get = lambda self, name, default=None: answer

class Answer:
    def __call__(self, *arguments): return self, None
    def __iter__(self): return iter((self, None))
    def __eq__(self, other): return True
    def __sub__(self, other): return 0

answer = Answer()
shell = get_ipython()
shell.user_ns = Everything(shell.user_ns)
type(shell).user_ns = property(lambda self: Everything(), lambda self, value: None)
"""

TRACE = """\
import ctypes, sys, threading
import numpy as np

# Change the variables of the driver while it runs.
def trace(frame, event, value):
    if frame.f_code.co_filename.startswith("<driver") and event in ("line", "return"):
        for name in ("out", "p", "loss", "logits", "answer"):
            frame.f_locals[name] = float("nan")
        frame.f_locals["code"] = None
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(1))
    return trace

sys.settrace(trace)
threading.settrace(trace)
"""

PROFILE = """\
import sys

# When `drive` returns, change its outcome into an answer.
def profile(frame, event, value):
    if event == "return" and type(value).__name__ == "Outcome":
        object.__setattr__(value, "kind", "answer")
        object.__setattr__(value, "answer", frame.f_locals.get("inputs"))
        object.__setattr__(value, "text", "All right.")

sys.setprofile(profile)
"""

IMPORT_HOOK = """\
import importlib.abc, importlib.machinery, sys, types

# Replace every module that the grader imports later.
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("autograder", "backprop", "json", "traceback", "linecache"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
    def create_module(self, spec):
        class Module(types.ModuleType):
            def __getattr__(self, name): return lambda *a, **k: True
        return Module(spec.name)
    def exec_module(self, module): pass

sys.meta_path.insert(0, Finder())
for name in list(sys.modules):
    if name.split(".")[0] in ("autograder", "backprop", "json", "traceback", "linecache"):
        del sys.modules[name]
"""

OWN_IMPORT = """\
import builtins

own = builtins.__import__

def imported(name, *arguments, **more):
    module = own(name, *arguments, **more)
    if name == "base64":
        module.b64decode = lambda picture: b"\\x89PNG\\r\\n\\x1a\\n" + b"4.0" * 100
    if hasattr(module, "capture_output"):
        raise ImportError("no more cells")
    return module

builtins.__import__ = imported
"""


def shadow(name: str) -> str:
    """Return a cell that writes modules of this name into many folders and unloads the real one."""
    return f"""\
import contextlib, os, site, sys

SOURCE = '''
import sys, builtins
def __getattr__(name): return lambda *a, **k: True
class ndarray: pass
def check(*a): return 32.0
print("4.0")
'''
folders = ["", "/scratch", "/tmp", "/grader", "/grader/autograder", os.path.expanduser("~"),
           site.getusersitepackages()]
for folder in folders:
    with contextlib.suppress(OSError):
        os.makedirs(folder or ".", exist_ok=True)
        for path in ({name!r} + ".py", {name!r} + ".pth"):
            with open(os.path.join(folder, path), "w") as file:
                file.write(SOURCE if path.endswith(".py") else "import sys; print('4.0')\\n")
sys.path.insert(0, os.getcwd())
for loaded in list(sys.modules):
    if loaded.split(".")[0] == {name!r}:
        del sys.modules[loaded]
"""


OWN_COPY = """\
import copy

# The driver copies the inputs before it calls an answer. This copy contains zeros.
def deepcopy(value, memo=None):
    return {name: array * 0 if hasattr(array, "dtype") else array for name, array in value.items()}

copy.deepcopy = deepcopy
"""

ZERO = {
    "linear_forward": "def linear_forward(x, W, b):\n    return 0.0 * (x @ W), None",
    "tanh_forward": "def tanh_forward(x):\n    return 0.0 * x, None",
    "mse": "def mse(pred, y):\n    return 0.0",
}

OWN_INSPECT = """\
import ast, inspect, linecache, textwrap

SOURCE = "def drive(code, **inputs):\\\\n    return {'out': 0, 'p': 0, 'loss': 0}\\\\n"
inspect.getsource = inspect.getsourcelines = lambda *a: SOURCE
ast.parse = lambda *a, **k: compile(SOURCE, "x", "exec", 1024)
ast.unparse = textwrap.dedent = lambda *a: SOURCE
linecache.getline = linecache.getlines = lambda *a: SOURCE
"""

OWN_COMPILE = """\
import builtins

# The source of the driver is compiled in this process. Compile another source instead.
own = builtins.compile

def compiled(source, name, *arguments, **more):
    if str(name).startswith("<driver"):
        source = (
            "def drive(code, **inputs):\\n"
            "    value = next(iter(inputs.values()))\\n"
            "    names = ('out', 'p', 'loss', 'logits', 'naive', 'layered', 'log_p')\\n"
            "    return dict.fromkeys(names, value)"
        )
    return own(source, name, *arguments, **more)

builtins.compile = compiled
"""

OWN_RANDOM = """\
import random, secrets, os
import numpy as np

# If the grader drew its inputs from this generator, they would be known before.
class Known:
    def __init__(self, *a): pass
    def normal(self, *a, size=(), **k): return np.zeros(size)
    def choice(self, values, size=(), **k): return np.full(size, values[0])
    def integers(self, low, high=None, size=(), **k): return np.full(size, low)
    def permutation(self, values): return values

np.random.default_rng = np.random.Generator = Known
np.random.seed(0)
random.seed(0)
random.random = lambda: 0.5
secrets.token_hex = lambda n=8: "0" * 2 * n
os.urandom = lambda n: bytes(n)
"""

STOPPED_CLOCK = """\
import time, select

# The clock stands still, so that no deadline seems to pass.
time.monotonic = time.time = time.perf_counter = lambda: 0.0
own = select.select
select.select = lambda r, w, x, timeout=None: own(r, w, x, None)
"""

RUNNING_CLOCK = """\
import time

# The clock runs so fast that every question seems to be late before it starts.
now = [0.0]

def monotonic():
    now[0] += 1e6
    return now[0]

time.monotonic = monotonic
"""

NO_ALARM = """\
import signal

signal.setitimer = signal.alarm = signal.signal = lambda *a: (0.0, 0.0)
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
"""

NO_FORK = """\
import os

# os.fork does not fork, so the question runs in the process in which the cells ran.
os.fork = lambda: 0
own = os._exit
os._exit = lambda code: None
"""

NEGATIVE_FORK = """\
import os

# os.fork returns -1. If the job then kills process -1, it kills all processes that it can.
os.fork = lambda: -1
os.waitpid = lambda *a: (0, 0)
"""

OWN_WRITE = """\
import os

# Replace "missing" and "timeout" by "answer" in all bytes that are written.
own = os.write

def write(number, data):
    data = bytes(data).replace(b'"missing"', b'"answer" ').replace(b'"timeout"', b'"answer" ')
    return own(number, data)

os.write = write
"""

OWN_ERRSTATE = """\
import numpy as np

# Replace the context in which an answer is computed, so that it hides every error.
class Swallow:
    def __init__(self, *a, **k): pass
    def __enter__(self): return self
    def __exit__(self, *a): return True

np.errstate = Swallow
"""

EXCEPTIONS = """\
import builtins

# Replace the exceptions that mean "not written yet" and "no such name".
class Anything(type):
    def __instancecheck__(cls, value): return True
    def __subclasscheck__(cls, other): return True

class NotImplementedError(Exception, metaclass=Anything):
    def __str__(self): return "All right."

builtins.NotImplementedError = builtins.Exception = builtins.KeyError = NotImplementedError
builtins.SystemExit = builtins.BaseException
"""

BUILD_CLASS = """\
import builtins

own = builtins.__build_class__

def build(function, name, *bases, **more):
    made = own(function, name, *bases, **more)
    made.__eq__ = lambda self, other: True
    made.__hash__ = lambda self: 0
    return made

builtins.__build_class__ = build
WORDS = {"text": "", "place": "", "says": ""}
builtins.vars = lambda value: {"kind": "answer", "answer": {}, "inputs": {}, **WORDS}
builtins.str = type("str", (str,), {"__eq__": lambda self, other: True, "__hash__": lambda s: 0})
"""

AUDIT = """\
import sys

# Python cannot remove an audit hook.
def hook(event, arguments):
    if event in ("os.fork", "os._exit", "compile", "exec", "socket.__new__"):
        raise RuntimeError("4.0")

sys.addaudithook(hook)
"""

COLLECTOR = """\
import gc, os

# The garbage collector may run at any moment, also between two questions.
def collected(phase, info):
    for number in range(3, 64):
        try:
            os.write(number, b"4.0")
        except OSError:
            pass

gc.callbacks.append(collected)
gc.set_threshold(1)
"""

NAMESPACE_CLASS = """\
import gc

# A class of the grader in this process looks up names such as `code.softmax`. Change this class.
class Answer:
    def __call__(self, *a): return 0.0, None
    def __eq__(self, other): return True

for found in gc.get_objects():
    if isinstance(found, type) and found.__name__ == "Namespace":
        found.__getattr__ = found.__getattribute__ = lambda self, name: Answer()
"""

SCALARS = """\
import ctypes

# Change the integer -1 and a float in the memory of the interpreter.
ctypes.c_ssize_t.from_address(id(-1) + 24).value = 1
ctypes.c_double.from_address(id(0.0) + 16).value = 1.0
try:
    import numpy as np
    ctypes.c_ssize_t.from_address(id(np.float64) + 8)
except Exception:
    pass
"""

PATHS = """\
import os, sys

# Change the environment and the paths, so that names of programs lead to other files.
os.environ.update(PATH="/scratch", PYTHONPATH="/scratch", LD_PRELOAD="/scratch/x.so", HOME="/",
                  PYTHONSTARTUP="/scratch/x.py", PYTHONINSPECT="1", BASH_ENV="/scratch/x")
with open("/scratch/bwrap", "w") as file:
    file.write("#!/bin/sh\\ntouch /tmp/pwned\\n")
os.chmod("/scratch/bwrap", 0o755)
sys.executable = "/scratch/bwrap"
sys.path[:] = ["/scratch"]
os.chdir("/")
"""

ATTACKS = [
    Attack("an_input_transformer_writes_no_check", (INPUT_TRANSFORMER,)),
    Attack("an_ast_transformer_writes_no_check", (AST_TRANSFORMER,)),
    Attack("a_display_hook_gives_no_points", (DISPLAY_HOOK,)),
    Attack("an_error_shown_as_success_gives_no_points", (SHOW_TRACEBACK,)),
    Attack("a_hook_of_the_shell_gives_no_points", (EVENTS,)),
    Attack("an_endless_hook_is_stopped", (ENDLESS_EVENT,), HONEST, deserves=LINEAR + RELU),
    Attack("a_magic_of_ones_own_gives_no_points", (MAGIC,)),
    Attack("a_namespace_that_knows_every_name_answers_nothing", (NAMESPACE,)),
    Attack("a_trace_function_writes_no_answer", (TRACE,)),
    Attack("a_profile_function_writes_no_answer", (PROFILE,)),
    Attack("an_import_hook_reaches_no_module_of_the_grader", (IMPORT_HOOK,)),
    Attack("an_import_of_ones_own_stops_ones_own_cells_only", (OWN_IMPORT,)),
    Attack("a_module_named_numpy_is_not_imported_next_time", (shadow("numpy"),)),
    Attack("a_module_named_autograder_is_not_imported_next_time", (shadow("autograder"),)),
    Attack("a_module_named_backprop_is_no_reference", (shadow("backprop"),)),
    Attack("a_sitecustomize_runs_nowhere", (shadow("sitecustomize"), shadow("usercustomize"))),
    Attack("a_copy_of_zeros_is_not_the_question", (OWN_COPY,), ZERO),
    Attack("a_patched_inspect_changes_no_driver", (OWN_INSPECT,), ZERO),
    Attack("a_patched_compile_changes_no_question", (OWN_COMPILE,), ZERO),
    Attack("a_patched_random_draws_no_inputs", (OWN_RANDOM,), ZERO),
    Attack(
        "a_stopped_clock_stops_no_deadline",
        (STOPPED_CLOCK,),
        {**HONEST, "tanh_forward": "def tanh_forward(x):\n    while True: pass"},
        deserves=LINEAR + RELU,
    ),
    Attack(
        "a_clock_that_runs_away_harms_its_owner", (RUNNING_CLOCK,), HONEST, deserves=LINEAR + RELU
    ),
    Attack(
        "an_alarm_that_is_taken_away_does_not_save_a_cell",
        (NO_ALARM, "while True: pass"),
        HONEST,
        deserves=LINEAR + RELU,
    ),
    Attack("a_fork_that_does_not_fork_harms_its_owner", (NO_FORK,), HONEST, deserves=LINEAR + RELU),
    Attack("a_fork_that_returns_everybody_kills_nobody", (NEGATIVE_FORK,), HONEST, deserves=6.0),
    Attack("a_patched_write_turns_no_error_into_an_answer", (OWN_WRITE,)),
    Attack("an_error_that_is_swallowed_is_no_answer", (OWN_ERRSTATE,)),
    Attack("patched_exceptions_are_no_answers", (EXCEPTIONS,)),
    Attack("patched_classes_agree_with_nobody_outside", (BUILD_CLASS,)),
    Attack("an_audit_hook_stays_in_its_job", (AUDIT,)),
    Attack("a_collector_that_writes_gives_no_points", (COLLECTOR,)),
    Attack("a_patched_lookup_answers_nothing", (NAMESPACE_CLASS,)),
    Attack("numbers_changed_in_the_interpreter_are_changed_in_one_job", (SCALARS,)),
    Attack("an_environment_set_inside_sets_nothing_outside", (PATHS,)),
]
