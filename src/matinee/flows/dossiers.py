"""What a buyer is told: forecast, who would watch, what it replaces and the slate, joined in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from matinee.acquire.slate.plan import Plan, plan_slate
from matinee.acquire.slate.worth import COLUMNS
from matinee.errors import MatineeError, NothingToLearn
from matinee.flows.diverting import Diverted, divert
from matinee.flows.forecasting import ForecastReport, Horizon, TitleForecast, forecast_offers, forecast_to_dict
from matinee.flows.offers import read_candidates
from matinee.flows.plain import to_plain
from matinee.flows.slates import Wishes, make_terms
from matinee.flows.who import Watchers, ask_log, watch
from matinee.store.service import Service
from matinee.tables.money import major_units
from matinee.tables.problems import describe

MOST_CHANCES = 50_000_000
"""Members times candidates beyond which nobody is told who would watch: the numbers would not fit into memory."""

_OFFER = (
    "kind", "runtime_minutes", "languages", "countries", "genres", "price", "currency", "territories", "licence",
    "window_starts_on", "window_ends_on", "exclusive",
)  # fmt: skip
_NO_VISITS = (
    "how much of an audience is added is not known: no visits without a play are recorded, and only a holdout can tell"
)


@dataclass(frozen=True)
class Dossier:
    """What is known of candidates before buying.

    Attributes:
        offers: rows of the table candidates that can be weighed, n.
        forecast: of their hours, n titles.
        watchers: which members would watch; None = not known.
        watched: how many members watched the title of ours that each candidate names, n; None without one.
        diverted: what each would replace, n; empty = not known.
        plan: the slate; None = no budget was named, or there is none.
        unknown: what could not be told -> why, in words.
    """

    offers: pl.DataFrame
    forecast: ForecastReport
    watchers: Watchers | None
    watched: list[int | None]
    diverted: list[Diverted]
    plan: Plan | None
    unknown: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as JSON can say it: `forecast_to_dict`, more about every title, the slate."""
        plain = forecast_to_dict(self.forecast)
        who = self.watchers.to_dict() if self.watchers else None
        people = (
            [each | {"watched": seen} for each, seen in zip(who["candidates"], self.watched, strict=True)]
            if who
            else [None] * self.offers.height
        )
        diverted = [asdict(each) for each in self.diverted] or [None] * self.offers.height
        rows = self.offers.iter_rows(named=True)
        told = zip(plain["titles"], self.forecast.titles, rows, people, diverted, strict=True)
        plain["titles"] = [
            title
            | {"offer": _describe_offer(offer), "who": seen, "diverted": lost}
            | {"price_per_hour": _price_hours(offer, forecast, lost and lost["incremental"])}
            for title, forecast, offer, seen, lost in told
        ]
        members = {"members": who["members"], "practice_titles": who["practice_titles"]} if who else None
        slate = self.plan.to_dict() if self.plan else None
        return to_plain(plain | {"who": members, "slate": slate, "unknown": self.unknown})


def make_dossier(
    service: Service,
    path: Path | None,
    *,
    now: datetime,
    wishes: Wishes | None = None,
    source: str | None = None,
    seed: int = 0,
) -> Dossier:
    """Forecast candidates, say who would watch them and what they would replace, and choose a slate.

    Args:
        service: whose facts and log.
        path: candidates as `import candidates` takes them; None = those of the service.
        now: the day of the decision.
        wishes: of the slate; None = none is chosen.
        source: as of `matinee.flows.forecasting.forecast`.
        seed: of everything drawn.

    Returns:
        the dossier. What cannot be told is in `unknown`, as long as anything can.

    Raises:
        NothingToLearn: neither can hours be forecast nor is there a log to say who would watch.
        UsageError: no candidates, no such source, or a budget that buys nothing.
        BadFile: the file is not what it was said to be.
    """
    offers, problems, notes = read_candidates(service, path, now=now)
    terms = make_terms(wishes, offers) if wishes and offers.height else None
    unknown: dict[str, str] = {}
    try:
        forecast = forecast_offers(service, offers, today=now.date(), source=source, seed=seed)
    except NothingToLearn as error:
        unknown["forecast"] = str(error)
        forecast = _forecast_nothing(offers, error.what)
    watchers, watched, diverted = _find_members(service, offers, unknown)
    if "forecast" in unknown and watchers is None:
        raise NothingToLearn(f"{unknown['forecast']}, and of members: {unknown.get('who', 'nobody to ask')}")
    dossier = Dossier(
        offers, replace(forecast, problems=problems, notes=notes), watchers, watched, diverted, None, unknown
    )
    if terms is None:
        return dossier
    try:
        plan = plan_slate(offers, lay_out_forecasts(forecast, diverted), terms, windows=service.read("windows"))
    except MatineeError as error:
        unknown["slate"] = str(error)
        return dossier
    return replace(dossier, plan=_explain_abstentions(plan, forecast))


