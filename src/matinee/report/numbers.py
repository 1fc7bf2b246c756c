"""Numbers as a reader sees them: rounded, with their interval, and a dash where there is none.

Covers single numbers and estimates. It does not compute metrics (`matinee.measure`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NONE = "–"
"""Shown where a number is undefined."""

Z_95 = 1.96
"""Standard errors on either side of a mean that make a 95% interval (normal approximation)."""

Number = float | None

_SIZES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
_ROUNDS_UP = 0.9995


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval; None where undefined.

    Attributes:
        value: the estimate.
        low: lower end.
        high: upper end.
    """

    value: Number
    low: Number
    high: Number

    @property
    def has_interval(self) -> bool:
        """Whether both ends are known."""
        return self.value is not None and self.low is not None and self.high is not None


def estimate(value: Any, se: Any) -> Estimate:  # ruff: ignore[any-type] - as JSON gives it
    """Make an estimate of a mean and its standard error; either may be null."""
    mean, error = as_number(value), as_number(se)
    if mean is None or error is None:
        return Estimate(mean, None, None)
    return Estimate(mean, mean - Z_95 * error, mean + Z_95 * error)


def difference(versus: Mapping[str, Any]) -> Estimate:
    """Read a paired comparison: {"difference", "low", "high"}."""
    return Estimate(as_number(versus.get("difference")), as_number(versus.get("low")), as_number(versus.get("high")))


def as_number(value: Any) -> Number:  # ruff: ignore[any-type] - as JSON gives it
    """Take a finite number; anything else (null, NaN, text) is None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def show_number(value: Any, digits: int = 3) -> str:  # ruff: ignore[any-type] - as JSON gives it
    """Show a number with so many decimals: "0.237", "12,000.0"."""
    number = as_number(value)
    return NONE if number is None else _no_minus_zero(f"{number:,.{digits}f}")


def show_signed(value: Any, digits: int = 3) -> str:  # ruff: ignore[any-type] - as JSON gives it
    """Show a difference with its sign: "+0.035", "-0.010"."""
    number = as_number(value)
    if number is None:
        return NONE
    text = f"{number:+,.{digits}f}"
    return text if float(text.replace(",", "")) else text[1:]


def show_percent(value: Any, digits: int = 0) -> str:  # ruff: ignore[any-type] - as JSON gives it
    """Show a share in [0, 1] as percent: "14%"."""
    number = as_number(value)
    return NONE if number is None else f"{_no_minus_zero(f'{100 * number:,.{digits}f}')}%"


def show_short(value: Any) -> str:  # ruff: ignore[any-type] - as JSON gives it
    """Show a large number by its first three digits: "34.2m", "1.2bn", "870", "0.0213"."""
    number = as_number(value)
    if number is None:
        return NONE
    size, sign = next((pair for pair in _SIZES if abs(number) >= _ROUNDS_UP * pair[0]), (1.0, ""))
    return f"{number / size:.3g}{sign}"


def show_count(n: int, noun: str) -> str:
    """Show how many there are of what takes an s: "1 title", "1,200 titles"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def show_interval(one: Estimate, digits: int = 3) -> str:
    """Show both ends: "0.228 to 0.246"."""
    return f"{show_number(one.low, digits)} to {show_number(one.high, digits)}" if one.has_interval else NONE


def show_signed_interval(one: Estimate, digits: int = 3) -> str:
    """Show both ends of a difference: "+0.030 to +0.040"."""
    return f"{show_signed(one.low, digits)} to {show_signed(one.high, digits)}" if one.has_interval else NONE


def _no_minus_zero(text: str) -> str:
    return text if float(text.replace(",", "")) else text.lstrip("-")
