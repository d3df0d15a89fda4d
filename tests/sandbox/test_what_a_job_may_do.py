"""The rights of a job and its view of the machine, measured from inside a job.

If one layer of the isolation is missing, the other layers still stop every attack. So the attacks
cannot show that a layer is missing, and EXPECTED checks each layer separately. If you change a
line of EXPECTED, you change what student code is allowed to do.
"""

import json
import os
import platform
import signal
import sys
from pathlib import Path

import pyseccomp
import pytest

from autograder.sandbox.client import QuestionSet
from autograder.sandbox.policy import Limits
from support.jobs import pids_of_jobs, run_job

pytestmark = pytest.mark.sandbox

MIB = 1 << 20
LIMITS = Limits(text=100_000)
DENIED_CALLS = (
    # change the namespace or the root folder
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree"),
    *("fsopen", "fsmount", "fsconfig", "fspick", "mount_setattr"),
    # read or change other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"),
    # use large parts of the kernel
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "keyctl", "add_key", "request_key", "init_module", "finit_module"),
    *("delete_module", "kexec_load", "kexec_file_load", "personality", "fanotify_init"),
    *("quotactl", "acct", "swapon", "swapoff", "reboot", "syslog", "vhangup"),
    # open or make files without a check of their path
    *("open_by_handle_at", "name_to_handle_at", "mknod", "mknodat"),
    # allocate memory that the limits of the process do not count
    *("memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "semget", "msgget", "mq_open"),
    *("setxattr", "lsetxattr", "fsetxattr"),
    # change the settings of the machine
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname"),
    *("setdomainname", "iopl", "ioperm", "sched_setaffinity", "setpriority", "ioprio_set"),
    # change the job's limits
    "setrlimit",
)
# Calls that neither list of the filter names. libseccomp does not know all of them either. Their
# numbers from 424 on are the same on every processor.
UNLISTED_CALLS = {
    **{name: None for name in ("fanotify_mark", "modify_ldt", "move_pages", "io_setup", "seccomp")},
    **{name: None for name in ("sched_setscheduler", "mlockall", "sync", "mbind", "inotify_init1")},
    **{"quotactl_fd": 443, "landlock_create_ruleset": 444, "statmount": 457, "listmount": 458},
    **{"setxattrat": 463, "open_tree_attr": 467, "file_setattr": 469},
}
OTHER_CALLS = ("clone", "clone3", "prlimit64", "capget", "setsockopt")
# Some calls do not exist on every processor. For those, libseccomp returns a negative number.
NUMBERS = {
    name: number
    for name in (*DENIED_CALLS, *OTHER_CALLS, *UNLISTED_CALLS)
    if (
        number := UNLISTED_CALLS.get(name) or pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    )
    >= 0
}

EXPECTED = {
    "denied calls": {name: "EPERM" for name in DENIED_CALLS if name in NUMBERS},
    "unlisted calls": {name: "ENOSYS" for name in UNLISTED_CALLS if name in NUMBERS},
    "clone with a new namespace": {
        **dict.fromkeys(("mount", "cgroup", "uts", "ipc", "user", "pid", "network"), "EPERM"),
        "by clone3": "ENOSYS",
    },
    "sockets": {
        "unix": "ok",
        **dict.fromkeys(("inet", "inet6", "netlink", "packet", "alg", "vsock"), "EPERM"),
    },
    "options of sockets": {
        **{"REUSEADDR": "ok", "PASSCRED": "ok"},
        **dict.fromkeys(("SNDBUF", "RCVBUF", "SNDBUFFORCE", "RCVBUFFORCE"), "ENOSYS"),
        # The C library reads 32 bits of a number, but the filter sees 64.
        "SNDBUF with a high bit": "ENOSYS",
    },
    "limits by prlimit": {"read": "ok", "set": "EPERM"},
    "limits": {
        "AS": 3072 * MIB,
        "CORE": 0,
        "CPU": 660,
        "FSIZE": 64 * MIB,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
        "NOFILE": 64,
        "NPROC": 16,
    },
    "scratch": {"bytes": 64 * MIB, "inodes": 4096},
    "entries of /proc": 0,
    "can write to": ["/scratch"],
    "read-only mounts": ["/", "/dev", "/grader/warm.py", "/proc", "/tmp", "/usr", "/usr/lib"],
    "standard streams": {"0": "/dev/null", "1": "/dev/null", "2": "/dev/null"},
    "other open files": ["/dev/null", "socket for questions", "socket of the job"],
    "processes": {"own": 1, "parent": 0, "group": 1, "session": 1},
    "capabilities": {
        "effective": 0,
        "permitted": 0,
        "inheritable": 0,
        "bounding": [],
        "ambient": [],
    },
    "no new privileges": 1,
    "mode of seccomp": 2,
    "users": [65534, 65534, 65534],
    "groups": [65534, 65534, 65534],
    "environment": {
        "HOME": "/scratch",
        "IPYTHONDIR": "/scratch/ipython",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/scratch/matplotlib",
        "MPL_IGNORE_SYSTEM_FONTS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PATH": "/usr/bin:/bin",
        "PWD": "/scratch",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONBREAKPOINT": "0",
        "TMPDIR": "/scratch",
    },
}

