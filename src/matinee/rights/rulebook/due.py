"""What is owed, with its arithmetic and the rules it rests on; and the price by a unit that an agreement names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from matinee.errors import Unpayable
from matinee.rights.money import Money, minor_unit, round_money, show_exact
from matinee.rights.rulebook.rules import Citation
from matinee.tables.money import LARGEST

UNITS: Mapping[str, int] = MappingProxyType({"use": 1, "day": 1, "second": 1, "thousand views": 1000})
"""What an agreement may pay for, and how many of what is counted make one."""


@dataclass(frozen=True)
class Due:
    """An amount owed.

    Attributes:
        money: how much.
        text: how it was computed, in one line for a statement.
        citations: the rules that it rests on.
    """

    money: Money
    text: str
    citations: tuple[Citation, ...]

    @property
    def grade(self) -> str:
        """The grades of its rules, each once: "S" or "R+S"."""
        return "+".join(dict.fromkeys(each.grade for each in self.citations))

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can."""
        return {
            "amount": str(self.money.decimal),
            "currency": self.money.currency,
            "text": self.text,
            "grade": self.grade,
            "rules": [asdict(each) for each in self.citations],
        }


def price_by_unit(rate: Fraction, currency: str, *, unit: str, count: int, terms: Sequence[Citation]) -> Due:
    """Price uses, days, seconds or views at the rate that an agreement names.

    amount = rate x count / size of the unit, half-up to the minor unit; a part of a thousand views counts in part.

    Args:
        rate: for one unit, in whole units of the currency (dollars), exact; it may be finer than a cent.
        currency: ISO 4217 code.
        unit: one of `UNITS`.
        count: uses, days, seconds or single views, >= 0.
        terms: the agreement's term, and any rule that it must keep.

    Returns:
        the amount; its text is for example "1,500 views × $2.00 a thousand views = $3.00".

    Raises:
        ValueError: an unknown unit, or a negative rate or count.
        Unpayable: it comes to more than a ledger can hold.
    """
    if unit not in UNITS:
        raise ValueError(f"unit: got {unit!r}, want one of {', '.join(UNITS)}")
    if rate < 0 or count < 0:
        raise ValueError(f"rate, count: got {rate} and {count}, want both >= 0")
    exact = rate * count / UNITS[unit]
    money = round_money(exact, currency)
    _check_kept(money)
    name = "view" if unit == "thousand views" else unit
    each = str(round_money(rate, currency)) if not rate % minor_unit(currency) else f"{currency} {show_exact(rate)}"
    by = "a thousand views" if unit == "thousand views" else f"a {unit}"
    text = f"{say_count(count, name)} × {each} {by} = {_say_rounded(exact, money)}"
    return Due(money, text, tuple(terms))


def sum_dues(dues: Sequence[Due]) -> Money:
    """Add amounts up; at least one, all in one currency.

    Raises:
        Unpayable: they come to more than a ledger can hold, or are in several currencies.
    """
    whole = sum((due.money for due in dues[1:]), dues[0].money)
    _check_kept(whole)
    return whole


def say_count(count: int | Fraction, noun: str) -> str:
    """Say how many: "1 day", "3 days", "0.5 days"."""
    return f"{show_exact(Fraction(count))} {noun}{'' if count == 1 else 's'}"


def require_count(count: int | None, what: str) -> int:
    """Take a count that must be known and above 0.

    Raises:
        Unpayable: it is not known, or not above 0.
    """
    if count is None:
        raise Unpayable(f"{what}: not known", todo="supply the number")
    if count <= 0:
        raise Unpayable(f"{what}: {count:,}", todo="supply a number above 0")
    return count


def _check_kept(money: Money) -> None:
    if money.minor > LARGEST:
        raise Unpayable(f"it comes to {money}, more than a ledger can hold")


def _say_rounded(exact: Fraction, money: Money) -> str:
    if money.exact == exact:
        return str(money)
    return f"{money.currency} {show_exact(exact)}, half-up {money}"
