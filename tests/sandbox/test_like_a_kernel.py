"""Cells do what they do in a real kernel; the differences are listed with their reasons."""

import re

import pytest

from autograder.sandbox.client import Sandbox
from autograder.sandbox.inside.needs_ipython import MAGICS, wants_shell
from support.jobs import run_job
from support.kernels import shown_by_a_kernel

pytestmark = [pytest.mark.sandbox, pytest.mark.server]

SAME = [
    "import asyncio, os, sys\nimport numpy as np\nimport matplotlib.pyplot as plt",
    # the working folder
    "'' in sys.path",
    "with open('written_a.py', 'w') as file:\n    file.write('A = 7')",
    "import written_a\nwritten_a.A",
    "%%writefile written_b.py\nB = 8",
    "from written_b import B\nB",
    "np.save('rows.npy', np.eye(2))\nnp.load('rows.npy').sum()",
    # await and the like outside functions
    "await asyncio.sleep(0)",
    "async def three():\n    await asyncio.sleep(0)\n    return 3\nawait three()",
    "value = await three()\nvalue",
    "class Door:\n    async def __aenter__(self): return 5\n"
    "    async def __aexit__(self, *_): print('shut')\nasync with Door() as door:\n    print(door)",
    "async def numbers():\n    for i in range(3): yield i\nasync for i in numbers():\n    print(i)",
    "[i async for i in numbers()]",
    "{i: i async for i in numbers() if i}",
    "seen = []\nasync def work():\n    for i in range(3):\n        seen.append(i)\n"
    "        await asyncio.sleep(0.001)\ntask = asyncio.create_task(work())",
    "await task\nseen",
    "await asyncio.gather(three(), three())",
    "asyncio.get_running_loop().is_running()",
    "def begin(): return asyncio.ensure_future(three())\nbegun = begin()",
    "await begun",
    "try:\n    await asyncio.wait_for(asyncio.sleep(9), 0.01)\nexcept asyncio.TimeoutError:\n"
    "    print('late')",
    "asyncio.run(three())",
    "asyncio.get_event_loop().run_until_complete(three())",
    "await 5",
    "def plain():\n    await three()",
    "async def broken():\n    1 / 0\nawait broken()",
    "%time await three()",
    # magics without %
    "ls written_a.py",
    "who_ls str",
    "cd .",
    "matplotlib inline",
    "env HOME_OF_NOBODY=3",
    "os.environ['HOME_OF_NOBODY']",
    "load_ext autoreload",
    "time three",
    "precision 3",
    "precision",
    "ls = 5\nls",
    "ls",
    "del ls",
    "time = 3\ntime",
    "time f()",
    "del time",
    "%automagic",
    "%automagic",
    # magics of IPython and of the kernel
    *["%store -r", "%man ls", "%less written_a.py", "%more written_a.py", "%quickref"],
    *["%matplotlib inline", "%config InlineBackend.figure_format = 'retina'", "%pdb off"],
    *["%matplotlib notebook\n1", "%matplotlib agg\n1", "%matplotlib inline", "%xmode Minimal"],
    *["!echo hello", "out = !echo hello\nout", "name = 'world'\n!echo $name {name}"],
    *["%%bash\necho hello", "%%bash\nexit 3", "%%sh\necho 1", "%%script echo\n1"],
    *["%%capture kept\nprint('x')", "kept.stdout", "%%time\nq = 5", "q", "%time 1 + 1"],
    *["%who_ls str", "%env HOME_OF_NOBODY", "%whos int", "%precision %r", "%prun -q 1 + 1"],
    *["three?", "three??", "?three", "np.*nspace*?", "%pinfo three", "%psource three"],
    *[
        "%run nothing.py",
        "%pycat written_a.py",
        "%store q",
        "%lsmagic\nNone",
        "%dirs",
    ],
    *["%%html\n<b>x</b>", "%%latex\n$x$", "%%javascript\n1", "%%markdown\n*x*"],
    "%reset_selective -f ^zzz",
    # displays
    *["display(5)", "display(5, 'x')", "7", "_", "_ + 1", "__", "_ = 3", "8", "_", "del _"],
    "from IPython.display import HTML, Markdown, clear_output\nHTML('<b>x</b>')",
    *["Markdown('*x*')", "clear_output()", "3;", "3; 4", "if True:\n    5", "None", "x = 3;"],
    *["get_ipython() is not None", "get_ipython().run_line_magic('who_ls', 'dict')"],
    *["get_ipython().system('echo x')", "get_ipython().getoutput('echo x')"],
    *["get_ipython().ex('zz = 5')", "zz", "get_ipython().user_ns['zz']", "__name__"],
    *["'__file__' in globals()", "print(__IPYTHON__)", "sys.stdin.read()"],
    *["fig, ax = plt.subplots()\nplt.close(fig)", "plt.get_backend()", "sys.stdout.isatty()"],
    "import subprocess\nsubprocess.run(['echo', 'x'], capture_output=True).stdout",
    # what stops a cell
    *["1 / 0", "def (", "return 5", "aa = 1\nreturn aa", "aa", "yield 5", "x = = 3", "break"],
    *["nonsense", "print 'x'", "assert False, 'no'", "raise KeyboardInterrupt", "sys.exit(3)"],
    *["raise SystemExit", "class Own(Exception): pass\nraise Own('own')"],
    *["breakpoint()\nbehind = 3", "behind"],
    # forms that IPython reads and Python does not
    *["  bb = 1\n  bb", ">>> cc = 1\n>>> cc", "In [3]: dd = 4", "dd", "/len [1]", ";len a b"],
    "from __future__ import annotations\nclass Node:\n    def f(self) -> Nothing: ...",
    "def later(x: Nothing): ...",
]