def slate_offers(service: Service, path: Path, wishes: Wishes, *, now: datetime) -> tuple[Plan, list[str]]:
    """Choose the best slate of candidates by the forecasts of `make_dossier`.

    Args:
        service: whose facts, log and windows.
        path: candidates as `import candidates` takes them.
        wishes: what is asked.
        now: the day of the decision.

    Returns:
        the plan, and sentences on what was set aside or is not known; errors as `make_dossier`.

    Raises:
        MatineeError: no candidate can be weighed, or no slate keeps the limits.
    """
    dossier = make_dossier(service, path, now=now, wishes=wishes)
    said = [describe(row) for row in dossier.forecast.problems.iter_rows(named=True)]
    if dossier.plan is None:
        raise MatineeError(dossier.unknown.get("slate") or said[0], where="slate")
    return dossier.plan, [*said, *dossier.forecast.notes, *dossier.unknown.values()]


def lay_out_forecasts(forecast: ForecastReport, diverted: list[Diverted]) -> pl.DataFrame:
    """Lay out the hours of the longest horizon as `plan_slate` takes them; titles without a forecast are left out.

    Args:
        forecast: of n titles.
        diverted: of each, or empty.

    Returns:
        `COLUMNS`, and incremental where it is known of any.
    """
    shares = [each.incremental for each in diverted] or [None] * len(forecast.titles)
    rows = [
        (title.candidate_id, *(np.log10(title.horizons[-1].hours[name]) for name in ("p10", "p50", "p90")), share)
        for title, share in zip(forecast.titles, shares, strict=True)
        if title.horizons
    ]
    kinds = {COLUMNS[0]: pl.String} | dict.fromkeys((*COLUMNS[1:], "incremental"), pl.Float64)
    table = pl.DataFrame(rows, schema=kinds, orient="row")
    return table if table["incremental"].count() else table.drop("incremental")


def _find_members(
    service: Service, offers: pl.DataFrame, unknown: dict[str, str]
) -> tuple[Watchers | None, list[int | None], list[Diverted]]:
    """Say who would watch and what that replaces; what is unknown is added to `unknown`."""
    counts = service.counts()
    if not counts["views"] or offers.is_empty():
        unknown["who"] = "the service has no views of its own"
        return None, [], []
    if counts["members"] * offers.height > MOST_CHANCES:
        unknown["who"] = f"{offers.height:,} candidates are too many to ask {counts['members']:,} members about at once"
        return None, [], []
    try:
        asked = ask_log(service, offers)
        watchers = watch(asked)
    except NothingToLearn as error:
        unknown["who"] = error.what
        return None, [], []
    try:
        diverted = divert(service, asked, watchers)
    except NothingToLearn as error:
        unknown["diversion"] = error.what
        return watchers, asked.watched, []
    if diverted and diverted[0].incremental is None:
        unknown["diversion"] = _NO_VISITS
    return watchers, asked.watched, diverted


def _forecast_nothing(offers: pl.DataFrame, why: str) -> ForecastReport:
    named = offers.select("candidate_id", "name").iter_rows()
    titles = [TitleForecast(candidate_id, name, why, 1.0, [], [], []) for candidate_id, name in named]
    return ForecastReport("none", 0, None, titles, pl.DataFrame(), [])


def _explain_abstentions(plan: Plan, forecast: ForecastReport) -> Plan:
    """Say in the verdict why there is no forecast of a title."""
    reasons = {title.candidate_id: title.abstains for title in forecast.titles if title.abstains}
    verdicts = tuple(
        replace(each, why=f"no forecast: {reasons[each.candidate_id]}")
        if each.why == "no forecast of it" and each.candidate_id in reasons
        else each
        for each in plan.verdicts
    )
    return replace(plan, verdicts=verdicts)


def _describe_offer(offer: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: offer[name] for name in _OFFER}
    return {name: each.isoformat() if isinstance(each, date) else each for name, each in values.items()}


def _price_hours(
    offer: Mapping[str, Any], forecast: TitleForecast, incremental: float | None
) -> dict[str, float | bool | int | str] | None:
    """Divide the price by the hours of the longest horizon, those that are added where that is known."""
    if offer["price"] is None or offer["currency"] is None or not forecast.horizons:
        return None
    last: Horizon = forecast.horizons[-1]
    price = float(major_units(offer["price"], offer["currency"]))
    share = 1.0 if incremental is None else incremental
    ends = {name: price / (last.hours[level] * share) for name, level in (("low", "p90"), ("high", "p10"))}
    middle = price / (last.hours["p50"] * share)
    return {"days": last.days, "middle": middle, **ends, "is_incremental": incremental is not None}
