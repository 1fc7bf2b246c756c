"""Results that leave for elsewhere: a Parquet file, a report, a bundle of files. Whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import polars as pl
import xlsxwriter

from matinee.errors import UsageError
from matinee.store.disk import plain_disk_errors, replacing, write_file

Cell = str | int | float | bool | date | None

_TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame to `path`, making its folder if need be.

    Raises:
        UsageError: the name does not end in .parquet, or is a folder's.
        StoreError: the disk said no; what stood there before still does.
    """
    check_name(path, ".parquet")
    with plain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            frame.write_parquet(unfinished)


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


def append_lines(lines: str, path: Path, *, heading: str) -> None:
    """Append lines of UTF-8 to `path`, making it, its heading and its folder if need be.

    Args:
        lines: each ends with a line feed.
        path: the file.
        heading: its first line, without the line feed.

    Raises:
        UsageError: there is a file with another heading, or one whose last line is not whole.
        StoreError: the disk said no.
    """
    with plain_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.tell() == 0:
                lines = f"{heading}\n{lines}"
            else:
                _check_log(file, path, heading)
            file.write(lines.encode())


def _check_log(file: BinaryIO, path: Path, heading: str) -> None:
    file.seek(0)
    if file.readline() != f"{heading}\n".encode():
        todo = f"name a new file, or one that begins with {heading}"
        raise UsageError("the file has another heading", where=str(path), todo=todo)
    file.seek(-1, os.SEEK_END)
    if file.read() != b"\n":
        raise UsageError("the last line of the file is not whole", where=str(path), todo="mend it, or name a new file")


def write_bundle(files: Mapping[str, bytes], path: Path, *, now: datetime) -> None:
    """Write several files as one: into a zip where the name ends in .zip, else into a new folder.

    Args:
        files: name -> what it holds.
        path: the zip, replaced if there is one; or the folder.
        now: time of the files in the zip, with zone.

    Raises:
        UsageError: there is something else by that name.
        StoreError: the disk said no; what stood there before still does.
    """
    if path.suffix == ".zip" and not path.is_dir():
        _write(_zip(files, now), path)
        return
    if path.exists():
        raise UsageError("there is something of that name already", where=str(path), todo="name a new folder or a .zip")
    unfinished = path.with_name(f".{path.name}.new")
    with plain_disk_errors(path):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        try:
            for name, content in files.items():
                write_file(unfinished / name, content)
            unfinished.replace(path)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _zip(files: Mapping[str, bytes], now: datetime) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), each, zipfile.ZIP_DEFLATED)
    return content.getvalue()


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
