"""A metric by segment of the members: by length of history, by country, by any label.

Covers one metric and one way to cut at a time. It does not compute the metric (`ranking`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

HISTORY_BANDS = ("0", "1-5", "6-20", "21-100", ">100")
"""Segments by number of events in the history, shortest first."""

_LAST_OF_BAND = (0, 5, 20, 100)

UNKNOWN = "unknown"
"""The segment of members whose label is null."""


def history_bands(lengths: npt.NDArray[np.integer[Any]]) -> pl.Series:
    """Name the band of `HISTORY_BANDS` that each history length falls into.

    Args:
        lengths: events in each member's history, shape (n,), not negative.

    Returns:
        Enum series of n, in the order of `HISTORY_BANDS`.
    """
    if len(lengths) and lengths.min() < 0:
        raise ValueError(f"lengths: got {lengths.min()}, want a count of events, 0 or more")
    bands = np.searchsorted(_LAST_OF_BAND, lengths, side="left")
    return pl.Series([HISTORY_BANDS[band] for band in bands], dtype=pl.Enum(HISTORY_BANDS))


def by_segment(values: npt.NDArray[np.float64], labels: pl.Series) -> pl.DataFrame:
    """Average a metric within each segment.

    Args:
        values: a metric of each member, shape (n,); NaN = undefined, not counted.
        labels: each member's segment, n long: an Enum, reported in its order, or strings, reported in alphabetical
            order. Null goes to the segment `UNKNOWN`, last.

    Returns:
        Frame of segment (String), n (members with a value), mean and its standard error se (null for fewer than 1 and 2
        members); segments without members are left out.

    Raises:
        ValueError: if the lengths differ.
    """
    if values.shape != (len(labels),):
        raise ValueError(f"labels: got {len(labels)}, want one a value: {values.shape}")
    value = pl.col("value")
    return (
        pl
        .DataFrame({"segment": labels, "value": values})
        .with_columns(value.fill_nan(None))
        .group_by("segment")
        .agg(value.count().cast(pl.Int64).alias("n"), mean=value.mean(), se=value.std() / value.count().sqrt())
        .sort("segment", nulls_last=True)
        .with_columns(pl.col("segment").cast(pl.String).fill_null(UNKNOWN))
    )
