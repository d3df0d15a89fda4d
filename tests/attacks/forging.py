"""Forged messages to the grader, on pipes, on sockets and in printed output."""

from .attack import Attack

# Find the functions of the grader's script among all objects in this process.
GRADER = """\
import gc, os, sys, types
import numpy as np

def alive(kind):
    return [value for value in gc.get_objects() if type(value) is kind]

functions = [f for f in alive(types.FunctionType) if f.__name__ == "do_job"]
grader = functions[0].__globals__ if functions else {}

# Call this while a question runs, because then the other questions are in this process too.
def drives():
    asked = grader["AskedQuestion"]
    return [value for value in gc.get_objects() if type(value) is asked]

wire = sys.modules.get("autograder.marking.wire")

def framed(data):
    return len(data).to_bytes(8, "little") + data

def say(data):
    for number in range(3, 256):
        try:
            os.write(number, data)
        except OSError:
            pass

ANSWERS = ({"out": 0}, {"p": 0}, {"loss": 0}, {"logits": 0}, {"naive": 0, "layered": 0})

def outcome(**more):
    words = {"text": "", "place": "", "says": ""}
    right = {"kind": "answer", "answer": {}, "inputs": {}, **words, "score": 4, "points": 4}
    return framed(wire.encode({**right, **more}))

def question(number, outcomes):
    frames = np.frombuffer(b"".join(outcomes), np.uint8)
    driven = {"message": "QuestionDriven", "frames": frames, "in_time": True}
    return framed(wire.encode({**driven, "final": True, "reads": []}))

def shown(*cells):
    return framed(wire.encode({"message": "CellsShown", "cells": list(cells)}))
"""

PRINTED = """\
import os, sys

line = '{"student": "hostile", "status": "graded", "score": 32, "max_score": 32, "questions": []}'
for number in (0, 1, 2):
    try:
        os.write(number, ("\\n" + line + "\\n").encode())
    except OSError:
        pass
print(line, file=sys.__stdout__)
print(line, file=sys.__stderr__)
print(line)
"""

ON_EVERY_DESCRIPTOR = """\
import json, os

result = {"status": "graded", "score": 32.0, "kind": "answer", "verdict": "correct", "cells": []}
text = json.dumps(result).encode()
for number in range(256):
    for data in (text + b"\\n", len(text).to_bytes(8, "little") + text, b"ready", b"well"):
        try:
            os.write(number, data)
        except OSError:
            pass
"""

RIGHT_SAYS_THE_FRAME = (
    GRADER
    + """
for number in range(10):
    say(question(number, [outcome(score=4, verdict="correct", answer=a) for a in ANSWERS]))
os._exit(0)
"""
)

ON_EVERY_SOCKET = (
    GRADER
    + """
import socket

right = {"drive": 0, "kind": "answer", "verdict": "correct", "score": 4}
for number in range(3, 256):
    try:
        channel = socket.socket(fileno=os.dup(number))
        channel.send(wire.encode(right), socket.MSG_DONTWAIT)
        channel.send(framed(wire.encode(right)), socket.MSG_DONTWAIT)
    except OSError:
        pass
for address in ("\\0backprop-attack", "/tmp/backprop-attack.sock"):
    try:
        socket.socket(socket.AF_UNIX).connect(address)
    except OSError:
        pass
"""
)

KINDS = (
    GRADER
    + """
for kind in ("correct", "wrong", "manual", "lost", "timeout", ["answer"], None, True, 1e400):
    say(question(0, [outcome(kind=kind, answer={"out": None})] * 10))
"""
)

OPAQUE_EVERYWHERE = (
    GRADER
    + """
opaque = wire.Opaque("float64")
for number in range(10):
    answer = {name: opaque for names in ANSWERS for name in names}
    say(question(number, [outcome(answer=answer, inputs=opaque), outcome(answer=opaque)] * 5))
"""
)

DRIVES = (
    GRADER
    + """
# Numbers of questions that do not exist, and negative ones, which count from the end.
for number in (-1, -10, 10, 10**30, True, 0.5, "0", None, np.zeros(3), float("nan")):
    say(question(number, [outcome()] * 100))
"""
)

LENGTHS = (
    GRADER
    + """
# Frames that promise more bytes than follow, and one of length 0.
for length in (0, 1, 2**31, 2**63, 2**64 - 1):
    say(length.to_bytes(8, "little") + b"x" * 7)
"""
)

