"""The command group, and the one place where errors become a line and an exit code."""

from __future__ import annotations

import sys
from importlib import import_module

import click

import matinee
from matinee.errors import MatineeError

COMMANDS = {
    "init": ("matinee.cli.services:init", "Make a service in a folder."),
    "import": ("matinee.cli.imports:import_group", "Bring data in: views, titles, known exports."),
    "export": ("matinee.cli.exports:export_group", "Take data out: offers as Avails."),
    "check": ("matinee.cli.services:check", "Check everything the service holds."),
    "train": ("matinee.cli.models:train", "Learn from the log and make the live model."),
    "evaluate": ("matinee.cli.models:evaluate", "Measure every model on viewing it was not shown."),
    "recommend": ("matinee.cli.members:recommend", "Recommend titles, each with its reasons."),
    "page": ("matinee.cli.pages:page", "Make a member's page of rows, within windows and filters."),
    "similar": ("matinee.cli.members:similar", "List the titles that the same members watch."),
    "explain": ("matinee.cli.members:explain", "Say exactly what a score is made of."),
    "experiment": ("matinee.cli.experiments:experiment", "Split members between arms, and measure what came of it."),
    "report": ("matinee.cli.models:report", "Write a page of numbers, charts and members' pages."),
    "demo": ("matinee.cli.demo:demo", "Do all of it once, on real data."),
}
"""Verb -> where its command is, loaded only when called so that `--help` is quick; and what it does."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order in which one uses them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is no such verb."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(verb, about) for verb, (_, about) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(matinee.__version__, prog_name="matinee")
def app() -> None:
    """From a viewing log to a page for every member."""


def run(arguments: list[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 refused or failed, 2 misused.

    Args:
        arguments: words of the command line; None = those of this process.
    """
    try:
        app.main(arguments, prog_name="matinee", standalone_mode=False)
    except MatineeError as error:
        _stop(str(error), error.exit_code)
    except click.exceptions.Abort:
        _stop("stopped; what was committed before is kept", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def _stop(line: str, exit_code: int) -> None:
    click.echo(f"matinee: {' '.join(line.split())}", err=True)
    sys.exit(exit_code)


if __name__ == "__main__":
    run()
