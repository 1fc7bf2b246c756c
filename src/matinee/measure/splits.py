"""Splits of a log into what a model may learn from and what it must then find.

Covers the four protocols (time, members, next, cold) and the inner split on which settings are tuned. Splits that come
from files are in `split_files`; metrics are in `ranking`. Nothing here fits or scores.

Every function takes `events`, a frame of `matinee.tables.log.EVENTS` with one row a member and title, and returns
frames of the same columns, sorted by `at`, `member_row`, `title_row`. The same events and the same `rng` give the
same split.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from matinee.errors import MatineeError

MIN_WARM = 5
"""Cold titles are ranked only for members with this many positives on other titles."""

INNER_MEMBERS = 500
"""An inner split by members holds out a tenth of them, or this many where a tenth is less (never more than half)."""


@dataclass(frozen=True)
class Split:
    """What a model may know, and what it must then find.

    Attributes:
        protocol: "time", "members", "next" or "cold".
        train: events to fit on.
        history: events told about each test member when their titles are ranked.
        target: events to be found; never a member and title of `history`.
        candidates: sorted title rows that may be ranked; None = every title seen in `train`.
        now: unix seconds at which the forecast is made.
        inner: the split on which to tune, where a file gives one; None = `split_inner` makes it from `train`.

    Raises:
        MatineeError: if nothing is left to train on or to find.
    """

    protocol: str
    train: pl.DataFrame
    history: pl.DataFrame
    target: pl.DataFrame
    candidates: npt.NDArray[np.int64] | None
    now: int
    inner: Split | None = None

    def __post_init__(self) -> None:
        for part, events in (("train on", self.train), ("find", self.target)):
            if events.is_empty():
                raise MatineeError(
                    f"the log is too small for the protocol '{self.protocol}': nothing is left to {part}",
                    todo="import more views, or evaluate by another protocol",
                )

    @cached_property
    def member_rows(self) -> npt.NDArray[np.int64]:
        """Rows of the members with something to find, sorted, without repeats."""
        return self.target["member_row"].unique().sort().to_numpy().astype(np.int64)

    @property
    def has_dates(self) -> bool:
        """Whether `at` is a time, not the place in a line of a file that knows no times."""
        return self.now >= 86_400

    @cached_property
    def title_rows(self) -> npt.NDArray[np.int64]:
        """Rows of the titles that may be ranked, sorted: `candidates`, or every title seen in training."""
        if self.candidates is not None:
            return self.candidates
        return self.train["title_row"].unique().sort().to_numpy().astype(np.int64)

    def is_known(self, n_titles: int) -> npt.NDArray[np.bool_]:
        """Tell which of the log's `n_titles` titles have an event in `train`: bool (n_titles,)."""
        return is_known(self.train, n_titles)

    def relevant(self, n_titles: int) -> sparse.csr_array[np.bool_]:
        """Lay out the targets as a matrix: one row a member of `member_rows`, one column a title, stored = to be found.

        Args:
            n_titles: how many titles the log has, seen or not; at least the highest title row + 1.
        """
        rows = np.searchsorted(self.member_rows, self.target["member_row"].to_numpy())
        columns = self.target["title_row"].to_numpy()
        stored = np.ones(len(columns), dtype=np.bool_)
        matrix = sparse.csr_array((stored, (rows, columns)), shape=(len(self.member_rows), n_titles))
        matrix.sort_indices()
        return matrix

    def history_lengths(self) -> npt.NDArray[np.int64]:
        """Count the events of `history` of each member of `member_rows`."""
        rows, counts = np.unique(self.history["member_row"].to_numpy(), return_counts=True)
        lengths = np.zeros(len(self.member_rows), dtype=np.int64)
        known = np.isin(rows, self.member_rows)
        lengths[np.searchsorted(self.member_rows, rows[known])] = counts[known]
        return lengths

    def counts(self) -> dict[str, int]:
        """Count what the split holds, for the record beside its metrics."""
        unseen = self.target.join(self.train, on="title_row", how="anti")
        return {
            "train_events": self.train.height,
            "train_members": self.train["member_row"].n_unique(),
            "train_titles": self.train["title_row"].n_unique(),
            "test_members": len(self.member_rows),
            "history_events": self.history.height,
            "target_events": self.target.height,
            "target_events_unseen": unseen.height,
            "candidate_titles": len(self.title_rows),
        }


def split_by_time(events: pl.DataFrame, *, quantile: float = 0.9) -> Split:
    """Train on the past, find what came after.

    T is the time of the event at `quantile`. Train holds the events before T, so that events at T itself, which nobody
    could know of yet, are all to be found. Test members are those with an event on either side; their history is
    all they did before T.

    Args:
        events: positives of a log.
        quantile: share of events, in (0, 1), that come before T.
    """
    _check_share("quantile", quantile)
    at = _known(events)["at"].to_numpy()
    now = int(np.quantile(at, quantile, method="higher"))
    train = events.filter(pl.col("at") < now)
    target = of_members(events.filter(pl.col("at") >= now), train)
    return Split("time", train, of_members(train, target), target, candidates=None, now=now)


