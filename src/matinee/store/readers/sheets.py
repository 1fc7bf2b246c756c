"""Sheets: the cells of a spreadsheet as text, sheet by sheet.

Covers Excel (xlsx, xlsm, xlsb, xls) and OpenDocument, and the frame of a sheet whose header row is known. Which row is
the header, and what the columns mean, is each reader's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from matinee.errors import BadFile
from matinee.tables.problems import plain_name, safe_name

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})

Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        name: as its tab says.
        rows: the cells as text, null where empty; row 1 of the sheet is the first, all of one length.
    """

    name: str
    rows: list[list[str | None]]


def read_sheets(path: Path) -> list[Sheet]:
    """Read every sheet of a workbook.

    Returns:
        The sheets in order; hidden ones too.

    Raises:
        BadFile: missing, or no spreadsheet that can be read.
    """
    if not path.is_file():
        raise BadFile("no such file", where=str(path), todo="give the path of a spreadsheet")
    try:
        book = CalamineWorkbook.from_path(path)
        cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        reason = str(error).splitlines()[0]
        todo = "open it in a spreadsheet program and save it as .xlsx, without a password"
        raise BadFile(f"cannot be read as a spreadsheet ({reason})", where=str(path), todo=todo) from None
    return [Sheet(name, [[cell_text(cell) for cell in row] for row in rows]) for name, rows in cells.items()]


def cell_text(cell: Cell) -> str | None:
    """Write a cell as text: whole numbers without a point, days as 2024-01-31, times of day as 1:32; null if empty."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, time):
        cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, timedelta):
        hours, seconds = divmod(round(cell.total_seconds()), 3600)
        return f"{hours}:{seconds // 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
    return str(cell)


def sheet_frame(sheet: Sheet, header: int, path: Path) -> pl.DataFrame:
    """Make a frame of the rows below a header.

    Args:
        sheet: the sheet.
        header: place of the header in `sheet.rows`, from 0.
        path: the file, for the error.

    Returns:
        `row` (Int64, the row of the sheet, from 1) and a String column for each header cell, named as `safe_name`
        does; columns without a header are left out unless they hold something. Rows of empty cells are passed over.

    Raises:
        BadFile: a name stands in the header twice.
    """
    rows = [(place, row) for place, row in enumerate(sheet.rows[header + 1 :], start=header + 2) if any(row)]
    names = _column_names(sheet.rows[header], [row for _, row in rows])
    lower = [name.lower() for name in names]
    twice = sorted({name for name in names if name and lower.count(name.lower()) > 1})
    if twice:
        said = f"column {plain_name(twice[0])} is there twice on sheet {sheet.name}"
        raise BadFile(said, where=str(path), todo="rename it in the header")
    columns: dict[str, Sequence[str | int | None]] = {"row": [place for place, _ in rows]}
    columns |= {name: [row[place] for _, row in rows] for place, name in enumerate(names) if name}
    return pl.DataFrame(columns, schema={"row": pl.Int64} | {name: pl.String for name in names if name})


def _column_names(header: Sequence[str | None], rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Name the columns; the empty name is that of a column of nothing."""
    has_values = [any(row[place] for row in rows) for place in range(len(header))]
    return [
        safe_name(name) if name else f"column_{place}" if has_values[place - 1] else ""
        for place, name in enumerate(header, start=1)
    ]
