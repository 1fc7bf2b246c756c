"""The commands under `use`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.rules import own_option
from matinee.flows import uses
from matinee.flows.rules import load_rulebook
from matinee.rights.gate.answer import Answer
from matinee.store.service import open_service


@click.group()
def use() -> None:
    """Ask whether a face, a voice, a body, a text or a style may be used, now, once."""


def _now() -> datetime:
    return datetime.now(UTC)


@use.command()
@click.argument("file", type=FOLDER)
@own_option
@service_option
@json_option
def request(file: Path, own: Path | None, folder: Path, as_json: bool) -> None:
    """Permit or refuse the use that a JSON file asks for. Exit code 1 if it is refused."""
    answer = uses.request_use(open_service(folder), file, clock=_now, rulebook=load_rulebook(own))
    if as_json:
        print_json(answer.as_json())
    else:
        show_answer(answer)
    sys.exit(0 if answer.is_permitted else 1)


def show_answer(answer: Answer) -> None:
    """Print what the gate says."""
    screen.print("Permitted." if answer.is_permitted else "Refused:")
    for reason in answer.reasons:
        screen.print(f"  {reason.code}: {reason.text}", markup=False, soft_wrap=True)
    if answer.version is not None:
        screen.print(f"Agreement {answer.asked[1]}, version {answer.version}, sha256 {answer.digest}", markup=False)
    for due in answer.dues:
        screen.print(f"Price: {due.text}", markup=False, soft_wrap=True)
    for owed in answer.owed:
        screen.print(f"Owed: {owed}", markup=False)
    if answer.token:
        screen.print("Permit, for one second:")
        screen.print(answer.token, markup=False, soft_wrap=True)
    if not answer.is_recorded:
        screen.print("This attempt could not be recorded.")
