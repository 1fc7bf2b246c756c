"""The commands `backtest` and `forecast`."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from matinee.acquire.forecast.backtest import OriginScores
from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.flows.forecasting import (
    SOURCES,
    ForecastReport,
    Horizon,
    TitleForecast,
    backtest_to_dict,
    forecast_to_dict,
)
from matinee.flows.forecasting import backtest as run_backtest
from matinee.flows.forecasting import forecast as run_forecast
from matinee.flows.plain import to_plain
from matinee.store.outputs import write_text
from matinee.store.service import open_service
from matinee.tables.problems import describe

_SHOWN_DRIVERS, _SHOWN_COMPS = 4, 3
_SCORES = (
    ("RMSE", "rmse"),
    ("Spearman", "spearman"),
    ("P@10%", "precision"),
    ("coverage", "coverage"),
    ("width", "width"),
)
_TO = click.Choice([*SOURCES])


@click.command()
@click.option("--source", type=_TO, help="Whose debuts: a report's, a chart's, one's own; default: most.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of everything drawn.")
@service_option
@json_option
def backtest(source: str | None, seed: int, folder: Path, as_json: bool) -> None:
    """Forecast every past period from what was known before it, by every model."""
    chosen, scores = run_backtest(open_service(folder), source=source, seed=seed)
    if as_json:
        print_json(to_plain(backtest_to_dict(scores)))
        return
    for each in scores:
        screen.print(_table_of(each, chosen))
    screen.print("log10 hours; 80% intervals. `stack` is what `matinee forecast` serves.", markup=False)


def _table_of(scores: OriginScores, source: str) -> Table:
    listings = "all listings" if scores.listings == "all" else "without live ones"
    title = f"{scores.origin.label} ({source}): {scores.n:,} titles, {listings}"
    table = Table("model", title=title, title_justify="left")
    for heading, _ in _SCORES:
        table.add_column(heading, justify="right")
    for model, told in scores.models.items():
        table.add_row(model, *(f"{getattr(told, name):.3f}" for _, name in _SCORES))
    return table


@click.command()
@click.argument("path", metavar="[CANDIDATES]", type=FOLDER, required=False)
@click.option("--source", type=_TO, help="Whose debuts to learn from: a report's, a chart's, one's own; default: most.")
@click.option("--csv", "csv_path", type=FOLDER, metavar="FILE.csv", help="Write one row a candidate and horizon.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of everything drawn.")
@service_option
@json_option
def forecast(
    path: Path | None, *, source: str | None, csv_path: Path | None, seed: int, folder: Path, as_json: bool
) -> None:
    """Forecast the audience of titles that one might buy: a file of CANDIDATES, or those imported."""
    found = run_forecast(open_service(folder), path, now=datetime.now(UTC), source=source, seed=seed)
    if csv_path:
        write_text(write_csv(found.titles), csv_path)
    if as_json:
        print_json(to_plain(forecast_to_dict(found)))
    else:
        _show(found)


def write_csv(titles: list[TitleForecast]) -> str:
    """Write a row a candidate and horizon; one that abstains has a row with its reason."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = ("p10", "p25", "p50", "p75", "p90")
    heads = [f"{what}_{name}" for what in ("hours", "views") for name in names]
    writer.writerow(["candidate_id", "name", "days", *heads, "novelty", "abstains"])
    for title in titles:
        for horizon in title.horizons or (None,):
            writer.writerow([
                title.candidate_id, title.name, *_cells(horizon), f"{title.novelty:.3f}", title.abstains or "",
            ])  # fmt: skip
    return out.getvalue()


def _cells(horizon: Horizon | None) -> list[object]:
    if horizon is None:
        return [""] * 11
    views = horizon.views.values() if horizon.views else [None] * 5
    return [horizon.days, *map(round, horizon.hours.values()), *("" if each is None else round(each) for each in views)]


def _show(found: ForecastReport) -> None:
    screen.print(
        f"Learned from {found.learned_from:,} titles of the {found.source} that ends {found.latest}.", markup=False
    )
    told = [title for title in found.titles if not title.abstains]
    if told:
        screen.print(_table_of_hours(told))
    for title in found.titles:
        _show_title(title)
    for note in found.notes:
        screen.print(note, markup=False, soft_wrap=True)
    for row in found.problems.iter_rows(named=True):
        screen.print(describe(row), markup=False, soft_wrap=True)


def _table_of_hours(titles: list[TitleForecast]) -> Table:
    table = Table("candidate", "name", title="Hours, the middle and the 80% interval", title_justify="left")
    for horizon in titles[0].horizons:
        table.add_column(f"{horizon.days} days", justify="right")
    for title in titles:
        table.add_row(escape(title.candidate_id), escape(title.name), *map(_say_hours, title.horizons))
    return table


def _say_hours(horizon: Horizon) -> str:
    hours = horizon.hours
    return f"{_short(hours['p50'])} ({_short(hours['p10'])} to {_short(hours['p90'])})"


def _short(hours: float) -> str:
    for size, sign in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if hours >= size:
            return f"{hours / size:.3g}{sign}"
    return f"{hours:.3g}"


def _show_title(title: TitleForecast) -> None:
    if title.abstains:
        screen.print(f"{title.name}: no forecast: {title.abstains}.", markup=False, soft_wrap=True)
        return
    drivers = ", ".join(f"{each.what} ×{each.factor:.2f}" for each in title.drivers[:_SHOWN_DRIVERS])
    comps = "; ".join(f"{each.name} {_short(each.hours)} in {each.days} days" for each in title.comps[:_SHOWN_COMPS])
    screen.print(f"{title.name}: {drivers}. Like {comps}.", markup=False, soft_wrap=True)
