"""Avails sheets: candidates laid out as EMA and MovieLabs' Avails 1.9 for Excel, one row a territory.

What Avails has no word for stands in columns of our own at the end, so that nothing is lost on the way to a seller and
back (`readers.avails`). Columns that a licensor must fill in and that no candidate knows, such as FormatProfile, are
left out.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from matinee.store.outputs import Cell
from matinee.store.readers.avails import ID_COLUMNS, KINDS, LICENCE_FEE, NEEDED, OPEN
from matinee.tables.money import major_units

MOVIES, TV = "Movies", "TV"
VERSION = 1.9
HEADER_ROWS = 3

_OWN = (
    "name", "title_id", "original_name", "kind", "parent_id", "number", "runtime_minutes", "languages", "countries",
    "genres", "keywords", "synopsis", "franchise", "directors", "writers", "actors", "exclusive_with",
)  # fmt: skip
"""Columns of candidates that Avails has no place for, or none that keeps them as they are."""

_WORK_TYPES = {ours: theirs.title() for theirs, ours in KINDS.items()}
_SERIAL = ("series", "season", "episode")
_COMMON = {
    "Avail": ("AvailID", "ALID"),
    "AvailTrans": ("Territory", "LicenseType", "Start", "End", "PriceType", "PriceValue", "PriceCurrency", "Exclusive"),
    "AvailAsset": ("WorkType",),
    "Disposition": ("EntryType",),
    "AvailMetadata": ("ReleaseYear", "ReleaseHistoryOriginal", "RatingValue", "TotalRunTime"),
}
_NAMED: dict[str, dict[str, tuple[str, ...]]] = {
    MOVIES: {"AvailMetadata": ("TitleInternalAlias", "TitleDisplayUnlimited"), "AvailAsset": ("TitleID",)},
    TV: {
        "AvailMetadata": (
            "SeriesTitleInternalAlias", "SeriesTitleDisplayUnlimited", "SeasonTitleDisplayUnlimited",
            "EpisodeTitleDisplayUnlimited", "SeasonNumber", "EpisodeNumber", "SeriesID", "SeasonID", "EpisodeID",
        ),
    },
}  # fmt: skip


def lay_out(candidates: pl.DataFrame) -> dict[str, list[list[Cell]]]:
    """Lay candidates out as the sheets of a workbook of avails.

    Args:
        candidates: rows of the table candidates, and `series`: the name of the series that a season or episode is of.

    Returns:
        Rows of each sheet: films and the like on Movies, series, seasons and episodes on TV; a sheet without candidates
        is left out.
    """
    is_serial = pl.col("kind").cast(pl.String).is_in(_SERIAL).fill_null(value=False)
    parts = {MOVIES: candidates.filter(~is_serial), TV: candidates.filter(is_serial)}
    return {name: _sheet(name, part) for name, part in parts.items() if part.height}


def _sheet(name: str, candidates: pl.DataFrame) -> list[list[Cell]]:
    grouped = [*_COMMON.items(), *_NAMED[name].items(), ("Matinee", _OWN)]
    columns = [(group, column) for group, names in grouped for column in names]
    comments: list[Cell] = [VERSION, *("//REQ" if column in NEEDED else "//Opt" for _, column in columns)]
    rows = [
        [None, *(cells.get(column) for _, column in columns)]
        for row in candidates.iter_rows(named=True)
        for cells in _cells(row)
    ]
    groups: list[Cell] = ["Avail", *(group for group, _ in columns)]
    names: list[Cell] = ["DisplayName", *(column for _, column in columns)]
    return [groups, names, comments, *rows]


def _cells(row: dict[str, Any]) -> list[dict[str, Cell]]:
    """Make the cells of a candidate, a row for each of its territories."""
    kind = row["kind"] or ""
    cells: dict[str, Cell] = {name: _own(row[name]) for name in _OWN}
    cells |= {
        "AvailID": row["candidate_id"],
        "ALID": row["candidate_id"],
        "LicenseType": row["licence"],
        "Start": row["window_starts_on"],
        "End": row["window_ends_on"] or OPEN,
        "PriceCurrency": row["currency"],
        "Exclusive": None if row["exclusive"] is None else int(row["exclusive"]),
        "WorkType": _WORK_TYPES.get(kind, kind.title() or None),
        "EntryType": "Full Extract",
        "ReleaseYear": row["year"],
        "ReleaseHistoryOriginal": row["released_on"],
        "RatingValue": row["maturity"],
        "TotalRunTime": _clock(row["runtime_minutes"]),
    }
    eidr, number = ID_COLUMNS.get(kind, ("TitleID", ""))
    cells |= _price(row) | _titles(row) | {eidr: row["eidr"]} | ({number: row["number"]} if number else {})
    return [cells | {"Territory": territory} for territory in row["territories"] or [None]]


def _titles(row: dict[str, Any]) -> dict[str, Cell]:
    series = {"SeriesTitleInternalAlias": row["series"], "SeriesTitleDisplayUnlimited": row["series"]}
    match row["kind"]:
        case "series":
            return series
        case "season":
            return series | {"SeasonTitleDisplayUnlimited": row["name"]}
        case "episode":
            return series | {"EpisodeTitleDisplayUnlimited": row["name"]}
    return {"TitleInternalAlias": row["name"], "TitleDisplayUnlimited": row["name"]}


def _price(row: dict[str, Any]) -> dict[str, Cell]:
    """Give the price in whole units of its currency; as text where a cell's number would round it."""
    if row["price"] is None:
        return {}
    price = major_units(row["price"], row["currency"])
    value: Cell = float(price) if f"{float(price):f}".rstrip("0") == f"{price:f}".rstrip("0") else f"{price:f}"
    return {"PriceType": LICENCE_FEE, "PriceValue": value}


def _clock(minutes: float | None) -> str | None:
    if minutes is None:
        return None
    seconds = round(minutes * 60)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _own(value: Any) -> Cell:  # ruff: ignore[any-type] - a cell of any column
    """Write a value of ours; a list as JSON, so that no separator can cut an item."""
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, str) else value
