"""The command `forget`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from matinee.cli.options import json_option, print_json, screen, service_option
from matinee.cli.progress import saying
from matinee.flows import forgetting
from matinee.flows.forgetting import Forgotten
from matinee.store.service import open_service

SHOWN = 10


@click.command()
@click.option("--member", "members", multiple=True, metavar="ID", help="Whom; may be given several times.")
@service_option
@json_option
def forget(members: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Remove members from tables, quarantine, results, reports and models; write a receipt.

    Without --member, finish what was interrupted.
    """
    with saying() as progress:
        done = forgetting.forget(open_service(folder), members, clock=lambda: datetime.now(UTC), progress=progress)
    if as_json:
        print_json(done.receipt | {"receipt": str(done.path), "foreign": [str(path) for path in done.foreign]})
    else:
        show_receipt(done)


def show_receipt(done: Forgotten) -> None:
    """Print what an erasure did."""
    receipt = done.receipt
    shown = Table("removed from")
    shown.add_column("rows", justify="right")
    for place, rows in receipt["removed"].items():
        shown.add_row(_PLACES.get(place, place), f"{rows:,}")
    screen.print(shown)
    screen.print(say_model(receipt["model"]), markup=False, soft_wrap=True)
    screen.print(f"The receipt, without personal data: {done.path}", markup=False, soft_wrap=True)
    for path in done.foreign[:SHOWN]:
        screen.print(f"Not ours, and names them still: {path}", markup=False, soft_wrap=True)
    if len(done.foreign) > SHOWN:
        screen.print(f"… and {len(done.foreign) - SHOWN:,} more files", markup=False)
    screen.print("Remove them at the source too: a file of theirs that is imported again brings them back.")


_PLACES = {"results": "files of results", "reports": "reports (files, whole)"}


def say_model(model: dict[str, Any] | None) -> str:
    """Say what became of the models in a few sentences."""
    if model is None:
        return "There was no model to change."
    gone = len(model["deleted_runs"])
    deleted = f" {gone:,} older {'model was' if gone == 1 else 'models were'} deleted." if gone else ""
    if model["run"] is None:
        return f"Nothing is left to learn from, so no model is live.{deleted}"
    proof, update = model["proof"], model["update"]
    cost = f" in {update['cpu_seconds']:.1f} CPU seconds" if update else ""
    return (
        f"Model {model['run']} serves now, brought to the log without them{cost}.{deleted}\n"
        f"Proof: one made without them from the start differs by {proof['max_difference']:.1e} at most (allowed"
        f" {proof['tolerance']:.0e}); it took {proof['refit_cpu_seconds']:.1f} CPU seconds."
    )
