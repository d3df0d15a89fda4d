"""Attacks with processes, signals and clocks that try to outlive the job or to stop the grader.

A process that stays behind has the name "backprop-attack", so that the test finds it in the list
of processes. The fork bombs are limited, so that the machine survives if every defence fails.
"""

from textwrap import dedent

from .attack import Attack

LINEAR = "def linear_forward(x, W, b):\n    return np.asarray(x) @ W + b, None"
RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"
TANH = "def tanh_forward(x):\n    return np.tanh(x), None"
TWO_RIGHT = {"linear_forward": LINEAR, "relu_forward": RELU}  # 4 + 2 points

STAY = dedent("""\
    import ctypes, os, signal, time

    def call_itself_attack():
        ctypes.CDLL(None).prctl(15, b"backprop-attack", 0, 0, 0)  # PR_SET_NAME

    def stay():
        call_itself_attack()
        while True:
            try:
                time.sleep(1000)
            except BaseException:
                continue
    """)


def answer(body: str) -> dict[str, str]:
    """Return two answers: linear_forward runs `body` and is wrong, and relu_forward is right."""
    code = "def linear_forward(x, W, b):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return {"linear_forward": code + "    return x * 0, None", "relu_forward": RELU}


ENDINGS = [
    Attack(
        "an_answer_that_ends_its_process_is_not_right",
        answers=answer("import os\nos._exit(0)"),
        deserves=2,
    ),
    Attack(
        "an_answer_that_calls_sys_exit_is_not_right",
        answers=answer("import sys\nsys.exit(0)"),
        deserves=2,
    ),
    Attack(
        "an_exit_that_cannot_be_printed_costs_only_its_question",
        answers=answer(
            "class Gone(SystemExit):\n"
            "    def __str__(self):\n"
            "        raise SystemExit(self)\n"
            "raise Gone"
        ),
        deserves=2,
    ),
    Attack(
        "a_segmentation_fault_costs_only_its_question",
        answers=answer("import ctypes\nctypes.string_at(8)"),
        deserves=2,
    ),
    Attack(
        "an_abort_costs_only_its_question",
        answers=answer("import os\nos.abort()"),
        deserves=2,
    ),
    Attack(
        "a_stopped_answer_is_given_up",
        answers=answer("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
        deserves=2,
    ),
    Attack(
        "a_cell_that_leaves_the_interpreter_gets_no_marks_for_the_rest",
        cells=("import os\nos._exit(0)",),
    ),
    Attack(
        "another_program_in_place_of_the_answer_is_not_right",
        answers=answer(
            "import os, sys\n"
            "for number in range(3, 64):\n"
            "    try:\n"
            "        os.set_inheritable(number, True)\n"
            "    except OSError:\n"
            "        pass\n"
            'tree = \'{"tree": {"dict": [["kind", "answer"], ["score", 4]]}, "arrays": []}\'\n'
            "record = len(tree).to_bytes(8, 'little') + tree.encode()\n"
            "record = len(record).to_bytes(8, 'little') + record\n"
            "program = 'import os\\nfor n in range(3, 64):\\n'\n"
            "program += f'    try: os.write(n, {record * 10!r})\\n    except OSError: pass'\n"
            "os.execv(sys.executable, [sys.executable, '-c', program])"
        ),
        deserves=2,
    ),
]

KILLING = [
    Attack(
        "the_warm_process_is_not_killed_through_its_process_group",
        # Process group 0 is the group of the caller. It may contain processes of the grader whose
        # numbers a job cannot see.
        cells=("import os, signal\nos.kill(0, signal.SIGKILL)",),
    ),
    Attack(
        "the_warm_process_is_not_stopped_through_its_process_group",
        cells=("import os, signal\nos.kill(0, signal.SIGSTOP)",),
    ),
    Attack(
        "an_answer_does_not_interrupt_the_process_group",
        answers=answer("import os, signal\nos.kill(0, signal.SIGINT)"),
        deserves=2,
    ),
    Attack(
        "the_next_job_is_not_slowed_down_through_the_process_group",
        cells=("import os\nos.setpriority(os.PRIO_PGRP, 0, 19)",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "the_next_job_does_not_wait_for_its_disk",
        # ioprio_set gives the process group the class "idle", so that it waits for the disk.
        cells=("import ctypes\nctypes.CDLL(None).syscall(251, 2, 0, 3 << 13)",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "killing_the_parent_does_not_stop_the_grader",
        cells=(
            "import os, signal\nfor number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):\n"
            "    for process in (os.getppid() or 2, 1, 2, 3, 4, 5):\n"
            "        try:\n            os.kill(process, number)\n"
            "        except OSError:\n            pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "killing_everything_from_an_answer_costs_only_its_question",
        answers=answer("import os, signal\nos.kill(-1, signal.SIGKILL)"),
        deserves=2,
    ),
    Attack(
        "one_answer_does_not_interrupt_the_questions_after_it",
        answers=answer("import os, signal\nos.kill(1, signal.SIGINT)") | {"tanh_forward": TANH},
        deserves=4,
    ),
    Attack(
        "an_alarm_sent_by_an_answer_does_not_end_the_job",
        answers=answer("import os, signal\nos.kill(1, signal.SIGALRM)") | {"tanh_forward": TANH},
        deserves=4,
    ),
    Attack(
        "a_traced_job_still_ends_in_time",
        # PTRACE_ATTACH stops the process that runs the questions.
        answers=answer(
            "import ctypes, time\nctypes.CDLL(None).ptrace(16, 1, None, None)\ntime.sleep(1000)"
        ),
        deserves=2,
    ),
    Attack(
        "a_question_cannot_rewrite_the_memory_of_its_job",
        answers=answer(
            "import ctypes, numpy\n"
            "class Part(ctypes.Structure):\n"
            "    _fields_ = [('start', ctypes.c_void_p), ('length', ctypes.c_size_t)]\n"
            "zeros = ctypes.create_string_buffer(1 << 16)\n"
            "for value in (x, W, b, numpy.float64, list, {}.__class__):\n"
            "    mine = Part(ctypes.addressof(zeros), len(zeros))\n"
            "    theirs = Part(id(value) & ~0xFFF, len(zeros))\n"
            "    write = ctypes.CDLL(None).process_vm_writev\n"
            "    write(1, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)"
        ),
        deserves=2,
    ),
]

STAYING = [
    Attack(
        "a_child_does_not_outlive_its_job",
        cells=(STAY + "if os.fork() == 0:\n    stay()",),
    ),
    Attack(
        "a_daemon_does_not_outlive_its_job",
        cells=(
            STAY + "if os.fork() == 0:\n    os.setsid()\n    if os.fork():\n"
            "        os._exit(0)\n    os.closerange(0, 256)\n    stay()",
        ),
    ),
    Attack(
        "a_process_that_blocks_every_signal_does_not_outlive_its_job",
        cells=(
            STAY + "if os.fork() == 0:\n"
            "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
            "    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
            "        try:\n            signal.signal(number, signal.SIG_IGN)\n"
            "        except (OSError, ValueError):\n            pass\n"
            "    stay()",
        ),
    ),
    Attack(
        "a_daemon_in_a_pid_namespace_of_its_own_does_not_outlive_its_job",
        cells=(
            STAY + "if os.fork() == 0:\n    os.setsid()\n"
            "    ctypes.CDLL(None).unshare(0x10000000 | 0x20000000)  # user and PID namespace\n"
            "    if os.fork() == 0:\n        stay()\n    stay()",
        ),
    ),
    Attack(
        "a_job_that_clears_its_death_signal_does_not_outlive_its_supervisor",
        cells=(
            STAY + "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
            "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG\n"
            "stay()",
        ),
    ),
    Attack(
        "an_answer_that_stays_behind_its_job_is_found",
        # The answers are right and deserve their points. But the main process of the job does not
        # end when it should.
        cells=(
            STAY + "import sys\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG\n"
            "leave = os._exit\nfirst = os.getpid()\n"
            "os._exit = lambda code: stay() if os.getpid() == first else leave(code)",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_child_of_an_answer_does_not_outlive_its_job",
        answers={
            "relu_forward": STAY + "def relu_forward(x):\n    if os.fork() == 0:\n"
            "        os.setsid()\n        stay()\n"
            "    return np.maximum(np.asarray(x, dtype=float), 0), None"
        },
        deserves=2,
    ),
    Attack(
        "another_program_does_not_outlive_its_job",
        cells=(
            "import subprocess\n"
            "subprocess.Popen(['backprop-attack', '1000'], executable='/usr/bin/sleep',\n"
            "                 start_new_session=True)",
        ),
    ),
    Attack(
        "a_thread_does_not_outlive_its_job",
        cells=(STAY + "import threading\nthreading.Thread(target=stay).start()",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "what_runs_at_exit_does_not_outlive_the_job",
        cells=(
            STAY + "import atexit\natexit.register(stay)\nos.register_at_fork(after_in_child=stay)",
        ),
    ),
    Attack(
        "a_timer_of_the_kernel_does_not_outlive_the_job",
        cells=(
            STAY + "if os.fork() == 0:\n"
            "    call_itself_attack()\n"
            "    signal.signal(signal.SIGALRM, lambda *_: os.fork())\n"
            "    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.5)\n"
            "    while True:\n        signal.pause()",
        ),
    ),
]

CLOCKS = [
    Attack(
        "a_cell_that_ignores_the_alarm_is_stopped",
        cells=(
            "import signal\nfor alarm in (signal.SIGALRM, signal.SIGPROF):\n"
            "    signal.signal(alarm, signal.SIG_IGN)\nwhile True: pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_blocks_the_alarm_is_stopped",
        cells=(
            "import signal\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGPROF})\n"
            "while True: pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_disarms_its_timer_is_stopped",
        cells=(
            "import signal\nfor timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):\n"
            "    signal.setitimer(timer, 0)\nwhile True: pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_moves_its_timer_is_stopped",
        cells=(
            "import signal\nfor timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):\n"
            "    signal.setitimer(timer, 1e6)\nwhile True: pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_catches_everything_is_stopped",
        cells=(
            "while True:\n    try:\n        while True: pass\n    except BaseException: continue",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_replaces_the_alarm_for_good_is_stopped",
        cells=(
            "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\n"
            "signal.signal(signal.SIGPROF, lambda *_: None)\n"
            "signal.signal = lambda *_: None\nwhile True: pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_inside_one_long_call_is_stopped",
        # Python handles a signal only after the call has returned.
        cells=("max(range(10**12))",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_waits_for_its_vfork_is_stopped",
        # Until the child ends, SIGKILL is the only signal that stops the parent.
        cells=("import ctypes, time\nif ctypes.CDLL(None).vfork() == 0:\n    time.sleep(1000)",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_cell_that_stops_the_clock_of_python_is_stopped",
        cells=(
            "import time\ntime.monotonic = time.time = time.perf_counter = lambda: 0.0\n"
            "while True: time.sleep(0.01)",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "many_slow_cells_leave_time_for_the_questions",
        cells=tuple(["import time\ntime.sleep(1000)"] * 14),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "an_answer_ends_in_time_although_its_job_cannot_kill",
        cells=("import os\nos.kill = lambda *_: None",),
        answers=answer("while True: pass"),
        deserves=2,
    ),
    Attack(
        "an_answer_that_ignores_every_signal_is_a_timeout",
        answers=answer(
            "import signal\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
            "while True: pass"
        ),
        deserves=2,
    ),
    Attack(
        "an_answer_that_catches_everything_is_a_timeout",
        answers=answer(
            "while True:\n    try:\n        while True: pass\n    except BaseException: continue"
        ),
        deserves=2,
    ),
]

CHILDREN = [
    Attack(
        "a_fork_bomb_in_a_cell_stays_within_its_job",
        cells=(
            STAY + "for number in range(300):\n    try:\n        if os.fork() == 0: stay()\n"
            "    except OSError: pass",
        ),
    ),
    Attack(
        "a_fork_bomb_in_an_answer_stays_within_its_job",
        answers={
            "linear_forward": STAY + "def linear_forward(x, W, b):\n"
            "    for number in range(300):\n        if os.fork() == 0: stay()"
        },
    ),
    Attack(
        "a_bomb_of_threads_stays_within_its_job",
        cells=(
            "import threading, time\nfor number in range(1000):\n"
            "    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
        ),
    ),
    Attack(
        "children_that_nobody_waits_for_cost_nobody_else_a_process",
        cells=("import os\nfor number in range(50):\n    if os.fork() == 0: os._exit(0)",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_job_that_cannot_wait_for_children_is_still_marked",
        cells=("import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_job_that_closes_every_descriptor_harms_only_itself",
        cells=("import os\nos.closerange(3, 256)",),
        answers=TWO_RIGHT,
        deserves=6,
    ),
]

# No process inside a job can kill process 1 of the job. So if process 1 was killed, the grader
# assumes that a program outside did it: it grades the job again and then reports its own failure.
# These attacks pretend that process 1 was killed.
PRETENDING = [
    Attack(
        "a_job_that_ends_with_the_number_of_a_signal_was_not_killed",
        cells=("import os\nos._exit(9)",),
    ),
    Attack(
        "a_program_in_place_of_a_job_that_ends_so_was_not_killed",
        cells=("import os\nos.execv('/bin/sh', ['sh', '-c', 'exit 9'])",),
    ),
    Attack(
        "a_job_has_no_limit_of_its_own_by_which_the_kernel_kills_it",
        cells=(
            "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
            "resource.prlimit(0, resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
            "while True: pass",
        ),
        answers=TWO_RIGHT,
        deserves=6,
    ),
    Attack(
        "a_shell_that_sets_a_limit_does_not_end_the_job",
        cells=("import os\nos.execv('/bin/sh', ['sh', '-c', 'ulimit -t 1; while :; do :; done'])",),
    ),
]

ATTACKS = [*PRETENDING, *ENDINGS, *KILLING, *STAYING, *CLOCKS, *CHILDREN]
