"""Members taken out of tables and quarantine.

Covers the rows that name them. Files made from those rows are the matter of `traces`, models of `models`; the order of
it all, and what happens after a crash, is the flow's (`matinee.flows.forgetting`).
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from matinee.errors import StoreError
from matinee.store.disk import plain_disk_errors, replacing, write_frame
from matinee.store.intake import STAGING
from matinee.store.publish import publish, remove_unnamed
from matinee.store.quarantine import FOLDER
from matinee.store.snapshot import DataFile, Snapshot
from matinee.tables.personal import MEMBER, MEMBER_TABLES, find_theirs, may_be_theirs
from matinee.tables.problems import concat_problems

Part = tuple[str, str]
"""A table, and a part of it."""


def count_in_tables(snapshot: Snapshot, member_ids: Collection[str]) -> dict[Part, int]:
    """Count the rows of members in every part of a table that has any.

    Raises:
        StoreError: a data file is missing or damaged.
    """
    counts = {
        (table, part): snapshot.count_part(table, part, pl.col(MEMBER).is_in(member_ids))
        for table in MEMBER_TABLES
        for part in snapshot.parts(table)
    }
    return {part: rows for part, rows in counts.items() if rows}


def find_in_quarantine(service: Path, member_ids: Collection[str]) -> dict[Path, list[int]]:
    """Find the rows set aside that were to be of members: their numbers by quarantine file.

    Raises:
        StoreError: a file is damaged, or the disk said no.
    """
    found = {}
    for path in sorted((service / FOLDER).glob("*.parquet")):
        with _plain_errors(path):
            near = pl.scan_parquet(path, glob=False).filter(may_be_theirs(member_ids)).collect()
        if rows := near.filter(find_theirs(near, member_ids))["row"].unique().to_list():
            found[path] = rows
    return found


def read_from_quarantine(service: Path, member_ids: Collection[str]) -> pl.DataFrame:
    """Load the problems of rows that were to be of members, columns `PROBLEMS`.

    Raises:
        StoreError: a file is damaged, or the disk said no.
    """
    found = find_in_quarantine(service, member_ids)
    frames = (pl.read_parquet(path, glob=False).filter(pl.col("row").is_in(rows)) for path, rows in found.items())
    return concat_problems(frames)


def remove_from_tables(service: Path, before: Snapshot, member_ids: Collection[str]) -> Snapshot:
    """Commit a state of the tables without the rows of members, and delete every file that is not part of it.

    The caller holds the writer's lock.

    Args:
        service: the service folder.
        before: its present state.
        member_ids: whose rows.

    Returns:
        The new state, or `before` if they have no rows.

    Raises:
        StoreError: the disk said no; or a superseded file, which still holds their rows, is in use by a system that
            cannot delete such files.
    """
    staging = service / STAGING
    with plain_disk_errors(service):
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            after, moves = _prepare(before, member_ids, staging)
            publish(before, after, moves)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        remove_unnamed(after.folder, after.paths())
        left = sorted({*after.folder.rglob("*.parquet")} - after.paths())
    if left:
        raise StoreError("a file with forgotten rows is in use", where=str(left[0]), todo="close it and run it again")
    return after


def _prepare(before: Snapshot, member_ids: Collection[str], staging: Path) -> tuple[Snapshot, dict[Path, Path]]:
    """Write what is left of every part that changes into staging."""
    changed: list[tuple[str, DataFile]] = []
    emptied: list[Part] = []
    moves: dict[Path, Path] = {}
    for table, part in count_in_tables(before, member_ids):
        left = before.scan_part(table, part).filter(~pl.col(MEMBER).is_in(member_ids))
        rows = before.load(left.select(pl.len())).item()
        if not rows:
            emptied.append((table, part))
            continue
        finished = staging / f"{table}-{part}.parquet"
        with before.reading():
            file = DataFile.named(table, part, rows=rows, sha256=write_frame(left, finished))
        changed.append((table, file))
        moves[finished] = before.folder / file.path
    return before.replaced(changed).without(emptied), moves


def remove_from_quarantine(service: Path, member_ids: Collection[str]) -> None:
    """Rewrite the quarantine without the rows that were to be of members; a file without any other goes.

    Raises:
        StoreError: a file is damaged, or the disk said no.
    """
    for path, rows in find_in_quarantine(service, member_ids).items():
        others = pl.scan_parquet(path, glob=False).filter(~pl.col("row").is_in(rows))
        with _plain_errors(path):
            if others.select(pl.len()).collect().item():
                with replacing(path) as unfinished:
                    others.sink_parquet(unfinished, row_group_size=1 << 16)
            else:
                path.unlink()


@contextmanager
def _plain_errors(path: Path) -> Generator[None]:
    try:
        with plain_disk_errors(path):
            yield
    except pl.exceptions.PolarsError as error:
        raise StoreError("a quarantine file is damaged", where=str(path), todo="delete it") from error
