"""What changed in a log since a model learned from it: events, members, titles and countries, alike and exactly.

Covers the comparison of two logs and nothing of models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.recommend.compiled import compiled
from matinee.tables.log import EVENTS

Rows = NDArray[np.int64]
Columns = tuple[Rows, NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float32]]
"""Time, member, title and weight of events."""


@dataclass(frozen=True)
class NumberedLog:
    """A log with the names of its rows.

    Attributes:
        events: frame of `EVENTS`, sorted by `at`, then `member_row`, `title_row`.
        member_ids: String series; a member's row is its place here.
        title_ids: String series; a title's row is its place here.
        member_countries: String series as long as `member_ids`; null = unknown.
    """

    events: pl.DataFrame
    member_ids: pl.Series
    title_ids: pl.Series
    member_countries: pl.Series


@dataclass(frozen=True)
class Change:
    """The difference between two logs, of the members it concerns.

    Attributes:
        places: int (titles before,); the row of each title now, -1 = gone.
        before: the old events of the members concerned. Rows are those of now; members and titles that are gone have
            rows beyond.
        after: their events now.
        added: number of events that are new, or not as they were.
        removed: number of events that are gone, or not as they were.
        members: number of members concerned.
        recount: bool (titles now,); titles whose events or whose members' countries are not the same.
    """

    places: Rows
    before: pl.DataFrame
    after: pl.DataFrame
    added: int
    removed: int
    members: int
    recount: NDArray[np.bool_]

    @property
    def has_same_titles(self) -> bool:
        """Whether every title stands where it stood, and no other came."""
        return len(self.places) == len(self.recount) and bool((self.places == np.arange(len(self.places))).all())

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed that a model could notice, metadata aside."""
        return self.has_same_titles and not self.recount.any()


def find_change(old: NumberedLog, new: NumberedLog) -> Change:
    """Compare two logs by the ids of members and titles.

    Returns:
        the difference; an event differs if it is in one log alone, or at another time or with another weight.
    """
    members, titles = len(new.member_ids), len(new.title_ids)
    member_places, places = _place(old.member_ids, new.member_ids), _place(old.title_ids, new.title_ids)
    known = _renumber(old.events, member_places, places, members, titles)
    there = (known["member_row"] < members) & (known["title_row"] < titles)
    same_old, same_new = _match_events(known, new.events, there.to_numpy())
    gone, came = known.filter(~same_old), new.events.filter(~same_new)
    concerned = np.zeros(members + len(old.member_ids), dtype=np.bool_)
    recount = np.zeros(titles + len(old.title_ids), dtype=np.bool_)
    for events in (gone, came):
        concerned[events["member_row"].to_numpy()] = True
        recount[events["title_row"].to_numpy()] = True
    movers = np.zeros(members, dtype=np.bool_)
    movers[member_places[_has_moved(old, new, member_places)]] = True
    recount[new.events["title_row"].to_numpy()[movers[new.events["member_row"].to_numpy()]]] = True
    before, after = (
        events.filter(pl.Series(concerned[events["member_row"].to_numpy()])) for events in (known, new.events)
    )
    return Change(places, before, after, came.height, gone.height, int(concerned.sum()), recount[:titles])


def _place(ids: pl.Series, among: pl.Series) -> Rows:
    """Find the place of each id, -1 = not there."""
    rows = pl.DataFrame({"id": among, "row": pl.int_range(len(among), dtype=pl.Int64, eager=True)})
    found = pl.DataFrame({"id": ids}).join(rows, on="id", how="left", maintain_order="left")
    return found["row"].fill_null(-1).to_numpy()


def _renumber(events: pl.DataFrame, member_places: Rows, places: Rows, members: int, titles: int) -> pl.DataFrame:
    """Give old events the rows of now; what is gone gets rows beyond the last."""

    def move(column: str, to: Rows, n: int) -> pl.Series:
        rows = np.where(to >= 0, to, n + np.arange(len(to))).astype(np.uint32)
        return pl.Series(column, rows[events[column].to_numpy()])

    moved = events.with_columns(move("member_row", member_places, members), move("title_row", places, titles))
    in_order = all((np.diff(to[to >= 0]) > 0).all() for to in (member_places, places))
    return moved if in_order else moved.sort("at", "member_row", "title_row").cast(EVENTS)


def _has_moved(old: NumberedLog, new: NumberedLog, member_places: Rows) -> NDArray[np.bool_]:
    """Tell which old members are in another country now."""
    there = member_places >= 0
    now = new.member_countries.gather(np.maximum(member_places, 0)) if len(new.member_ids) else old.member_countries
    return np.asarray(there & now.ne_missing(old.member_countries).to_numpy(), dtype=np.bool_)


def _match_events(old: pl.DataFrame, new: pl.DataFrame, there: NDArray[np.bool_]) -> tuple[pl.Series, pl.Series]:
    """Tell which events of each frame are in the other, as they are; of the old ones, only those `there` can be."""
    same, other_same = there.copy(), np.zeros(new.height, dtype=np.bool_)
    _walk(_columns(old), _columns(new), same, other_same)
    return pl.Series(same), pl.Series(other_same)


def _columns(events: pl.DataFrame) -> Columns:
    """Give the columns as they lie, for copies would take most of the time."""
    at, member, title, weight = (events[name].to_numpy() for name in ("at", "member_row", "title_row", "weight"))
    return at, member, title, weight


@compiled
def _walk(old: Columns, new: Columns, same: NDArray[np.bool_], other_same: NDArray[np.bool_]) -> None:
    """Walk two sorted lists side by side; the first may hold others out of order, where `same` is False already."""
    at, member, title, weight = old
    other_at, other_member, other_title, other_weight = new
    i = j = 0
    while i < len(at) and j < len(other_at):
        if not same[i]:
            i += 1
            continue
        one, other = (at[i], member[i], title[i]), (other_at[j], other_member[j], other_title[j])
        if one == other:
            same[i] = other_same[j] = weight[i] == other_weight[j]
            i, j = i + 1, j + 1
        elif one < other:
            same[i] = False
            i += 1
        else:
            j += 1
    same[i:] = False
