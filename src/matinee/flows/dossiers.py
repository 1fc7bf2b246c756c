"""What a buyer is told: forecast, who would watch, what it replaces and the slate, joined in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from matinee.acquire.offers import note_undated
from matinee.acquire.slate.plan import Plan, plan_slate
from matinee.acquire.slate.reach import lay_out_reach
from matinee.acquire.slate.terms import NO_FORECAST, Terms, note_terms
from matinee.acquire.slate.worth import COLUMNS
from matinee.errors import BadFile, MatineeError, NothingToLearn
from matinee.flows.diverting import Diverted, Holdout, divert
from matinee.flows.forecasting import (
    HORIZONS,
    ForecastReport,
    Horizon,
    TitleForecast,
    forecast_offers,
    forecast_to_dict,
)
from matinee.flows.offers import read_candidates
from matinee.flows.plain import to_plain
from matinee.flows.slates import Wishes, make_terms
from matinee.flows.who import Watchers, ask_log, watch
from matinee.store.service import Service
from matinee.tables.money import major_units
from matinee.tables.problems import describe

MOST_CHANCES = 20_000_000
"""Members times candidates beyond which nobody is told who would watch: the numbers would not fit into memory."""

_OFFER = (
    "kind", "runtime_minutes", "languages", "countries", "genres", "price", "currency", "territories", "licence",
    "window_starts_on", "window_ends_on", "exclusive",
)  # fmt: skip
_ALL_ADDED = "every hour counts as added, diverted ones too"
_NO_LOG = f"without members to ask nothing tells what is replaced; {_ALL_ADDED}"
_NO_VISITS = "no visits without a play are recorded, and only a holdout can tell (`--holdout`)"


@dataclass(frozen=True)
class Members:
    """What a service's own log says of n candidates.

    Attributes:
        watchers: which members would watch; None = not known.
        watched: how many members watched the title of ours that each candidate names, n; None without one.
        diverted: what each would replace, n; empty = not known.
        unknown: what could not be told -> why, in words.
    """

    watchers: Watchers | None = None
    watched: list[int | None] = field(default_factory=list)
    diverted: list[Diverted] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)

    def to_dicts(self, n: int) -> list[dict[str, Any]]:
        """Give "who" and "diverted" of each of n candidates, None where they are not known."""
        people: list[Any] = [None] * n
        if self.watchers:
            told = self.watchers.to_dict()["candidates"]
            people = [each | {"watched": seen} for each, seen in zip(told, self.watched, strict=True)]
        lost: list[Any] = [asdict(each) for each in self.diverted] or [None] * n
        return [{"who": who, "diverted": each} for who, each in zip(people, lost, strict=True)]


@dataclass(frozen=True)
class Dossier:
    """What is known of candidates before buying.

    Attributes:
        offers: rows of the table candidates that can be weighed, n.
        forecast: of their hours, n titles.
        members: who would watch them, and what they would replace.
        plan: the slate; None = no budget was named, or there is none.
        unknown: what could not be told -> why, in words.
        holdout: what set how much is added; None = nothing did.
    """

    offers: pl.DataFrame
    forecast: ForecastReport
    members: Members
    plan: Plan | None
    unknown: dict[str, str]
    holdout: Holdout | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give everything as JSON can say it: `forecast_to_dict`, more about every title, the slate."""
        plain = forecast_to_dict(self.forecast)
        rows = self.offers.iter_rows(named=True)
        asked = self.members.to_dicts(self.offers.height)
        plain["titles"] = [
            title | more | {"offer": _describe_offer(offer), "price_per_hour": _price_hours(offer, known, more)}
            for title, more, known, offer in zip(plain["titles"], asked, self.forecast.titles, rows, strict=True)
        ]
        service = self.members.watchers and {
            "members": self.members.watchers.members, "practice_titles": self.members.watchers.practice
        }  # fmt: skip
        slate = self.plan.to_dict() if self.plan else None
        more = {"slate": slate, "unknown": self.unknown, "holdout": self.holdout and asdict(self.holdout)}
        told: dict[str, Any] = to_plain(plain | {"who": service} | more)
        return told


