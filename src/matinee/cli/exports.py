"""The commands under `export`."""

from __future__ import annotations

from pathlib import Path

import click

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.flows.offers import export_avails
from matinee.store.service import open_service


@click.group("export")
def export_group() -> None:
    """Take data out, in the words of others."""


@export_group.command("avails")
@click.argument("path", metavar="FILE.xlsx", type=FOLDER)
@click.option("--table", type=click.Choice(["candidates", "windows"]), default="candidates", show_default=True)
@service_option
@json_option
def avails(path: Path, table: str, folder: Path, as_json: bool) -> None:
    """Write candidates or windows as EMA/MovieLabs Avails, which `import` of the same name reads back as they are."""
    rows = export_avails(open_service(folder), path, table=table)
    if as_json:
        print_json({"file": str(path), "rows": rows})
        return
    said = ", ".join(f"{number:,} on sheet {name}" for name, number in rows.items())
    screen.print(f"{path}: {table}, one row a title, offer and territory, {said}", markup=False)
