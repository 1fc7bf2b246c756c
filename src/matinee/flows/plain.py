"""Results as JSON can say them."""

from __future__ import annotations

import math
from typing import Any


def to_plain(value: Any) -> Any:  # ruff: ignore[any-type] - JSON is of any shape
    """Turn what JSON has no word for into what it has: NaN into null, infinity into text, tuples into lists."""
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "infinity"
    return value


def from_plain(value: Any) -> Any:  # ruff: ignore[any-type] - JSON is of any shape
    """Turn back what `to_plain` made; lists stay lists."""
    if isinstance(value, dict):
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if value is None:
        return math.nan
    return math.inf if value == "infinity" else value
