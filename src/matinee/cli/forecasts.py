"""The commands `backtest` and `forecast`."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.acquire.forecast.backtest import LIVE, OriginScores
from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.slate import holdout_option, show_plan, solver_quiet
from matinee.cli.who import show_watchers
from matinee.errors import UsageError
from matinee.flows.dossier_pages import write_dossier
from matinee.flows.dossiers import Dossier, make_dossier
from matinee.flows.forecasting import SOURCES, Horizon, TitleForecast, backtest_to_dict
from matinee.flows.forecasting import backtest as run_backtest
from matinee.flows.plain import to_plain
from matinee.flows.slates import Wishes
from matinee.report.numbers import show_count, show_percent, show_short
from matinee.report.offers import UNKNOWN, say_learned
from matinee.store.outputs import check_name, write_text
from matinee.store.service import open_service
from matinee.tables.problems import describe

_SHOWN_DRIVERS, _SHOWN_COMPS, _SHOWN_LOSSES = 4, 3, 3
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
    show_backtest(scores, chosen)


def show_backtest(scores: list[OriginScores], source: str) -> None:
    """Print a table of models an origin, and another without live listings where there are any."""
    sizes = {each.origin.label: each.n for each in scores if each.listings == "all"}
    for each in scores:
        if each.listings == "all" or each.n != sizes.get(each.origin.label):
            screen.print(_table_of(each, source))
    screen.print(
        "RMSE: usual error in log10 hours, 0.3 is a factor of two; coverage: share of titles within their 80% interval,"
        " whose width is in log10, too; P@10%: of the tenth forecast highest, how many were. `stack` is what"
        " `matinee forecast` serves.",
        markup=False,
    )
    if ahead := _find_ahead(scores):
        screen.print(f"Ahead of it here, by RMSE: {ahead}.", markup=False)


def _find_ahead(scores: list[OriginScores]) -> str:
    """Name the models whose mean error over the periods is below that of the live one; empty if there is none."""
    every = [each.models for each in scores if each.listings == "all"]
    errors = {name: sum(models[name].rmse for models in every) / len(every) for name in every[0]} if every else {}
    ahead = [name for name, error in errors.items() if error < errors[LIVE]]
    return ", ".join(f"{name} ({errors[name]:.3f} against {errors[LIVE]:.3f})" for name in ahead)


def _table_of(scores: OriginScores, source: str) -> Table:
    listings = "all listings" if scores.listings == "all" else "without live ones"
    title = f"{scores.origin.label} ({source}): {show_count(scores.n, 'title')}, {listings}"
    table = Table("model", title=title, title_justify="left")
    for heading, _ in _SCORES:
        table.add_column(heading, justify="right")
    for model, told in scores.models.items():
        table.add_row(model, *(f"{getattr(told, name):.3f}" for _, name in _SCORES))
    return table


@click.command()
@click.argument("path", metavar="[CANDIDATES]", type=FOLDER, required=False)
@click.option("--budget", metavar="SUM", help="Choose a slate, too: in whole units of the currency, as 2500000.")
@click.option("--currency", metavar="CODE", help="Of the budget; default: that of all prices.")
@click.option("--html", type=FOLDER, metavar="FILE.html", help="Write a page a title, and one for the slate.")
@click.option("--csv", "csv_path", type=FOLDER, metavar="FILE.csv", help="Write one row a candidate and horizon.")
@click.option("--source", type=_TO, help="Whose debuts to learn from: a report's, a chart's, one's own; default: most.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of everything drawn.")
@holdout_option
@service_option
@json_option
def forecast(
    path: Path | None,
    *,
    budget: str | None,
    currency: str | None,
    html: Path | None,
    csv_path: Path | None,
    folder: Path,
    as_json: bool,
    **drawn: Any,  # ruff: ignore[any-type] - source, seed and holdout, as click passes them
) -> None:
    """Say what titles would draw, who would watch them and what to buy: a file of CANDIDATES, or those imported."""
    if html:
        check_name(html, ".html")
    if currency and not budget:
        raise UsageError("a currency without a budget", where="--currency", todo="name the budget with --budget")
    wishes = Wishes(budget, currency) if budget is not None else None
    now = datetime.now(UTC)
    with solver_quiet():
        dossier = make_dossier(open_service(folder), path, now=now, wishes=wishes, **drawn)
    if html:
        write_dossier(dossier, html, now=now, command="matinee forecast")
    if csv_path:
        write_text(write_csv(dossier), csv_path)
    if as_json:
        print_json(dossier.to_dict())
        return
    show_dossier(dossier)
    if html:
        screen.print(f"The page: {html}; its numbers: {html.with_suffix('.json')}", markup=False, soft_wrap=True)


def write_csv(dossier: Dossier) -> str:
    """Write a row a candidate and horizon; one that abstains has a row with its reason."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = [f"{what}_{name}" for what in ("hours", "views") for name in ("p10", "p25", "p50", "p75", "p90")]
    more = ("members", "incremental", "slate", "price_per_hour", "currency")
    writer.writerow(["candidate_id", "name", "days", *heads, "novelty", "abstains", *more])
    told = dossier.to_dict()
    verdicts = (told["slate"] or {}).get("verdicts", ())
    chosen = {each["candidate_id"]: "in" if each["is_in"] else "out" for each in verdicts}
    for title in told["titles"]:
        extra: list[object] = [_cell(title["who"], "audience"), _cell(title["diverted"], "incremental")]
        extra.append(chosen.get(title["candidate_id"]))
        for horizon in title["horizons"] or (None,):
            plain = [f"{title['novelty']:.3f}", title["abstains"] or ""]
            cells = [*_cells(horizon), *plain, *extra, *_price_cells(title, horizon)]
            writer.writerow([title["candidate_id"], title["name"], *cells])
    return out.getvalue()


