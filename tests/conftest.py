"""Shared by the tests: the sample class, a browser, how many seeds the slow promises are tried with."""

import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright

from support.places import SAMPLE_CLASS


@pytest.fixture(scope="session")
def sample_class(tmp_path_factory):
    """The folder of the sample class's submissions; to be copied from, not written to."""
    folder = tmp_path_factory.mktemp("class")
    subprocess.run([sys.executable, SAMPLE_CLASS / "build.py", folder], check=True)
    return folder / "submitted"


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium, driven by Playwright; of one module, because Playwright holds a loop."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("there is no Chromium (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=2, help="seeds for right and wrong answers")
    parser.addoption(
        "--attacks", default="", metavar="REGEX", help="run only attacks of such names"
    )


def pytest_generate_tests(metafunc):
    if "any_seed" in metafunc.fixturenames:
        metafunc.parametrize("any_seed", range(1, metafunc.config.getoption("--seeds") + 1))
