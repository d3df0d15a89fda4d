"""The system calls that a job may not make, and the filter that denies them."""

import errno
import socket
import tempfile

# Denied system calls, grouped by what they would give access to. A notebook needs none of them.
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
    "semget msgget mq_open",
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
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for names in DENIED.values():
        for name in names.split():
            rules.add_rule(refused, name)
    # Allow AF_UNIX only: some families, such as vsock, ignore network namespaces.
    rules.add_rule(refused, "socket", seccomp.Arg(0, seccomp.NE, socket.AF_UNIX))
    rules.add_rule(refused, "prlimit64", seccomp.Arg(2, seccomp.NE, 0))  # reading limits is allowed
    for flag in NEW_NAMESPACE:
        rules.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    # A filter cannot see the flags of clone3, because they are passed by pointer. With ENOSYS the C
    # library uses clone instead.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
