"""What a forecast says a title is worth: one number made of its quantiles.

Covers risk: the mean, the median or the lower quantile. How wide a forecast is, is the forecast's own business.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

RISKS = ("mean", "median", "low")
"""What counts of a forecast; `low` is its 10% quantile: nine times in ten it is more."""

COLUMNS = ("candidate_id", "q10", "median", "q90")
"""What a frame of forecasts must have; quantiles are log10 of hours. `incremental` may stand beside them."""

_SWANSON = np.array([0.3, 0.4, 0.3])


def weigh_hours(forecasts: pl.DataFrame, *, risk: str) -> NDArray[np.float64]:
    """Turn quantiles of log10 hours into hours that count.

    The mean is .3 q10 + .4 median + .3 q90, each in hours: Swanson's rule (Hurst, Brown & Swanson, "Swanson's 30-40-30
    rule", AAPG Bulletin 84, 2000), near the mean of a lognormal unless it is very wide; a formula of the normal would
    let the widest interval, the least known title, promise the most.

    Args:
        forecasts: frame with `COLUMNS`; `incremental`, the share in [0, 1] that members would not have watched anyway,
            counts as 1 where it is null or missing.
        risk: one of `RISKS`.

    Returns:
        float64 (n,), hours.

    Raises:
        ValueError: another risk.
    """
    if risk not in RISKS:
        raise ValueError(f"risk must be one of {', '.join(RISKS)}, got {risk!r}")
    low, middle, high = (10.0 ** forecasts[column].to_numpy() for column in COLUMNS[1:])
    mean = np.stack([low, middle, high], axis=1) @ _SWANSON
    hours = np.asarray({"mean": mean, "median": middle, "low": low}[risk], dtype=np.float64)
    if "incremental" not in forecasts.columns:
        return hours
    return np.asarray(hours * forecasts["incremental"].cast(pl.Float64).fill_null(1.0).to_numpy(), dtype=np.float64)
