"""Netflix reports: the half-yearly "What We Watched" workbooks, as published since 2023.

Covers every layout so far: one sheet of everything with title, global availability, release date and hours (first
half of 2023), and two sheets, series and films, with runtime and views as well. Header rows are found by their words.
Cells stay as they are written; what they say is understood in `matinee.flows.audience`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.sheets import Sheet, read_sheets, sheet_frame
from matinee.tables.problems import names_in_file

WANTED = {
    "title": "Title",
    "worldwide": "Available Globally?",
    "available_from": "Release Date",
    "hours": "Hours Viewed",
}
"""Our name of a column that every layout has -> Netflix's."""

OPTIONAL = {"runtime": "Runtime", "views": "Views"}

CATEGORIES = {
    "tv": "TV", "show": "TV", "shows": "TV", "series": "TV",
    "film": "Films", "films": "Films", "movie": "Films", "movies": "Films",
}  # fmt: skip
"""A word of a sheet's name -> the category of what it lists; a sheet named otherwise, or by both, lists everything."""

_HEADER_WITHIN = 40
_FEW_ROWS = 20
_FEW_CELLS = 2  # a row of a list has more
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_PERIOD = re.compile(
    r"\b([A-Z][a-z]{2,8})\.?(?:\s+\d{1,2})?(?:,?\s+\d{4})?\s*(?:to|[-–—])\s*"
    r"([A-Z][a-z]{2,8})\.?(?:\s+\d{1,2})?,?\s+(\d{4})\b"
)
_PERIOD_IN_NAME = re.compile(r"(\d{4})[-_ ]?([A-Z][a-z]{2})[a-z]*[-_ ]+([A-Z][a-z]{2})[a-z]*")


@dataclass(frozen=True)
class ReportSheet:
    """One sheet of a report.

    Attributes:
        file: the report and its sheet, as a user knows them.
        category: "TV" or "Films"; None where the sheet lists both.
        starts_on: first day of the report's period.
        ends_on: last day.
        frame: `row`, and the columns of `WANTED` and `OPTIONAL` that there are, as text; other columns keep their
            names.
    """

    file: str
    category: str | None
    starts_on: date
    ends_on: date
    frame: pl.DataFrame


def read_netflix_report(path: Path) -> list[ReportSheet]:
    """Read a report.

    Raises:
        BadFile: no spreadsheet, no header of a report, a sheet without rows, or no word of the period.
    """
    sheets = [sheet for sheet in read_sheets(path) if sum(map(any, sheet.rows)) > 0]
    headers = {sheet.name: _find_header(sheet) for sheet in sheets}
    lacking = [sheet for sheet in sheets if headers[sheet.name] is None]
    large = [sheet for sheet in lacking if _is_list(sheet) or len(lacking) == len(sheets)]
    if large or not sheets:
        raise _no_header(path, large[0] if large else None)
    starts_on, ends_on = _find_period(path, sheets)
    found = []
    for sheet in sheets:
        header = headers[sheet.name]
        if header is not None:
            frame = _read_rows(sheet, header, path)
            found.append(ReportSheet(f"{path.name}, {sheet.name}", _category(sheet), starts_on, ends_on, frame))
    return found


def _is_list(sheet: Sheet) -> bool:
    """Tell a list whose header has changed from a page of words on how the report counts."""
    return sum(sum(map(bool, row)) > _FEW_CELLS for row in sheet.rows) > _FEW_ROWS


def _category(sheet: Sheet) -> str | None:
    """Tell what a sheet lists from the words of its name, if they agree."""
    said = {CATEGORIES[word] for word in re.findall(r"[a-z]+", sheet.name.lower()) if word in CATEGORIES}
    return said.pop() if len(said) == 1 else None


def _read_rows(sheet: Sheet, header: int, path: Path) -> pl.DataFrame:
    frame = sheet_frame(sheet, header, path)
    if frame.is_empty():
        raise BadFile(f"sheet {sheet.name} has a header and no rows", where=str(path), todo="download it again")
    ours = {_plain(theirs): ours for ours, theirs in (WANTED | OPTIONAL).items()}
    return frame.rename({name: ours[_plain(name)] for name in names_in_file(frame) if _plain(name) in ours})


def _find_header(sheet: Sheet) -> int | None:
    """Find the row that has every wanted column."""
    wanted = {_plain(name) for name in WANTED.values()}
    for place, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        if wanted <= {_plain(cell) for cell in row if cell}:
            return place
    return None


def _plain(cell: str) -> str:
    return "".join(re.findall(r"[a-z]+", cell.lower()))


def _no_header(path: Path, sheet: Sheet | None) -> BadFile:
    """Say what was found in the row most like a header, and what was wanted."""
    wanted = ", ".join([*WANTED.values(), *OPTIONAL.values()])
    todo = "give a report as Netflix published it, or use `matinee import table audience` for another"
    if sheet is None:
        return BadFile(f"is empty; wanted the columns {wanted}", where=str(path), todo=todo)
    known = {_plain(name) for name in (WANTED | OPTIONAL).values()}
    head = sheet.rows[:_HEADER_WITHIN]
    nearest = max(head, key=lambda row: (sum(_plain(cell) in known for cell in row if cell), sum(map(bool, row))))
    there = ", ".join(cell for cell in nearest if cell)
    return BadFile(f"sheet {sheet.name} has the columns {there}; wanted {wanted}", where=str(path), todo=todo)


def _find_period(path: Path, sheets: list[Sheet]) -> tuple[date, date]:
    """Find first and last day, above the header or in the file's name."""
    above = [cell for sheet in sheets for row in sheet.rows[:_HEADER_WITHIN] for cell in row[:4] if cell]
    for found in map(_PERIOD.search, above):
        if found and (period := _period(found[1], found[2], int(found[3]))):
            return period
    named = _PERIOD_IN_NAME.search(path.stem)
    if named and (period := _period(named[2], named[3], int(named[1]))):
        return period
    said = "says no period, such as 'from January to June 2024' above its header"
    raise BadFile(said, where=str(path), todo="say it in the file's name, as in report_2024Jan-Jun.xlsx")


def _period(first: str, last: str, year: int) -> tuple[date, date] | None:
    start, end = _MONTHS.get(first[:3].lower()), _MONTHS.get(last[:3].lower())
    if start is None or end is None or start > end:
        return None
    return date(year, start, 1), date(year, end, calendar.monthrange(year, end)[1])
