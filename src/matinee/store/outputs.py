"""Results that leave for elsewhere: a Parquet file of recommendations, a report. Whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from matinee.errors import UsageError
from matinee.store.disk import plain_disk_errors, write_file


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
