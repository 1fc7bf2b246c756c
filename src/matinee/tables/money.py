"""Money: how many digits a currency has behind its point, and sums as integer minor units.

Covers ISO 4217's exponents. It converts no currency into another.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_DIGITS: dict[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Digits behind the point, where they are not two (ISO 4217, list one)."""


def minor_units(sum_: str, currency: str | None) -> int | None:
    """Read a sum such as "1,250,000.50" as minor units.

    Args:
        sum_: digits with a point at most; commas part thousands.
        currency: ISO 4217 code; without one two digits are taken to stand behind the point.

    Returns:
        The sum in minor units; None if it is no number or has more digits than the currency.
    """
    try:
        units = Decimal(sum_.replace(",", "").strip()).scaleb(minor_digits(currency))
    except InvalidOperation:
        return None
    return int(units) if units.is_finite() and units == units.to_integral_value() else None


def major_units(units: int, currency: str | None) -> Decimal:
    """Write minor units as a sum; undoes `minor_units`."""
    return Decimal(units).scaleb(-minor_digits(currency))


def minor_digits(currency: str | None) -> int:
    """Count the digits behind the point: 2 for USD, 0 for JPY, 3 for KWD; 2 where no currency is given (ISO 4217)."""
    return _DIGITS.get(currency or "", 2)
