"""The command `who`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from matinee.cli.options import FOLDER, json_option, notes, print_json, screen, service_option
from matinee.flows.who import SEGMENTS, find_watchers
from matinee.report.numbers import show_count
from matinee.store.service import open_service

_SHOWN = 3


@click.command()
@click.argument("candidates", metavar="CANDIDATES", type=FOLDER)
@service_option
@json_option
def who(candidates: Path, folder: Path, as_json: bool) -> None:
    """Say how many members would watch candidates, and which tastes and countries: counts, never names."""
    watchers, said = find_watchers(open_service(folder), candidates, now=datetime.now(UTC))
    found = watchers.to_dict() | {"notes": said}
    if as_json:
        print_json(found)
        return
    show_watchers(found)
    for note in said:
        notes.print(note, markup=False, soft_wrap=True)


def show_watchers(found: dict[str, Any]) -> None:
    """Print a row a candidate, the largest audience first."""
    shown = Table(title=f"Who of {show_count(found['members'], 'member')} would watch")
    shown.add_column("title")
    shown.add_column("members", justify="right")
    for each in SEGMENTS:
        shown.add_column(f"likeliest by {each}")
    for row in sorted(found["candidates"], key=lambda row: -row["audience"]):
        parts = [Text(_list_segments(row[each])) for each in SEGMENTS]
        shown.add_row(Text(row["name"]), f"{row['audience']:,.0f}", *parts)
    screen.print(shown)
    screen.print(
        f"Learned on {show_count(found['practice_titles'], 'title')} of the latest years, hidden for practice.",
        soft_wrap=True,
    )
    if found["not_profiled"]:
        said = f"{found['not_profiled']:,} of the members asked not to be profiled: they count at the average chance."
        screen.print(said, soft_wrap=True)


def _list_segments(segments: list[dict[str, Any]]) -> str:
    known = [each for each in segments if each["chance"] is not None][:_SHOWN]
    return ", ".join(f"{each['segment']} {each['chance']:.0%}" for each in known) or "–"