NO_CASES = (
    GRADER
    + """
# If there are no cases, then all cases are right.
def softmax(z):
    return None

def mse(pred, y):
    return None

def spoil():
    for drive in drives():
        drive["inputs"] = []

for number in range(10):
    say(question(number, []))
"""
)

EASIER_INPUTS = (
    GRADER
    + """
def zero(value):
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    return type(value)(map(zero, value)) if isinstance(value, (list, tuple)) else value

# Replace all inputs by zeros, because then the right answers are zero.
def spoil():
    for drive in drives():
        drive["inputs"] = [{k: zero(v) for k, v in case.items()} for case in drive["inputs"]]
"""
)

ZEROS = {
    "linear_forward": "def linear_forward(x, W, b):\n    spoil()\n    return 0.0 * (x @ W), None",
    "relu_forward": "def relu_forward(x):\n    return 0.0 * x, None",
    "tanh_forward": "def tanh_forward(x):\n    return 0.0 * x, None",
    "mse": "def mse(pred, y):\n    return 0.0",
}

ANOTHER_DRIVER = (
    GRADER
    + """
# Replace the driver by one that calls no answer and returns its inputs.
SOURCE = '''
def drive(code, **inputs):
    right = next(iter(inputs.values()))
    return dict.fromkeys(("out", "p", "loss", "logits", "naive", "layered", "log_p"), right)
'''
def spoil():
    for drive in drives():
        drive["driver_source"] = SOURCE
"""
)

ALWAYS_AN_ANSWER = (
    GRADER
    + """
def encode_outcome(outcome):
    inputs = sys._getframe(1).f_locals.get("inputs")
    names = ("out", "p", "loss", "logits", "naive", "layered", "log_p")
    answer = dict.fromkeys(names, wire.Opaque("right"))
    words = dict.fromkeys(("text", "place", "says"), "correct")
    return wire.encode({"kind": "answer", "answer": answer, "inputs": inputs, **words})

grader["encode_outcome"] = encode_outcome
if "__main__" in sys.modules:
    sys.modules["__main__"].encode_outcome = encode_outcome
"""
)

OWN_DRIVE = (
    GRADER
    + """
Outcome = grader["Outcome"]

def drive(driver, code, inputs):
    return Outcome("answer", inputs, inputs, "All right.", "All right.", "All right.")

grader["drive"] = drive
sys.modules["autograder.marking.driver"].drive = drive
sys.modules["__main__"].drive = drive
"""
)

OWN_ENCODE = (
    GRADER
    + """
own = wire.encode

def encode(value):
    data = own(value)
    return data.replace(b'"missing"', b'"answer"').replace(b'"error"', b'"answer"')

wire.encode = sys.modules["autograder.marking.wire"].encode = encode
"""
)

OWN_DO_JOB = (
    GRADER
    + """
def drive_in_fork(setup, questions, stand_ins):
    while questions:
        asked = questions.pop(0)
        outcomes = [outcome(inputs=inputs, answer=inputs) for inputs in asked.inputs]
        frames = np.frombuffer(b"".join(outcomes), np.uint8)
        yield grader["messages"].QuestionDriven(frames, True, True, [])

grader["drive_in_fork"] = drive_in_fork
grader["is_answered"] = lambda names, question: True
grader["CellRunner"].run = lambda self, source: {"text": "32", "pictures": [], "error": ""}
"""
)

OWN_OUTCOME = """\
import gc

# Find the class of outcomes among all objects in this process and change it.
for found in gc.get_objects():
    if isinstance(found, type) and found.__name__ == "Outcome":
        found.kind = property(lambda self: "answer", lambda self, value: None)
        found.answer = property(lambda self: self.inputs)
        found.__init__ = lambda self, *a, **k: None
        found.__getattribute__ = lambda self, name: {"kind": "answer"}.get(name)
"""

AT_EXIT = (
    GRADER
    + """
import atexit, threading, weakref

def last_words():
    for number in range(10):
        say(question(number, [outcome(answer=a) for a in ANSWERS]))

atexit.register(last_words)
own = os._exit
os._exit = lambda code: (last_words(), own(code))
os.register_at_fork(after_in_child=last_words, before=last_words)

class Late:
    def __del__(self): last_words()

late = Late()
weakref.finalize(late, last_words)
"""
)

