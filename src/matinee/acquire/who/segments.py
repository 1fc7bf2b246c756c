"""Who would watch, as counts: by taste, country or any label, and how well chances are calibrated.

Covers sums over members. No member is named, and a segment too small to hide one is left out.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

SMALLEST = 20
"""A segment of fewer members is not shown."""

FEWEST = 5
"""Nor is an expected audience below this: null instead."""


def count_segments(chances: NDArray[np.float64], labels: pl.Series) -> pl.DataFrame:
    """Add up a title's chances by segment.

    Args:
        chances: (members,) P(watch) of one title, in [0, 1].
        labels: (members,) the segment of each; null = unknown, left out.

    Returns:
        segment, members, audience (expected, rounded; null below `FEWEST`), chance (mean; null likewise), the most
        likely first. Segments below `SMALLEST` are left out.

    Raises:
        ValueError: if the lengths differ.
    """
    if len(chances) != len(labels):
        raise ValueError(f"labels: got {len(labels)}, want one a member: {len(chances)}")
    is_shown = pl.col("sum") >= FEWEST
    return (
        pl
        .DataFrame({"segment": labels.cast(pl.String), "chance": chances})
        .drop_nulls("segment")
        .group_by("segment")
        .agg(members=pl.len().cast(pl.Int64), sum=pl.col("chance").sum(), mean=pl.col("chance").mean())
        .filter(pl.col("members") >= SMALLEST)
        .sort("mean", "segment", descending=[True, False])
        .select(
            "segment",
            "members",
            audience=pl.when(is_shown).then(pl.col("sum").round().cast(pl.Int64)),
            chance=pl.when(is_shown).then("mean"),
        )
    )


def calibrate_deciles(chances: NDArray[np.float64], watched: NDArray[np.bool_]) -> pl.DataFrame:
    """Lay what was said beside what happened, in ten parts of equal size from the least likely to the likeliest.

    Args:
        chances: P(watch), any shape.
        watched: whether they did, of the same shape.

    Returns:
        decile (1 to 10), n, said (mean chance), watched (share).
    """
    order = np.argsort(chances.ravel(), kind="stable")
    parts = [(chances.ravel()[part], watched.ravel()[part]) for part in np.array_split(order, 10)]
    return pl.DataFrame({
        "decile": range(1, 11),
        "n": [len(said) for said, _ in parts],
        "said": [float(said.mean()) for said, _ in parts],
        "watched": [float(did.mean()) for _, did in parts],
    })
