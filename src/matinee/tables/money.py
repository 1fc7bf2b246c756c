"""Money: how many digits a currency has behind its point, and sums as integer minor units.

Covers ISO 4217's exponents. It converts no currency into another.
"""

from __future__ import annotations

import re
from decimal import Decimal, DecimalException

_DIGITS: dict[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Digits behind the point, where they are not two (ISO 4217, list one)."""


LARGEST = 2**63 - 1
"""The largest amount, in minor units, that a table or a database keeps."""

_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


def minor_units(sum_: str, currency: str | None) -> int | None:
    """Read a sum such as "1,250,000.50" as minor units.

    Args:
        sum_: digits with a point at most; commas part thousands and nothing else, so that "12,50" is no sum.
        currency: ISO 4217 code; without one two digits are taken to stand behind the point.

    Returns:
        The sum in minor units; None if it is no number, has more digits than the currency, or is beyond `LARGEST`.
    """
    text = sum_.strip()
    if "," in text and not _THOUSANDS.fullmatch(text):
        return None
    try:
        units = Decimal(text.replace(",", "")).scaleb(minor_digits(currency))
    except DecimalException:
        return None
    if not units.is_finite() or abs(units) > LARGEST:
        return None
    return int(units) if units == units.to_integral_value() else None


def major_units(units: int, currency: str | None) -> Decimal:
    """Write minor units as a sum; undoes `minor_units`."""
    return Decimal(units).scaleb(-minor_digits(currency))


def minor_digits(currency: str | None) -> int:
    """Count the digits behind the point: 2 for USD, 0 for JPY, 3 for KWD; 2 where no currency is given (ISO 4217)."""
    return _DIGITS.get(currency or "", 2)