SECOND_VOICE = (
    GRADER
    + """
import time

# A second process keeps the pipes open and writes to them while the questions run.
if os.fork() == 0:
    for _ in range(100):
        time.sleep(0.01)
        for number in range(10):
            say(question(number, [outcome(inputs=None)] * 10))
    os._exit(0)
"""
)

SHAPED_LIKE_AN_ARRAY = (
    GRADER
    + """
import json

def array(described, data):
    tree = {"dict": [["kind", "answer"], ["answer", {"dict": [["out", {"array": 0}]]}],
                     ["inputs", None], ["text", ""]]}
    head = b'{"tree": ' + json.dumps(tree).encode() + b', "arrays": [' + described + b"]}"
    return len(head).to_bytes(8, "little") + head + data

def answer_with(described, data=b""):
    grader["encode_outcome"] = lambda outcome: array(described, data)
"""
)


def header(source: str) -> tuple[str, ...]:
    """Return a cell that answers every question with an array; `source` describes the array."""
    return (SHAPED_LIKE_AN_ARRAY + f"\nanswer_with({source})\n",)


TREES = (
    GRADER
    + """
import json

def raw(tree, arrays=()):
    head = json.dumps({"tree": tree, "arrays": list(arrays)}).encode()
    return framed(len(head).to_bytes(8, "little") + head)

deep = 1
for _ in range(200):
    deep = {"list": [deep]}
for tree in (deep, {}, {"list": 3, "dict": 4}, {"array": -1}, {"array": 0}, {"opaque": deep},
             {"dict": [[deep, deep]]}, {"dict": "ab"}, {"tuple": {"a": 1}}, {"array": True}):
    say(raw(tree))
    say(raw({"dict": [["cell", tree], ["text", tree], ["pictures", tree], ["error", tree]]}))
for head in (b"[" * 100_000, b'{"tree": NaN}', b"9" * 5000, b"\\xff\\xfe", b"null",
             b'{"arrays": [1e400]}'):
    say(framed(len(head).to_bytes(8, "little") + head))
"""
)

CELLS = (
    GRADER
    + """
# Records of cells that were never run.
record = {"text": "<script>alert(1)</script> 4.0", "pictures": [], "error": ""}
say(shown(record) * 20_000)
"""
)

LONG_CELL = (
    GRADER
    + """
# The code that runs a cell limits its output. This output did not come from a cell that ran.
say(shown({"text": "4.0 " * 5_000_000, "pictures": [], "error": "x" * 5_000_000}))
"""
)

TEXT_OF_MANY_AXES = (
    GRADER
    + """
# NumPy does not shorten the text of an array with many short axes. Two million entries take a
# minute.
text = np.zeros((2,) * 19, bool)
say(shown({"text": text, "pictures": [], "error": ""}))
say(question(0, [outcome(text=text, place=text, says=text)]))
"""
)

PICTURES = (
    GRADER
    + """
# The data begin like a PNG picture and continue with HTML.
page = np.frombuffer(b"\\x89PNG\\r\\n\\x1a\\n<svg onload='alert(1)'><script>", np.uint8)
say(shown({"text": "", "pictures": [page] * 5_000, "error": ""}))
say(shown({"text": "", "pictures": ["<svg>", page, None], "error": ""}))
"""
)

LONE_SURROGATE = """\
# Half a character. JSON can contain it but UTF-8 cannot, so writing it to a file fails.
print("\\ud800")
raise ValueError("\\udfff")
"""

NUL = """\
# A C string ends at this character, and XML and some databases reject it.
print("\\0\\x1b[2J\\x07\\x08")
raise ValueError("\\0 4 of 4 points")
"""

# linear_forward is wrong, so while the grader marks mlp_forward, it computes linear_forward for
# the job. The job has a socket for this purpose, and these attacks misuse it.
WRONG = "def linear_forward(x, W, b):\n    return x @ W - b, None"
ASKS = """\
import socket

def mlp_forward(params, x):
    try:
        inside = dict(zip(linear_forward.__code__.co_freevars, linear_forward.__closure__ or ()))
    except AttributeError:
        inside = {}
    if "asked" in inside:
        ask(inside["asked"].cell_contents, sys.modules["autograder.marking.wire"])
    return np.zeros((len(x), 1)), None
"""


