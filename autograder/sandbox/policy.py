"""The policy of the sandbox as data: what a submission may see and use.

bubblewrap.py enforces it for files, client.py and inside/ enforce the limits. The system calls that
are denied are in seccomp.py.
"""

from dataclasses import asdict, dataclass

MIB = 1 << 20


class SandboxUnavailableError(RuntimeError):
    """An error for a machine without a sandbox. The text says what to install or allow."""


@dataclass(frozen=True)
class Limits:
    """Limits of one job (one submission). Sizes are bytes.

    Seconds are CPU seconds. Code that waits is stopped later by the wall clock; see clocks.py.

    cell_seconds: for one cell. cells_seconds: for all cells together, of which a part is kept for
    the answers; see inside/cell_time.py. question_seconds: for each
    question, which may also have a lower limit. memory: for all processes of the job together, and
    for the address space of each. processes: the number of processes and threads. files: the number
    of open files of each process. scratch: the size of the private folder /scratch. text: how many
    characters that a cell shows we keep; texts: of all cells together. pictures, points: the size
    of all pictures of a notebook that we keep, as PNG files and as points.
    answer, total: how much a question, and the whole job, may send to the grader. isolated: False
    if there is no sandbox; student code then has the rights of the grader. other_user: the number
    of the user as whom student code runs in a container that allows no namespaces, or 0.
    """

    cell_seconds: float = 10.0
    cells_seconds: float = 60.0
    question_seconds: float = 60.0
    memory: int = 3072 * MIB
    processes: int = 16
    files: int = 64
    scratch: int = 64 * MIB
    text: int = 10_000
    texts: int = 200_000
    pictures: int = 2 * MIB
    points: int = 128 * MIB
    answer: int = 8 * MIB
    total: int = 64 * MIB
    isolated: bool = True
    other_user: int = 0

    def as_dict(self) -> dict[str, float]:
        """Return the limits by name, to send them with a job."""
        return asdict(self)


# The parts of this package that a job can see: those that run its code and send the outcomes. The
# bank, the reference and the seed are not among them. `check` is, because notebooks import it, but
# it finds no answer key there.
VISIBLE = ("__init__.py", "check.py", "marking", "sandbox/__init__.py", "sandbox/inside")

# Installed packages that a job must not see: the reference, and libraries that compute gradients.
HIDDEN = ("backprop", "autograder", "autograd", "torch", "jax", "tensorflow", "sympy")

# The paths of the system that a job can read; readable.py adds those of Python. Whole trees such as
# /usr or /etc are not among them, because courses, exchanges and passwords are kept there, too.
SYSTEM_PATHS = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache"),
    "/etc/alternatives",  # holds only links; some of Debian's shared libraries are found by them
    *("/bin", "/usr/bin"),  # for the shell commands of notebooks, such as `!ls`
    "/usr/share/zoneinfo",  # for Python's time zones
)

SCRATCH = "/scratch"  # the only folder that a job may write to

ENVIRONMENT = {
    "HOME": SCRATCH,
    "TMPDIR": SCRATCH,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
    "PYTHONHASHSEED": "0",  # so that the same figures have the same fingerprints; see figures.py
    "MPL_IGNORE_SYSTEM_FONTS": "1",  # gives the same pictures on every machine, and a faster start
    "IPYTHONDIR": f"{SCRATCH}/ipython",
    # BLAS must not use threads, because they do not survive a fork and use up the CPU limit.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONBREAKPOINT": "0",  # nobody could type anything at a breakpoint, so it does nothing
}
