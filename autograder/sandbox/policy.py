"""What a submission may use, as data. The mechanism is in warm.py and client.py;
which system calls are denied stands in seccomp.py."""

from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one job (one submission). Seconds are wall-clock; sizes are bytes.

    cell_seconds bounds one cell, cells_seconds all of them together, question_seconds every question
    (which may ask for less). memory is that of all processes of the job together, and the address
    space of each; processes and files are counts; scratch is the private /scratch; text is what is
    kept of one cell's output, pictures what is kept of its pictures; answer is what one question may
    send back, and total what the whole job may. Where not isolated, there is no sandbox: student code
    runs with the rights of whoever grades.
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

    def plain(self) -> dict[str, float]:
        """As a dict, to be sent along with the job."""
        return asdict(self)


# The parts of the package that exist inside: what drives code and carries plain data. There is no
# bank, no reference and no seed. `check` is there because notebooks import it; it finds no answer key.
VISIBLE = ("__init__.py", "check.py", "marking", "sandbox/__init__.py", "sandbox/inside")

# Packages that are covered up where they are installed: the answers, and what would derive them.
HIDDEN = ("backprop", "autograder", "autograd", "torch", "jax", "tensorflow", "sympy")

SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache")

SCRATCH = "/scratch"  # the one folder that a job may write to

ENVIRONMENT = {
    "HOME": SCRATCH,
    "TMPDIR": SCRATCH,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
    "MPL_IGNORE_SYSTEM_FONTS": "1",  # the same pictures everywhere, and a quicker start
    "IPYTHONDIR": f"{SCRATCH}/ipython",
    # Fork and CPU limits do not go together with BLAS threads.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
