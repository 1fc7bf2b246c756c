"""Avails: offers as EMA and MovieLabs lay them out in Excel (Avails 1.7 to 1.9), read as candidates.

Covers the sheets of movies and of television, with the header of two rows and rows of comments ("//…") below it, and
the columns that `matinee.store.avails_sheets` adds for what Avails has no word for. Rows of one AvailID that differ in
their territory alone are one candidate. Of the kinds of price only LicenseFee is one: tiers and wholesale prices a
transaction are not what a title costs.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.sheets import Sheet, read_sheets, sheet_frame
from matinee.tables.money import minor_units
from matinee.tables.problems import concat_problems, no_problems, problems_of
from matinee.tables.schemas import TABLES

KINDS = {"movie": "film", "short": "short", "series": "series", "season": "season", "episode": "episode"}
"""Avails' WorkType in lower case -> our kind."""

ID_COLUMNS = {
    "series": ("SeriesID", ""),
    "season": ("SeasonID", "SeasonNumber"),
    "episode": ("EpisodeID", "EpisodeNumber"),
}
"""WorkType in lower case -> the columns of its EIDR id and of its number; others have TitleID and no number."""

NEEDED = ("WorkType", "Territory", "LicenseType", "Start", "End")
"""Columns that tell a sheet of avails from any other."""

LICENCE_FEE = "LicenseFee"
OPEN = "Open"

_PLAIN = {
    "candidate_id": ("AvailID", "ALID"),
    "territory": ("Territory",),
    "licence": ("LicenseType",),
    "window_starts_on": ("Start",),
    "released_on": ("ReleaseHistoryOriginal",),
    "exclusive": ("Exclusive",),
    "currency": ("PriceCurrency",),
    "maturity": ("RatingValue",),
    "languages": ("AssetLanguage",),
}
"""Our column -> the columns of Avails that say it, the first that is filled."""

_HEADER_WITHIN = 10
_CLOCK = re.compile(r"^(\d+):(\d\d)(?::(\d\d))?$")
_DURATION = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")


def is_avails(sheets: list[Sheet]) -> bool:
    """Tell whether any sheet is one of avails."""
    return any(_find_header(sheet) is not None for sheet in sheets)


def read_avails(path: Path) -> list[tuple[str, pl.DataFrame, pl.DataFrame, str]]:
    """Read a workbook of avails.

    Returns:
        For each sheet of avails: file and sheet; a frame of `row` and columns of candidates as text; the problems of
        rows that fit neither an earlier row of their AvailID nor stand alone; and a note, empty if there is nothing.

    Raises:
        BadFile: no spreadsheet, or none of its sheets is one of avails.
    """
    found = []
    for sheet in read_sheets(path):
        header = _find_header(sheet)
        if header is not None:
            frame = sheet_frame(sheet, header, path)
            found.append(_read_sheet(frame.filter(~_is_comment(frame)), f"{path.name}, {sheet.name}"))
    if not found:
        raise BadFile("has no sheet of avails", where=str(path), todo=f"give one with the columns {', '.join(NEEDED)}")
    return found


def _find_header(sheet: Sheet) -> int | None:
    rows = enumerate(sheet.rows[:_HEADER_WITHIN])
    return next((place for place, row in rows if {*NEEDED} <= {cell for cell in row if cell}), None)


def _is_comment(frame: pl.DataFrame) -> pl.Series:
    """Tell rows of comments: a cell in a column that holds codes starts with slashes."""
    cells = [pl.col(name).fill_null("").str.starts_with("/") for name in NEEDED]
    return frame.select(pl.any_horizontal(cells).alias("comment"))["comment"]


def _read_sheet(frame: pl.DataFrame, file: str) -> tuple[str, pl.DataFrame, pl.DataFrame, str]:
    columns = [name for name in TABLES["candidates"].columns() if name != "territories"]
    frame, taken_back = _part_deletes(frame, file)
    rows = [_read_row(row) for row in frame.iter_rows(named=True)]
    read = pl.DataFrame(rows, schema={"row": pl.Int64, "territory": pl.String} | dict.fromkeys(columns, pl.String))
    merged, problems = _merge_territories(read, columns, frame, file)
    said = [_say_prices(frame, file), _say_exclusions(frame, file)]
    return file, merged, concat_problems([taken_back, problems]), "; ".join(each for each in said if each)


