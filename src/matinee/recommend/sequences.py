"""Sequences: what members watched in order, and sums over everything within a few places of each other.

Covers the step from events to ordered rows, and the normal equations of a regression of the next title on decayed
recent history. Who follows whom is summed by walking titles in order, so that one row at a time is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.measure.splits import order_views
from matinee.recommend.compiled import compiled

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Rows = NDArray[np.int32]

LEAST_ORDER = 0.5
"""Share of neighbours in time, of one member, that must differ in it."""

NOTHING = -1
"""In a row of recent titles, no title."""


@dataclass(frozen=True)
class Sequences:
    """What n members watched, one after the other, oldest first.

    Attributes:
        starts: int64 (n + 1,); member u watched `titles[starts[u]:starts[u + 1]]`.
        titles: int32 (events,), title rows.
    """

    starts: Integers
    titles: Rows


def has_order(events: pl.DataFrame) -> bool:
    """Tell whether the times of a log say what was watched after what.

    In a log of days, or of ratings given by the page, most events of a member share their time with the next one.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.

    Returns:
        whether at least `LEAST_ORDER` of all pairs of a member's event and their next differ in time; true where
        there is no such pair.
    """
    ordered = events.select("member_row", "at").sort("member_row", "at")
    members, at = ordered["member_row"].to_numpy(), ordered["at"].to_numpy()
    differs = (at[1:] != at[:-1])[members[1:] == members[:-1]]
    return len(differs) == 0 or float(differs.mean()) >= LEAST_ORDER


def build_sequences(events: pl.DataFrame) -> Sequences:
    """Put each member's events in order of time, those of the same second as `order_views` does.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.

    Returns:
        the sequences of all members with an event, by member row.
    """
    ordered = events[order_views(events)]
    starts = np.append(
        np.flatnonzero(np.diff(ordered["member_row"].to_numpy().astype(np.int64), prepend=-1)), len(ordered)
    )
    return Sequences(starts.astype(np.int64), ordered["title_row"].to_numpy().astype(np.int32))


def build_recent(events: pl.DataFrame, member_rows: NDArray[np.integer], count: int) -> Rows:
    """Lay out what some members watched last.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.
        member_rows: int (n,), ascending; the members wanted, in this order. Events of others are left out.
        count: how many titles at most, >= 1.

    Returns:
        int32 (n, count) of title rows, most recent first, then `NOTHING`.
    """
    wanted = events.filter(pl.col("member_row").is_in(pl.Series(member_rows).cast(pl.UInt32).implode()))
    ordered = wanted[order_views(wanted)]
    age = ordered.select(pl.int_range(pl.len()).reverse().over("member_row")).to_series().to_numpy()
    recent = np.full((len(member_rows), count), NOTHING, dtype=np.int32)
    kept = age < count
    places = np.searchsorted(member_rows, ordered["member_row"].to_numpy()[kept])
    recent[places, age[kept]] = ordered["title_row"].to_numpy()[kept]
    return recent


def sum_normal(sequences: Sequences, titles: int, decays: Floats) -> Floats:
    """Sum f f^T over all prefixes that something follows.

        f_a(t) = sum over titles watched `age` places before t of decays[a, age],   one block a scale

    A pair of titles within the window is met once, with the sum over all prefixes that hold both: that depends on how
    far apart they stand and on how many places are left, so it is looked up.

    Args:
        sequences: what members watched.
        titles: number of titles.
        decays: float32 (scales, window), weight of a title by its age in places.

    Returns:
        float32 (scales * titles, scales * titles), C order, upper triangle.
    """
    size = len(decays) * titles
    G = np.zeros((size, size), dtype=np.float32)
    _sum_pairs(sequences.starts, sequences.titles, _line_up(sequences), _owners(sequences), _overlap(decays), G)
    return G


def sum_followers(sequences: Sequences, titles: int, decays: Floats) -> Floats:
    """Sum f of the prefix before every event, by the event's title.

    Args:
        sequences: what members watched.
        titles: number of titles.
        decays: as in `sum_normal`.

    Returns:
        float32 (titles, scales * titles), C order; row = the title that follows, column = scale and title before.
    """
    C = np.zeros((titles, len(decays) * titles), dtype=np.float32)
    _sum_before(sequences.starts, sequences.titles, _line_up(sequences), _owners(sequences), decays, C)
    return C


def _line_up(sequences: Sequences) -> Integers:
    """List the places of `titles` by title."""
    return np.argsort(sequences.titles, kind="stable")


def _owners(sequences: Sequences) -> Integers:
    """Tell of each place of `titles` whose it is."""
    lengths = np.diff(sequences.starts)
    return np.repeat(np.arange(len(lengths)), lengths)


def _overlap(decays: Floats) -> Floats:
    """Sum the products of two titles' weights over the prefixes that hold both.

    Returns:
        float32 (scales, scales, window, window): K[a, b, lag, left] = sum over e <= left of decays[a, e + lag] *
        decays[b, e], for an older title in scale a and one `lag` places later in scale b, after which `left` more
        prefixes end.
    """
    scales, window = decays.shape
    K = np.zeros((scales, scales, window, window), dtype=np.float32)
    for lag in range(window):
        products = decays[:, None, lag:] * decays[None, :, : window - lag]
        K[:, :, lag, : window - lag] = np.cumsum(products, axis=2)
        K[:, :, lag, window - lag :] = K[:, :, lag, [window - lag - 1]]
    return K


@compiled
def _sum_pairs(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    starts: Integers, sequence: Rows, places: Integers, owners: Integers, K: Floats, G: Floats
) -> None:
    scales, window = K.shape[0], K.shape[2]
    titles = len(G) // scales
    for p in places:
        first, last = starts[owners[p]], starts[owners[p] + 1] - 2  # the last prefix ends one before the last event
        if p > last:
            continue
        for q in range(max(first, p - window + 1), min(last + 1, p + window)):
            left, lag = min(last - max(p, q), window - 1), abs(q - p)
            for a in range(scales):
                for b in range(a, scales):
                    if a == b and sequence[q] < sequence[p]:
                        continue
                    k = K[a, b, lag, left] if q >= p else K[b, a, lag, left]
                    if k != 0:
                        G[a * titles + sequence[p], b * titles + sequence[q]] += k


@compiled
def _sum_before(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    starts: Integers, sequence: Rows, places: Integers, owners: Integers, decays: Floats, C: Floats
) -> None:
    scales, window = decays.shape
    titles = len(C)
    for q in places:
        for p in range(max(starts[owners[q]], q - window), q):
            for a in range(scales):
                C[sequence[q], a * titles + sequence[p]] += decays[a, q - 1 - p]
