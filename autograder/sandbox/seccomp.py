"""The system calls that a job may make, and the filter that refuses all others.

The filter lists what is allowed, because a new kernel has new calls, which nobody has looked at.
"""

import errno
import socket
import tempfile
from typing import Any

# What Python, NumPy, IPython, Matplotlib and shell commands need. Some of the calls exist only on
# some processors.
ALLOWED = {
    "files": "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat "
    "openat2 creat close close_range lseek dup dup2 dup3 fcntl flock ioctl fsync fdatasync "
    "sync_file_range truncate ftruncate fallocate fadvise64 readahead sendfile splice tee "
    "copy_file_range umask",
    "folders and names": "access faccessat faccessat2 stat lstat fstat newfstatat statx statfs "
    "fstatfs getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 "
    "link linkat symlink symlinkat unlink unlinkat readlink readlinkat chmod fchmod fchmodat "
    "fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat getxattr lgetxattr "
    "fgetxattr listxattr llistxattr flistxattr",
    "pipes, and sockets between processes": "pipe pipe2 socketpair connect accept accept4 bind "
    "listen sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown getsockname getpeername "
    "getsockopt",
    "waiting": "select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime "
    "timerfd_gettime nanosleep clock_nanosleep pause restart_syscall",
    "memory": "brk mmap munmap mremap mprotect madvise msync mincore membarrier",
    "processes": "fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill "
    "pidfd_open pidfd_send_signal getpid getppid gettid getpgid getpgrp setpgid getsid setsid "
    "prctl arch_prctl",
    "threads": "futex futex_waitv futex_wait futex_wake futex_requeue set_robust_list "
    "get_robust_list set_tid_address set_thread_area rseq sched_yield sched_getaffinity "
    "sched_getparam sched_getscheduler sched_getattr sched_get_priority_max "
    "sched_get_priority_min sched_rr_get_interval getcpu",
    "signals": "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait "
    "rt_sigsuspend rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack",
    "time": "clock_gettime clock_getres gettimeofday time times alarm setitimer getitimer "
    "timer_create timer_settime timer_gettime timer_getoverrun timer_delete",
    # A job can change its user only to itself, because it has no capabilities.
    "users": "getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid "
    "setregid setresuid setresgid setfsuid setfsgid capget",
    "the machine": "uname sysinfo getrlimit getrusage getpriority ioprio_get getrandom",
}

# Calls of other programs. For these the error is "not permitted", which programs know how to
# handle. For all calls in neither list it is "not known to this kernel".
DENIED = {
    "other namespaces, other roots": "unshare setns mount umount2 pivot_root chroot move_mount "
    "open_tree fsopen fsmount fsconfig fspick mount_setattr",
    "other processes": "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise",
    "large parts of the kernel": "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter "
    "io_uring_register keyctl add_key request_key init_module finit_module delete_module "
    "kexec_load kexec_file_load personality fanotify_init quotactl acct swapon swapoff reboot "
    "syslog vhangup",
    "files by another way than their name": "open_by_handle_at name_to_handle_at mknod mknodat",
    "memory that no limit of the process counts": "memfd_create memfd_secret shmget shmat shmctl "
    "semget msgget mq_open setxattr lsetxattr fsetxattr",
    "the machine's settings": "settimeofday clock_settime clock_adjtime adjtimex sethostname "
    "setdomainname iopl ioperm sched_setaffinity setpriority ioprio_set",
    # With a low limit a job could make the kernel kill it, and would then look like a lost job.
    "limits": "setrlimit",
}
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
NEW_NAMESPACE = (1 << 17, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30)


class NoSeccompError(RuntimeError):
    """An error for a missing libseccomp, or one that does not know this kernel."""


def compile_filter() -> bytes:
    """Return the filter as BPF instructions for the processor of this machine.

    Raises NoSeccompError if libseccomp is missing.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise NoSeccompError(f"libseccomp is missing ({error})") from None
    refused = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    for action, groups in ((seccomp.ALLOW, ALLOWED), (refused, DENIED)):
        for name in " ".join(groups.values()).split():
            if _is_known(seccomp, name):
                rules.add_rule(action, name)
    # Allow AF_UNIX only: some families, such as vsock, ignore network namespaces.
    rules.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, socket.AF_UNIX))
    rules.add_rule(refused, "socket", seccomp.Arg(0, seccomp.NE, socket.AF_UNIX))
    # Programs set these options, and none of them enlarges the buffers of a socket.
    for option in (socket.SO_REUSEADDR, socket.SO_PASSCRED, socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        rules.add_rule(seccomp.ALLOW, "setsockopt", seccomp.Arg(2, seccomp.EQ, option))
    # Reading limits is allowed, and setting them is not.
    rules.add_rule(seccomp.ALLOW, "prlimit64", seccomp.Arg(2, seccomp.EQ, 0))
    rules.add_rule(refused, "prlimit64", seccomp.Arg(2, seccomp.NE, 0))
    # A filter cannot see the flags of clone3, because they are passed by pointer. So clone3 is not
    # allowed, and the C library uses clone instead.
    rules.add_rule(seccomp.ALLOW, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, sum(NEW_NAMESPACE), 0))
    for flag in NEW_NAMESPACE:
        rules.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _is_known(seccomp: Any, name: str) -> bool:
    """True if the call exists on this processor and libseccomp knows its name."""
    try:
        return bool(seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0)
    except ValueError:
        return False