def asking(source: str) -> dict[str, str]:
    """Return answers that misuse the grader's socket while mlp_forward runs a second time."""
    return {"linear_forward": WRONG, "mlp_forward": source + ASKS}


EMPTY_LAST = """\
def ask(channel, wire):
    # Keep the grader busy with long sums, send messages of length 0, which mean the end, and
    # stop.
    long = (np.zeros((1500, 2), np.int8), np.zeros((2, 1500), np.int8), 0)
    question = wire.encode({"message": "CallStandIn", "name": "linear_forward", "arguments": long})
    try:
        for _ in range(12):
            channel.send(question, socket.MSG_DONTWAIT)
        for _ in range(20):
            channel.send(b"", socket.MSG_DONTWAIT)
    except OSError:
        pass

"""

UNREAD_REPLIES = """\
def ask(channel, wire):
    # Never read a reply, so that unread replies may disturb the next job.
    for _ in range(4000):
        question = {"message": "CallStandIn", "name": "relu_forward",
                    "arguments": (np.zeros(15_000, np.int8),)}
        try:
            channel.send(wire.encode(question))
            channel.send(wire.encode({**question, "arguments": ([1.0],)}))
        except OSError:
            break

"""

OUT_OF_NOTHING = """\
def ask(channel, wire):
    # The message contains no numbers, but the result would have 36 million.
    nothing = (np.zeros((6000, 0)), np.zeros((0, 6000)), 0.0)
    for _ in range(3):
        channel.send(wire.encode(
            {"message": "CallStandIn", "name": "linear_forward", "arguments": nothing}))

"""

UNREADABLE_QUESTION = """\
def ask(channel, wire):
    import json
    for described in ("(((", ["<f8", [-1], "C"], ["O", [1], "C"], ["<f8", [1 << 60], "C"], None):
        head = json.dumps({"tree": {"array": 0}, "arrays": [described]}).encode()
        channel.send(len(head).to_bytes(8, "little") + head + bytes(8))

"""

QUESTIONS_OF_ALL_KINDS = """\
def ask(channel, wire):
    for arguments in (3, None, {}, "ab", [[]] * 100, [None] * 3, ["x", "y", "z"], [float("nan")]):
        for name in ("linear_forward", "relu_forward", "", "__class__", None, ["linear_forward"]):
            asked = {"message": "CallStandIn", "name": name, "arguments": arguments}
            channel.send(wire.encode(asked), socket.MSG_DONTWAIT)

"""

FORGED_REPLY = """\
def ask(channel, wire):
    # Replies for the next job, in case it listens at the same socket.
    for value in (np.zeros((3, 4)), "", None, 0, True):
        reply = {"message": "StandInReturned", "value": value, "error": ""}
        channel.send(wire.encode(reply), socket.MSG_DONTWAIT)

"""

SETTINGS = """\
def ask(channel, wire):
    # Blocking is a property of the socket, so a change by the job also changes the grader's end.
    channel.setblocking(False)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)

"""

SHUT_DOWN = """\
def ask(channel, wire):
    channel.shutdown(socket.SHUT_RDWR)

"""

DESCRIPTORS_ALONG = """\
def ask(channel, wire):
    # Open files that are sent with a question stay open if the grader does not close them.
    import array, os
    files = array.array("i", [os.open("/dev/zero", os.O_RDONLY) for _ in range(50)])
    for _ in range(20):
        channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])

"""


