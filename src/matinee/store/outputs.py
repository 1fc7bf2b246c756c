"""Results that leave for elsewhere: a Parquet file of recommendations, a report. Whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import xlsxwriter

from matinee.errors import UsageError
from matinee.store.disk import plain_disk_errors, write_file

Cell = str | int | float | bool | date | None

_TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame to `path`, making its folder if need be.

    Raises:
        UsageError: the name does not end in .parquet, or is a folder's.
        StoreError: the disk said no; what stood there before still does.
    """
    check_name(path, ".parquet")
    content = io.BytesIO()
    frame.write_parquet(content)
    _write(content.getvalue(), path)


def write_sheets(sheets: Mapping[str, Sequence[Sequence[Cell]]], path: Path) -> None:
    """Write rows of cells as an Excel workbook, making its folder if need be; text is text, never a formula or link.

    Args:
        sheets: name of each sheet, at most 31 characters -> its rows.
        path: ends in .xlsx.

    Raises:
        UsageError: the name does not end in .xlsx, or is a folder's.
        StoreError: the disk said no; what stood there before still does.
    """
    check_name(path, ".xlsx")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _TEXT_IS_TEXT) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell, *([day] if isinstance(cell, date) else []))
    _write(content.getvalue(), path)


def write_text(text: str, path: Path) -> None:
    """Write text as UTF-8 to `path`, making its folder if need be.

    Raises:
        StoreError: the disk said no; what stood there before still does.
    """
    _write(text.encode(), path)


def check_name(path: Path, ending: str) -> None:
    """Check the name of a file to be written, before the work is done.

    Raises:
        UsageError: it does not end in `ending`, or is a folder's.
    """
    if path.suffix != ending or path.is_dir():
        raise UsageError(f"no name for a {ending} file", where=str(path), todo=f"give a file that ends in {ending}")


def _write(content: bytes, path: Path) -> None:
    with plain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content)
