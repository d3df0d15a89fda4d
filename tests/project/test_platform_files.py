"""The files for Binder, dev containers and Docker name things that are there."""

import json
import re
import shlex

import pytest

from autograder.cli import new_parser
from support.places import ROOT


def test_binder_takes_the_pinned_versions():
    pinned = set((ROOT / "requirements.txt").read_text().splitlines())
    wanted = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert set(wanted) <= pinned, "copy the versions from requirements.txt"
    assert (ROOT / "binder" / "postBuild").stat().st_mode & 0o111


def test_the_container_copies_and_installs_what_is_there():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "ENTRYPOINT", "CMD"}
    assert {line.split()[0] for line in lines} <= known
    for line in lines:
        if line.startswith("COPY"):
            source = line.split()[1]
            assert (ROOT / source).exists()
        if line.startswith(("ENTRYPOINT", "CMD")):
            assert json.loads(line.split(maxsplit=1)[1])
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "build"} <= set(ignored)


def test_the_dev_container_is_made_of_the_same_file():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text()
    settings = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert (
        ROOT / ".devcontainer" / settings["build"]["dockerfile"]
    ).resolve() == ROOT / "Dockerfile"
    told = (ROOT / "docs" / "container.md").read_text()
    for argument in settings["runArgs"]:
        assert argument.replace("=", " ", 1) in told


@pytest.mark.parametrize(("page", "expected"), [("container.md", 1), ("data.md", 3)])
def test_the_commands_of_a_page_are_commands_that_there_are(page, expected):
    text = (ROOT / "docs" / page).read_text().replace("\\\n", " ")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    commands = re.findall(r"(?:^autograder|backpropagation) +(\w+ .*)$", blocks, re.MULTILINE)
    assert len(commands) == expected
    for command in commands:
        assert new_parser().parse_args(shlex.split(command.split("  #")[0]))
