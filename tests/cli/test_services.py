import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from matinee.cli.app import COMMANDS, app
from matinee.flows.serving import PAGE

ROOT = Path(__file__).parents[2]


def test_a_folder_with_something_in_it_is_not_made_a_service(command, tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    said = command("init", tmp_path)
    assert said.code == 2
    assert "not empty" in said.err


@pytest.mark.parametrize("verb", ["check", "train", "update", "evaluate", "report"])
def test_a_folder_that_is_no_service_is_named_with_what_to_do(command, tmp_path, verb):
    said = command(verb, "--service", tmp_path)
    assert said.code == 2
    assert said.err == f"matinee: {tmp_path}: this folder is no service; make one with `matinee init {tmp_path}`\n"


def test_a_service_without_views_cannot_be_trained(command, tmp_path):
    command("init", tmp_path / "s")
    said = command("train", "--service", tmp_path / "s")
    assert said.code == 1
    assert "import views" in said.err


def test_the_service_can_be_named_by_the_environment(command, tmp_path, monkeypatch):
    command("init", tmp_path / "s")
    monkeypatch.setenv("MATINEE_SERVICE", str(tmp_path / "s"))
    assert command("check").code == 0


def test_help_lists_every_verb_without_loading_them():
    code = "import sys; from matinee.cli.app import run\ntry: run(['--help'])\nexcept SystemExit: pass\n"
    code += "assert 'polars' not in sys.modules"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(f"  {verb} " in said.stdout for verb in COMMANDS)


def list_commands(words, command):
    """The words of a command, or of all that is under it."""
    if not isinstance(command, click.Group):
        return [words]
    return [found for name, each in command.commands.items() for found in list_commands([*words, name], each)]


@pytest.mark.parametrize("verb", list(COMMANDS))
def test_every_verb_has_help_and_speaks_json(verb):
    for words in list_commands([verb], app.get_command(click.Context(app), verb)):
        said = CliRunner().invoke(app, [*words, "--help"])
        assert said.exit_code == 0
        assert "--json" in said.output, words


def test_the_readme_shows_every_verb():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [verb for verb in COMMANDS if f"matinee {verb}" not in readme and f"./run {verb}" not in readme] == []


def test_the_columns_of_pages_for_everybody_are_told():
    told = (ROOT / "docs" / "recommend.md").read_text(encoding="utf-8")
    assert [name for name in PAGE if f"| {name} |" not in told] == []


def test_importing_matinee_is_quick_and_lazy():
    code = "import time; t = time.perf_counter(); import matinee, sys; print(time.perf_counter() - t)\n"
    code += "assert 'numpy' not in sys.modules; assert callable(matinee.train)"
    took = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(3)
    ]
    assert min(took) < 0.3
