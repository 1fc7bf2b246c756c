"""The command group, and the one place where errors become a line and an exit code."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import click

import matinee
from matinee.errors import MatineeError

COMMANDS = {
    "init": ("matinee.cli.services:init", "Make a service in a folder."),
    "import": ("matinee.cli.imports:import_group", "Bring data in: views, titles, known exports."),
    "export": ("matinee.cli.exports:export_group", "Write everything held about a member, or offers as Avails."),
    "check": ("matinee.cli.services:check", "Check everything the service holds."),
    "quarantine": ("matinee.cli.services:quarantine", "Show what imports set aside, and why."),
    "train": ("matinee.cli.models:train", "Learn from the log and make the live model."),
    "update": ("matinee.cli.models:update", "Fold what changed in the log into the live model, exactly."),
    "evaluate": ("matinee.cli.models:evaluate", "Measure every model on viewing it was not shown."),
    "recommend": ("matinee.cli.members:recommend", "Recommend titles, each with its reasons."),
    "page": ("matinee.cli.pages:page", "Make a member's page of rows, within windows and filters."),
    "similar": ("matinee.cli.members:similar", "List the titles that the same members watch."),
    "explain": ("matinee.cli.members:explain", "Say exactly what a score is made of."),
    "experiment": ("matinee.cli.experiments:experiment", "Split members between arms, and measure what came of it."),
    "backtest": ("matinee.cli.forecasts:backtest", "Forecast past periods from what was known before them."),
    "forecast": ("matinee.cli.forecasts:forecast", "Forecast the audience of titles that one might buy."),
    "who": ("matinee.cli.who:who", "Say how many members would watch candidates, and of which tastes."),
    "slate": ("matinee.cli.slate:slate", "Choose what to buy for a budget, with reasons and prices."),
    "odrl": ("matinee.cli.odrl:odrl", "Evaluate ODRL 2.2 policies: which rules are active, and why."),
    "agreement": (
        "matinee.cli.agreements:agreement",
        "Offer, counter, sign and revoke agreements on uses of a person.",
    ),
    "use": ("matinee.cli.uses:use", "Permit or refuse one use of a face, voice, body, text or style."),
    "rules": ("matinee.cli.rules:rules", "List the rules of consent and pay, each with its grade and source."),
    "pay": ("matinee.cli.payments:pay", "Pay a quarter, correct, write statements; lay an offer beside pay per use."),
    "ledger": ("matinee.cli.ledger:ledger", "Prove what was recorded, and find any change to it."),
    "rights": ("matinee.cli.rights:rights", "Register AI systems and uses; keep a list of incidents."),
    "report": ("matinee.cli.models:report", "Write a page of numbers, charts and members' pages."),
    "forget": ("matinee.cli.privacy:forget", "Remove members and every trace of them; write a receipt."),
    "demo": ("matinee.cli.demo:demo", "Do all of it once, on real data; `demo rights`: consent and pay."),
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal cannot write must not stop anything
    try:
        app.main(arguments, prog_name="matinee", standalone_mode=False)
        sys.stdout.flush()
    except MatineeError as error:
        _stop(str(error), error.exit_code)
    except click.exceptions.Abort:
        _stop("stopped; what was committed before is kept", 130)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _stop(_say_misuse(error), error.exit_code)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or it fails again when Python ends
        if isinstance(error, BrokenPipeError):  # whoever read the output has seen enough
            sys.exit(1)
        _stop(f"{error.filename or 'standard output'}: {error.strerror}", 1)


def _say_misuse(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    advice = f"; see `{context.command_path} --help`" if context else ""
    return f"{error.format_message().rstrip('.')}{advice}"


def _stop(line: str, exit_code: int) -> None:
    click.echo(f"matinee: {' '.join(line.split())}", err=True)
    sys.exit(exit_code)
