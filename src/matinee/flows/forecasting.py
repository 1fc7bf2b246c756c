"""The verbs of forecasts: `backtest` and `forecast`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from matinee.acquire.features.build import Features, build_features
from matinee.acquire.features.facts import CHART, OWN, REPORT, gather_facts
from matinee.acquire.features.works import describe_works
from matinee.acquire.forecast.backtest import LIVE, OriginScores, list_origins, run_backtest
from matinee.acquire.forecast.comps import Comp, find_comps
from matinee.acquire.forecast.debuts import CHART_DAYS, find_debuts, find_older, sum_weeks
from matinee.acquire.forecast.drivers import Driver, find_drivers
from matinee.acquire.forecast.intervals import LEVELS
from matinee.acquire.forecast.stack import LEAST_DEBUTS, Forecast, Forecaster
from matinee.acquire.forecast.terms import Learners, find_told, hide_terms
from matinee.acquire.people import ROLES, credit_offers, name_people
from matinee.errors import NothingToLearn, UsageError
from matinee.flows.offers import read_candidates
from matinee.report.numbers import show_count
from matinee.store.service import Service
from matinee.tables.problems import concat_problems, describe

HORIZONS = (28, 90, 182)
"""Days after release whose audience is forecast; the last is the period of a report."""

SOURCES = {"report": REPORT, "chart": CHART, "own": OWN}
"""Where debuts are taken from."""

_OWN_DAYS = (28, 90)
_FRESH = timedelta(days=270)
_OLD_YEARS = 2
_BY_TITLE = ("EST", "POEST", "VOD", "TVOD")
_WORLD = 100
"""An offer for so many countries or more counts as worldwide; what fewer mean to a publisher is not known."""

_LEVEL_NAMES = tuple(f"p{round(100 * level)}" for level in LEVELS)


@dataclass(frozen=True)
class Horizon:
    """The audience of a title so many days after its release.

    Attributes:
        days: since release.
        hours: quantile name (p10 … p90) -> hours.
        views: the same as hours over runtime; None where the runtime is unknown.
    """

    days: int
    hours: dict[str, float]
    views: dict[str, float] | None


@dataclass(frozen=True)
class TitleForecast:
    """What can be said of one candidate.

    Attributes:
        candidate_id: which.
        name: its name.
        abstains: why there is no number; None where there is.
        novelty: in [0, 1], how little known titles say of it.
        horizons: one each of `HORIZONS`; none where it abstains.
        drivers: the strongest first.
        comps: the nearest first.
    """

    candidate_id: str
    name: str
    abstains: str | None
    novelty: float
    horizons: list[Horizon]
    drivers: list[Driver]
    comps: list[Comp]


@dataclass(frozen=True)
class Learned:
    """What forecasts are made with.

    Attributes:
        source: report, chart or own.
        forecaster: the fitted model.
        untold: the model of candidates whose terms are not told; None where the one model is of all.
        facts: everything that had ended before the day of the decision.
    """

    source: str
    forecaster: Forecaster
    untold: Forecaster | None
    facts: pl.DataFrame


@dataclass(frozen=True)
class ForecastReport:
    """Forecasts of candidates.

    Attributes:
        source: report, chart or own.
        learned_from: number of debuts learned from.
        latest: last day of the facts; None where there are none.
        titles: one a candidate, in order.
        problems: of candidates set aside, columns `PROBLEMS`.
        notes: what a buyer should know.
    """

    source: str
    learned_from: int
    latest: date | None
    titles: list[TitleForecast]
    problems: pl.DataFrame
    notes: list[str]


def backtest(service: Service, *, source: str | None = None, seed: int = 0) -> tuple[str, list[OriginScores]]:
    """Forecast every past period that earlier facts allow, by every model.

    Args:
        service: whose facts.
        source: report, chart or own; None = whichever has most debuts.
        seed: of everything drawn.

    Returns:
        The source, and the scores by origin and listings.

    Raises:
        NothingToLearn: too few titles came out while they were counted.
        UsageError: no such source.
    """
    facts = _gather(service)
    source, debuts = _choose(facts, source, service)
    origins = list_origins(debuts)
    if not origins:
        what = f"no period of {source} has {LEAST_DEBUTS} titles that came out before it"
        raise NothingToLearn(what, where=str(service.path), todo="import more periods, or choose another --source")
    return source, [*run_backtest(build_features(debuts, facts), _older(facts), seed=seed, origins=origins)]


def backtest_to_dict(scores: list[OriginScores]) -> dict[str, Any]:
    """Turn a backtest into what `backtest --json` prints; NaN stays."""
    names = {"precision": "p@10"}
    origins = [
        {
            "test": each.origin.label,
            "listings": each.listings,
            "n": each.n,
            "models": {
                model: {names.get(key, key): value for key, value in told._asdict().items()}
                for model, told in each.models.items()
            },
        }
        for each in scores
    ]
    return {"origins": origins, "live": LIVE}


def forecast(
    service: Service, path: Path | None, *, now: datetime, source: str | None = None, seed: int = 0
) -> ForecastReport:
    """Forecast candidates from everything that had ended before `now`.

    Args:
        service: whose facts, and whose candidates where no file is given.
        path: candidates as `import candidates` takes them, which are not imported; None = those of the service.
        now: the day of the decision.
        source: report, chart or own; None = whichever has most debuts.
        seed: of everything drawn.

    Raises:
        NothingToLearn: too few titles came out while they were counted.
        UsageError: there are no candidates, or no such source.
    """
    candidates, problems, notes = read_candidates(service, path, now=now)
    found = forecast_offers(service, candidates, today=now.date(), source=source, seed=seed)
    return replace(found, problems=problems, notes=[*notes, *found.notes])


def forecast_offers(
    service: Service, candidates: pl.DataFrame, *, today: date, source: str | None = None, seed: int = 0
) -> ForecastReport:
    """Forecast candidates that have been read; arguments and errors as `forecast`."""
    learned = learn(service, today=today, source=source, seed=seed)
    candidates = _find_people(service, candidates)
    titles = forecast_candidates(learned, candidates, today=today) if candidates.height else []
    known = learned.forecaster.known.works
    latest = max(known["ends_on"])
    notes = note_limits(candidates, learned.source, latest, today=today)
    return ForecastReport(learned.source, known.height, latest, titles, concat_problems([]), notes)


def _find_people(service: Service, candidates: pl.DataFrame) -> pl.DataFrame:
    """Name the people of candidates as the service does: those found there, or those of the title that each is."""
    people, credits = service.read("people"), service.read("credits")
    credited, _ = credit_offers(candidates, people, credits)
    nameless = candidates.drop(ROLES.values()).with_columns(own_id="title_id", title_id="candidate_id")
    named = name_people(nameless, people, credited).with_columns(title_id="own_id")
    return named.select(candidates.columns)


def note_limits(candidates: pl.DataFrame, source: str, latest: date, *, today: date) -> list[str]:
    """Say where a forecast is asked for more than it was learned from.

    Args:
        candidates: rows of the table candidates.
        source: report, chart or own.
        latest: last day of the facts.
        today: the day of the decision.

    Returns:
        Sentences: facts that are old, and candidates that came out years before their window.
    """
    months = round((today - latest).days / 30.4)
    told = f"the newest totals end on {latest}, {months} months ago; what came out since is not known to the forecast"
    notes = [told] if today - latest > _FRESH else []
    first = pl.coalesce(pl.col("released_on").dt.year(), "year")
    starts = pl.coalesce("window_starts_on", pl.lit(today)).dt.year()
    old = candidates.filter(starts - first >= _OLD_YEARS)["candidate_id"].to_list()
    if old and source != "own":  # own first days are those of a window
        said = "came out years before the window; what was learned from are first releases, so read its hours with care"
        notes.append(f"{', '.join(old)}: {said}")
    is_sold = pl.col("licence").str.to_uppercase().is_in(_BY_TITLE)
    sold = candidates.filter(is_sold)["candidate_id"].to_list()
    said = (
        "sold or rented by the title (EST, VOD); its hours are those of a title that members may watch at no extra cost"
    )
    return [*notes, f"{', '.join(sold)}: {said}"] if sold else notes


def learn(service: Service, *, today: date, source: str | None = None, seed: int = 0) -> Learned:
    """Learn from every debut whose period had ended before today; arguments and errors as `forecast`."""
    facts = _gather(service).filter(pl.col("ends_on") < today)
    source, debuts = _choose(facts, source, service)
    targets = debuts["log_hours"].to_numpy().astype(np.float64)
    learners = Learners(build_features(debuts, facts), targets, _older(facts), seed)
    return Learned(source, learners.fit(), learners.fit_untold() if learners.is_mixed else None, facts)


def forecast_candidates(learned: Learned, candidates: pl.DataFrame, *, today: date) -> list[TitleForecast]:
    """Forecast candidates with what was learned.

    Args:
        learned: from `learn`.
        candidates: rows of the table candidates.
        today: the day of the decision.
    """
    works = describe_works(candidates).with_columns(
        decided_on=pl.lit(today),
        released_on=pl.coalesce("window_starts_on", "released_on"),
        worldwide=pl.when(pl.col("territories").list.len() >= _WORLD).then(pl.lit(value=True)),
    )
    asked = [build_features(_set_days(works, days, learned.source), learned.facts) for days in HORIZONS]
    is_told = find_told(works) | (learned.untold is None)
    found: dict[int, TitleForecast] = {}
    for forecaster, rows in ((learned.forecaster, np.flatnonzero(is_told)), (learned.untold, np.flatnonzero(~is_told))):
        if forecaster is not None and rows.size:
            some = [each.take(rows) for each in asked]
            given = some if forecaster is learned.forecaster else [*map(hide_terms, some)]
            found |= zip(rows.tolist(), _forecast_some(forecaster, given), strict=True)
    return [found[row] for row in range(works.height)]


def _set_days(works: pl.DataFrame, days: int, source: str) -> pl.DataFrame:
    """Ask for so many days; a chart tells of its own 28 and no more."""
    return works.with_columns(days=pl.lit(float(min(days, CHART_DAYS) if source == "chart" else days)))


def _forecast_some(forecaster: Forecaster, asked: list[Features]) -> list[TitleForecast]:
    """Forecast works by one model, asked for each of `HORIZONS`."""
    told = [forecaster.predict(each) for each in asked]
    drivers, comps = find_drivers(forecaster, asked[-1]), find_comps(forecaster, asked[-1])
    return [
        TitleForecast(
            work["candidate_id"],
            work["english"],
            told[-1].abstains[row],
            float(told[-1].novelty[row]),
            [] if told[-1].abstains[row] else _horizons(told, row, work["runtime_minutes"]),
            drivers[row],
            comps[row],
        )
        for row, work in enumerate(asked[-1].works.iter_rows(named=True))
    ]


def _horizons(told: list[Forecast], row: int, minutes: float | None) -> list[Horizon]:
    """Bring quantiles of log10 hours into hours and views; more days never mean fewer hours."""
    quantiles = np.maximum.accumulate(np.array([each.quantiles[row] for each in told]), axis=0)
    found = []
    for days, line in zip(HORIZONS, 10**quantiles, strict=True):
        hours = dict(zip(_LEVEL_NAMES, map(float, line), strict=True))
        found.append(
            Horizon(days, hours, {name: 60 * each / minutes for name, each in hours.items()} if minutes else None)
        )
    return found


def _gather(service: Service) -> pl.DataFrame:
    snapshot = service.snapshot()
    with snapshot.reading():
        return gather_facts(*map(snapshot.read, ("audience", "titles", "people", "credits")))


def _choose(facts: pl.DataFrame, source: str | None, service: Service) -> tuple[str, pl.DataFrame]:
    """Find the debuts of a source, or of the one that has most."""
    if source is not None and source not in SOURCES:
        raise UsageError(f"there is no source {source}", todo=f"choose one of {', '.join(SOURCES)}")
    debuts = {name: find_debuts(_select(facts, name)) for name in ([source] if source else SOURCES)}
    best = max(debuts, key=lambda name: debuts[name].height)
    if debuts[best].height < LEAST_DEBUTS:
        found = show_count(debuts[best].height, "title")
        what = f"{found} came out while they were counted, and a forecast needs {LEAST_DEBUTS}"
        todo = "import totals with `matinee import netflix-report`, `netflix-top10` or `own-audience`"
        raise NothingToLearn(what, where=str(service.path), todo=todo)
    if source is None and debuts["report"].height >= LEAST_DEBUTS:
        best = "report"  # a chart knows the successful ones alone
    return best, debuts[best]


def _select(facts: pl.DataFrame, source: str) -> pl.DataFrame:
    """Take the rows of a source whose first one can be a debut."""
    rows = facts.filter(pl.col("origin") == SOURCES[source])
    last = rows["ends_on"].max()
    if source == "chart" and isinstance(last, date):
        return sum_weeks(rows, last)
    lasting = (pl.col("ends_on") - pl.col("starts_on")) + timedelta(days=1)
    return rows.filter(lasting.is_in([timedelta(days=days) for days in _OWN_DAYS])) if source == "own" else rows


def _older(facts: pl.DataFrame) -> pl.DataFrame:
    return find_older(facts.filter(pl.col("origin") == REPORT))


def forecast_to_dict(report: ForecastReport) -> dict[str, Any]:
    """Turn forecasts into what `forecast --json` prints."""
    titles = [asdict(title) for title in report.titles]
    for plain, title in zip(titles, report.titles, strict=True):
        for driver, told in zip(plain["drivers"], title.drivers, strict=True):
            driver["factor"] = told.factor
        for comp in plain["comps"]:
            comp["released_on"] = comp["released_on"].isoformat()
    return {
        "source": report.source,
        "learned_from": report.learned_from,
        "latest": report.latest and report.latest.isoformat(),
        "titles": titles,
        "problems": [describe(row) for row in report.problems.iter_rows(named=True)],
        "notes": report.notes,
    }
