"""The views of an import: kept on disk by month while they come in, then merged month by month.

Covers what makes an import of many millions of views fit into memory: one month is in memory at a time. The other
tables, and the commit, are `intake`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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

WritePart = Callable[[str, str, pl.DataFrame], None]
"""Takes a table, a part of it, and the rows that the part is to hold."""

_ROWS_IN_MEMORY = 3_000_000
_MONTH = (pl.col("started_at").dt.year().cast(pl.Int32) * 12 + pl.col("started_at").dt.month() - 1).alias("month")

_KEY = ", ".join(key_columns("views"))
_KEY_TEXT = pl.concat_str(
    "member_id", "title_id", pl.col("started_at").dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ"), separator=", "
)
_REPEATS = "a key of its own, an earlier row of the file has it already"
_DIFFERS = "new, an import before gave it other values; a viewing never changes"


@dataclass
class SettledViews:
    """What the views of an import came to.

    Attributes:
        added: new views.
        updated: views that say what the service did not know of one that it had.
        unchanged: views that the service had.
        members: member_id and country (null if none said) of members with new views, each once.
        title_ids: titles with new views, each once.
    """

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
        self._spill = Spill(staging / "views", ["month", "file"], limit=_ROWS_IN_MEMORY)
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
        done = 0
        for month, bins in groupby(self._spill.bins(), key=itemgetter(0)):
            part = f"{month // 12:04d}-{month % 12 + 1:02d}"
            rows, has_changed = self._before.read_part("views", part), False
            for bin_of_file in bins:
                new = self._spill.scan(bin_of_file).drop("month", "file").collect()
                done += new.height
                merged = self._merge(rows, new, self._files[bin_of_file[1]], title_ids)
                settled.count(merged)
                rows, has_changed = merged.rows, has_changed or merged.added.height + merged.updated > 0
            if has_changed:
                write("views", part, rows)
            progress("merging views", done)
        return settled

    def _merge(self, old: pl.DataFrame, new: pl.DataFrame, file: str, title_ids: pl.Series | None) -> MergedViews:
        if title_ids is not None:
            is_known = new["title_id"].is_in(title_ids.implode())
            self._reject(new.filter(~is_known), file, "title_id", pl.col("title_id"), "a title_id of titles")
            new = new.filter(is_known)
        merged = merge_views(old, new)
        for rows, wanted in ((merged.repeats, _REPEATS), (merged.differing, _DIFFERS)):
            self._reject(rows, file, _KEY, _KEY_TEXT, wanted)
        return merged

    def _reject(self, bad: pl.DataFrame, file: str, column: str, value: pl.Expr, wanted: str) -> None:
        """Set rows of a file aside."""
        self._quarantine.add(
            problems_of(bad.sort("row"), table="views", file=file, column=column, value=value, wanted=wanted)
        )