ATTACKS = [
    Attack("a_result_that_is_printed_is_text", (PRINTED,)),
    Attack("a_result_on_every_descriptor_is_not_the_result", (ON_EVERY_DESCRIPTOR,)),
    Attack("a_frame_that_says_right_is_compared_all_the_same", (RIGHT_SAYS_THE_FRAME,)),
    Attack("a_result_on_every_socket_is_not_heard", (ON_EVERY_SOCKET,)),
    Attack("a_kind_of_outcome_of_ones_own_is_none", (KINDS,)),
    Attack("a_value_that_nobody_can_see_is_not_right", (OPAQUE_EVERYWHERE,)),
    Attack("an_answer_to_a_question_that_was_not_asked_is_nothing", (DRIVES,)),
    Attack("a_frame_of_any_length_is_read_to_its_end_or_not", (LENGTHS,)),
    Attack("a_question_without_cases_is_not_all_right", (NO_CASES,), ZEROS),
    Attack("easier_inputs_put_in_their_place_are_noticed", (EASIER_INPUTS,), ZEROS),
    Attack("a_driver_put_in_its_place_answers_for_nobody", (ANOTHER_DRIVER,), ZEROS),
    Attack("an_encoder_that_always_says_answer_gains_nothing", (ALWAYS_AN_ANSWER,)),
    Attack("a_drive_that_returns_its_inputs_gains_nothing", (OWN_DRIVE,)),
    Attack("a_wire_that_turns_errors_into_answers_gains_nothing", (OWN_ENCODE,)),
    Attack("a_job_that_is_done_otherwise_gains_nothing", (OWN_DO_JOB,)),
    Attack("an_outcome_class_rewritten_in_memory_gains_nothing", (OWN_OUTCOME,)),
    Attack("what_is_written_at_exit_is_no_answer", (AT_EXIT,)),
    Attack(
        "a_second_voice_on_the_pipe_gains_nothing",
        (SECOND_VOICE,),
    ),
    Attack("an_array_that_is_not_described_is_a_lost_answer", header("b'(((', bytes(16)")),
    Attack("an_array_too_deep_to_parse_is_a_lost_answer", header('b"[" * 90_000')),
    Attack(
        "an_array_of_a_number_without_end_is_a_lost_answer", header("b\"['<f8', [\" + b'9' * 9000")
    ),
    Attack(
        "an_array_of_objects_is_a_lost_answer",
        header("""b'["|O", [2], "C"]', bytes(16)"""),
    ),
    Attack(
        "an_array_of_nothing_that_is_endless_is_a_lost_answer",
        header("""b'["<f8", [%d, 0], "C"]' % (10**30)"""),
    ),
    Attack(
        "an_array_larger_than_the_message_is_a_lost_answer",
        header("""b'["<f8", [1000000000], "C"]', bytes(16)"""),
    ),
    Attack(
        "an_array_of_fewer_entries_than_none_is_a_lost_answer",
        header("""b'["<f8", [-2, -4], "F"]', bytes(64)"""),
    ),
    Attack("a_tree_of_any_form_is_read_or_refused", (TREES,)),
    Attack("cells_that_were_never_run_show_nothing_more", (CELLS,)),
    Attack("a_forged_cell_is_as_short_as_a_real_one", (LONG_CELL,)),
    Attack("a_text_that_is_an_array_keeps_nobody_busy", (TEXT_OF_MANY_AXES,)),
    Attack("a_picture_that_is_a_page_stays_a_picture", (PICTURES,)),
    Attack(
        "half_a_character_does_not_stop_the_class",
        (LONE_SURROGATE,),
        {"mse": 'def mse(pred, y):\n    raise ValueError("\\ud800")'},
    ),
    Attack(
        "a_text_with_nul_and_bells_can_be_recorded",
        (NUL,),
        {"mse": 'def mse(pred, y):\n    raise ValueError("\\0\\x1b[2J")'},
    ),
    Attack("the_end_that_a_job_announces_ends_no_other_job", (GRADER,), asking(EMPTY_LAST)),
    Attack("replies_that_nobody_reads_are_in_nobodys_way", (GRADER,), asking(UNREAD_REPLIES)),
    Attack("a_question_out_of_nothing_fills_no_memory", (GRADER,), asking(OUT_OF_NOTHING)),
    Attack("a_question_that_cannot_be_read_is_passed_over", (GRADER,), asking(UNREADABLE_QUESTION)),
    Attack("questions_of_all_kinds_are_borne", (GRADER,), asking(QUESTIONS_OF_ALL_KINDS)),
    Attack("a_reply_for_the_next_job_is_not_taken_for_ours", (GRADER,), asking(FORGED_REPLY)),
    Attack("a_setting_of_the_socket_ends_with_its_job", (GRADER,), asking(SETTINGS)),
    Attack("a_socket_that_is_shut_down_is_shut_for_one_job", (GRADER,), asking(SHUT_DOWN)),
    Attack("open_files_sent_along_are_not_kept", (GRADER,), asking(DESCRIPTORS_ALONG)),
]