REPORT = """
import ctypes, errno, json, os, resource, signal, socket, stat

libc = ctypes.CDLL(None, use_errno=True)

def said(result):
    return "ok" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "ok")

def call(name, *arguments):
    if name not in NUMBERS:
        return "ENOSYS"
    ctypes.set_errno(0)
    return said(libc.syscall(NUMBERS[name], *(ctypes.c_long(a) for a in arguments)))

def new_namespace(flag):
    ctypes.set_errno(0)
    arguments = (ctypes.c_long(a) for a in (flag | signal.SIGCHLD, 0, 0, 0, 0))
    child = libc.syscall(NUMBERS["clone"], *arguments)
    if child == 0:
        os._exit(0)
    return said(child)

def opened(family):
    try:
        socket.socket(family, socket.SOCK_RAW if family == 17 else socket.SOCK_DGRAM).close()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "ok"

def can_write(folder):
    try:
        os.close(os.open(folder + "/probe", os.O_CREAT | os.O_WRONLY))
        os.unlink(folder + "/probe")
    except OSError:
        return False
    return True

def is_read_only(place):
    return bool(os.statvfs(place).f_flag & os.ST_RDONLY)

def leads_to(number):
    status = os.fstat(number)
    null = stat.S_ISCHR(status.st_mode) and status.st_rdev == os.makedev(1, 3)
    return "/dev/null" if null else oct(status.st_mode)

def kind(number):
    try:
        mode = os.fstat(number).st_mode
    except OSError:
        return ""
    if not stat.S_ISSOCK(mode):
        return leads_to(number)
    channel = socket.socket(fileno=number)
    kinds = {socket.SOCK_STREAM: "socket of the job", socket.SOCK_SEQPACKET: "socket for questions"}
    found = kinds.get(channel.type, str(channel.type))
    channel.detach()
    return found

def capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    names = ("effective", "permitted", "inheritable")
    held = {name: sets[i] | sets[i + 3] << 32 for i, name in enumerate(names)}
    every = range(64)
    bounding = [c for c in every if libc.prctl(23, c, 0, 0, 0) == 1]  # PR_CAPBSET_READ
    ambient = [c for c in every if libc.prctl(47, 1, c, 0, 0) == 1]  # PR_CAP_AMBIENT_IS_SET
    return {**held, "bounding": bounding, "ambient": ambient}

limits = (ctypes.c_ulong * 2)()
where = ctypes.addressof(limits)
report = {}
report["denied calls"] = {n: call(n, *[-1] * 6) for n in DENIED if n in NUMBERS}
report["unlisted calls"] = {n: call(n, *[-1] * 6) for n in UNLISTED if n in NUMBERS}
flags = {"mount": 17, "cgroup": 25, "uts": 26, "ipc": 27, "user": 28, "pid": 29, "network": 30}
report["clone with a new namespace"] = {n: new_namespace(1 << bit) for n, bit in flags.items()}
report["clone with a new namespace"]["by clone3"] = call("clone3", 0, 0)
families = {"unix": 1, "inet": 2, "inet6": 10, "netlink": 16, "packet": 17, "alg": 38, "vsock": 40}
report["sockets"] = {name: opened(family) for name, family in families.items()}
options = {"REUSEADDR": 2, "PASSCRED": 16, "SNDBUF": 7, "RCVBUF": 8}
options |= {"SNDBUFFORCE": 32, "RCVBUFFORCE": 33, "SNDBUF with a high bit": 7 | 1 << 32}
one = ctypes.c_int(1)
with socket.socket(socket.AF_UNIX) as ours:
    report["options of sockets"] = {
        name: call("setsockopt", ours.fileno(), 1, option, ctypes.addressof(one), 4)
        for name, option in options.items()
    }
which = resource.RLIMIT_CORE
report["limits by prlimit"] = {
    "read": call("prlimit64", 0, which, 0, where), "set": call("prlimit64", 0, which, where, 0)
}
report["limits"] = {}
for name in LIMITED:
    soft, hard = resource.getrlimit(getattr(resource, "RLIMIT_" + name))
    report["limits"][name] = soft if soft == hard else [soft, hard]
size = os.statvfs("/scratch")
report["scratch"] = {"bytes": size.f_blocks * size.f_frsize, "inodes": size.f_files}
report["entries of /proc"] = len(os.listdir("/proc"))
places = ("/", "/dev", "/dev/shm", "/etc", "/grader", "/grader/autograder", "/proc", "/run",
          "/scratch", "/tmp", "/usr", "/usr/lib", "/var", PREFIX)
report["can write to"] = [place for place in places if can_write(place)]
places = ("/", "/dev", "/grader/warm.py", "/proc", "/scratch", "/tmp", "/usr", "/usr/lib")
report["read-only mounts"] = [place for place in places if is_read_only(place)]
report["standard streams"] = {str(n): leads_to(n) for n in range(3)}
report["other open files"] = sorted(filter(None, map(kind, range(3, 256))))
report["processes"] = {
    "own": os.getpid(), "parent": os.getppid(), "group": os.getpgid(0), "session": os.getsid(0)
}
report["capabilities"] = capabilities()
report["no new privileges"] = libc.prctl(39, 0, 0, 0, 0)  # PR_GET_NO_NEW_PRIVS
report["mode of seccomp"] = libc.prctl(21, 0, 0, 0, 0)  # PR_GET_SECCOMP
report["users"] = os.getresuid()
report["groups"] = os.getresgid()
report["environment"] = dict(os.environ)
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def reports(sandbox):
    """The reports of two jobs that run one after the other."""
    given = {
        "NUMBERS": NUMBERS,
        "DENIED": DENIED_CALLS,
        "UNLISTED": list(UNLISTED_CALLS),
        "LIMITED": sorted(EXPECTED["limits"]),
        "PREFIX": os.path.realpath(sys.prefix),
    }
    names = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    runs = [run_job(sandbox, [names + REPORT], []).cells[0] for _ in range(2)]
    assert [run.error for run in runs] == ["", ""]
    return [json.loads(run.text) for run in runs]


@pytest.mark.parametrize("line", EXPECTED)
def test_a_job_sees_and_may_do_what_the_table_says(reports, line):
    assert reports[0][line] == EXPECTED[line]


def test_the_next_job_sees_and_may_do_the_same(reports):
    assert set(reports[0]) == set(EXPECTED)
    assert reports[1] == reports[0]


FOREIGN = """
import ctypes, mmap, os

