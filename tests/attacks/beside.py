"""Attacks with the files beside the notebook, which the cells of a submission can use."""

import io
import zipfile

from .attack import Attack

PWNED = b"open('/tmp/pwned', 'w').write('backprop-attack')\nraise SystemExit\n"
RIGHT_RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"
# Tries to change what the grader and later jobs read, from a module and when it is imported.
SPOILS = b"""
import glob, os, sys
for folder in ("..", "/", "/grader", "/grader/autograder", *sys.path):
    for name in ("pwned", "numpy.py", "sitecustomize.py"):
        try:
            open(os.path.join(folder, name), "w").write("pwned")
        except OSError:
            pass
sys.path.insert(0, os.getcwd())
sys.path_importer_cache.clear()
"""
LOOKS = b"""
import os
seen = [os.path.join(at, name) for at, _, names in os.walk("/") for name in names]
found = [path for path in seen if "submitted" in path or path.endswith((".key", ".db", ".ipynb"))]
assert not found, found
answers = {}
"""
bomb = io.BytesIO()
with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("x.npy", bytes(80_000_000))


def uses(module: str, body: str) -> dict[str, str]:
    """Return answers that begin with an import: one with this body, and a right one."""
    return {
        "linear_forward": f"import {module}\ndef linear_forward(x, W, b):\n    {body}",
        "relu_forward": RIGHT_RELU,
    }


ATTACKS = [
    Attack(
        "modules_beside_the_notebook_replace_none_of_the_grader",
        cells=("import sys\nsys.path.reverse()",),
        answers={"relu_forward": RIGHT_RELU},
        files={
            f"{name}{end}": PWNED
            for name in ("numpy", "autograder", "backprop", "torch", "linecache", "traceback")
            for end in (".py", "/__init__.py", "/marking.py")
        },
        deserves=2,
    ),
    Attack(
        "a_module_beside_the_notebook_writes_nowhere_else",
        answers=uses("spoils", "return 0, None"),
        files={"spoils.py": SPOILS},
        deserves=2,
    ),
    Attack(
        "a_module_beside_the_notebook_finds_no_work_of_others",
        answers=uses("looks", "return looks.answers['linear_forward'], None"),
        files={"looks.py": LOOKS},
        deserves=2,
    ),
    Attack(
        "a_link_beside_the_notebook_brings_no_work_of_others",
        answers=uses("linear", "return linear.linear_forward(x, W, b)"),
        files={
            "linear.py": "/work/solutions/backprop/layers.py",
            "linear/__init__.py": "../../../000-honest/02-forward/02-forward.ipynb",
        },
        deserves=2,
    ),
    Attack(
        "a_pickle_beside_the_notebook_is_opened_by_nobody_but_the_job",
        answers={"relu_forward": RIGHT_RELU},
        files={"a.pkl": b"cos\nsystem\n(S'touch /tmp/pwned'\ntR."},
        deserves=2,
    ),
    Attack(
        "a_bomb_beside_the_notebook_takes_only_the_memory_of_the_job",
        cells=("np.load('bomb.npz')['x']",),
        answers={"relu_forward": RIGHT_RELU},
        files={"bomb.npz": bomb.getvalue(), "big.csv": b"1," * 2_000_000},
        deserves=2,
    ),
    Attack(
        "very_many_files_and_folders_do_not_hold_up_the_grader",
        answers={"relu_forward": RIGHT_RELU},
        files={
            **{f"many/m{number}.py": PWNED for number in range(3000)},
            "/".join(["d"] * 60) + "/deep.py": PWNED,
        },
        deserves=2,
    ),
    Attack(
        "names_of_files_that_lead_out_of_the_folder_do_not_lead_there",
        cells=("import os\nassert not os.path.exists('/tmp/pwned.py')",),
        answers={"relu_forward": RIGHT_RELU},
        files={"..\\..\\pwned.py": PWNED, "~pwned.py": PWNED, "a b/..pwned.py": PWNED},
        deserves=2,
    ),
    Attack(
        "a_file_that_the_cells_replace_by_a_pipe_or_a_link_keeps_nobody_waiting",
        cells=(
            "import os\nfor kind in ('rows', 'more'):\n    os.remove(kind + '.csv')\n"
            "os.mkfifo('rows.csv')\nos.symlink('/dev/zero', 'more.csv')",
        ),
        answers={"relu_forward": RIGHT_RELU},
        files={"rows.csv": b"1", "more.csv": b"1"},
        deserves=2,
    ),
]
