"""A smaller log that settings can be learned from: fewer members to fit on, fewer titles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.measure.splits import Split

MOST_TRAINED = 30_000
"""Members that the linear search fits on; `reg`, which counts members, is scaled up for the others afterwards."""

MOST_TITLES = 4000
"""Titles that the linear search is run on, the most watched: a solve costs their cube."""

MOST_JUDGED = 1500
"""Members that settings are judged on; more would cost time and hardly move the means."""

MOST_SCORES = 30_000_000
"""Scores that settings are judged by, 120 MB; several such matrices are held at once."""


def count_judged(titles: int) -> int:
    """Count the members to judge on: fewer where there are more than 20,000 titles, so that their scores fit."""
    return max(1, min(MOST_JUDGED, MOST_SCORES // max(titles, 1)))


def thin_training(split: Split, rng: np.random.Generator) -> tuple[Split, float]:
    """Fit on at most `MOST_TRAINED` members; also the share of members that are left, in (0, 1]."""
    rows = split.train["member_row"].unique().sort()
    if len(rows) <= MOST_TRAINED:
        return split, 1.0
    drawn = rows.gather(np.sort(rng.choice(len(rows), MOST_TRAINED, replace=False)))
    train = split.train.filter(pl.col("member_row").is_in(drawn.implode()))
    return replace(split, train=train, candidates=split.title_rows), MOST_TRAINED / len(rows)


def keep_most_watched(split: Split, titles: int) -> tuple[Split, NDArray[np.int64]]:
    """Leave out all but the most watched titles, renumbered; also the rows that are kept, ascending.

    Titles that are hidden from training count by what members went on to watch.

    Raises:
        MatineeError: if no target is among them, so that there is nothing to judge by.
    """
    if titles <= MOST_TITLES:
        return split, np.arange(titles)
    counts = np.bincount(split.train["title_row"].to_numpy(), minlength=titles)
    if split.candidates is not None:
        counts += np.bincount(split.target["title_row"].to_numpy(), minlength=titles)
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_TITLES])
    places = pl.DataFrame({"title_row": kept.astype(np.uint32), "place": np.arange(len(kept), dtype=np.uint32)})

    def renumber(events: pl.DataFrame) -> pl.DataFrame:
        joined = events.join(places, on="title_row", maintain_order="left")
        return joined.with_columns(title_row="place").drop("place")

    candidates = split.candidates
    if candidates is not None:
        candidates = np.flatnonzero(np.isin(kept, candidates))
    train, history, target = renumber(split.train), renumber(split.history), renumber(split.target)
    return replace(split, train=train, history=history, target=target, candidates=candidates), kept