code = {
    # mov eax, 20 (getpid); int 0x80; ret
    "32 bits": b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3",
    # mov eax, 0x40000000 + 39 (getpid); syscall; ret
    "x32": b"\\xb8\\x27\\x00\\x00\\x40\\x0f\\x05\\xc3",
    # mov eax, 39 (getpid); syscall; ret
    "64 bits": b"\\xb8\\x27\\x00\\x00\\x00\\x0f\\x05\\xc3",
}
for name, instructions in code.items():
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(instructions)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    child = os.fork()
    if child == 0:
        os._exit(0 if function() == os.getpid() else 1)
    print(name, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the calls are those of x86-64")
def test_a_call_by_the_numbers_of_another_processor_ends_the_process(sandbox):
    (run,) = run_job(sandbox, [FOREIGN], []).cells
    killed = -signal.SIGSYS
    assert run.text == f"32 bits {killed}\nx32 {killed}\n64 bits 0\n", run.error


NAMESPACES = ("user", "mnt", "pid", "ipc", "uts", "net")


def test_each_job_has_namespaces_of_its_own(sandbox):
    kept = []  # namespaces are kept open, because the kernel may reuse the number of a closed one

    def namespaces(pid):
        files = [os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY) for name in NAMESPACES]
        kept.extend(files)
        return {name: os.fstat(f).st_ino for name, f in zip(NAMESPACES, files, strict=True)}

    found = [namespaces("self")]
    try:
        for _ in range(2):
            with sandbox.job(["1"], QuestionSet([])) as job:
                job.cells()
                (pid,) = pids_of_jobs(sandbox)
                found += [namespaces(parent(pid)), namespaces(pid)]
    finally:
        for file in kept:
            os.close(file)
    ours, warm, first, again, second = found
    assert warm == again
    for name in NAMESPACES:
        different = [ours, warm, first, second] if name != "user" else [warm, first, second]
        assert len({found[name] for found in different}) == len(different), name


def test_the_kernel_ends_a_job_first_when_memory_is_short(sandbox):
    with sandbox.job(["1"], QuestionSet([])) as job:
        job.cells()
        (pid,) = pids_of_jobs(sandbox)
        scores = [Path(f"/proc/{p}/oom_score_adj").read_text() for p in (pid, "self")]
    assert scores[0] == "1000\n" != scores[1]


def parent(pid):
    """Return the process id of the parent of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
