"""All hostile notebooks in one batch with honest ones: they gain no marks and do no harm."""

import contextlib
import hashlib
import json
import os
import re
import socket
import threading
from pathlib import Path

import pytest

from attacks import ASSIGNMENT, ATTACKS, hand_in, notebook
from attacks.forging import GRADER
from autograder.grading.assignment import course_assignments
from autograder.grading.batch import Plan, grade_batch
from autograder.grading.course_folder import CourseFolder
from autograder.grading.worker import local_workers
from autograder.sandbox.client import GRACE_SECONDS
from autograder.sandbox.inside import job, messages
from autograder.sandbox.inside.clocks import wall_seconds
from autograder.sandbox.policy import Limits
from support.notebooks import solved_file
from support.places import ROOT
from support.sharing import alone_on_this_machine

pytestmark = pytest.mark.sandbox

ASSIGNMENTS = course_assignments()

LIMITS = Limits(cell_seconds=1, cells_seconds=3, question_seconds=1)
EVERY = 5  # number of attacks for each honest neighbour
SOLVED = solved_file(ASSIGNMENT).read_bytes()
TCP, UDP = 48123, 48124  # the ports to which the attacks try to send data
LARGEST_KEPT = 4_000_000  # bytes: 2 MB of pictures as Base64, and the texts
FULL = sum(q.points for q in ASSIGNMENTS[ASSIGNMENT].questions)
# The time for the cells, for every question, and for all of that a second time, with right answers
# to the earlier questions.
MAX_SECONDS = 2 * wall_seconds(LIMITS.cells_seconds) + len(ASSIGNMENTS[ASSIGNMENT].questions) * (
    2 * wall_seconds(LIMITS.question_seconds) + GRACE_SECONDS
)


def mistaken():
    """Return a notebook with one mistake, which must cost points only once.

    Later answers use the wrong function, so the grader computes it for them.
    """
    made = json.loads(SOLVED)
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "linear_forward-answer":
            cell["source"] = "def linear_forward(x, W, b):\n    return x @ W - b, (x, W)"
    return json.dumps(made).encode()


def chosen_attacks(config):
    """Return the attacks to run by name: all of them, or those that match --attacks."""
    wanted = config.getoption("--attacks")
    found = {name: attack for name, attack in ATTACKS.items() if re.search(wanted, name)}
    if not found:
        raise pytest.UsageError(f"no attack has a name that matches {wanted!r}")
    return found


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", chosen_attacks(metafunc.config))


@pytest.fixture(scope="module")
def chosen(request):
    return chosen_attacks(request.config)


@pytest.fixture(scope="module")
def course(tmp_path_factory, chosen):
    folder = tmp_path_factory.mktemp("attacked")
    for i, attack in enumerate(chosen.values()):
        hand_in(
            folder / "submitted" / f"{i:03}-{attack.name}" / ASSIGNMENT,
            notebook(attack),
            attack.files,
        )
    for i in range(0, max(len(chosen), EVERY + 1), EVERY):  # at least one neighbour of each kind
        name, content = ("honest", SOLVED) if i % 2 else ("mistaken", mistaken())
        hand_in(folder / "submitted" / f"{i:03}-{name}" / ASSIGNMENT, content, {})
    return folder


@pytest.fixture(scope="module")
def heard():
    """All connections and data that arrive where the attacks try to send data.

    Another run on this machine waits, because the addresses and the names of the processes are the
    same.
    """
    with alone_on_this_machine("backprop-attacks"):
        yield from calls_of_attacks()


