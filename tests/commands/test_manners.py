"""Every command explains itself, ends with the right code, and is completed by the shell."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest

from autograder.cli import main, new_parser
from autograder.commands.completion import _commands
from support.commands import run

COMMANDS = {each.prog.split()[-1]: each for each in _commands(new_parser())}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_that_its_parser_accepts(name):
    parser = COMMANDS[name]
    assert parser.description
    examples = re.findall(rf"autograder {name}\b((?:[^\n\\]|\\\n)*)", parser.epilog or "")
    assert examples, f"autograder {name} --help has no example"
    for example in examples:
        words = example.split("  #")[0].replace("\\\n", " ").split()
        assert parser.parse_args(words), example


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does_and_what_is_the_default(name):
    for action in COMMANDS[name]._actions:
        assert action.help, f"{name}: {action.dest} has no help"
        optional = action.option_strings and not action.required
        if optional and action.default not in (None, False, "", [], argparse.SUPPRESS):
            assert "default" in action.help, f"{name}: {action.dest} does not tell its default"


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"autograder {version('backpropagation-course')}\n"


def test_bash_completes_commands_and_options(tmp_path):
    script = run("autograder.cli", "--print-completion", "bash").stdout
    (tmp_path / "completion").write_text(script)
    ask = """
    source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    $(complete -p autograder | sed 's/.*-F \\([^ ]*\\).*/\\1/') autograder "${@: -1}" "${@: -2:1}"
    echo "${COMPREPLY[@]}"
    """

    def completed(*words):
        command = ["bash", "-c", ask, "bash", tmp_path / "completion", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert sorted(completed("autograder", "gr")) == ["grade", "gradescope"]
    assert "--regrade" in completed("autograder", "grade", "02-forward", "--re")


def test_zsh_takes_the_completion(tmp_path):
    if not shutil.which("zsh"):
        pytest.skip("there is no zsh (Debian: apt install zsh)")
    script = run("autograder.cli", "--print-completion", "zsh").stdout
    assert subprocess.run(["zsh", "-n"], input=script, text=True, check=False).returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ["check", "{none}"],
        ["check", "{folder}"],
        ["check", "{file}", "--assignment", "02-forward", "--seed-file", "{none}"],
        ["grade", "02-forward", "--course", "{none}"],
        ["grade", "02-forward", "--course", "{file}"],
        ["collect", "02-forward", "{none}", "--course", "{folder}"],
        ["export", "02-forward", "--csv", "{file}/x", "--course", "{folder}"],
        ["gradescope", "02-forward", "{file}/x.zip"],
        ["forget", "ada", "--course", "{none}"],
        ["forget", "ada", "--course", "{folder}"],
        ["forget", "../ada", "--course", "{folder}"],
        ["feedback", "02-forward", "--course", "{none}"],
        ["report", "02-forward", "--course", "{none}"],
        ["kit", "{file}"],
        ["kit", "{file}/kits"],
        ["kit", "/proc/kits"],
    ],
    ids=" ".join,
)
def test_a_path_that_cannot_be_used_ends_with_one_line_and_code_2(command, tmp_path, capsys):
    (tmp_path / "file").write_text("no notebook")
    (tmp_path / "folder").mkdir()
    places = {name: str(tmp_path / name) for name in ("none", "file", "folder")}
    assert main([word.format(**places) for word in command]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith("autograder: ")
    assert os.listdir(tmp_path / "folder") == []


def test_a_reader_that_ends_early_is_no_error():
    command = f"{sys.executable} -m autograder.cli --help | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_why_a_command_stops_is_an_event_in_the_log_of_a_service(tmp_path, capsys):
    assert main(["grade", "02-forward", "--course", str(tmp_path / "none"), "--log", "json"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["exit_code"]) == ("stopped", "error", 2)
    assert "there is no such folder" in event["message"]
