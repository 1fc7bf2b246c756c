"""The one way for rows to come into a service: a transaction that happens as a whole or not at all.

Covers collecting checked rows, merging them with what is there, setting aside those that cannot be, and the commit.
It neither reads foreign files (`readers`) nor converts or checks a row by itself (`matinee.tables`): `matinee.flows`
brings these together.

Everything is prepared in `.staging` inside the service; what a killed process left there goes with the next writer.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from matinee.errors import BadRows
from matinee.store.disk import plain_disk_errors, write_frame
from matinee.store.erasure import check_no_erasure
from matinee.store.lock import PATIENCE, writer_lock
from matinee.store.merge import merge_rows
from matinee.store.publish import publish, remove_files
from matinee.store.quarantine import Quarantine
from matinee.store.service import Service
from matinee.store.snapshot import ALL, DataFile
from matinee.store.view_intake import Progress, ViewIntake
from matinee.tables.check import check_keys
from matinee.tables.problems import describe
from matinee.tables.schemas import TABLES, key_columns

STAGING = ".staging"


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one table: read + made = added + unchanged + updated + quarantined.

    Attributes:
        read: rows that the files hold.
        made: rows that no file holds: members that views name, and titles where the service has none.
        added: rows that are new.
        unchanged: rows that say nothing new.
        updated: rows that say something new of what was there.
        quarantined: rows set aside, with a reason.
    """

    read: int = 0
    made: int = 0
    added: int = 0
    unchanged: int = 0
    updated: int = 0
    quarantined: int = 0