def make_dossier(
    service: Service,
    path: Path | None,
    *,
    now: datetime,
    wishes: Wishes | None = None,
    source: str | None = None,
    seed: int = 0,
    holdout: Holdout | None = None,
) -> Dossier:
    """Forecast candidates, say who would watch them and what they would replace, and choose a slate.

    Args:
        service: whose facts and log.
        path: candidates as `import candidates` takes them; None = those of the service.
        now: the day of the decision.
        wishes: of the slate; None = none is chosen.
        source: as of `matinee.flows.forecasting.forecast`.
        seed: of everything drawn.
        holdout: says how much of a title of ours replaced nothing.

    Returns:
        the dossier. What cannot be told is in `unknown`, as long as anything can.

    Raises:
        NothingToLearn: neither can hours be forecast nor is there a log to say who would watch.
        UsageError: no candidates, no such source, a budget that buys nothing, or a holdout of a title not watched.
        BadFile: the file is not what it was said to be.
    """
    dossier, terms = _look(service, path, now, wishes, source=source, seed=seed, holdout=holdout)
    if terms is None:
        return dossier
    windows = service.read("windows")
    try:
        return replace(dossier, plan=_choose(dossier, terms, windows))
    except MatineeError as error:
        return replace(dossier, unknown=dossier.unknown | {"slate": str(error)})


def slate_offers(
    service: Service, path: Path, wishes: Wishes, *, now: datetime, holdout: Holdout | None = None
) -> tuple[Plan, list[str]]:
    """Choose the best slate of candidates by the forecasts of `make_dossier`.

    Args:
        service: whose facts, log and windows.
        path: candidates as `import candidates` takes them.
        wishes: what is asked.
        now: the day of the decision.
        holdout: says how much of a title of ours replaced nothing.

    Returns:
        the plan, and sentences on what was set aside or is not known; errors as `make_dossier`.

    Raises:
        MatineeError: no candidate can be weighed, or no slate keeps the limits.
    """
    is_reach = wishes.objective == "reach"
    has_members = is_reach or holdout is not None or service.counts()["exposures"] > 0
    dossier, terms = _look(service, path, now, wishes, holdout=holdout, has_members=has_members)
    said = [describe(row) for row in dossier.forecast.problems.iter_rows(named=True)]
    if terms is None:
        raise BadFile("holds no candidate that can be weighed", where=str(path), todo=said[0])
    plan = _choose(dossier, terms, service.read("windows"))
    return plan, [*said, *dossier.forecast.notes, *(() if is_reach else dossier.unknown.values())]


def _look(
    service: Service,
    path: Path | None,
    now: datetime,
    wishes: Wishes | None,
    *,
    source: str | None = None,
    seed: int = 0,
    holdout: Holdout | None = None,
    has_members: bool = True,
) -> tuple[Dossier, Terms | None]:
    """Tell all but the slate, and read what is asked of it; arguments and errors as `make_dossier`.

    Args:
        service: whose facts and log.
        path: candidates.
        now: the day of the decision.
        wishes: of the slate.
        source: of debuts.
        seed: of everything drawn.
        holdout: of a title of ours.
        has_members: whether members are asked about.
    """
    offers, problems, notes = read_candidates(service, path, now=now)
    terms = make_terms(wishes, offers) if wishes and offers.height else None
    unknown: dict[str, str] = {}
    try:
        forecast = forecast_offers(service, offers, today=now.date(), source=source, seed=seed)
    except NothingToLearn as error:
        unknown["forecast"] = str(error)
        forecast = _forecast_nothing(offers, error.what)
    members = _ask_members(service, offers, holdout) if has_members else Members(unknown={"diversion": _NO_LOG})
    if "forecast" in unknown and members.watchers is None:
        raise NothingToLearn("; ".join([unknown["forecast"], members.unknown.get("who", _NO_LOG)]))
    more = note_terms(offers, terms) if terms else []
    more += note_undated(offers) if members.watchers else []
    forecast = replace(forecast, problems=problems, notes=[*notes, *forecast.notes, *_note_short(offers), *more])
    return Dossier(offers, forecast, members, None, unknown | members.unknown, holdout), terms


