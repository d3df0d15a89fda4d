"""Attacks that use too much memory, disk, descriptors, output, depth or time.

Each attack stops a little above the limit that it tests, so that a machine without this limit
fails the test but survives. For the same reason, an attack makes the grader itself use at most
2 GiB.
"""

from textwrap import dedent

from .attack import Attack

LINEAR = "def linear_forward(x, W, b):\n    return np.asarray(x) @ W + b, None"
RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"
TWO_RIGHT = {"linear_forward": LINEAR, "relu_forward": RELU}  # 4 + 2 points


def answer(body: str) -> dict[str, str]:
    """Return two answers: linear_forward runs `body` and is wrong, and relu_forward is right."""
    code = "def linear_forward(x, W, b):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return {"linear_forward": code + "    return x * 0, None", "relu_forward": RELU}


def beside_right_answers(name: str, *cells: str) -> Attack:
    """Return an attack by cells before two right answers, which are worth 6 points."""
    return Attack(name, cells=tuple(dedent(cell) for cell in cells), answers=TWO_RIGHT, deserves=6)


def in_an_answer(name: str, body: str) -> Attack:
    """Return an attack by a wrong answer beside a right one, which is worth 2 points."""
    return Attack(name, answers=answer(dedent(body)), deserves=2)


FORGE = dedent("""\
    import json, os, stat
    import numpy as np

    def framed(data):
        return len(data).to_bytes(8, "little") + data

    def message(tree, *arrays):
        described = [[array.dtype.str, array.shape, "C"] for array in arrays]
        return headed(json.dumps({"tree": tree, "arrays": described}).encode(), *arrays)

    def headed(header, *arrays):
        return framed(framed(header) + b"".join(array.tobytes() for array in arrays))

    def say(data, kind=bool):
        for number in range(3, 64):
            try:
                if kind(os.fstat(number).st_mode):
                    os.set_blocking(number, True)
                    view = memoryview(data)
                    while view:
                        view = view[os.write(number, view):]
            except OSError:
                pass
    """)

MEMORY = [
    beside_right_answers(
        "one_process_does_not_take_the_memory_of_the_machine",
        "hoard = b'x' * (4 << 30)",
    ),
    beside_right_answers(
        "many_processes_do_not_take_more_memory_than_one_may",
        """\
        import os, time
        for number in range(11):
            if os.fork() == 0:
                hoard = b"x" * (400 << 20)
                time.sleep(0.7)
                os._exit(0)
        time.sleep(0.7)
        """,
    ),
    beside_right_answers(
        "shared_mappings_count_as_memory",
        """\
        import mmap
        hoard = mmap.mmap(-1, 4 << 30)
        for start in range(0, 4 << 30, 64 << 20):
            hoard[start:start + (64 << 20)] = b"x" * (64 << 20)
        """,
    ),
    beside_right_answers(
        "files_in_memory_count_as_memory",
        """\
        import os
        hoard = [os.memfd_create(f"hoard {number}") for number in range(75)]
        for number in hoard:
            os.posix_fallocate(number, 0, 60 << 20)
        """,
    ),
    beside_right_answers(
        "segments_of_system_v_count_as_memory",
        """\
        import ctypes
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        for number in range(9):
            segment = libc.shmget(0, ctypes.c_size_t(500 << 20), 0o1600)
            where = ctypes.c_void_p(libc.shmat(segment, None, 0))
            if where.value not in (None, ctypes.c_void_p(-1).value):
                libc.memset(where, 1, ctypes.c_size_t(500 << 20))
                libc.shmdt(where)
        """,
    ),
    beside_right_answers(
        "a_file_system_of_its_own_counts_as_memory",
        """\
        import ctypes, os
        libc, user = ctypes.CDLL(None), os.getuid()
        if os.fork() == 0:
            libc.unshare(0x10000000 | 0x00020000)  # user and mount namespace
            for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"),
                               ("gid_map", f"0 {user} 1")):
                try:
                    open(f"/proc/self/{name}", "w").write(text)
                except OSError:
                    pass
            os.mkdir("/scratch/hoard")
            libc.mount(b"none", b"/scratch/hoard", b"tmpfs", 0, b"size=6g")
            for number in range(75):
                with open(f"/scratch/hoard/{number}", "wb") as file:
                    os.posix_fallocate(file.fileno(), 0, 60 << 20)
            os._exit(0)
        os.wait()
        """,
    ),
    beside_right_answers(
        "full_pipes_and_sockets_count_as_memory",
        """\
        import fcntl, os, socket
        hoard = []
        try:
            while True:
                out, into = os.pipe()
                hoard += [out, into]
                fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 1 << 20)
                os.set_blocking(into, False)
                os.write(into, b"x" * (1 << 20))
        except OSError:
            while hoard:
                os.close(hoard.pop())
        """,
    ),
    beside_right_answers(
        "a_decompression_bomb_stays_within_its_memory",
        """\
        import zlib
        small = zlib.compressobj(9)
        bomb = b"".join(small.compress(bytes(1 << 20)) for number in range(64))
        hoard = [zlib.decompress(bomb + small.flush()) for number in range(80)]
        """,
    ),
    beside_right_answers(
        "limits_are_not_raised_again",
        """\
        import ctypes, resource
        kinds = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
        ctypes.CDLL(None).unshare(0x10000000)  # a user namespace, to get all capabilities there
        for kind in kinds:
            for process in (0, 1):
                try:
                    resource.prlimit(process, kind, (-1, -1))
                except (OSError, ValueError):
                    pass
        hoard = b"x" * (4 << 30)
        """,
    ),
    in_an_answer("an_answer_does_not_take_the_memory_of_the_machine", "hoard = b'x' * (4 << 30)"),
]

