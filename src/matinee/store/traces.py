"""What members leave in a service folder outside its tables: reports, files of results, beginnings of files.

Covers finding and removing them, and naming the files that Matinee did not write and so does not touch. A mention in a
compressed file is not seen. Nothing is looked for in hidden folders, through links, or in another service inside.
"""

from __future__ import annotations

import html
import os
from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl
import polars.selectors as cs

from matinee.store.disk import plain_disk_errors, replacing
from matinee.store.erasure import NOTE, RECEIPTS
from matinee.store.quarantine import FOLDER
from matinee.store.service import SETTINGS
from matinee.tables.personal import MEMBER, compile_mentions

REPORTS = "reports"

_LOOKED_AFTER = ("tables", "models", FOLDER, RECEIPTS)
"""Folders that others know how to clean."""

_OURS = (SETTINGS, NOTE, ".lock", "keys", "rights.db", "rights.db-shm", "rights.db-wal")

_BLOCK = 1 << 20
_LONGEST = 1 << 12
"""Bytes that two blocks share, so that no mention is cut in two."""


def find_reports(service: Path, member_ids: Collection[str]) -> list[Path]:
    """Find the files in `reports/` that mention members.

    Raises:
        StoreError: the disk said no.
    """
    reports = (path for path in _walk_others(service) if _is_report(service, path))
    return list(_mentioning(reports, member_ids))


def find_in_results(service: Path, member_ids: Collection[str]) -> dict[Path, int]:
    """Count the rows of members in files of results: Parquet with a column `member_id`, anywhere in the folder.

    Raises:
        StoreError: the disk said no.
    """
    counts = {path: _count(path, member_ids) for path in _walk_others(service) if path.suffix == ".parquet"}
    return {path: rows for path, rows in counts.items() if rows}


def find_foreign(service: Path, member_ids: Collection[str]) -> list[Path]:
    """Find the files of others in the service folder that mention members.

    Raises:
        StoreError: the disk said no.
    """
    others = (path for path in _walk_others(service) if not _is_report(service, path))
    return list(_mentioning(others, member_ids))


def remove_reports(service: Path, member_ids: Collection[str]) -> None:
    """Delete the files in `reports/` that mention members; they can be made again.

    Raises:
        StoreError: the disk said no.
    """
    with plain_disk_errors(service):
        for path in find_reports(service, member_ids):
            path.unlink()


def remove_from_results(service: Path, member_ids: Collection[str]) -> None:
    """Rewrite files of results without the rows of members.

    Raises:
        StoreError: the disk said no.
    """
    for path in find_in_results(service, member_ids):
        with plain_disk_errors(path), replacing(path) as unfinished:
            pl.scan_parquet(path, glob=False).filter(~_is_theirs(member_ids)).sink_parquet(unfinished)


def remove_beginnings(service: Path) -> None:
    """Delete what killed processes left of files that they were writing.

    Raises:
        StoreError: the disk said no.
    """
    with plain_disk_errors(service):
        for path in _walk(service):
            if _is_beginning(path):
                path.unlink(missing_ok=True)


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not (here / name / SETTINGS).is_file()
        )
        yield from (here / name for name in sorted(files) if not (here / name).is_symlink())


def _walk_others(service: Path) -> Iterator[Path]:
    ours = {*_OURS, *_LOOKED_AFTER}
    paths = (path for path in _walk(service) if path.relative_to(service).parts[0] not in ours)
    return (path for path in paths if not _is_beginning(path))


def _is_report(service: Path, path: Path) -> bool:
    return path.is_relative_to(service / REPORTS) and path.suffix != ".parquet"


def _is_beginning(path: Path) -> bool:
    return path.name.startswith(".") and path.suffix == ".new"


def _is_theirs(member_ids: Collection[str]) -> pl.Expr:
    return pl.col(MEMBER).cast(pl.String).is_in(member_ids).fill_null(False)


def _count(path: Path, member_ids: Collection[str]) -> int:
    """Count the rows of members; 0 for a file that is no Parquet or names no members."""
    try:
        rows = pl.scan_parquet(path, glob=False)
        if MEMBER not in rows.collect_schema():
            return 0
        return int(rows.select(_is_theirs(member_ids).sum()).collect().item())
    except pl.exceptions.PolarsError:
        return 0


def _mentioning(paths: Iterator[Path], member_ids: Collection[str]) -> Iterator[Path]:
    mentions = compile_mentions(member_ids)
    for path in paths:
        with plain_disk_errors(path):
            is_named = _names_in_parquet(path, member_ids) if path.suffix == ".parquet" else None
            if any(mentions.search(text) for text in _texts(path)) if is_named is None else is_named:
                yield path


def _names_in_parquet(path: Path, member_ids: Collection[str]) -> bool | None:
    """Tell whether a text in a Parquet file is the id of a member; None if it is no Parquet."""
    is_theirs = cs.string().is_in(member_ids).any().fill_null(False)
    try:
        found = pl.scan_parquet(path, glob=False).select(is_theirs).collect()
    except pl.exceptions.PolarsError:
        return None
    return any(found[name][0] for name in found.columns)


def _texts(path: Path) -> Iterator[str]:
    """Read a file as text, in blocks that overlap."""
    tail = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = (tail + block).decode(errors="replace")
            yield html.unescape(text) if path.suffix in {".html", ".htm"} else text
            tail = block[-_LONGEST:]