def _choose(dossier: Dossier, terms: Terms, windows: pl.DataFrame) -> Plan:
    """Choose the slate, and say in the verdicts why there is no forecast of a title.

    Raises:
        NothingToLearn: reach is wanted and nobody knows who would watch.
        MatineeError: no candidate can be weighed, or no slate keeps the limits.
    """
    chances = _lay_out_chances(dossier) if terms.objective == "reach" else None
    forecasts = lay_out_forecasts(dossier.forecast, dossier.members.diverted)
    plan = plan_slate(dossier.offers, forecasts, terms, windows=windows, chances=chances)
    reasons = {title.candidate_id: title.abstains for title in dossier.forecast.titles if title.abstains}
    verdicts = tuple(
        replace(each, why=f"no forecast: {reasons[each.candidate_id]}")
        if each.why == NO_FORECAST and each.candidate_id in reasons
        else each
        for each in plan.verdicts
    )
    return replace(plan, verdicts=verdicts)


def _lay_out_chances(dossier: Dossier) -> pl.DataFrame:
    watchers = dossier.members.watchers
    if watchers is None:
        raise NothingToLearn(f"reach cannot be counted: {dossier.members.unknown['who']}", where="--objective")
    return lay_out_reach(watchers.candidates["candidate_id"].to_list(), watchers.chances)


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


def _ask_members(service: Service, offers: pl.DataFrame, holdout: Holdout | None) -> Members:
    """Say who would watch and what that replaces, as far as that is known."""
    if offers.is_empty():
        return Members()
    counts = service.counts()
    if not counts["views"]:
        return Members(unknown={"who": "the service has no views of its own", "diversion": _NO_LOG})
    if counts["members"] * offers.height > MOST_CHANCES:
        why = f"{offers.height:,} candidates are too many to ask {counts['members']:,} members about at once"
        return Members(unknown={"who": why, "diversion": _NO_LOG})
    try:
        asked = ask_log(service, offers)
        watchers = watch(asked)
    except NothingToLearn as error:
        return Members(unknown={"who": error.what, "diversion": _NO_LOG})
    try:
        diverted = divert(service, asked, watchers, holdout)
    except NothingToLearn as error:
        return Members(watchers, asked.watched, unknown={"diversion": f"{error.what}; {_ALL_ADDED}"})
    is_known = diverted[0].incremental is not None
    unknown = {} if is_known else {"diversion": f"{_NO_VISITS}; {_ALL_ADDED}"}
    return Members(watchers, asked.watched, diverted, unknown)


def _note_short(offers: pl.DataFrame) -> list[str]:
    """Name the offers whose window is shorter than the days whose hours are counted."""
    length = (pl.col("window_ends_on") - pl.col("window_starts_on")).dt.total_days() + 1
    short = offers.filter(length < HORIZONS[-1])["candidate_id"].to_list()
    said = f"shorter than {HORIZONS[-1]} days, whose hours the slate and the price of an hour count"
    return [f"{', '.join(short)}: the window is {said}"] if short else []


def _forecast_nothing(offers: pl.DataFrame, why: str) -> ForecastReport:
    named = offers.select("candidate_id", "name").iter_rows()
    titles = [TitleForecast(candidate_id, name, why, 1.0, [], [], []) for candidate_id, name in named]
    return ForecastReport("none", 0, None, titles, pl.DataFrame(), [])


def _describe_offer(offer: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: offer[name] for name in _OFFER}
    return {name: each.isoformat() if isinstance(each, date) else each for name, each in values.items()}


def _price_hours(
    offer: Mapping[str, Any], forecast: TitleForecast, members: Mapping[str, Any]
) -> dict[str, float | bool | int] | None:
    """Divide the price by the hours of the longest horizon, those that are added where that is known."""
    incremental = members["diverted"] and members["diverted"]["incremental"]
    if offer["price"] is None or offer["currency"] is None or not forecast.horizons:
        return None
    last: Horizon = forecast.horizons[-1]
    price = float(major_units(offer["price"], offer["currency"]))
    share = 1.0 if incremental is None else incremental
    ends = {name: price / (last.hours[level] * share) for name, level in (("low", "p90"), ("high", "p10"))}
    middle = price / (last.hours["p50"] * share)
    return {"days": last.days, "middle": middle, **ends, "is_incremental": incremental is not None}
