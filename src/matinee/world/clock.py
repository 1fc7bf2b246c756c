"""The calendar of a log: seconds and days since its first day, and the hours at which people watch."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import numpy as np
import numpy.typing as npt
import polars as pl

STARTS_ON = date(2024, 1, 1)
"""First day of every log, a Monday; fixed, so that a world depends on its settings and seed alone."""

DAY_SECONDS = 86_400
START = int(datetime.combine(STARTS_ON, time(), UTC).timestamp())
"""Unix seconds at which every log begins."""

_WEEKDAYS = np.array([1.0, 0.95, 0.95, 1.0, 1.3, 1.6, 1.5])  # from Monday
_HOURS = np.array([
    2,
    1,
    0.5,
    0.3,
    0.2,
    0.3,
    0.6,
    1,
    1.2,
    1.3,
    1.5,
    1.8,
    2.2,
    2.2,
    2,
    2,
    2.3,
    3,
    4.2,
    6,
    7.5,
    7.5,
    6,
    4,
])


def day_number(at: int) -> int:
    """Return the day of the log of unix second `at`, 0 = its first day, negative before it."""
    return (at - START) // DAY_SECONDS


def to_times(seconds: npt.NDArray[np.integer]) -> pl.Series:
    """Turn seconds since the start of the log into UTC times of microseconds."""
    return pl.Series((seconds.astype(np.int64) + START) * 1_000_000).cast(pl.Datetime("us", "UTC"))


def spread_days(luck: npt.NDArray[np.float64], first_days: npt.NDArray[np.int64], days: int) -> npt.NDArray[np.int64]:
    """Turn uniform numbers into days of the log from `first_days` on, weekends more often.

    Args:
        luck: (n,) float64 in [0, 1).
        first_days: (n,) int64, 0 <= first day < days.
        days: length of the log.

    Returns:
        (n,) int64 days, first day <= day < days.
    """
    ends = np.concatenate([[0.0], np.cumsum(_WEEKDAYS[np.arange(days) % 7])])
    target = ends[first_days] + luck * (ends[-1] - ends[first_days])
    found: npt.NDArray[np.int64] = np.clip(np.searchsorted(ends, target, side="right") - 1, first_days, days - 1)
    return found


def spread_seconds(luck: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Turn uniform numbers in [0, 1) into seconds of a day in [0, 86,400), evenings more often."""
    ends = np.concatenate([[0.0], np.cumsum(_HOURS)])
    seconds: npt.NDArray[np.float64] = np.interp(luck * ends[-1], ends, np.arange(25) * 3_600.0)
    return seconds.clip(max=DAY_SECONDS - 1).astype(np.int64)
