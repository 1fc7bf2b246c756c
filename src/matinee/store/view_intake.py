"""The views of an import: kept on disk by month while they come in, then merged month by month.

Covers what makes an import of many millions of views fit into memory: one month is in memory at a time. The other
tables, and the commit, are `intake`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from matinee.store.merge import FILE_BITS, MergedViews, merge_views
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
        unchanged: views that the service had.
        members: member_id and country (null if none said) of members with new views, each once.
        title_ids: titles with new views, each once.
    """

    added: int = 0
    unchanged: int = 0
    members: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"member_id": str, "country": str}))
    title_ids: pl.Series = field(default_factory=lambda: pl.Series("title_id", dtype=pl.String))

    def count(self, month: MergedViews) -> None:
        """Add a month; the earliest country a member was seen in stands."""
        self.added += month.added.height
        self.unchanged += month.unchanged
        seen = month.added.group_by("member_id").agg(pl.col("country").drop_nulls().first())
        both = pl.concat([self.members, seen])
        self.members = both.group_by("member_id", maintain_order=True).agg(pl.col("country").drop_nulls().first())
        self.title_ids = pl.concat([self.title_ids, month.added["title_id"].unique()]).unique()


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
        self._spill = Spill(staging / "views", ["month"], limit=_ROWS_IN_MEMORY)
        self._files: list[str] = []

    def add(self, frame: pl.DataFrame, file: str) -> None:
        """Take checked views with their `row` in `file`."""
        if file not in self._files:
            self._files.append(file)
        place = pl.col("row") + self._files.index(file) * 2**FILE_BITS
        self._spill.add(frame.select(pl.exclude("row"), place.alias("place"), _MONTH))

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
        for (month,) in self._spill.bins():
            new = self._spill.scan((month,)).drop("month").collect()
            done += new.height
            merged = self._merge_month(f"{month // 12:04d}-{month % 12 + 1:02d}", new, title_ids, write)
            settled.count(merged)
            progress("merging views", done)
        return settled

    def _merge_month(self, part: str, new: pl.DataFrame, title_ids: pl.Series | None, write: WritePart) -> MergedViews:
        if title_ids is not None:
            is_known = new["title_id"].is_in(title_ids.implode())
            self._reject(new.filter(~is_known), "title_id", pl.col("title_id"), "a title_id of titles")
            new = new.filter(is_known)
        merged = merge_views(self._before.read_part("views", part), new)
        for rows, wanted in ((merged.repeats, _REPEATS), (merged.differing, _DIFFERS)):
            self._reject(rows, _KEY, _KEY_TEXT, wanted)
        if merged.added.height:
            write("views", part, merged.rows)
        return merged

    def _reject(self, bad: pl.DataFrame, column: str, value: pl.Expr, wanted: str) -> None:
        """Set rows aside, each under the file it came from."""
        if bad.is_empty():
            return
        file_row = pl.col("place") % 2**FILE_BITS
        for number, name in enumerate(self._files):
            rows = bad.filter(pl.col("place") // 2**FILE_BITS == number).sort("place")
            rows = rows.select(pl.exclude("place"), file_row.alias("row"))
            found = problems_of(rows, table="views", file=name, column=column, value=value, wanted=wanted)
            self._quarantine.add(found)
