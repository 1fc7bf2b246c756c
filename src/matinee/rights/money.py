"""Money: whole minor units with a currency, and the roundings that agreements name.

Covers sums in one currency, exact rounding of fractions, and splits that lose no cent. There are no exchange rates
here: amounts in two currencies cannot be added, and nothing guesses one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import total_ordering

from matinee.errors import Unpayable
from matinee.tables.money import LARGEST, minor_digits
from matinee.tables.schemas import CURRENCY


@total_ordering
@dataclass(frozen=True)
class Money:
    """An amount.

    Attributes:
        minor: minor units (cents of a dollar, yen themselves); negative = owed the other way.
        currency: ISO 4217 code.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise ValueError(f"minor: got {self.minor!r}, want a whole number of minor units")
        if not isinstance(self.currency, str) or not re.fullmatch(CURRENCY, self.currency):
            raise ValueError(f"currency: got {self.currency!r}, want an ISO 4217 code such as USD")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + other._in(self.currency), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - other._in(self.currency), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < other._in(self.currency)

    def __str__(self) -> str:
        sign, digits = "-" if self.minor < 0 else "", minor_digits(self.currency)
        number = f"{abs(self.decimal):,.{digits}f}"
        return f"{sign}${number}" if self.currency == "USD" else f"{sign}{self.currency} {number}"

    @property
    def exact(self) -> Fraction:
        """The amount in whole units: dollars, not cents."""
        return self.minor * minor_unit(self.currency)

    @property
    def decimal(self) -> Decimal:
        """The same as a decimal with the currency's digits: 1246.00."""
        return Decimal((int(self.minor < 0), Decimal(abs(self.minor)).as_tuple().digits, -minor_digits(self.currency)))

    def _in(self, currency: str) -> int:
        if self.currency != currency:
            todo = "convert one of them first, at a rate that both sides agreed"
            raise Unpayable(f"{self} is not in {currency}", todo=todo)
        return self.minor


def minor_unit(currency: str) -> Fraction:
    """Name the smallest amount of a currency, in whole units: 1/100 for USD."""
    return Fraction(1, 10 ** minor_digits(currency))


def parse_money(text: str, currency: str) -> Money:
    """Read an amount in whole units, such as "1246.00"; exact or not at all.

    Raises:
        ValueError: it is no decimal number, or finer than the currency's minor unit.
    """
    minor = parse_exact(text) / minor_unit(currency)
    if minor.denominator != 1:
        raise ValueError(f"amount {text!r} is finer than {currency} has: want {minor_digits(currency)} decimals")
    return Money(int(minor), currency)


def parse_exact(text: str) -> Fraction:
    """Read a decimal number without loss: "1.035" is 1035/1000.

    Raises:
        ValueError: it is no finite decimal number of at most 40 characters.
    """
    try:
        number = Decimal(text) if len(text) <= 40 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 40:
        raise ValueError(f"{text[:40]!r} is no decimal number, want for example 187 or 1.035")
    return Fraction(number)


@dataclass(frozen=True)
class Rounding:
    """How a number is rounded.

    Attributes:
        mode: "half-up" (a half goes away from zero) or "down" (towards zero).
        unit: what is rounded to a multiple of, > 0.
    """

    mode: str
    unit: Fraction

    def __str__(self) -> str:
        return f"{self.mode} to {show_exact(self.unit)}"

    def round(self, exact: Fraction) -> Fraction:
        """Round to a multiple of the unit."""
        units = abs(exact) / self.unit
        whole = math.floor(units + Fraction(1, 2)) if self.mode == "half-up" else math.floor(units)
        return (whole if exact >= 0 else -whole) * self.unit


def parse_rounding(text: str) -> Rounding:
    """Read a rounding such as "half-up to 0.01" or "down to 0.1".

    Raises:
        ValueError: it is not written like that.
    """
    found = re.fullmatch(r"(half-up|down) to (\d+(?:\.\d+)?)", text)
    unit = parse_exact(found[2]) if found else Fraction(0)
    if found is None or not unit:
        raise ValueError(f"rounding {text!r}, want for example 'half-up to 0.01' or 'down to 1'")
    return Rounding(found[1], unit)


def round_money(exact: Fraction, currency: str, rounding: Rounding | None = None) -> Money:
    """Round an exact amount in whole units.

    Args:
        exact: in whole units: dollars, not cents.
        currency: ISO 4217 code.
        rounding: None = half-up to the currency's minor unit.

    Raises:
        Unpayable: the rounding may leave less than a minor unit.
    """
    unit = minor_unit(currency)
    rounding = rounding or Rounding("half-up", unit)
    if rounding.unit % unit:
        todo = f"name one to a multiple of {show_exact(unit)}"
        raise Unpayable(f"the rounding {rounding} may leave less than {currency} has", todo=todo)
    return Money(int(rounding.round(exact) / unit), currency)


def is_kept(exact: Fraction, currency: str) -> bool:
    """Whether an amount in whole units is one that a ledger can hold."""
    return abs(exact) <= LARGEST * minor_unit(currency)


def split_money(total: Money, shares: Mapping[str, Fraction | int]) -> dict[str, Money]:
    """Split an amount in proportion to shares so that the parts add up to it.

    Largest remainder (Hamilton's method): everybody gets total x share / sum of shares, cut to a minor unit; the units
    that are left go one each to the largest cuts, to those named first where cuts are equal.

    Args:
        total: what is split; a negative amount is split like its opposite.
        shares: name -> share, >= 0; they need not add up to 1.

    Returns:
        name -> part, in the order given.

    Raises:
        ValueError: no share is above 0, or one is below.
    """
    whole = sum(shares.values(), Fraction(0))
    if whole <= 0 or min(shares.values()) < 0:
        raise ValueError(f"shares: got {dict(shares)}, want numbers >= 0 of which one at least is above 0")
    quotas = {name: abs(total.minor) * Fraction(share) / whole for name, share in shares.items()}
    parts = {name: math.floor(quota) for name, quota in quotas.items()}
    by_cut = sorted(quotas, key=lambda name: parts[name] - quotas[name])  # stable: equal cuts keep their order
    for name in by_cut[: abs(total.minor) - sum(parts.values())]:
        parts[name] += 1
    sign = -1 if total.minor < 0 else 1
    return {name: Money(sign * part, total.currency) for name, part in parts.items()}


def show_exact(number: Fraction) -> str:
    """Show a number with all its decimals, "13,600,000.005"; six and an ellipsis where they never end, "0.333333…"."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    with localcontext(prec=100):
        decimal = Decimal(number.numerator) / Decimal(number.denominator)
        return f"{decimal:,f}" if rest == 1 else f"{decimal:,.6f}…"