def _price_cells(title: dict[str, Any], horizon: dict[str, Any] | None) -> list[object]:
    """Give the price of an hour and its currency beside the hours that it was divided by, and nowhere else."""
    cost = title["price_per_hour"]
    is_its = cost and horizon and horizon["days"] == cost["days"]
    return [cost["middle"], title["offer"]["currency"]] if is_its else [None, None]


def _cell(part: dict[str, Any] | None, name: str) -> float | None:
    return part[name] if part else None


def _cells(horizon: dict[str, Any] | None) -> list[object]:
    if horizon is None:
        return [""] * 11
    views = horizon["views"].values() if horizon["views"] else [None] * 5
    return [horizon["days"], *("" if x is None else round(x, 2) for x in (*horizon["hours"].values(), *views))]


def show_dossier(dossier: Dossier) -> None:
    """Print what is known of candidates: hours, drivers, who would watch, the slate; what is not known last."""
    found = dossier.forecast
    if found.learned_from:
        known = {"learned_from": found.learned_from, "source": found.source, "latest": found.latest}
        screen.print(say_learned(known), markup=False, soft_wrap=True)
    told = [title for title in found.titles if title.horizons]
    if told:
        screen.print(_table_of_hours(told))
    for title in found.titles:
        _show_title(title)
    if dossier.members.watchers:
        show_watchers(dossier.members.watchers.to_dict())
    if dossier.members.diverted:
        screen.print(_table_of_losses(dossier))
    if dossier.plan:
        show_plan(dossier.plan, show_all=True)
    for note in [*found.notes, *(describe(row) for row in found.problems.iter_rows(named=True))]:
        screen.print(note, markup=False, soft_wrap=True)
    for what, why in dossier.unknown.items():
        screen.print(f"{UNKNOWN[what]}, not known: {why}", markup=False, soft_wrap=True)


def _table_of_losses(dossier: Dossier) -> Table:
    table = Table("name", title="What members would leave for it", title_justify="left")
    table.add_column("replaces nothing", justify="right")
    table.add_column("of what is diverted, most from")
    for title, each in zip(dossier.forecast.titles, dossier.members.diverted, strict=True):
        losses = ", ".join(f"{loss.name} {show_percent(loss.share, 1)}" for loss in each.titles[:_SHOWN_LOSSES])
        table.add_row(escape(title.name), show_percent(each.incremental), escape(losses))
    return table


def _table_of_hours(titles: list[TitleForecast]) -> Table:
    table = Table("candidate", "name", title="Hours, the middle and the 80% interval", title_justify="left")
    for horizon in titles[0].horizons:
        table.add_column(f"{horizon.days} days", justify="right")
    for title in titles:
        table.add_row(escape(title.candidate_id), escape(title.name), *map(_say_hours, title.horizons))
    return table


def _say_hours(horizon: Horizon) -> str:
    hours = horizon.hours
    return f"{show_short(hours['p50'])} ({show_short(hours['p10'])} to {show_short(hours['p90'])})"


def _show_title(title: TitleForecast) -> None:
    if title.abstains:
        screen.print(f"{title.name}: no forecast: {title.abstains}.", markup=False, soft_wrap=True)
        return
    drivers = ", ".join(f"{each.what} ×{each.factor:.2f}" for each in title.drivers[:_SHOWN_DRIVERS])
    comps = "; ".join(
        f"{each.name} {show_short(each.hours)} in {each.days} days" for each in title.comps[:_SHOWN_COMPS]
    )
    screen.print(f"{title.name}: {drivers}. Like {comps}.", markup=False, soft_wrap=True)
