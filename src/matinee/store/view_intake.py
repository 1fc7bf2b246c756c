"""The views of an import: kept on disk by month while they come in, then merged month by month.

Covers what makes an import of many millions of views fit into memory: one month is merged at a time, a large one in
stretches of time. The other tables, and the commit, are `intake`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import polars as pl

from matinee.store.merge import MergedViews, merge_views
from matinee.store.quarantine import Quarantine
from matinee.store.snapshot import Snapshot
from matinee.store.spill import Spill
from matinee.tables.problems import problems_of
from matinee.tables.schemas import key_columns

Progress = Callable[[str, int], None]
"""Told a stage ("views.csv", "merging views") and the number of its rows done so far."""

WritePart = Callable[[str, str, pl.LazyFrame], None]
"""Takes a table, a part of it, and the rows that the part is to hold."""

ROWS_IN_MEMORY = 1_000_000
"""Views that wait in memory before they go to disk, and views that are merged at once."""

_MONTH = (pl.col("started_at").dt.year().cast(pl.Int32) * 12 + pl.col("started_at").dt.month() - 1).alias("month")

_KEY = ", ".join(key_columns("views"))
_KEY_TEXT = pl.concat_str(
    "member_id", "title_id", pl.col("started_at").dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ"), separator=", "
)
_REPEATS = "a key of its own, an earlier row of the file has it already"
_REPEATS_A_DAY = "a time of its own: where a log gives days only, the first viewing of a day stands"
_REPEAT = pl.when(pl.col("started_at").dt.time() == time(0)).then(pl.lit(_REPEATS_A_DAY)).otherwise(pl.lit(_REPEATS))
_DIFFERS = "new, an import before gave it other values; a viewing never changes"


@dataclass
class SettledViews:
    """What the views of an import came to.

    Attributes:
        read: views that came in.
        added: new views.
        updated: views that say what the service did not know of one that it had.
        unchanged: views that the service had.
        members: member_id and country (null if none said) of members with new views, each once.
        title_ids: titles with new views, each once.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    members: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"member_id": str, "country": str}))
    title_ids: pl.Series = field(default_factory=lambda: pl.Series("title_id", dtype=pl.String))

    def count(self, merged: MergedViews) -> None:
        """Add what was merged; the earliest country a member was seen in stands."""
        self.added += merged.added.height
        self.updated += merged.updated
        self.unchanged += merged.unchanged
        seen = merged.added.group_by("member_id").agg(pl.col("country").drop_nulls().first())
        both = pl.concat([self.members, seen])
        self.members = both.group_by("member_id", maintain_order=True).agg(pl.col("country").drop_nulls().first())
        self.title_ids = pl.concat([self.title_ids, merged.added["title_id"].unique()]).unique()


class ViewIntake:
    """The views of one import.

    Args:
        before: the state that they are to join.
        quarantine: takes those that cannot be.
        staging: a folder of the import's own.
    """

    def __init__(self, before: Snapshot, quarantine: Quarantine, staging: Path) -> None:
        self._before = before
        self._quarantine = quarantine
        self._staging = staging
        self._spill = Spill(staging / "views", ["month", "file"], limit=ROWS_IN_MEMORY)
        self._files: list[str] = []

    def add(self, frame: pl.DataFrame, file: str) -> None:
        """Take checked views with their `row` in `file`."""
        if file not in self._files:
            self._files.append(file)
        number = pl.lit(self._files.index(file), pl.Int32).alias("file")
        self._spill.add(frame.with_columns(number, _MONTH))

    def settle(self, title_ids: pl.Series | None, write: WritePart, progress: Progress) -> SettledViews:
        """Merge everything that came in with the state before.

        Args:
            title_ids: titles that views may name; None for any.
            write: called for every month that changes.
            progress: told of rows merged.

        Returns:
            What it came to; rejected views are in the quarantine.
        """
        settled = SettledViews()
        for month, bins in groupby(self._spill.bins(), key=itemgetter(0)):
            part = f"{month // 12:04d}-{month % 12 + 1:02d}"
            new = {self._files[file]: self._spill.scan((month, file)).drop("month", "file") for _, file in bins}
            known = settled.added + settled.updated
            rows = self._merge_month(part, new, title_ids, settled)
            if settled.added + settled.updated > known:
                write("views", part, rows)
            progress("merging views", settled.read)
        return settled

    def _merge_month(
        self, part: str, new: Mapping[str, pl.LazyFrame], title_ids: pl.Series | None, settled: SettledViews
    ) -> pl.LazyFrame:
        """Merge what each file says of a month, one stretch of time after the other, and count it."""
        old, pieces = self._before.scan_part("views", part), []
        with self._before.reading():
            stretches = _cut_time([old, *new.values()])
        for number, is_within in enumerate(stretches):
            with self._before.reading():
                rows = old.filter(is_within).collect()
            for file, views in new.items():
                some = views.filter(is_within).collect()
                merged = self._merge(rows, some, file, title_ids)
                settled.count(merged)
                settled.read += some.height
                rows = merged.rows
            pieces.append(self._staging / f"views-{part}-{number}.parquet")
            rows.write_parquet(pieces[-1], compression="lz4", statistics=False)
        return pl.scan_parquet(pieces, glob=False)

    def _merge(self, old: pl.DataFrame, new: pl.DataFrame, file: str, title_ids: pl.Series | None) -> MergedViews:
        if title_ids is not None:
            is_known = new["title_id"].is_in(title_ids.implode())
            self._reject(new.filter(~is_known), file, "title_id", pl.col("title_id"), "a title_id of titles")
            new = new.filter(is_known)
        merged = merge_views(old, new)
        for rows, wanted in ((merged.repeats, _REPEAT), (merged.differing, _DIFFERS)):
            self._reject(rows, file, _KEY, _KEY_TEXT, wanted)
        return merged

    def _reject(self, bad: pl.DataFrame, file: str, column: str, value: pl.Expr, wanted: str | pl.Expr) -> None:
        """Set rows of a file aside."""
        self._quarantine.add(
            problems_of(bad.sort("row"), table="views", file=file, column=column, value=value, wanted=wanted)
        )


def _cut_time(views: Iterable[pl.LazyFrame]) -> list[pl.Expr]:
    """Cut time into stretches of some `ROWS_IN_MEMORY` views; rows of one key never lie in two of them."""
    times = pl.concat(frame.select("started_at") for frame in views).collect()["started_at"].sort()
    cuts = times.gather_every(ROWS_IN_MEMORY).unique().sort()[1:].to_list()
    at, always = pl.col("started_at"), pl.lit(True)
    starts, ends = [always, *(at >= cut for cut in cuts)], [*(at < cut for cut in cuts), always]
    return [start & end for start, end in zip(starts, ends, strict=True)]
