"""What reach is counted by: the chances of groups of alike members.

Covers the way from P(watch) of every member to a few groups, which is what the program of a slate can bear. Forecasts
may be wrong, alike for all members: with the error f of a title, independent of those of others, a slate misses of a
group the share

    E prod_i (1 - p_gi)^f_i = prod_i E (1 - p_gi)^f_i,   so that E (1 - (1 - p_gi)^f) takes the place of p_gi.

A large title that may disappoint counts for less, for what it may do better falls on members who watch already.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import roots_hermitenorm

Floats = NDArray[np.float64]

ACTIVITIES, LEANINGS = 10, 3
"""Members are parted by how much they would watch, and these by what."""

SPREAD = 1.4
"""Standard deviation of log f, of mean 1; chosen on hidden years before the benchmark's (docs/log.md)."""

_POINTS = 15


def lay_out_reach(ids: list[str], chances: Floats) -> pl.DataFrame:
    """Lay out chances by group as `plan_slate` takes them.

    Args:
        ids: candidate_ids, k of them.
        chances: float64 (members, k), P(watch).

    Returns:
        candidate_id, segment, members, chance; a row a group and candidate.
    """
    groups = np.unique(group_members(chances), return_inverse=True)[1]
    sizes = np.bincount(groups).astype(np.float64)
    means = np.stack([np.bincount(groups, column) / sizes for column in chances.T], axis=1)
    hedged = hedge(means)
    segments = [f"{group:02}" for group in range(len(sizes))]
    return pl.DataFrame({
        "candidate_id": np.repeat(ids, len(sizes)),
        "segment": segments * len(ids),
        "members": np.tile(sizes, len(ids)),
        "chance": hedged.T.ravel(),
    })


def group_members(chances: Floats) -> NDArray[np.int64]:
    """Part members into groups alike in how much and what they would watch: a third of a tenth each."""
    activity = np.argsort(np.argsort(chances.sum(axis=1))) * ACTIVITIES // len(chances)
    shares = chances / chances.sum(axis=1, keepdims=True)
    leaning = shares @ np.linalg.svd(shares - shares.mean(axis=0), full_matrices=False)[2][0]
    groups = np.zeros(len(chances), np.int64)
    for part in range(ACTIVITIES):
        own = np.flatnonzero(activity == part)
        groups[own] = part * LEANINGS + np.argsort(np.argsort(leaning[own])) * LEANINGS // max(len(own), 1)
    return groups


def hedge(chances: Floats) -> Floats:
    """Average 1 - (1 - p)^f over the lognormal error f: the same shape, in [0, 1)."""
    points, weights = roots_hermitenorm(_POINTS)
    errors = np.exp(SPREAD * points - SPREAD**2 / 2)
    missed = sum(weight * (1 - chances) ** error for weight, error in zip(weights / weights.sum(), errors, strict=True))
    return np.asarray(1 - missed, dtype=np.float64)
