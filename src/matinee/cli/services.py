"""The commands `init` and `check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.progress import counting
from matinee.flows.imports import check_tables
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
    """Check everything the service holds: rules, keys, references, files. Exit code 1 if anything is wrong."""
    service = open_service(folder)
    with counting() as progress:
        problems = check_tables(service, progress=progress)
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
