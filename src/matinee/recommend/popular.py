"""Popularity with decay: how many members took up a title, recent ones counting more.

    q_h(t) = sum over events of title t of 2^(-(now - at) / h)

at several half-lives h at once, whole and by country. It knows nothing of single members' tastes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

HALF_LIVES = (0.5, 1.0, 3.0, 7.0, 14.0, 30.0, 90.0, 365.0, np.inf)
"""Days; infinity counts every event alike."""

DAY = 86_400
FLOOR = 0.1
"""Added before a logarithm: a title nobody took up is this many events, not minus infinity."""

PIECE = 2**22
"""Events whose ages are held at once."""

TRUST = 100.0
"""Decayed events that a country needs before its own popularity outweighs the whole service's."""


@dataclass(frozen=True)
class Popular:
    """Scores every member alike by decayed popularity at one half-life.

    Attributes:
        counts: float32 (titles,), q_h of each title.
    """

    counts: NDArray[np.float32]

    def score(self, histories: csr_array) -> NDArray[np.float32]:
        """Score all titles for each history: float32 (n, titles), the same row n times."""
        return np.tile(self.counts, (histories.shape[0], 1))


def decayed_counts(
    events: pl.DataFrame, titles: int, *, now: int, half_lives: tuple[float, ...] = HALF_LIVES
) -> NDArray[np.float32]:
    """Count the events of each title, halved for every half-life since.

    Args:
        events: frame with `title_row` and `at` (unix seconds); events after `now` count as made now.
        titles: number of titles.
        now: unix seconds.
        half_lives: days, each > 0; infinity counts every event as 1.

    Returns:
        float32 (len(half_lives), titles), >= 0.

    Raises:
        ValueError: if a half-life is not > 0.
    """
    return sum_decayed(events, titles, now=now, half_lives=half_lives).astype(np.float32)


def sum_decayed(
    events: pl.DataFrame, titles: int, *, now: int, half_lives: tuple[float, ...] = HALF_LIVES
) -> NDArray[np.float64]:
    """Count as `decayed_counts`, in float64: what is kept to be moved on to a later `now`."""
    if min(half_lives) <= 0:
        raise ValueError(f"half_lives must be > 0 days, got {half_lives}")
    counts = np.zeros((len(half_lives), titles))
    for piece in events.iter_slices(PIECE):
        age = np.maximum(now - piece["at"].to_numpy(), 0) / DAY
        rows = piece["title_row"].to_numpy()
        for own, half_life in zip(counts, half_lives, strict=True):
            own += np.bincount(rows, np.exp2(-age / half_life), minlength=titles)
    return counts


def standardise_log(counts: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Turn counts into z-scores of log(counts + FLOOR), so that half-lives can be added up.

    Args:
        counts: float32 (h, titles), >= 0.
        known: bool (titles,); mean and deviation are taken over these.

    Returns:
        float32 (h, titles); a row whose counts are alike but for rounding is 0.
    """
    logs = np.log(counts + np.float32(FLOOR))
    mean, deviation = logs[:, known].mean(axis=1), logs[:, known].std(axis=1)
    deviation[deviation < 1e-5] = np.inf
    return np.asarray((logs - mean[:, None]) / deviation[:, None], dtype=np.float32)


def counts_by_country(
    events: pl.DataFrame, country_rows: NDArray[np.integer], countries: int, titles: int, *, now: int, half_life: float
) -> NDArray[np.float32]:
    """Decayed popularity in each country, leaning on the whole service where a country saw little.

        q_c(t) = own_c(t) + TRUST * q(t) / sum(q)

    Args:
        events: frame with `member_row`, `title_row`, `at`.
        country_rows: int (members,); each member's country, -1 = unknown.
        countries: number of countries.
        titles: number of titles.
        now: unix seconds.
        half_life: days.

    Returns:
        float32 (countries, titles).
    """
    own = sum_by_country(events, country_rows, countries, titles, now=now, half_life=half_life)
    return lean_on_whole(own, sum_decayed(events, titles, now=now, half_lives=(half_life,))[0])


def sum_by_country(
    events: pl.DataFrame, country_rows: NDArray[np.integer], countries: int, titles: int, *, now: int, half_life: float
) -> NDArray[np.float64]:
    """Count each country's own decayed events, own_c: float64 (countries, titles); arguments as `counts_by_country`."""
    own = np.zeros(countries * titles)
    for piece in events.iter_slices(PIECE):
        country = country_rows[piece["member_row"].to_numpy()].astype(np.int64)
        weight = np.exp2(-np.maximum(now - piece["at"].to_numpy(), 0) / DAY / half_life)
        cells, known = country * titles + piece["title_row"].to_numpy(), country >= 0
        own += np.bincount(cells[known], weight[known], minlength=countries * titles)
    return own.reshape(countries, titles)


def lean_on_whole(own: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float32]:
    """Add to each country's own counts `TRUST` events spread as the whole service's: float32 (countries, titles)."""
    return np.asarray(own + TRUST * whole / max(float(whole.sum()), 1e-9), dtype=np.float32)
