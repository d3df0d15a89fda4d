"""Shared by the tests: the sample class, and how many seeds the slow promises are tried with."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def sample_class(tmp_path_factory):
    """The folder of the sample class's submissions; to be copied from, not written to."""
    folder = tmp_path_factory.mktemp("class")
    subprocess.run([sys.executable, ROOT / "sample_class" / "build.py", folder], check=True)
    return folder / "submitted"


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=2, help="seeds for right and wrong answers")


def pytest_generate_tests(metafunc):
    if "any_seed" in metafunc.fixturenames:
        metafunc.parametrize("any_seed", range(1, metafunc.config.getoption("--seeds") + 1))
