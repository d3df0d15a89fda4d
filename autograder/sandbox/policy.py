"""What a submission may see and use, as data.

The mechanisms are in bubblewrap.py (files), client.py and inside/ (limits). The denied system calls
are in seccomp.py.
"""

from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one job (one submission). Seconds are wall-clock; sizes are bytes.

    cell_seconds bounds one cell, cells_seconds all cells together, question_seconds each question
    (a question may have a lower limit of its own). memory bounds the memory of all processes of the
    job together, and the address space of each. processes and files are counts. scratch is the size of
    the private folder /scratch. text is how much we keep of one cell's output, pictures how much of
    its pictures. answer is how much one question may send back, total how much the whole job may.
    isolated is False if there is no sandbox: student code then runs with the rights of the grader.
    """

    cell_seconds: float = 10.0
    cells_seconds: float = 60.0
    question_seconds: float = 60.0
    memory: int = 3072 * MIB
    processes: int = 64
    files: int = 256
    scratch: int = 64 * MIB
    text: int = 10_000
    pictures: int = 2 * MIB
    answer: int = 8 * MIB
    total: int = 64 * MIB
    isolated: bool = True

    def as_dict(self) -> dict[str, float]:
        """Return the limits by name, to send them with a job."""
        return asdict(self)


# The parts of the package that exist inside: what drives code and carries plain data. There is no
# bank, no reference and no seed. `check` is there because notebooks import it; it finds no answer key.
VISIBLE = ("__init__.py", "check.py", "marking", "sandbox/__init__.py", "sandbox/inside")

# Installed packages that a job must not find: the reference, and libraries that compute gradients.
HIDDEN = ("backprop", "autograder", "autograd", "torch", "jax", "tensorflow", "sympy")

SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache")

SCRATCH = "/scratch"  # the only folder that a job may write to

ENVIRONMENT = {
    "HOME": SCRATCH,
    "TMPDIR": SCRATCH,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
    "MPL_IGNORE_SYSTEM_FONTS": "1",  # the same pictures on every machine, and a quicker start
    "IPYTHONDIR": f"{SCRATCH}/ipython",
    # A BLAS with threads does not survive a fork, and its threads use up the CPU limit.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
