"""Shared by all tests: the sample class, sandboxes, a browser, how many seeds are tried."""

import os
import shutil
import subprocess
import sys
import zlib

# Before NumPy is imported: its threads would take the cores that other tests run on.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from browser import chromium_path

from autograder.grading.quirks import do_without_rfc3987_syntax
from autograder.sandbox.client import Sandbox
from autograder.sandbox.policy import Limits
from support.commands import run_well
from support.places import SAMPLE_CLASS, SITE, TESTS
from support.sharing import made_once
from support.site import served, stay_here

do_without_rfc3987_syntax()  # before a module imports nbformat, as the commands do


@pytest.fixture(scope="session")
def sample_class(tmp_path_factory):
    """The folder of the sample class's submissions; to be copied from, not written to."""

    def build(folder):
        subprocess.run([sys.executable, SAMPLE_CLASS / "build.py", folder], check=True)

    return made_once(tmp_path_factory, "class", build) / "submitted"


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory, sample_class):
    """The course folder of the sample class after `autograder grade`; not to be written to.

    ASSIGNMENT.jsonl has the records of each of its two assignments.
    """

    def grade(folder):
        shutil.copytree(sample_class, folder / "submitted")
        for assignment in ("02-forward", "03-backward"):
            options = ("--course", folder, "--json", folder / f"{assignment}.jsonl")
            run_well("autograder.cli", "grade", assignment, *options)

    return made_once(tmp_path_factory, "graded-class", grade)


@pytest.fixture(scope="module")
def sandbox(request):
    """A running sandbox of one module, with the module's LIMITS where it has some."""
    with Sandbox(getattr(request.module, "LIMITS", Limits())) as running:
        yield running


@pytest.fixture(scope="session", name="chromium_path")
def path_of_chromium():
    """The path of the Chromium of this machine."""
    found = chromium_path()
    if found is None:
        pytest.skip("there is no Chromium (Debian: apt install chromium-headless-shell)")
    return found


@pytest.fixture(scope="module")
def chromium(chromium_path):
    """Chromium, driven by Playwright; of one module, because Playwright holds an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def book_server():
    """The address of a server on this machine that serves the built book."""
    with served(SITE) as address:
        yield address


@pytest.fixture(scope="module")
def book_address(opened_from, book_server):
    """The address of the built book, from a server or as files on the disk."""
    return book_server if opened_from == "http" else f"{SITE.as_uri()}/"


@pytest.fixture
def reader(chromium, book_address):
    """A function that opens a page of the book, each time in a new tab of the same browser.

    After the test, it fails if a page had an error or sent a request to an address outside.
    """
    context = chromium.new_context(accept_downloads=True)
    blocked, errors = stay_here(context, book_address), []

    def opened(name):
        tab = context.new_page()
        tab.set_default_timeout(300_000)  # Python starts slowly on a busy machine
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(book_address + name)
        return tab

    yield opened
    context.close()
    assert (blocked, errors) == ([], [])


NEEDS = {
    "sandbox": pytest.mark.sandbox,
    "chromium": pytest.mark.browser,
    "chromium_path": pytest.mark.browser,
}


# Several processes share the modules. The longest begin, so that no core waits for the last one.
LONGEST_FIRST = (
    "book/test_pages.py",
    "attacks/test_attacks.py",
    "grading/test_cluster_and_postgres.py",
    "grading/test_nbgrader_plugin.py",
    "book/test_live_boxes.py",
    "book/test_live_engine.py",
    "bank/test_bank.py",
    "bank/test_same_marks.py",
    "grading/test_full_marks.py",
    "desk/test_course.py",
    "desk/test_exchange.py",
    "book/test_live_cells.py",
    "grading/test_sample_class.py",
    "book/test_fast_pages.py",
    "desk/test_jupyterhub.py",
    "desk/test_gradescope.py",
    "grading/test_late.py",
    "project/test_benchmarks.py",
    "attacks/test_feedback_pages.py",
    "desk/test_marking_page.py",
    "grading/test_crashes.py",
    "book/test_parity.py",
    "book/test_reader_memory.py",
    "book/test_hand_in.py",
    "bank/test_wrong_answers.py",
    "authoring/test_adding_a_question.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the tests that ask for a sandbox or a browser, and put the longest modules first."""
    for item in items:
        for name in NEEDS.keys() & set(item.fixturenames):
            item.add_marker(NEEDS[name])
    places = {TESTS / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=1, help="of the inputs and of the damage")
    parser.addoption(
        "--attacks", default="", metavar="REGEX", help="run only attacks of such names"
    )


def pytest_generate_tests(metafunc):
    seeds = metafunc.config.getoption("--seeds")
    if "any_seed" in metafunc.fixturenames:
        metafunc.parametrize("any_seed", range(seeds))
    if "opened_from" in metafunc.fixturenames:
        # Opening pages takes long, so each test uses one of the two, unless there are many seeds.
        first = zlib.crc32(metafunc.function.__name__.encode()) % 2
        places = ("http", "file") if seeds > 1 else (("http", "file")[first],)
        metafunc.parametrize("opened_from", places, scope="module")
