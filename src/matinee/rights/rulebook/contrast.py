"""A buyout beside pay per use: what the same uses bring under either.

Covers the arithmetic. Whether a buyout may be signed at all is for the rules about clauses (`clauses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from matinee.errors import Unpayable
from matinee.rights.money import Money, show_exact
from matinee.rights.rulebook.rules import Citation

MOST_USES = 1_000_000_000_000
"""More than anybody will count; a chart can still draw it."""


@dataclass(frozen=True)
class ContrastRow:
    """Some uses, under either.

    Attributes:
        uses: how many.
        buyout: what the one fee brings.
        pay_per_use: rate x uses.
        residuals: residual x uses.
        ratio: pay per use and residuals, divided by the buyout; None if the buyout is 0.
    """

    uses: int
    buyout: Money
    pay_per_use: Money
    residuals: Money
    ratio: Fraction | None


@dataclass(frozen=True)
class Contrast:
    """A buyout beside pay per use.

    Attributes:
        offer: the one fee.
        rate: for each use.
        residual: for each use, on top of the rate.
        rows: over the horizon asked for, in its order.
        worse_from: the first use from which the buyout is worse.
        citations: the rules that the rate rests on; empty where it was given by hand.
    """

    offer: Money
    rate: Money
    residual: Money
    rows: tuple[ContrastRow, ...]
    worse_from: int
    citations: tuple[Citation, ...]

    @property
    def finding(self) -> str:
        """The contrast in a sentence."""
        each = f"{self.rate} a use" + (f" and {self.residual} of residuals" if self.residual.minor else "")
        return f"One fee of {self.offer} is less than {each} from use {self.worse_from:,} on."

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can."""
        return {
            "currency": self.offer.currency,
            "offer": str(self.offer.decimal),
            "rate": str(self.rate.decimal),
            "residual": str(self.residual.decimal),
            "worse_from_use": self.worse_from,
            "finding": self.finding,
            "rules": [asdict(each) for each in self.citations],
            "uses": [
                {
                    "uses": row.uses,
                    "buyout": str(row.buyout.decimal),
                    "pay_per_use": str(row.pay_per_use.decimal),
                    "residuals": str(row.residuals.decimal),
                    "ratio": None if row.ratio is None else show_exact(row.ratio),
                }
                for row in self.rows
            ],
        }


def contrast_buyout(
    offer: Money,
    rate: Money,
    uses: Sequence[int],
    *,
    residual: Money | None = None,
    citations: Sequence[Citation] = (),
) -> Contrast:
    """Lay a buyout beside pay per use over a horizon of uses.

    pay per use = rate x uses; ratio = (rate + residual) x uses / offer; the buyout is worse from the smallest number of
    uses whose pay is above the offer.

    Args:
        offer: the one fee, >= 0.
        rate: for each use, > 0.
        uses: numbers of uses, each from 1 to `MOST_USES`.
        residual: for each use, >= 0; None = none.
        citations: the rules that the rate rests on.

    Raises:
        Unpayable: an amount or a number of uses that cannot be, or amounts in several currencies.
    """
    residual = residual or Money(0, offer.currency)
    each = Money(0, offer.currency) + rate + residual
    if offer.minor < 0 or rate.minor <= 0 or residual.minor < 0:
        raise Unpayable(f"an offer of {offer}, {rate} a use, {residual} of residuals", todo="give amounts above 0")
    if not uses or min(uses) < 1 or max(uses) > MOST_USES:
        wrong = next((str(count) for count in uses if not 1 <= count <= MOST_USES), "of no number")
        raise Unpayable(f"uses {wrong[:40]}", todo=f"give numbers from 1 to {MOST_USES:,}")
    rows = tuple(
        ContrastRow(
            uses=count,
            buyout=offer,
            pay_per_use=rate * count,
            residuals=residual * count,
            ratio=(each * count).exact / offer.exact if offer.minor else None,
        )
        for count in uses
    )
    worse_from = offer.minor // each.minor + 1
    return Contrast(offer, rate, residual, rows, worse_from, tuple(citations))
