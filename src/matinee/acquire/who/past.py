"""What titles' audiences say before anybody watched: the earlier audiences of their people and franchise, and when.

Covers facts of the other titles of the same log. Metadata that titles share as such are in `recommend.metadata`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.names import franchise

Floats = NDArray[np.float64]

ROLES = ("director", "writer", "actor")
_PRIOR = 2.0
"""Earlier titles that a person's mean is shrunk by."""


def describe_past(titles: pl.DataFrame, credits: pl.DataFrame, logs: Floats, known: NDArray[np.bool_]) -> Floats:
    """Describe titles by the audiences of other titles.

    For each role: the mean and the most telling of its people's shrunk mean log audience (against all known titles),
    and how many known titles they have; the same for the franchise; the year, bent twice towards the end; the
    month and whether the release came on a Friday, and in a later year than the title's own. A title never counts for
    itself.

    Args:
        titles: rows of the table titles, n of them.
        credits: rows of the table credits.
        logs: (n,) log10 audience; read where `known`.
        known: bool (n,), titles whose audience may be looked at.

    Returns:
        float64 (n, columns).
    """
    excess = np.where(known, logs - logs[known].mean(), 0.0)
    row_of = {title_id: row for row, title_id in enumerate(titles["title_id"])}
    columns: list[Floats] = []
    for role in ROLES:
        groups: dict[int, list[str]] = {}
        for title_id, person_id in credits.filter(role=role).select("title_id", "person_id").iter_rows():
            if title_id in row_of:
                groups.setdefault(row_of[title_id], []).append(person_id)
        columns += _history(groups, excess, known, prior=_PRIOR)
    names = {row: [franchise(name)] for row, name in enumerate(titles["name"])}
    columns += _history(names, excess, known, prior=0.5)
    return np.column_stack([*columns, *_dates(titles, known)])


def _history(
    groups: Mapping[int, Sequence[str]], excess: Floats, known: NDArray[np.bool_], *, prior: float
) -> tuple[Floats, Floats, Floats]:
    """Average, pick and count the earlier audiences of what each title names."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for row, names in groups.items():
        if known[row]:
            for name in names:
                sums[name] = sums.get(name, 0.0) + excess[row]
                counts[name] = counts.get(name, 0) + 1
    mean, telling, number = np.zeros((3, len(excess)))
    for row, names in groups.items():
        own = int(known[row])
        others = [counts.get(name, 0) - own for name in names]
        means = [(sums.get(name, 0.0) - excess[row]) / (n + prior) for name, n in zip(names, others, strict=True)]
        mean[row], telling[row], number[row] = np.mean(means), max(means, key=abs), np.log1p(max(others))
    return mean, telling, number


def _dates(titles: pl.DataFrame, known: NDArray[np.bool_]) -> list[Floats]:
    released = titles["released_on"].dt
    years = titles.select(pl.coalesce("year", pl.col("released_on").dt.year())).to_series()
    year = years.fill_null(years.median()).to_numpy().astype(np.float64)
    late = np.max(year[known], initial=year.min())
    month = released.month().fill_null(0).to_numpy()
    lag = (released.year() - titles["year"]).fill_null(0).to_numpy()
    bent = [year / 10, np.maximum(year - late + 9, 0) / 10, np.maximum(year - late + 3, 0) / 10]
    flags = [month == each for each in range(13)]
    flags += [released.weekday().fill_null(0).to_numpy() == 5, lag > 0, lag > 1, lag < 0]
    return [*bent, *(flag.astype(np.float64) for flag in flags)]