FILES = [
    beside_right_answers(
        "a_full_scratch_costs_only_the_one_who_filled_it",
        """\
        for number in range(100):
            with open(f"/scratch/{number}", "wb", buffering=0) as file:
                file.write(bytes(1 << 20))
        """,
    ),
    beside_right_answers(
        "a_hundred_thousand_files_cost_only_the_one_who_made_them",
        """\
        for number in range(100_000):
            open(f"/scratch/{number}", "w").close()
        """,
    ),
    beside_right_answers(
        "a_sparse_file_is_no_larger_than_scratch",
        """\
        import os
        with open("/scratch/sparse", "wb") as file:
            os.truncate(file.fileno(), 1 << 40)
        """,
    ),
    beside_right_answers(
        "no_descriptor_left_costs_only_the_one_who_took_them",
        """\
        import os
        hoard = []
        while True:
            hoard.append(os.open("/dev/null", os.O_RDONLY))
        """,
    ),
    beside_right_answers(
        "a_path_of_ten_thousand_folders_is_cleaned_up",
        """\
        import os
        for depth in range(10_000):
            os.mkdir("d")
            os.chdir("d")
        """,
    ),
]

OUTPUT = [
    beside_right_answers(
        "endless_text_is_cut",
        "while True:\n    print('x' * 100_000)",
    ),
    beside_right_answers(
        "endless_warnings_are_cut",
        "import sys\nwhile True:\n    sys.stderr.write('backprop ' * 10_000)",
    ),
    beside_right_answers(
        "endless_bytes_to_the_standard_descriptors_go_nowhere",
        "import os\nwhile True:\n    os.write(1, b'x' * 65536)\n    os.write(2, b'x' * 65536)",
    ),
    beside_right_answers(
        "a_hundred_thousand_outputs_are_cut",
        "for number in range(100_000):\n    display('x' * 100)",
    ),
    beside_right_answers(
        "a_million_pictures_are_cut",
        """\
        import struct, zlib

        def chunk(kind, data):
            end = struct.pack(">I", zlib.crc32(kind + data))
            return struct.pack(">I", len(data)) + kind + data + end

        head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
        body = zlib.compress(bytes(2))
        picture = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)
        picture += chunk(b"IEND", b"")
        for number in range(1_000_000):
            display({"image/png": picture}, raw=True)
        """,
    ),
    beside_right_answers(
        "a_picture_of_thirty_megabytes_is_left_out",
        """\
        picture = b"\\x89PNG\\r\\n\\x1a\\n" + bytes(30 << 20)
        display({"image/png": picture}, raw=True)
        """,
    ),
    beside_right_answers(
        "sixty_megabytes_of_pictures_are_not_kept",
        *[
            """\
            import os, struct, zlib

            def chunk(kind, data):
                end = struct.pack(">I", zlib.crc32(kind + data))
                return struct.pack(">I", len(data)) + kind + data + end

            head = struct.pack(">IIBBBBB", 439, 440, 8, 0, 0, 0, 0)
            for number in range(10):
                body = zlib.compress(os.urandom(440 * 440), 0)
                picture = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)
                display({"image/png": picture + chunk(b"IEND", b"")}, raw=True)
            """
        ]
        * 30,
    ),
    beside_right_answers(
        "nine_megabytes_of_printed_text_are_not_kept",
        *["print('x' * 9_999)"] * 900,
    ),
    beside_right_answers(
        "a_picture_of_ten_milliards_of_points_is_not_unpacked",
        """\
        import struct, zlib

        def chunk(kind, data):
            end = struct.pack(">I", zlib.crc32(kind + data))
            return struct.pack(">I", len(data)) + kind + data + end

        head = struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0)
        body = zlib.compress(bytes(12_501) * 1000)
        picture = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)
        display({"image/png": picture + chunk(b"IEND", b"")}, raw=True)
        """,
    ),
    beside_right_answers(
        "a_picture_that_is_no_base64_costs_only_itself",
        "display({'image/png': 'x'}, raw=True)",
    ),
    beside_right_answers(
        "an_output_whose_text_fails_costs_only_itself",
        """\
        class Silent(str):
            def __str__(self):
                raise SystemExit("not a word")

        display({"text/plain": Silent("x")}, raw=True)
        """,
    ),
    beside_right_answers(
        "an_output_whose_text_never_ends_is_stopped",
        """\
        class Endless(str):
            def __str__(self):
                while True:
                    pass

        display({"text/plain": Endless("x")}, raw=True)
        """,
    ),
    beside_right_answers(
        "a_repr_that_never_ends_is_stopped",
        """\
        class Endless:
            def __repr__(self):
                while True:
                    pass

        Endless()
        """,
    ),
    beside_right_answers(
        "an_error_of_a_hundred_megabytes_is_cut",
        "raise ValueError('x' * (100 << 20))",
    ),
    beside_right_answers(
        "an_error_that_cannot_be_printed_costs_only_its_cell",
        """\
        class Silent(Exception):
            def __str__(self):
                raise self

        raise Silent
        """,
    ),
    beside_right_answers(
        "an_error_whose_text_never_ends_is_stopped",
        """\
        class Endless(BaseException):
            def __str__(self):
                while True:
                    pass

        get_ipython().showtraceback = lambda *_, **__: None
        raise Endless
        """,
    ),
    in_an_answer(
        "an_error_of_an_answer_whose_text_never_ends_is_a_timeout",
        """\
        class Endless(Exception):
            def __str__(self):
                while True:
                    pass
        raise Endless
        """,
    ),
    in_an_answer(
        "an_error_of_an_answer_of_a_hundred_megabytes_is_cut",
        "raise ValueError('x' * (100 << 20))",
    ),
    beside_right_answers(
        "forged_text_of_a_cell_is_cut",
        FORGE
        + dedent("""\
        cell = [["cell", 0], ["text", "x" * (30 << 20)], ["pictures", {"list": []}], ["error", ""]]
        say(message({"dict": cell}))
        """),
    ),
    beside_right_answers(
        "a_hundred_thousand_forged_cells_are_left_out",
        FORGE
        + dedent("""\
        cell = [["cell", 0], ["text", "forged"], ["pictures", {"list": []}], ["error", ""]]
        say(message({"dict": cell}) * 100_000)
        """),
    ),
]