def _part_deletes(frame: pl.DataFrame, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part rows that take an offer back from those that make one."""
    if "EntryType" not in frame.columns:
        return frame, no_problems()
    is_delete = pl.col("EntryType").fill_null("").str.to_lowercase().str.contains("delete")
    value, wanted = pl.col("EntryType"), "an offer: the row takes one back"
    bad = frame.filter(is_delete)
    problems = problems_of(bad, table="candidates", file=file, column="EntryType", value=value, wanted=wanted)
    return frame.filter(~is_delete), problems


def _say_exclusions(frame: pl.DataFrame, file: str) -> str:
    """Say how many rows leave territories out in a column that is not read."""
    excluding = frame["TerritoryExclusion"].count() if "TerritoryExclusion" in frame.columns else 0
    return f"{file}: {excluding:,} rows name a TerritoryExclusion, which is not read" if excluding else ""


def _say_prices(frame: pl.DataFrame, file: str) -> str:
    """Say how many prices are none of a title."""
    if "PriceType" not in frame.columns:
        return ""
    other = frame.filter(pl.col("PriceType").is_not_null(), pl.col("PriceType") != LICENCE_FEE)
    kinds = ", ".join(other["PriceType"].unique().sort())
    return (
        f"{file}: {other.height:,} rows name a price by {kinds}, which is no licence fee; no price taken"
        if kinds
        else ""
    )


def _read_row(row: dict[str, str | int | None]) -> dict[str, str | int | None]:
    """Bring one row into columns of candidates, as text; our own columns have the last word."""
    cells = {name: str(value) for name, value in row.items() if value is not None}
    read: dict[str, str | int | None] = {
        ours: next((cells[name] for name in theirs if name in cells), None) for ours, theirs in _PLAIN.items()
    }
    work_type = cells.get("WorkType", "").lower()
    eidr, number = ID_COLUMNS.get(work_type, ("TitleID", ""))
    read |= {
        "eidr": cells.get(eidr),
        "number": cells.get(number),
        "row": row["row"],
        "kind": KINDS.get(work_type, work_type or None),
        "name": _name(cells),
        "year": cells.get("ReleaseYear", "")[:4] or None,
        "runtime_minutes": _minutes(cells.get("TotalRunTime")),
        "window_ends_on": None if cells.get("End", "").title() == OPEN else cells.get("End"),
        "price": _price(cells),
        "languages": read["languages"] and str(read["languages"]).split(":")[0].lower(),
    }
    return read | {name: cells[name] for name in TABLES["candidates"].columns() if name in cells}


def _name(cells: dict[str, str]) -> str | None:
    """Name the work: of a season by its series, if its own name does not say it."""
    title = _title(cells, "Title")
    series, season, episode = (_title(cells, f"{what}Title") for what in ("Series", "Season", "Episode"))
    if cells.get("WorkType", "").lower() != "season" or not series:
        return title or episode or season or series
    label = season or f"Season {cells.get('SeasonNumber', '')}".strip()
    return label if label.startswith(series) else f"{series}: {label}"


def _title(cells: dict[str, str], what: str) -> str | None:
    return cells.get(f"{what}DisplayUnlimited") or cells.get(f"{what}InternalAlias")


def _minutes(text: str | None) -> str | None:
    """Read 1:56:20, 1:56 or PT1H56M as minutes; what is written otherwise stays, to become a problem."""
    found = _CLOCK.match(text or "") or _DURATION.match(text or "")
    if not found:
        return text
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(hours * 60 + minutes + seconds / 60)


def _price(cells: dict[str, str]) -> str | None:
    """Read a licence fee as minor units; what is no sum stays, to become a problem."""
    value = cells.get("PriceValue")
    if value is None or cells.get("PriceType", LICENCE_FEE) != LICENCE_FEE:
        return None
    units = minor_units(value, cells.get("PriceCurrency"))
    return value if units is None else str(units)


def _merge_territories(
    read: pl.DataFrame, columns: list[str], frame: pl.DataFrame, file: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make one row of the rows of an offer; a row that differs otherwise is set aside."""
    numbered = read.with_columns(pl.coalesce("candidate_id", pl.format("row {}", "row")).alias("offer"))
    firsts = numbered.group_by("offer", maintain_order=True).first()
    terms = [name for name in columns if name != "candidate_id"]
    compared = numbered.join(firsts.select("offer", pl.struct(terms).alias("first_terms"), first="row"), on="offer")
    compared = compared.sort("row").with_columns(pl.struct(terms).alias("own_terms"))
    differing = compared.filter(pl.col("own_terms").ne_missing(pl.col("first_terms"))).select("row", "offer", "first")
    bad = frame.join(differing, on="row", how="semi", maintain_order="left")
    wanted = pl.lit(
        differing.select(pl.format("an AvailID of its own: row {} has it with other terms", "first")).to_series()
    )
    problems = problems_of(
        bad, table="candidates", file=file, column="candidate_id", value=pl.lit(differing["offer"]), wanted=wanted
    )
    good = compared.join(differing, on="row", how="anti", maintain_order="left").group_by("offer", maintain_order=True)
    merged = good.agg(
        pl.col("row").first(), *(pl.col(name).first() for name in columns), pl.col("territory").alias("all")
    )
    listed = pl.col("all").list.drop_nulls().list.unique(maintain_order=True)
    territories = pl.when(listed.list.len() > 0).then(listed.list.join("|")).alias("territories")
    return merged.with_columns(territories).drop("offer", "all"), concat_problems([problems])
