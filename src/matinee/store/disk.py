"""Bytes to disk, all or nothing.

Covers writing a file so that nobody ever sees half of it, and turning what the disk says into one line. It knows
nothing of tables or models.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from matinee.errors import StoreError

_SAID = {
    errno.ENOSPC: ("the disk is full", "free some space and run the same command again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run the same command again"),
    errno.EFBIG: ("a file grew past the limit set for this process", "raise the limit (ulimit -f) and run it again"),
    errno.EROFS: ("the disk is read-only", "use a folder that can be written"),
    errno.EACCES: ("no permission", "ask for permission or use another folder"),
    errno.EPERM: ("no permission", "ask for permission or use another folder"),
}

_BLOCK = 1 << 20


@contextmanager
def plain_disk_errors(where: Path) -> Generator[None]:
    """Turn any OSError of the block into a StoreError of one line.

    Args:
        where: the folder or file that the block works on, named where the error names none.

    Yields:
        Nothing.

    Raises:
        StoreError: the disk said no.
    """
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        number = _error_number(error)
        if number is None and not isinstance(error, OSError):
            raise
        what, todo = _SAID.get(number or 0, (f"the disk said: {getattr(error, 'strerror', None) or error}", ""))
        place = getattr(error, "filename", None) or where
        raise StoreError(what.splitlines()[0], where=str(place), todo=todo) from error


def _error_number(error: BaseException) -> int | None:
    """Find the errno, which Polars gives only in words."""
    number = getattr(error, "errno", None)
    if number is None and (words := re.search(r"os error (\d+)", str(error))):
        return int(words[1])
    return number


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Replace the file `path` by what the block writes: other processes see the old file or the whole new one.

    A process killed on the way leaves at most `.NAME.new` beside it, which the next write replaces.

    Yields:
        where to write.
    """
    unfinished = path.with_name(f".{path.name}.new")
    try:
        yield unfinished
        sync_file(unfinished)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_file(path: Path, content: bytes) -> None:
    """Replace the file `path` by `content`, as `replacing` does."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def write_frame(frame: pl.LazyFrame, path: Path) -> str:
    """Write `frame` as Parquet, safely on disk when this returns; the same rows give the same bytes.

    Returns:
        sha256 of the file, hexadecimal.
    """
    # One size of row group: how a frame was put together must not show in the file.
    frame.sink_parquet(path, row_group_size=1 << 18)
    sync_file(path)
    return hash_file(path)


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk itself."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk itself, where the system can do that (Windows cannot)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_file(path: Path) -> str:
    """Compute the sha256 of a file, hexadecimal, a block at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