ANSWERS = [
    in_an_answer("an_answer_of_a_gigabyte_is_given_up", "return np.ones(1 << 27), None"),
    in_an_answer(
        "an_empty_array_with_a_milliard_rows_is_compared_at_once",
        "return np.empty((10**9, 0)), None",
    ),
    in_an_answer(
        "an_empty_array_with_a_milliard_columns_is_compared_at_once",
        "return np.empty((0, 10**9)), None",
    ),
    in_an_answer(
        "an_answer_nested_a_million_deep_is_an_error",
        """\
        nest = []
        for depth in range(1_000_000):
            nest = [nest]
        return nest, None
        """,
    ),
    in_an_answer(
        "an_answer_that_holds_itself_is_an_error",
        """\
        nest = []
        nest.append(nest)
        return nest, None
        """,
    ),
    in_an_answer(
        "an_answer_of_lists_that_share_lists_is_given_up",
        """\
        laugh = [0.0] * 50
        for depth in range(12):
            laugh = [laugh] * 50
        return laugh, None
        """,
    ),
    in_an_answer(
        "an_answer_of_a_hundred_thousand_keys_has_a_short_message",
        "return {str(number): number for number in range(100_000)}, None",
    ),
    in_an_answer(
        "an_answer_of_ragged_lists_has_a_short_message",
        """\
        nest = [1.0, [2.0, "x" * 100]]
        for depth in range(4):
            nest = [nest] * 12
        return nest, None
        """,
    ),
    in_an_answer(
        "a_text_of_seven_megabytes_has_a_short_message",
        "return '\\x00\\x1b[31m' * 200_000, None",
    ),
    in_an_answer(
        "an_endless_generator_is_no_answer",
        """\
        def numbers():
            while True:
                yield 1.0
        return numbers(), None
        """,
    ),
    in_an_answer(
        "an_endless_generator_is_not_unpacked_for_ever",
        """\
        return np.fromiter(iter(lambda: 1.0, 0), float), None
        """,
    ),
    Attack(
        "a_whole_number_of_a_million_digits_is_given_up",
        cells=("import sys\nsys.set_int_max_str_digits(0)",),
        answers={
            "count_evaluations": "def count_evaluations(widths):\n"
            "    return 10 ** 1_000_000, 10 ** 4_000",
            "relu_forward": RELU,
        },
        deserves=2,
    ),
    Attack(
        "one_array_named_many_times_is_not_copied_many_times",
        answers=answer(
            FORGE
            + dedent("""\
            names = {"list": [{"array": 0}] * 150}
            record = [["kind", "answer"], ["answer", {"dict": [["out", names]]}]]
            record += [["inputs", None], ["text", ""]]
            say(message({"dict": record}, np.ones(1 << 19)))
            os._exit(0)
            """)
        ),
        deserves=2,
    ),
    Attack(
        "a_question_to_the_grader_does_not_take_its_memory",
        # linear_forward is wrong, so the grader computes it for the job. The arguments are empty
        # arrays, but the result would be large.
        answers={
            "linear_forward": "def linear_forward(x, W, b):\n    return x * 0, None",
            "mlp_forward": dedent("""\
            def mlp_forward(params, x):
                for number in range(3):
                    try:
                        linear_forward(np.empty((6000, 0)), np.empty((0, 6000)), np.zeros(1))
                    except Exception:
                        pass
                return x, None
            """),
            "relu_forward": RELU,
        },
        deserves=2,
    ),
]

