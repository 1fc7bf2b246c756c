"""The commands under `import`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.progress import counting
from matinee.errors import BadRows, UsageError
from matinee.flows import audience, imports, offers
from matinee.flows.audience import AudienceImport
from matinee.flows.imports import ImportSummary, Layout, Preview
from matinee.flows.worlds import import_world
from matinee.store.outputs import write_text
from matinee.store.service import open_service
from matinee.tables.problems import describe
from matinee.tables.schemas import TABLES
from matinee.world import WorldSettings

_LONGEST_CELL = 40
SHOWN = 5
NOT_IMPORTED = "Nothing was imported; leave out --dry-run to import."


@click.group("import")
def import_group() -> None:
    """Bring data in; bad rows are set aside with a reason, nothing is lost."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every import takes."""
    strict = click.option("--strict", is_flag=True, help="Stop at bad rows and change nothing.")

    @wraps(command)
    def wrapped(**arguments: Any) -> None:  # ruff: ignore[any-type] - click passes what each command declares
        command(**arguments)

    return service_option(json_option(strict(wrapped)))


@import_group.command()
@click.argument("path", type=FOLDER)
@_common
def movielens(path: Path, folder: Path, strict: bool, as_json: bool) -> None:
    """Import a MovieLens folder: 100K, 1M, 25M, latest."""
    with counting() as progress:
        summary = imports.import_movielens(open_service(folder), path, strict=strict, progress=progress)
    show_summary(summary, as_json=as_json)


@import_group.command("netflix-history")
@click.argument("path", metavar="FILE", type=FOLDER)
@click.option("--member", required=True, metavar="NAME", help="Whose history it is.")
@_common
def netflix_history(path: Path, member: str, folder: Path, strict: bool, as_json: bool) -> None:
    """Import the CSV of viewing history that Netflix lets a member export, short or full."""
    if not member.strip():
        raise UsageError("--member is empty", todo="say whose history it is")
    with counting() as progress:
        summary = imports.import_netflix_history(open_service(folder), path, member, strict=strict, progress=progress)
    show_summary(summary, as_json=as_json)


@import_group.command("jellyfin-playback")
@click.argument("path", metavar="FILE", type=FOLDER)
@_common
def jellyfin_playback(path: Path, folder: Path, strict: bool, as_json: bool) -> None:
    """Import the TSV backup of Jellyfin's Playback Reporting."""
    with counting() as progress:
        summary = imports.import_jellyfin_playback(open_service(folder), path, strict=strict, progress=progress)
    show_summary(summary, as_json=as_json)