class Intake:
    """An import under way. Use it in a `with` block; without `commit` nothing happens.

    Attributes:
        quarantine: the problems found so far.

    Args:
        service: where to.
        patience: seconds to wait for another writer.

    Raises:
        StoreError: on entering, if another writer holds the service or an erasure waits to be finished; anywhere, if
            the disk says no.
    """

    quarantine: Quarantine

    def __init__(self, service: Service, *, patience: float = PATIENCE) -> None:
        self._path = service.path
        self._staging = service.path / STAGING
        self._service = service
        self._patience = patience
        self._cleanup = ExitStack()
        self._rows: dict[str, dict[str, list[pl.DataFrame]]] = defaultdict(lambda: defaultdict(list))
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._changed: list[tuple[str, DataFile]] = []
        self._moves: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        with ExitStack() as cleanup, plain_disk_errors(self._path):
            cleanup.enter_context(writer_lock(self._path, patience=self._patience))
            check_no_erasure(self._path)
            shutil.rmtree(self._staging, ignore_errors=True)
            self._staging.mkdir()
            cleanup.callback(shutil.rmtree, self._staging, ignore_errors=True)
            self._before = self._service.snapshot()
            self.quarantine = Quarantine(self._path, self._staging)
            self._views = ViewIntake(self._before, self.quarantine, self._staging)
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def add(self, table: str, frame: pl.DataFrame, file: str) -> None:
        """Take rows that are right by themselves.

        Args:
            table: one of `TABLES`.
            frame: the table's columns with their declared types, and `row` (Int64, from 1), the row in `file`.
            file: where they came from, as a user knows it.

        Raises:
            StoreError: the disk said no.
        """
        self._counts[table]["read"] += frame.height
        frame = frame.select("row", *TABLES[table].columns())
        with plain_disk_errors(self._path):
            self.quarantine.see(table, file)
            if table == "views":
                self._views.add(frame, file)
            elif frame.height:
                self._rows[table][file].append(frame)

    def reject(self, problems: pl.DataFrame) -> None:
        """Set aside rows that were never added; all problems of a row must come in one call.

        Args:
            problems: a frame of `matinee.tables.problems.PROBLEMS`.

        Raises:
            StoreError: the disk said no.
        """
        with plain_disk_errors(self._path):
            for (table, file), some in problems.group_by("table", "file", maintain_order=True):
                self.quarantine.see(str(table), str(file))
                self._counts[str(table)]["read"] += some["row"].n_unique()
            self.quarantine.add(problems)

    def commit(
        self, *, strict: bool = False, dry_run: bool = False, progress: Progress = lambda _stage, _rows: None
    ) -> dict[str, Counts]:
        """Make all of it true at once: from now on every reader sees it.

        Args:
            strict: change nothing at all if any row was set aside.
            dry_run: change nothing at all, only say what would become of the rows.
            progress: told of the rows merged.

        Returns:
            What became of the rows of each table that had any.

        Raises:
            BadRows: rows were set aside, and `strict`.
            StoreError: the disk said no; nothing has changed.
        """
        with plain_disk_errors(self._path):
            self._settle(progress)
            if strict and self.quarantine.problems:
                raise self._refusal()
            if not dry_run:
                self._moves.update(self.quarantine.finish())
                publish(self._before, self._before.replaced(self._changed), self._moves)
                remove_files(self.quarantine.settled())
        for table, rows in self.quarantine.rows.items():
            self._counts[table]["quarantined"] = rows
        return {table: Counts(**self._counts[table]) for table in TABLES if self._counts[table].total()}

    def _settle(self, progress: Progress) -> None:
        """Merge every table in memory or staging; write what changes into staging."""
        tables = {table: self._merge_table(table) for table in TABLES if table != "views"}
        settled = self._views.settle(self._known_titles(tables["titles"]), self._write, progress)
        self._counts["views"].update(added=settled.added, updated=settled.updated, unchanged=settled.unchanged)
        tables["members"] = self._make("members", tables["members"], settled.members)
        titles = pl.DataFrame({"title_id": settled.title_ids, "name": settled.title_ids})
        tables["titles"] = self._make("titles", tables["titles"], titles)
        for table, rows in tables.items():
            if self._counts[table]["added"] or self._counts[table]["updated"]:
                self._write(table, ALL, rows.lazy())

    def _merge_table(self, table: str) -> pl.DataFrame:
        rows = self._before.read(table)
        for file, frames in self._rows[table].items():
            new, repeats = check_keys(table, pl.concat(frames).sort("row"), file=file)
            self.quarantine.add(repeats)
            merged = merge_rows(table, rows, new)
            counts = {"added": merged.added, "updated": merged.updated, "unchanged": merged.unchanged}
            self._counts[table].update(counts)
            rows = merged.rows
        return rows

    def _known_titles(self, titles: pl.DataFrame) -> pl.Series | None:
        """List the titles that views may name, or None for any: while nobody has named a title, views make them."""
        is_unnamed = not self._rows["titles"] and (titles["name"] == titles["title_id"]).all()
        return None if is_unnamed else titles["title_id"]

    def _make(self, table: str, rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
        """Add the rows of `named` that `rows` lacks by its key."""
        keys = key_columns(table)
        made = named.join(rows, on=keys, how="anti")
        self._counts[table].update(made=made.height, added=made.height)
        return pl.concat([rows, made], how="diagonal").sort(keys) if made.height else rows

    def _write(self, table: str, part: str, rows: pl.LazyFrame) -> None:
        finished = self._staging / f"{table}-{part}.parquet"
        digest = write_frame(rows, finished)
        height = pl.scan_parquet(finished, glob=False).select(pl.len()).collect().item()
        file = DataFile.named(table, part, rows=height, sha256=digest)
        self._changed.append((table, file))
        self._moves[finished] = self._before.folder / file.path

    def _refusal(self) -> BadRows:
        rows = sum(self.quarantine.rows.values())
        first = describe(self.quarantine.sample.row(0, named=True))
        return BadRows(
            f"{rows:,} {'row breaks' if rows == 1 else 'rows break'} the rules; nothing was imported",
            where=first,
            todo="mend the file, or import without --strict to set them aside",
        )