TIME = [
    in_an_answer("an_answer_that_sleeps_for_ever_is_a_timeout", "import time\ntime.sleep(10**9)"),
    in_an_answer(
        "an_answer_that_waits_for_nothing_is_a_timeout",
        "import select\nselect.select([], [], [])",
    ),
    in_an_answer(
        "an_answer_that_spins_in_fifty_threads_is_a_timeout",
        """\
        import threading
        def spin():
            while True:
                np.ones(100_000).sum()
        for number in range(50):
            threading.Thread(target=spin).start()
        spin()
        """,
    ),
    in_an_answer(
        "threads_of_an_answer_do_not_delay_the_next",
        """\
        import threading, time
        for number in range(20):
            threading.Thread(target=time.sleep, args=(1000,)).start()
        """,
    ),
    in_an_answer(
        "a_recursion_without_a_bottom_costs_only_its_question",
        """\
        import sys
        sys.setrecursionlimit(2**31 - 1)
        def fall(value):
            return sorted([value], key=fall)
        fall(x)
        """,
    ),
    in_an_answer(
        "a_backtracking_expression_is_a_timeout",
        "import re\nre.match(r'(a|a)*$', 'a' * 60 + 'b')",
    ),
    in_an_answer("a_power_that_never_ends_is_a_timeout", "7 ** 10**9"),
    beside_right_answers("a_power_in_a_cell_is_stopped", "huge = 7 ** 10**9"),
    beside_right_answers(
        "a_cell_that_fills_its_source_with_brackets_is_a_failing_cell",
        "eval('(' * 100_000 + ')' * 100_000)",
    ),
    beside_right_answers(
        "a_deadlock_is_stopped",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    ),
]

