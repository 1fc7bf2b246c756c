"""Netflix Top 10: the weekly lists of most watched titles, as the TSV (or its Excel twin) that Netflix publishes.

Covers the global list, `all-weeks-global`: four categories of ten titles a week, with hours, and since 2023 runtime and
views. The lists by country have ranks and no hours, and are refused. Rank and weeks so far are left out: the hours say
them.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.fields import Layout, read_all_fields
from matinee.store.readers.sheets import SUFFIXES, read_sheets, sheet_frame
from matinee.tables.problems import names_in_file

WANTED = {
    "ends_on": "week",
    "category": "category",
    "show": "show_title",
    "season": "season_title",
    "hours": "weekly_hours_viewed",
}
"""Our name of a column that every layout has -> Netflix's."""

OPTIONAL = {"runtime": "runtime", "views": "weekly_views"}


def read_netflix_top10(path: Path) -> pl.DataFrame:
    """Read the weekly global Top 10.

    Returns:
        `row`, and the columns of `WANTED` and `OPTIONAL` that there are, as text, null where the list has "N/A"; other
        columns keep their names.

    Raises:
        BadFile: missing, empty or without one of the wanted columns.
    """
    if path.suffix.lower() in SUFFIXES:
        sheet = read_sheets(path)[0]
        header = next((place for place, row in enumerate(sheet.rows) if any(row)), 0)
        frame = sheet_frame(sheet, header, path) if sheet.rows else pl.DataFrame()
    else:
        frame = read_all_fields(path, Layout("\t"))
        if len(names_in_file(frame)) == 1 and "," in frame.columns[-1]:
            frame = read_all_fields(path, Layout(","))
    known = {*WANTED.values(), *OPTIONAL.values()}
    frame = frame.rename({name: plain for name in names_in_file(frame) if (plain := _plain(name)) in known})
    missing = [theirs for theirs in WANTED.values() if theirs not in frame.columns]
    if missing:
        there, wanted = ", ".join(names_in_file(frame)), ", ".join((WANTED | OPTIONAL).values())
        raise BadFile(
            f"has the columns {there}; wanted {wanted}", where=str(path), todo="give Netflix's all-weeks-global.tsv"
        )
    named = {theirs: ours for ours, theirs in (WANTED | OPTIONAL).items() if theirs in frame.columns}
    theirs = pl.col(*named).str.strip_chars()
    filled = pl.when(~theirs.is_in(["", "N/A"])).then(theirs)
    return frame.with_columns(filled.name.keep()).rename(named)


def _plain(name: str) -> str:
    """Write a heading as Netflix does: "Show Title" is show_title."""
    return "_".join(name.lower().split())
