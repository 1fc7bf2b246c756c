"""The door itself: one line an error, whatever standard output is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def call(*words: object, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "matinee", *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.run(
        command, stdout=stdout, stderr=pipe, text=True, env=os.environ | environment, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["recommen"], "No such command 'recommen'"),
        (
            ["recommend", "-k", "0"],
            "Invalid value for '-k': 0 is not in the range x>=1; see `matinee recommend --help`",
        ),
        (["import", "table", "films", "f.csv"], "Invalid value for 'TABLE': 'films' is not one of 'members', 'titles'"),
        (["train", "--fast"], "No such option '--fast'"),
        (["import", "table", "views", "f.csv", "--time", "uinx"], "--time 'uinx' is no way to write times; give unix,"),
    ],
)
def test_misuse_is_one_line(command, words, said):
    result = command(*words)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith(f"matinee: {said}")


def test_a_group_alone_shows_its_help(command):
    said = command("import")
    assert said.code == 2
    assert "netflix-history" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("words", [["--help"], ["check"], ["check", "--json"]])
def test_a_full_standard_output_is_one_line(world, words):
    with Path("/dev/full").open("w") as full:
        said = call(*words, stdout=full.fileno(), MATINEE_SERVICE=str(world))
    assert (said.returncode, said.stderr) == (1, "matinee: standard output: No space left on device\n")


@pytest.mark.parametrize("words", [["--help"], ["check", "--json"]])
def test_a_reader_that_has_gone_ends_the_command_quietly(world, words):
    reader, writer = os.pipe()
    os.close(reader)
    said = call(*words, stdout=writer, MATINEE_SERVICE=str(world))
    os.close(writer)
    assert (said.returncode, said.stderr) == (1, "")


def test_letters_that_cannot_be_written_are_replaced_and_in_json_escaped(tmp_path, command):
    command("init", tmp_path / "s")
    (tmp_path / "titles.csv").write_text("title_id,name\né,É\né,É\n", encoding="utf-8")
    words = ("import", "table", "titles", tmp_path / "titles.csv", "--service", tmp_path / "s")
    plain, as_json = (call(*words, *more, PYTHONIOENCODING="ascii") for more in ((), ("--json",)))
    assert plain.stderr + as_json.stderr == ""
    assert "title_id: '?' is not a key of its own" in plain.stdout
    assert json.loads(as_json.stdout)["sample"][0]["value"] == "é"
