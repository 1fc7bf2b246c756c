"""The verb `slate`: candidates, forecasts and a budget in, the best slate with its reasons out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from matinee.acquire.slate.plan import Plan, plan_slate
from matinee.acquire.slate.terms import Limit, Terms, note_terms
from matinee.acquire.slate.worth import COLUMNS
from matinee.errors import BadFile, UsageError
from matinee.flows.offers import read_offers
from matinee.store.readers.forecasts import read_numbers
from matinee.store.service import Service
from matinee.tables.money import minor_units
from matinee.tables.schemas import CURRENCY


@dataclass(frozen=True)
class Wishes:
    """What a buyer asks, as they write it.

    Attributes:
        budget: in major units of the currency, as 2,500,000.50.
        currency: ISO 4217; None = the one that the candidates' prices are in.
        objective: one of `matinee.acquire.slate.terms.OBJECTIVES`.
        risk: one of `matinee.acquire.slate.worth.RISKS`.
        limits: how many of what.
        territories: an offer must hold in each.
        first_day: an offer's window must reach the days from here …
        last_day: … to here.
        owned: candidate_ids bought already.
    """

    budget: str
    currency: str | None = None
    objective: str = "hours"
    risk: str = "mean"
    limits: tuple[Limit, ...] = ()
    territories: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    owned: tuple[str, ...] = ()


def make_slate(
    service: Service, candidates: Path, forecasts: Path, wishes: Wishes, *, now: datetime
) -> tuple[Plan, list[str]]:
    """Choose the best slate of the candidates of a file.

    Args:
        service: whose windows say what is owned.
        candidates: a file as `import_candidates` takes it.
        forecasts: a CSV of candidate_id, q10, median, q90 (log10 of hours) and, if known, incremental (share).
        wishes: what is asked.
        now: a window that is over by then is set aside.

    Returns:
        the plan, and sentences on what was set aside or is not known.

    Raises:
        UsageError: a budget that buys nothing, no currency, or the objective `reach`, which needs a log.
        BadFile: a file is not what it was said to be.
        MatineeError: no candidate can be weighed, or no slate keeps the limits.
    """
    if wishes.objective == "reach":
        said = "reach counts members, a file of forecasts says hours"
        raise UsageError(said, where="--forecasts", todo="leave it out; the service's own log is asked")
    offers, notes = read_offers(service, candidates, now=now)
    terms = make_terms(wishes, offers)
    notes += note_terms(offers, terms)
    table = read_forecasts(forecasts)
    if "incremental" not in table.columns:
        notes.append(f"{forecasts.name}: no column incremental; every hour counts as added, diverted ones too")
    return plan_slate(offers, table, terms, windows=service.read("windows")), notes


def read_forecasts(path: Path) -> pl.DataFrame:
    """Read quantiles of log10 hours, which must not cross.

    Raises:
        BadFile: they are none.
    """
    table = read_numbers(path, numbers=COLUMNS[1:], optional=("incremental",))
    low, middle, high = (pl.col(name) for name in COLUMNS[1:])
    crossed = table.filter((low > middle) | (middle > high) | (high > 12))
    if crossed.height:
        said = f"{crossed['candidate_id'][0]}: q10, median and q90 are no rising quantiles of log10 hours"
        raise BadFile(said, where=str(path), todo="mend the line")
    share = table.filter(~pl.col("incremental").is_between(0, 1)) if "incremental" in table.columns else table.clear()
    if share.height:
        said = f"{share['candidate_id'][0]}: incremental is no share from 0 to 1"
        raise BadFile(said, where=str(path), todo="mend the line")
    return table


def make_terms(wishes: Wishes, offers: pl.DataFrame) -> Terms:
    """Read budget and currency.

    Raises:
        UsageError: no sum, none above 0, no currency or no single one, days that end before they begin, or a risk of
            reach.
    """
    if wishes.objective == "reach" and wishes.risk != "mean":
        said = f"{wishes.risk} is of hours; reach counts members, and weighs in how wrong forecasts may be"
        raise UsageError(said, where="--risk", todo="leave it out, or choose --objective hours or value")
    if wishes.currency is not None and not re.fullmatch(CURRENCY, wishes.currency):
        todo = "write three capital letters, as EUR"
        raise UsageError(f"{wishes.currency!r} is no currency", where="--currency", todo=todo)
    named = offers.filter(pl.col("price").is_not_null())["currency"].drop_nulls().unique().sort().to_list()
    if wishes.currency is None and len(named) != 1:
        said = ", ".join(named) or "no currency at all"
        raise UsageError(f"prices are in {said}", where="--currency", todo="name the budget's own with --currency CODE")
    currency = wishes.currency or named[0]
    budget = minor_units(wishes.budget, currency)
    if budget is None or budget <= 0:
        said = f"a budget of {wishes.budget} {currency} buys nothing" if budget == 0 else f"{wishes.budget!r} is no sum"
        raise UsageError(said, where="--budget", todo="give a sum above 0, as 2500000")
    try:
        return Terms(
            budget, currency, wishes.objective, wishes.risk, wishes.limits, wishes.territories,
            wishes.first_day, wishes.last_day, frozenset(wishes.owned),
        )  # fmt: skip
    except ValueError as error:
        raise UsageError(str(error), where="--from, --to", todo="mend the days") from error