# Data that are small as bytes but would become large in the grader. The grader must not expand
# them.
UNFOLDING = [
    Attack(
        "a_list_of_texts_is_not_made_an_array_of_the_longest",  # 13 TB
        answers={
            "linear_forward": "def linear_forward(x, W, b):\n"
            "    return ['x' * 4_000_000] + [''] * 900_000, None",
            "relu_forward": RELU,
        },
        deserves=2,
    ),
    Attack(
        "a_list_of_texts_that_would_fit_is_not_made_an_array_either",  # 1.6 GB
        answers={
            "linear_forward": "def linear_forward(x, W, b):\n"
            "    return ['x' * 1_000_000] + [''] * 400, None",
            "relu_forward": RELU,
        },
        deserves=2,
    ),
    Attack(
        "a_long_list_is_refused_soon",
        answers={
            "linear_forward": "def linear_forward(x, W, b):\n    return [0] * 700_000, None",
            "relu_forward": RELU,
        },
        deserves=2,
    ),
    Attack(
        "an_array_that_is_named_many_times_is_no_answer",  # 1.6 GB
        answers=answer(
            FORGE
            + dedent("""\
            names = ",".join(['{"array":0}'] * 1000)
            header = (
                '{"tree":{"dict":[["kind","answer"],["answer",{"dict":[["out",{"list":[' + names
                + ']}]]}],["inputs",null],["text",""]]},"arrays":[["<f8",[200000],"C"]]}'
            )
            say(headed(header.encode(), np.ones(200_000)), stat.S_ISFIFO)
            os._exit(0)
            """)
        ),
        deserves=2,
    ),
    Attack(
        "a_header_of_nothing_but_brackets_is_not_read",  # 1.5 GB
        cells=(
            FORGE
            + 'brackets = b"{}," * 19_000_000\n'
            + """header = b'{"tree":{"list":[' + brackets + b'0]},"arrays":[]}'\n"""
            + "say(headed(header), stat.S_ISSOCK)\n",
        ),
    ),
]

# Cells and answers that are easy to make and that a careless grader would read for hours.
DEEP = """\
def deep(numbers):
    nested = [0.5] * numbers
    for _ in range(12):
        nested = [nested]
    return nested
"""
READING = [
    Attack("a_million_blank_lines_are_read_at_once", ("\n" * 1_000_000 + "x = 1",)),
    Attack("half_a_million_lines_of_a_space_are_read_at_once", (" \n" * 500_000 + "x = 1",)),
    Attack("a_million_spaces_are_read_at_once", (" " * 1_000_000 + "\nx ?\n",)),
    Attack("a_million_question_marks_are_read_at_once", ("?" * 1_000_000,)),
    *(
        Attack(
            f"deep_lists_of_{kind}_are_converted_once",
            (DEEP,),
            {
                "linear_forward": f"def linear_forward(x, W, b):\n    return {value}, None",
                "sigmoid_forward": f"def sigmoid_forward(x):\n    return {value}, None",
                "tanh_forward": f"def tanh_forward(x):\n    return {value}, None",
                "softmax": f"def softmax(z):\n    return {value}",
                "mlp_forward": f"def mlp_forward(params, x):\n    return {value}, None",
                "log_probabilities": f"def log_probabilities(z):\n    return {value}",
            },
        )
        for kind, value in (
            ("many_numbers", "deep(32_768)"),
            ("few_numbers", "deep(4_096)"),
            ("single_numbers", "[[0.5]] * 20_000"),
            ("unequal_lists", "[[0.5] * (i % 3) for i in range(20_000)]"),
            ("texts", "['a'] * 30_000"),
            ("dicts", "[{'a': 1}] * 20_000"),
        )
    ),
]

ATTACKS = [*UNFOLDING, *READING, *MEMORY, *FILES, *OUTPUT, *ANSWERS, *TIME]