NO_FRONT_END = "there is no front end and no connection; nothing in an answer can depend on it"
GOES_ON = "what is not there must not cost the code behind it"
NO_HISTORY = "the cells are not numbered as on the student's machine, because checks do not run"
DIFFERENT = {
    "%clear": NO_FRONT_END,
    "%autosave 120": NO_FRONT_END,
    "%connect_info": NO_FRONT_END,
    "%subshell": NO_FRONT_END,
    "get_ipython().kernel is None": NO_FRONT_END,
    "%no_such_magic 3\nprint('goes on')": GOES_ON,
    "%%no_such_magic\nprint('goes on')": GOES_ON,
    "%load_ext no_such_extension\nprint('goes on')": GOES_ON,
    "%matplotlib widget\nprint('goes on')": GOES_ON,
    "pip install no-such-package\nprint('goes on')": GOES_ON,
    "!pip install ./no-such-package\nprint('goes on')": "nothing is installed while grading",
    "%history -n 1": NO_HISTORY,
    "len(In) > 1": NO_HISTORY,
    "_i": NO_HISTORY,
    "%save saved.py 1": NO_HISTORY,
    "%macro first 1": NO_HISTORY,
    "input('name? ')": "both stop the cell: the kernel's error needs a front end to be raised",
    "%timeit -n1 -r1 1": "only the sign ± is written in another way",
    "%precision 3\n": "the same, and then",
    "1 / 3": "numbers are shown with all digits, so that a person who marks sees them",
}
EQUAL = ("%precision 3\n",)  # in the list above only to prepare the next cell
ADDRESSES = re.compile(r"0x[0-9a-f]+|[0-9.]+(?:e[+-]\d+)? ?[num\u03bc]?s\b|\x1b\[[0-9;]*m")
FOLDERS = re.compile(r"/\S+\.py|<[^>]*cell[^>]*>|/scratch\b|/\S*kernel\S*")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The pairs of outputs of each cell, from a real kernel and from the sandbox."""
    cells = [*SAME, *DIFFERENT]
    real = shown_by_a_kernel(cells, tmp_path_factory.mktemp("kernel"))
    with Sandbox() as sandbox:
        ours = [(run.error, run.text) for run in run_job(sandbox, cells, []).cells]
    return [(alike(*one), alike(*other)) for one, other in zip(real, ours, strict=True)]


def alike(error, text):
    """Return the name of an error, or the text without what differs from run to run."""
    text = FOLDERS.sub("folder", ADDRESSES.sub("#", text)).strip()
    return error.partition(":")[0] or text


@pytest.mark.parametrize("number", range(len(SAME)), ids=lambda i: repr(SAME[i])[:60])
def test_a_cell_does_what_it_does_in_a_kernel(shown, number):
    real, ours = shown[number]
    assert ours == real


@pytest.mark.parametrize("cell", [cell for cell in DIFFERENT if cell not in EQUAL], ids=repr)
def test_the_differences_that_are_listed_are_there(shown, cell):
    real, ours = shown[len(SAME) + list(DIFFERENT).index(cell)]
    assert ours != real
    if DIFFERENT[cell] == GOES_ON:
        assert "goes on" in ours


def test_leaving_the_notebook_ends_a_cell_and_not_the_grading():
    with Sandbox() as sandbox:
        cells = ["exit", "quit()", "exit()", "3"]
        assert run_job(sandbox, cells, []).cells[-1].text == "3\n"


def test_every_magic_of_the_shell_is_known_without_its_percent_sign():
    with Sandbox() as sandbox:
        cell = "print(*get_ipython().magics_manager.lsmagic()['line'])"
        names = run_job(sandbox, [cell], []).cells[0].text.split()
    assert "ls" in names
    assert set(names) - MAGICS <= {"lsmagic"}


def test_a_task_goes_on_between_cells_that_do_not_mention_it():
    cells = [
        "import asyncio\nseen = []\nasync def work():\n    for i in range(9):\n"
        "        seen.append(i)\n        await asyncio.sleep(0)\n"
        "task = asyncio.create_task(work())",
        *["1"] * 9,
        "len(seen)",
    ]
    with Sandbox() as sandbox:
        assert run_job(sandbox, cells, []).cells[-1].text == "9\n"


def test_plain_cells_need_no_shell():
    assert not wants_shell(
        ["import numpy as np\nx = 1", "async def f(): ...", "time = 3", "ls = 4"]
    )
    assert wants_shell(["ls"])
    assert wants_shell(["time f()"])
