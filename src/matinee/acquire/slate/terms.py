"""What a buyer asks of a slate, and which candidates can be weighed at all.

Covers budget, currency, territories, days, limits by genre, country and the like, and titles that are owned already.
A candidate that does not fit is barred with its reason in words; the others go on. Nothing is guessed, no currency
converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.acquire.offers import find_clashes
from matinee.acquire.slate.problem import Floats

NO_FORECAST = "no forecast of it"

OBJECTIVES = ("hours", "reach", "value")
"""What a slate is best at: hours that it adds, members who watch at least one title, hours per unit of money."""

LIMITED: Mapping[str, str] = MappingProxyType({
    "genre": "genres",
    "country": "countries",
    "language": "languages",
    "territory": "territories",
    "kind": "kind",
    "exclusive": "exclusive",
})
"""What titles can be counted by -> column of candidates."""


@dataclass(frozen=True)
class Limit:
    """At least or at most so many titles of a slate have a value.

    Attributes:
        by: a key of `LIMITED`.
        value: as the column writes it, in any case; `yes` or `no` for exclusive.
        least: 0 or more.
        most: None = no most.

    Raises:
        ValueError: no such key, or a least above the most.
    """

    by: str
    value: str
    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        if self.by not in LIMITED:
            raise ValueError(f"by must be one of {', '.join(LIMITED)}, got {self.by!r}")
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise ValueError(f"least and most must be 0 <= least <= most, got {self.least} and {self.most}")

    def __str__(self) -> str:
        said = [f"at least {self.least}"] if self.least else []
        said += [f"at most {self.most}"] if self.most is not None else []
        return f"{self.by} {self.value}: {' and '.join(said)}"


@dataclass(frozen=True)
class Terms:
    """What a buyer asks.

    Attributes:
        budget: minor units of `currency`, > 0.
        currency: ISO 4217.
        objective: one of `OBJECTIVES`.
        risk: one of `matinee.acquire.slate.worth.RISKS`.
        limits: how many of what.
        territories: an offer must hold in each; none = anywhere.
        first_day: an offer's window must reach the days from here …
        last_day: … to here; None = open.
        owned: candidate_ids bought already.

    Raises:
        ValueError: a budget that is not > 0, another objective, or days that end before they begin.
    """

    budget: int
    currency: str
    objective: str = "hours"
    risk: str = "mean"
    limits: tuple[Limit, ...] = ()
    territories: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    owned: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.budget <= 0:
            raise ValueError(f"budget must be > 0, got {self.budget}")
        if self.objective not in OBJECTIVES:
            raise ValueError(f"objective must be one of {', '.join(OBJECTIVES)}, got {self.objective!r}")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day must not be before {self.first_day}, got {self.last_day}")


Offer = dict[str, Any]
"""A row of candidates."""

Bar = Callable[[Offer, Terms], str]
"""Why an offer cannot be weighed; empty if it can."""


def bar_offers(candidates: pl.DataFrame, terms: Terms, *, known: set[str], windows: pl.DataFrame) -> dict[str, str]:
    """Say which candidates cannot be weighed, and why.

    Args:
        candidates: rows of the table candidates.
        terms: what is asked.
        known: candidate_ids of which a forecast is known.
        windows: rows of the table windows. A candidate with a title_id is owned if a window of that title reaches
            its own, or if no window of that title is known.

    Returns:
        candidate_id -> reason, in the order of `candidates`.
    """
    held = {title_id: own.rows(named=True) for (title_id,), own in windows.group_by("title_id")}
    barred: dict[str, str] = {}
    for offer in candidates.iter_rows(named=True):
        reasons = [bar(offer, terms) for bar in BARS]
        reasons += ["owned already"] if _is_owned(offer, held) else []
        reasons += [NO_FORECAST] if offer["candidate_id"] not in known else []
        found = [reason for reason in reasons if reason]
        barred |= {offer["candidate_id"]: found[0]} if found else {}
    return barred


def _is_owned(offer: Offer, held: dict[Any, list[Offer]]) -> bool:
    if offer["title_id"] is None:
        return False
    own = held.get(offer["title_id"])
    places = offer["territories"]
    return own is None or any(
        _do_meet(offer, window["starts_on"], window["ends_on"]) and (not places or window["territory"] in places)
        for window in own
    )


def _do_meet(offer: Offer, first: date | None, last: date | None) -> bool:
    starts_on, ends_on = offer["window_starts_on"] or date.min, offer["window_ends_on"] or date.max
    return max(starts_on, first or date.min) <= min(ends_on, last or date.max)


def _bar_owned(offer: Offer, terms: Terms) -> str:
    return "owned already" if offer["candidate_id"] in terms.owned else ""


def _bar_unpriced(offer: Offer, terms: Terms) -> str:
    if offer["price"] is None:
        return "no price named"
    if offer["currency"] is None:
        return "a price without currency"
    if offer["currency"] != terms.currency:
        return f"priced in {offer['currency']}, the budget is in {terms.currency}"
    return ""


def _bar_elsewhere(offer: Offer, terms: Terms) -> str:
    lacking = [each for each in terms.territories if offer["territories"] and each not in offer["territories"]]
    return f"not offered in {', '.join(lacking)}" if lacking else ""


def _bar_other_days(offer: Offer, terms: Terms) -> str:
    if _do_meet(offer, terms.first_day, terms.last_day):
        return ""
    first, last = (offer[f"window_{end}"] or "open" for end in ("starts_on", "ends_on"))
    return f"its window, {first} to {last}, is at another time"


BARS: tuple[Bar, ...] = (_bar_owned, _bar_unpriced, _bar_elsewhere, _bar_other_days)


def note_terms(candidates: pl.DataFrame, terms: Terms) -> list[str]:
    """Say which words of what is asked fit no candidate, for they may be misspelt, and what is taken as given.

    Args:
        candidates: rows of the table candidates.
        terms: what is asked.
    """
    unknown = sorted(terms.owned - {*candidates["candidate_id"]})
    said = [f"owned: {', '.join(unknown)}: no candidate that can be weighed"] if unknown else []
    idle = [limit for limit in terms.limits if not _has_value(candidates, limit).any()]
    said += [f"{limit}: no candidate that can be weighed has it" for limit in idle]
    unplaced = candidates.filter(pl.col("territories").list.len().fill_null(0) == 0).height if terms.territories else 0
    where = ", ".join(terms.territories)
    return said + ([f"offers that name no territory count as offered in {where}: {unplaced:,}"] if unplaced else [])


def count_rules(candidates: pl.DataFrame, limits: tuple[Limit, ...]) -> tuple[csr_array, Floats, Floats]:
    """Lay out what may be chosen together: a row a pair that excludes each other, then a row a limit.

    Args:
        candidates: rows of the table candidates, in the order of the problem.
        limits: how many of what.

    Returns:
        float64 (rules, n), least (rules,) and most (rules,).
    """
    place = {candidate_id: row for row, candidate_id in enumerate(candidates["candidate_id"])}
    clashes = find_clashes(candidates.with_row_index("row") if "row" not in candidates.columns else candidates)
    rows = np.zeros((len(clashes) + len(limits), candidates.height))
    for row, pair in zip(rows, clashes, strict=False):
        row[[place[each] for each in pair]] = 1
    for row, limit in zip(rows[len(clashes) :], limits, strict=True):
        row[:] = _has_value(candidates, limit)
    least = np.concatenate([np.full(len(clashes), -np.inf), [float(limit.least) for limit in limits]])
    most = [np.inf if limit.most is None else float(limit.most) for limit in limits]
    return csr_array(rows), least, np.concatenate([np.ones(len(clashes)), most])


def _has_value(candidates: pl.DataFrame, limit: Limit) -> Floats:
    """Tell which candidates a limit counts: float64 (n,) of 0 and 1."""
    column, wanted = candidates[LIMITED[limit.by]], limit.value.casefold()
    if column.dtype == pl.Boolean:
        column = column.replace_strict({True: "yes", False: "no"}, default=None, return_dtype=pl.String)
    lists = [[each] if isinstance(each, str) else each for each in column.to_list()]
    anywhere = limit.by == "territory"  # an offer that names no territory holds in any
    return np.array([anywhere if each is None else wanted in map(str.casefold, each) for each in lists], np.float64)
