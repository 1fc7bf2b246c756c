"""The commands `init`, `check` and `quarantine`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.progress import counting
from matinee.flows.imports import check_tables
from matinee.flows.quarantine import list_quarantine
from matinee.store.models import verify_model
from matinee.store.quarantine import FOLDER as QUARANTINE
from matinee.store.service import create_service, open_service
from matinee.tables.problems import describe

SHOWN = 20


@click.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@json_option
def init(folder: Path, as_json: bool) -> None:
    """Make a service in the folder DIR."""
    service = create_service(folder)
    if as_json:
        print_json({"service": str(service.path), "tables": service.counts()})
    else:
        screen.print(f"{service.path} is a service. Next: matinee import --help")


@click.command()
@service_option
@json_option
def check(folder: Path, as_json: bool) -> None:
    """Check everything the service holds: rules, keys, references, files, model. Exit code 1 if anything is wrong."""
    service = open_service(folder)
    with counting() as progress:
        problems = check_tables(service, progress=progress)
    verify_model(service.path)
    counts = service.counts()
    if as_json:
        rows = [{**row, "said": describe(row)} for row in problems.iter_rows(named=True)]
        print_json({"tables": counts, "problems": rows})
    else:
        held = ", ".join(f"{rows:,} {table}" for table, rows in counts.items() if rows) or "no rows yet"
        for row in problems.head(SHOWN).iter_rows(named=True):
            screen.print(describe(row), markup=False)
        more = f", the first {SHOWN} are above" if problems.height > SHOWN else ""
        screen.print(f"{held}: {f'{problems.height:,} problems{more}' if problems.height else 'all in order'}.")
    sys.exit(1 if problems.height else 0)


@click.command()
@service_option
@json_option
def quarantine(folder: Path, as_json: bool) -> None:
    """Show what imports set aside, by file and reason, with examples."""
    service = open_service(folder)
    reasons = list_quarantine(service)
    if as_json:
        print_json({"quarantine": reasons})
        return
    if not reasons:
        screen.print("Nothing was set aside.")
        return
    shown = Table("file", "table")
    shown.add_column("problems", justify="right")
    shown.add_column("for example", overflow="fold")
    for each in reasons:
        said = "\n".join(example["said"].removeprefix(f"{each['file']}, ") for example in each["examples"])
        shown.add_row(escape(each["file"]), each["table"], f"{each['problems']:,}", escape(said))
    screen.print(shown)
    where = service.path / QUARANTINE
    screen.print(
        f"The rows lie in {where}, whole, as Parquet; import the mended file under the same name and they go.",
        markup=False,
        soft_wrap=True,
    )