def _published(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every import of published totals takes."""
    joins = click.option(
        "--joins", type=FOLDER, metavar="FILE.csv", help="Write what each title was joined to, and why."
    )
    return joins(_rehearsed(_common(command)))


def _rehearsed(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--dry-run", is_flag=True, help="Say what would become of every row; change nothing.")(command)


@import_group.command("netflix-report")
@click.argument("path", metavar="FILE", type=FOLDER)
@_published
def netflix_report(path: Path, **asked: Any) -> None:  # ruff: ignore[any-type] - click passes what `_published` adds
    """Import a "What We Watched" report (Excel): hours and views of titles, by half-year."""
    _import_published(audience.import_netflix_report, path, **asked)


@import_group.command("netflix-top10")
@click.argument("path", metavar="FILE", type=FOLDER)
@_published
def netflix_top10(path: Path, **asked: Any) -> None:  # ruff: ignore[any-type] - click passes what `_published` adds
    """Import the weekly global Top 10 (TSV): hours of titles, by week."""
    _import_published(audience.import_netflix_top10, path, **asked)


def _import_published(
    run: Callable[..., AudienceImport],
    path: Path,
    *,
    joins: Path | None,
    dry_run: bool,
    folder: Path,
    strict: bool,
    as_json: bool,
) -> None:
    with counting() as progress:
        done = run(open_service(folder), path, strict=strict, dry_run=dry_run, progress=progress)
    if joins:
        write_text(done.joins.write_csv(), joins)
    show_summary(done.summary, as_json=as_json)


@import_group.command("own-audience")
@_rehearsed
@service_option
@json_option
def own_audience(dry_run: bool, folder: Path, as_json: bool) -> None:
    """Total the service's own views: by month, and over the first 28 and 90 days."""
    with counting() as progress:
        summary = audience.import_own_audience(open_service(folder), dry_run=dry_run, progress=progress)
    show_summary(summary, as_json=as_json)


@import_group.command("windows")
@click.argument("path", metavar="FILE.xlsx", type=FOLDER)
@_rehearsed
@_common
def windows(path: Path, *, folder: Path, strict: bool, as_json: bool, dry_run: bool) -> None:
    """Import windows of the catalogue from Avails in Excel, as `export avails --table windows` writes them."""
    with counting() as progress:
        summary = offers.import_windows(open_service(folder), path, strict=strict, dry_run=dry_run, progress=progress)
    show_summary(summary, as_json=as_json)


def _laid_out(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what says how a table of one's own is laid out."""
    for option in (
        click.option("--time", metavar="unix|iso|FORMAT", help="How times are written; default: iso."),
        click.option(
            "--map", "renames", multiple=True, metavar="OURS=THEIRS", help="The file's name of a column of ours."
        ),
        click.option("--columns", metavar="A,B,C", help="Names of the columns of a file without a header line."),
        click.option("--sep", metavar="TEXT", help="What stands between fields; default: by the file's name."),
    ):
        command = option(command)
    return command


@import_group.command("candidates")
@click.argument("path", metavar="FILE", type=FOLDER)
@_laid_out
@_rehearsed
@_common
def candidates(
    path: Path,
    *,
    folder: Path,
    strict: bool,
    as_json: bool,
    dry_run: bool,
    **layout: Any,  # ruff: ignore[any-type] - click passes what the options above declare
) -> None:
    """Import what one might buy: CSV, Excel, or EMA/MovieLabs Avails in Excel."""
    read = read_layout(**layout)
    with counting() as progress:
        summary = offers.import_candidates(
            open_service(folder), path, strict=strict, dry_run=dry_run, progress=progress, **read
        )
    show_summary(summary, as_json=as_json)


@import_group.command("table")
@click.argument("table", metavar="TABLE", type=click.Choice(list(TABLES)))
@click.argument("path", metavar="FILE", type=FOLDER)
@_laid_out
@click.option("--dry-run", is_flag=True, help="Show the first rows as understood; change nothing.")
@_common
def table_command(
    table: str,
    path: Path,
    *,
    folder: Path,
    strict: bool,
    as_json: bool,
    dry_run: bool,
    **layout: Any,  # ruff: ignore[any-type] - click passes what the options above declare
) -> None:
    """Import a CSV, TSV, Parquet, JSON lines or Excel FILE into TABLE."""
    read = read_layout(**layout)
    if dry_run:
        show_preview(imports.preview_table(table, path, **read), as_json=as_json)
        return
    with counting() as progress:
        summary = imports.import_table(open_service(folder), table, path, strict=strict, progress=progress, **read)
    show_summary(summary, as_json=as_json)


@import_group.command()
@click.option("--preset", type=click.Choice(["taste_ruled", "freshness_ruled", "mixed"]), default="mixed")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--mix", is_flag=True, help="Also into a service that has rows: its log becomes part invention.")
@service_option
@json_option
def world(preset: str, seed: int, *, mix: bool, folder: Path, as_json: bool) -> None:
    """Simulate a service, to try things on without data of one's own."""
    settings: WorldSettings = getattr(WorldSettings, preset)()
    with counting() as progress:
        summary = import_world(open_service(folder), settings, seed=seed, mix=mix, progress=progress)
    show_summary(summary, as_json=as_json)


def read_layout(*, sep: str | None, columns: str | None, renames: tuple[str, ...], time: str | None) -> Layout:
    """Turn the options of `import table` into a layout.

    Raises:
        UsageError: a `--map` without an equals sign, or two for one column; a `--time` that says nothing.
    """
    for pair in renames:
        if not all(pair.partition("=")):
            raise UsageError(f"--map {pair!r} is not OURS=THEIRS", todo="write for example --map member_id=user")
    pairs = dict(pair.split("=", 1) for pair in renames)
    if len(pairs) < len(renames):
        raise UsageError(
            "--map names one of our columns twice", todo="say for each of our columns once what it is there"
        )
    if time not in {None, "unix", "iso"} and "%" not in str(time):
        todo = "give unix, iso, or a format such as '%d/%m/%Y %H:%M'"
        raise UsageError(f"--time {time!r} is no way to write times", todo=todo)
    names = [name.strip() for name in columns.split(",")] if columns else None
    return Layout(sep=sep.replace("\\t", "\t") if sep else None, columns=names, renames=pairs, time=time)


def show_summary(summary: ImportSummary, *, as_json: bool) -> None:
    """Print what an import did.

    Raises:
        BadRows: of some table it brought nothing but rows that were set aside.
    """
    print_json(summary.to_dict()) if as_json else _show_counts(summary)
    if empty := [table for table, counts in summary.counts.items() if 0 < counts.read == counts.quarantined]:
        todo = "the first reasons stand above" if summary.is_dry_run else "see why with `matinee quarantine`"
        raise BadRows(f"every row of {' and '.join(empty)} was set aside", todo=todo)


def _show_counts(summary: ImportSummary) -> None:
    shown = Table("table")
    for name in ("read", "made", "added", "updated", "unchanged", "quarantined"):
        shown.add_column(name, justify="right")
    for table, counts in summary.counts.items():
        numbers = (counts.read, counts.made, counts.added, counts.updated, counts.unchanged, counts.quarantined)
        shown.add_row(table, *(f"{number:,}" for number in numbers))
    screen.print(shown)
    for file, names in summary.ignored.items():
        screen.print(f"{file}: columns not used: {', '.join(names)}", markup=False)
    for note in summary.notes:
        screen.print(note, markup=False)
    for row in summary.sample.head(SHOWN).iter_rows(named=True):
        screen.print(f"  {describe(row)}", markup=False)
    if summary.quarantine:
        screen.print(
            f"{summary.problems:,} problems in all; `matinee quarantine` shows what was set aside and why", markup=False
        )
    if summary.is_dry_run:
        screen.print(NOT_IMPORTED)


def show_preview(preview: Preview, *, as_json: bool) -> None:
    """Print the head of a file as it would be imported."""
    said = [describe(row) for row in preview.problems.iter_rows(named=True)]
    filled = [name for name in preview.rows.columns if preview.rows[name].null_count() < preview.rows.height]
    if as_json:
        rows = [{name: _say(value) for name, value in row.items()} for row in preview.rows.to_dicts()]
        print_json({"rows": rows, "problems": said, "ignored_columns": preview.ignored, "notes": preview.notes})
        return
    shown = Table(*map(escape, filled))
    for row in preview.rows.select(filled).iter_rows():
        shown.add_row(*("" if value is None else escape(_shorten(str(_say(value)))) for value in row))
    screen.print(shown)
    if preview.ignored:
        screen.print(f"columns not used: {', '.join(preview.ignored)}", markup=False)
    for line in [*preview.notes, *said]:
        screen.print(line, markup=False)
    screen.print(NOT_IMPORTED)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def _say(value: Any) -> Any:  # ruff: ignore[any-type] - a cell of any type
    return value if value is None or isinstance(value, int | float | str | bool | list) else str(value)