def split_by_members(
    events: pl.DataFrame, *, rng: np.random.Generator, share: float = 0.1, holdout: float = 0.2
) -> Split:
    """Strong generalisation: members that training never saw, told in part, to be completed.

    Of each held-out member's n events, floor(holdout × n) at random are to be found and the others are told.
    Members too short to give one of each (n < 5 at the default) stay in train. The forecast is made at the end of the
    log.

    Args:
        events: positives of a log.
        rng: draws the members and their events.
        share: share of the members, in (0, 1), that is held out; at least one.
        holdout: share of a held-out member's events, in (0, 1), that is to be found.
    """
    _check_share("share", share)
    _check_share("holdout", holdout)
    lengths = _known(events).group_by("member_row").len().sort("member_row")
    able = lengths.filter((pl.col("len") * holdout).floor() >= 1)["member_row"]
    drawn = rng.permutation(len(able))[: max(1, round(share * len(able)))]
    is_held = pl.col("member_row").is_in(able.gather(drawn).implode())
    held = events.filter(is_held)
    place = pl.int_range(pl.len()).over("member_row")
    held = held[rng.permutation(held.height)].with_columns(
        hidden=place < (pl.len().over("member_row") * holdout).floor()
    )
    target = _sorted(held.filter("hidden").drop("hidden"))
    history = _sorted(held.filter(~pl.col("hidden")).drop("hidden"))
    return Split("members", events.filter(~is_held), history, target, candidates=None, now=latest_at(events))


def split_next(events: pl.DataFrame) -> Split:
    """Find each member's last event from all that came before it.

    Members with a single event stay in train and have no target. Which of a member's events is the last: `order_views`.

    Args:
        events: positives of a log.
    """
    members, order = _known(events)["member_row"].to_numpy(), order_views(events)
    ends = np.append(members[order][1:] != members[order][:-1], True)
    starts = np.append(True, ends[:-1])
    is_last = np.zeros(len(order), dtype=np.bool_)
    is_last[order[ends & ~starts]] = True
    target = events.filter(is_last)
    train = events.filter(~is_last)
    return Split("next", train, of_members(train, target), target, candidates=None, now=latest_at(train))


def split_cold(events: pl.DataFrame, *, rng: np.random.Generator, share: float = 0.15) -> Split:
    """Hide titles altogether, and rank them among themselves.

    Args:
        events: positives of a log.
        rng: draws the titles.
        share: share of the titles with an event, in (0, 1), that is hidden; at least one.
    """
    _check_share("share", share)
    titles = _known(events)["title_row"].unique().sort().to_numpy().astype(np.int64)
    drawn = rng.permutation(len(titles))[: max(1, round(share * len(titles)))]
    return hide_titles(events, titles[drawn])


def hide_titles(events: pl.DataFrame, title_rows: npt.NDArray[np.int64]) -> Split:
    """Split off the events on the given titles: the cold protocol, once it is known which titles are cold.

    Train holds every event on another (warm) title. To be found are the events on hidden titles of members with at
    least `MIN_WARM` warm ones.

    Args:
        events: positives of a log.
        title_rows: titles to hide, in any order; they become the candidates.
    """
    hidden = pl.Series(np.unique(title_rows), dtype=pl.UInt32)
    is_cold = pl.col("title_row").is_in(hidden.implode())
    train = events.filter(~is_cold)
    told = train.filter(pl.len().over("member_row") >= MIN_WARM)
    target = of_members(events.filter(is_cold), told)
    return Split("cold", train, of_members(told, target), target, hidden.to_numpy().astype(np.int64), latest_at(train))


def split_inner(split: Split, *, rng: np.random.Generator) -> Split:
    """Split the training part once more by the same protocol, to tune on. The target is not looked at.

    Args:
        split: the outer split; where a file gave it an inner one, that is returned.
        rng: draws members or titles.

    Raises:
        ValueError: if the protocol is not one of the four.
    """
    if split.inner is not None:
        return split.inner
    match split.protocol:
        case "time":
            return split_by_time(split.train)
        case "members":
            n_members = split.train["member_row"].n_unique()
            return split_by_members(split.train, rng=rng, share=max(0.1, min(0.5, INNER_MEMBERS / n_members)))
        case "next":
            return split_next(split.train)
        case "cold":
            return split_cold(split.train, rng=rng)
    raise ValueError(f"split.protocol: got {split.protocol!r}, want 'time', 'members', 'next' or 'cold'")


def order_views(events: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Find the order by member, then by time: int64 (events,), row numbers.

    Events of one member at the same second are put in an order of their own, not by title number: a log is sorted by
    title within a second, and a model could learn that order.
    """
    return np.lexsort((_scramble(events), events["at"].to_numpy(), events["member_row"].to_numpy()))


def of_members(events: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Keep the events of those members who have an event in `others` too."""
    return events.filter(pl.col("member_row").is_in(others["member_row"].unique().implode()))


def is_known(events: pl.DataFrame, n_titles: int) -> npt.NDArray[np.bool_]:
    """Tell which of `n_titles` titles have an event: bool (n_titles,)."""
    known = np.zeros(n_titles, dtype=np.bool_)
    known[events["title_row"].to_numpy()] = True
    return known


def latest_at(events: pl.DataFrame) -> int:
    """Find the time of the last event, unix seconds; 0 if there is none."""
    return int(events["at"].to_numpy().max(initial=0))


def _known(events: pl.DataFrame) -> pl.DataFrame:
    if events.is_empty():
        raise MatineeError("the log holds no positive viewing", todo="import views, or lower the rating that counts")
    return events


def _sorted(events: pl.DataFrame) -> pl.DataFrame:
    return events.sort("at", "member_row", "title_row")


def _scramble(events: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """Number each member and title by splitmix64's finaliser: the same everywhere, and unlike the order of titles."""
    members = events["member_row"].to_numpy().astype(np.uint64)
    z: npt.NDArray[np.uint64] = (members << np.uint64(32)) | events["title_row"].to_numpy()
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return z ^ (z >> np.uint64(31))


def _check_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name}: got {share}, want a share between 0 and 1")
