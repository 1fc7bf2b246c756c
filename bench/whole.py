"""All of MovieLens 1M: the ratings that the part given lacks, out of the file for next titles, numbered anew in there.

Both say who watched what, so members and titles are matched by it: first by how much they watch and are watched, then
in turn members by the titles they share and titles by the members they share, each the best of all pairings, until
nothing changes. Times of what is added are unknown. A rating of each member and titles of four or fewer stay out.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from matinee.acquire.who.hidden import Evidence

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ROUNDS = 30
LEAST_SHARED = 0.95
"""Of the ratings known, so many must be found again, or the matching has failed."""

_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


def complete(evidence: Evidence, folder: Path) -> Evidence:
    """Add the viewings that `splits/next-title` of a folder knows more of."""
    known = np.zeros((evidence.members, evidence.titles.height), np.float32)
    known[evidence.events["member_row"], evidence.events["title_row"]] = 1
    listed = _read_listed(folder / "splits" / "next-title")
    watched = np.flatnonzero(known.any(axis=0))
    members, titles = match(known[:, watched], listed)
    has_line, has_number = members >= 0, titles >= 0
    found = np.zeros_like(known)
    found[np.ix_(has_line, watched[has_number])] = listed[np.ix_(members[has_line], titles[has_number])]
    if (share := float((found * known).sum() / known.sum())) < LEAST_SHARED:
        raise SystemExit(f"bench: {share:.0%} of the ratings known were found again; the files do not match")
    return replace(evidence, events=_add(evidence.events, np.argwhere(found > known)))


def _read_listed(folder: Path) -> Floats:
    """Read which numbers each line of the training part and of what came next lists: (lines, numbers) of 0 and 1."""
    files = [(folder / name).read_text().splitlines() for name in ("train_input.txt", "test_output.txt")]
    told = [np.array([*line.split(), last], dtype=np.int64) for line, last in zip(*files, strict=True)]
    listed = np.zeros((len(told), max(int(each.max()) for each in told)), np.float32)
    for row, numbers in zip(listed, told, strict=True):
        row[numbers - 1] = 1
    return listed


def _add(events: pl.DataFrame, pairs: Ints) -> pl.DataFrame:
    """Add viewings at the middle time of their members, or of all."""
    middle = events.group_by("member_row").agg(pl.col("at").median().cast(pl.Int64))
    more = pl.DataFrame({"member_row": pairs[:, 0], "title_row": pairs[:, 1], "weight": 1.0})
    more = more.cast({name: events.schema[name] for name in more.columns}).join(middle, on="member_row", how="left")
    dated = more.with_columns(pl.col("at").fill_null(events["at"].median()).cast(pl.Int64))
    return pl.concat([events, dated.select(events.columns)]).sort("at", "member_row", "title_row")


def match(known: Floats, listed: Floats) -> tuple[Ints, Ints]:
    """Match two logs that hold much the same, under other numbers.

    Args:
        known: (members, titles) of 0 and 1.
        listed: (lines, numbers) of 0 and 1.

    Returns:
        the line of each member and the number of each title, int64; -1 without one.
    """
    titles = _pair(-_distances(_sketch(known), _sketch(listed)), len(known[0]))
    for _ in range(ROUNDS):
        members = _pair(_compare(known[:, titles >= 0], listed[:, titles[titles >= 0]]), len(known))
        matched = members >= 0
        again = _pair(_compare(known[matched].T, listed[members[matched]].T), len(known[0]))
        if np.array_equal(again, titles):
            break
        titles = again
    return members, titles


def _sketch(pairs: Floats) -> Floats:
    """Describe titles by their rank in audience and by how active their audience is: (titles, 6)."""
    activity = pairs.sum(axis=1).argsort().argsort() / len(pairs)
    ranks = np.log1p((-pairs.sum(axis=0)).argsort().argsort())
    audiences = [np.quantile(activity[column > 0], _QUANTILES) for column in pairs.T]
    sketch = np.column_stack([ranks, audiences])
    return np.asarray((sketch - sketch.mean(axis=0)) / sketch.std(axis=0), dtype=np.float32)


def _distances(one: Floats, other: Floats) -> Floats:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)
    return np.asarray(squares - 2 * one @ other.T, dtype=np.float32)


def _compare(one: Floats, other: Floats) -> Floats:
    """Give the cosine of every row of one with every row of the other, columns of many ones counting less."""
    weights = 1 / np.sqrt(other.sum(axis=0) + 5)
    a, b = one * weights, other * weights
    a /= np.linalg.norm(a, axis=1, keepdims=True) + 1e-3
    b /= np.linalg.norm(b, axis=1, keepdims=True) + 1e-3
    return np.asarray(a @ b.T, dtype=np.float32)


def _pair(alike: Floats, n: int) -> Ints:
    """Pair rows with columns so that they are as alike as can be in all; -1 for a row without one."""
    places = np.full(n, -1)
    rows, columns = linear_sum_assignment(alike, maximize=True)
    places[rows] = columns
    return places
