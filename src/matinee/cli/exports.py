"""The command `export` for a member, and those under it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.errors import UsageError
from matinee.flows import exporting
from matinee.flows.offers import export_avails
from matinee.store.readers.slug import slug
from matinee.store.service import open_service


@click.group("export", invoke_without_command=True)
@click.option("--member", metavar="ID", help="About whom.")
@click.option("--out", type=FOLDER, metavar="FILE.zip|DIR", help="Where to; default: a zip in the current folder.")
@service_option
@json_option
@click.pass_context
def export_group(context: click.Context, member: str | None, out: Path | None, folder: Path, as_json: bool) -> None:
    """Write everything held about a member, with an explanation, into a zip or a folder."""
    if context.invoked_subcommand:
        return
    if member is None:
        raise UsageError("export of what?", todo="name a member with --member ID, or say `export avails FILE.xlsx`")
    now = datetime.now(UTC)
    path = out or Path(f"member-{slug(member)}-{now:%Y-%m-%d}.zip")
    done = exporting.export_member(open_service(folder), member, path, now=now)
    if as_json:
        print_json(done)
    else:
        said = ", ".join(f"{name.replace('_', ' ')} {rows:,}" for name, rows in done["rows"].items())
        screen.print(f"Wrote {path}; rows of {said}.", markup=False, soft_wrap=True)


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
