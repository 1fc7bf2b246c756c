"""What titles' audiences say before anybody watched: the earlier audiences of their people and franchise.

Covers facts of the other titles of the same log. What a title says of itself is in `about`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.names import franchise
from matinee.acquire.people import ROLES

Floats = NDArray[np.float64]

NUMBERS = 8
"""Columns for each kind of people, and for the franchise."""

_PRIOR = 1.0
"""Earlier titles that a mean is shrunk by."""

_LATE_SPANS = (9.0, 3.0)
"""Where those bends lie, in years before the latest known one."""

_LATEST = 0.99
"""The latest year is that of the title that so many are not later than: a few bear a wrong year."""

_YEARS = 3.0
"""Half-life of an earlier title in the mean that prefers the latest."""


def describe_past(
    titles: pl.DataFrame, credits: pl.DataFrame, years: Floats, logs: Floats, known: NDArray[np.bool_]
) -> Floats:
    """Describe titles by the audiences of other titles of the same year and before.

    For each role, the first-billed actor, all people together and the franchise: the largest and mean of its names'
    summed audiences (log10), of their best title, of their shrunk mean log audience against all known titles, the
    latest titles counting most; and how many such titles they have. Last, how many years it came out after each bend
    of a line that follows how the latest years are watched. A title never counts for itself.

    Args:
        titles: rows of the table titles, n of them.
        credits: rows of the table credits.
        years: (n,) year of each title.
        logs: (n,) log10 audience; read where `known`.
        known: bool (n,), titles whose audience may be looked at.

    Returns:
        float64 (n, columns); zeros where there is no such title.
    """
    parts = [_describe_names(names, years, logs, known) for names in list_names(titles, credits)]
    late = find_late(years[known])
    bends = [np.maximum(years - late + span, 0) for span in _LATE_SPANS]
    return np.column_stack([*parts, *bends])


def find_late(years: Floats) -> float:
    """Find the latest year of titles, but for a few; (n,) of at least one."""
    return float(np.quantile(years, _LATEST, method="lower"))


def list_names(titles: pl.DataFrame, credits: pl.DataFrame) -> list[dict[int, list[str]]]:
    """List the names of each title's row: by role, the first actor, everybody, and last the franchise."""
    numbered = credits.join(titles.select("title_id").with_row_index("title_row"), on="title_id")
    parts = [numbered.filter(role=role) for role in ROLES]
    parts += [numbered.filter(pl.col("role") == "actor", pl.col("billing") == 1), numbered]
    found: list[dict[int, list[str]]] = []
    for part in parts:
        grouped = part.group_by("title_row").agg(pl.col("person_id").unique().sort()).sort("title_row")
        found.append(dict(grouped.iter_rows()))
    return [*found, {row: [franchise(name)] for row, name in enumerate(titles["name"])}]


def _describe_names(
    names: Mapping[int, Sequence[str]], years: Floats, logs: Floats, known: NDArray[np.bool_]
) -> Floats:
    rows_of: dict[str, list[int]] = {}
    for row, own in names.items():
        if known[row]:
            for name in own:
                rows_of.setdefault(name, []).append(row)
    mean = float(logs[known].mean())
    found = np.zeros((len(logs), NUMBERS))
    for row, own in names.items():
        each = []
        for name in own:
            others = np.array(
                [one for one in rows_of.get(name, ()) if one != row and years[one] <= years[row]], np.int64
            )
            each.append(_summarise(years[row] - years[others], logs[others], mean))
        told = np.array(each)
        found[row] = [*told[:, :3].max(axis=0), *told[:, :3].mean(axis=0), told[:, 3].max(), np.log1p(told[:, 3]).sum()]
    return found


def _summarise(ages: Floats, logs: Floats, mean: float) -> tuple[float, float, float, float]:
    """Sum up one name's titles: their audiences, the best, the mean that prefers the latest, how many."""
    if not len(logs):
        return 0.0, 0.0, 0.0, 0.0
    weights = np.exp2(-ages / _YEARS)
    recent = float(weights @ (logs - mean) / (weights.sum() + _PRIOR))
    return float(np.log10(1 + (10**logs).sum())), float(logs.max()), recent, float(len(logs))