def calls_of_attacks():
    calls, sockets = [], []
    Path("/tmp/backprop-attack.sock").unlink(missing_ok=True)
    for family, kind, address in (
        (socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", TCP)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("0.0.0.0", UDP)),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\0backprop-attack"),
        (socket.AF_UNIX, socket.SOCK_STREAM, "/tmp/backprop-attack.sock"),
    ):
        listener = socket.socket(family, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        sockets.append(listener)
        threading.Thread(target=listen, args=(listener, calls), daemon=True).start()
    yield calls
    for listener in sockets:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # close() alone does not wake the waiting thread
        listener.close()
    os.unlink("/tmp/backprop-attack.sock")


def listen(listener, calls):
    with contextlib.suppress(OSError):
        while True:
            stream = listener.type == socket.SOCK_STREAM
            calls.append(listener.accept() if stream else listener.recvfrom(1000))


@pytest.fixture(scope="module")
def before(course):
    return fingerprints(course)


@pytest.fixture(scope="module")
def results(course, heard, before):
    """The result of every submission by name."""
    plan = Plan(
        CourseFolder(course),
        ASSIGNMENTS[ASSIGNMENT],
        b"secret of this test",
        f"sqlite:///{course}/gradebook.db",
        ROOT,
        limits=LIMITS,
    )
    with local_workers(10) as submit:  # many attacks only wait
        return {result.student: result for result in grade_batch(plan, submit)}


def fingerprints(course):
    """Return a digest of the contents of every file that an attack may try to change, by path."""
    files = [*(course / "submitted").rglob("*")]
    for folder in ("autograder", "solutions", "exercises"):
        files += (ROOT / folder).rglob("*")
    found = {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
        if p.is_file() and not p.is_symlink() and "__pycache__" not in p.parts
    }
    for place in ("/tmp", "/var/tmp", "/dev/shm", str(Path.home()), str(ROOT), str(course)):
        found |= dict.fromkeys((str(p) for p in Path(place).glob("*pwned*")), "")
    return found


def test_a_forged_message_has_the_form_that_the_grader_reads():
    forger = {}
    exec(GRADER, forger)
    for forged, kind in (
        (forger["question"](0, [forger["outcome"]()]), messages.QuestionDriven),
        (forger["shown"]({"text": "", "pictures": [], "error": ""}), messages.CellsShown),
    ):
        length, message = int.from_bytes(forged[:8], "little"), forged[8:]
        assert len(message) == length
        messages.decode(message, kind)


def test_the_attacks_use_names_that_the_process_of_a_job_has():
    sources = "\n".join(cell for attack in ATTACKS.values() for cell in attack.cells)
    names = set(re.findall(r'grader\["(\w+)"\]', sources))
    assert names
    assert {name for name in names if not hasattr(job, name)} == set()


def test_attack(results, chosen, name):
    number = list(chosen).index(name)
    result = results[f"{number:03}-{name}"]
    assert result.status in ("graded", "rejected")
    assert result.score <= ATTACKS[name].deserves
    assert result.seconds <= MAX_SECONDS + 2


def test_everybody_has_one_result(course, results):
    assert sorted(results) == sorted(path.name for path in (course / "submitted").iterdir())


def test_the_neighbours_of_attacks_keep_their_marks(results):
    linear = next(q.points for q in ASSIGNMENTS[ASSIGNMENT].questions if q.id == "linear_forward")
    for kind, score in (("-honest", FULL), ("-mistaken", FULL - linear)):
        neighbours = {n: r.score for n, r in results.items() if n.endswith(kind)}
        assert neighbours == dict.fromkeys(neighbours, score)
        assert neighbours


def test_no_file_outside_a_job_is_changed_or_made(course, results, before):
    assert fingerprints(course) == before


def test_what_is_kept_of_an_attack_is_small(course, results):
    sizes = {
        p.parent.parent.name: p.stat().st_size
        for p in (course / "autograded").rglob(f"{ASSIGNMENT}.ipynb")
    }
    assert sizes.keys() == results.keys()
    assert {name: size for name, size in sizes.items() if size > LARGEST_KEPT} == {}


def test_nothing_is_sent(results, heard):
    assert heard == []


def test_no_process_of_an_attack_is_left(results):
    names = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):  # the process may end before its name is read
            names.append(path.read_text())
    assert names
    assert not [name for name in names if name.startswith("backprop-att")]
