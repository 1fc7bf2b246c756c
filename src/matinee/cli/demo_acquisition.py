"""The command `demo acquisition`: from published reports to what to buy, on real reports where they are found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from matinee.cli.forecasts import show_backtest, show_dossier
from matinee.cli.imports import show_summary
from matinee.cli.options import FOLDER, json_option, notes, print_json, screen, silenced
from matinee.cli.progress import counting, saying
from matinee.cli.slate import solver_quiet
from matinee.errors import NothingToLearn
from matinee.flows.audience import import_netflix_report, import_own_audience
from matinee.flows.dossier_pages import write_dossier
from matinee.flows.dossiers import make_dossier
from matinee.flows.forecasting import backtest, backtest_to_dict
from matinee.flows.plain import to_plain
from matinee.flows.slates import Wishes
from matinee.flows.worlds import import_world
from matinee.store.outputs import write_text
from matinee.store.service import Service, create_service
from matinee.world import WorldSettings

WORLD = WorldSettings(members=2_000, titles=800, days=600, views_per_member=40, new_titles=0.7)
"""Long enough for a year to be forecast from what had come out before it."""

MILLION, THOUSAND = 1_000_000, 1_000
"""What prices are counted in beside real reports, and in the small world, in USD."""

BUDGET = 25

ABOUT_REPORTS = "The offers and their prices are invented; what was watched before is real."
ABOUT_WORLD = "All of this is invented: the service is simulated, its members and titles, the offers and their prices."

OFFERS = (
    ("extraction-3", "Extraction 3", "film", 118, "en", "Action", 11.0),
    ("glory-3", "The Glory: Season 3 // 더 글로리: 시즌 3", "season", 430, "ko", "Drama", 9.5),
    ("harbour-1", "Harbour Lights: Season 1", "season", 380, "en", "Drama", 6.0),
    ("harbour-film", "Harbour Lights: The Film", "film", 112, "en", "Drama", 3.5),
    ("ferryman", "The Last Ferryman", "film", 105, "en", "Drama", 4.0),
    ("ciudad", "The Quiet City // La ciudad quieta", "film", 98, "es", "Thriller", 1.5),
    ("lodge", "The Winter Lodge: Season 1", "season", 290, "en", "Comedy", 3.0),
    ("laughs", "One Night of Laughs", "film", 61, "en", "Comedy", 0.8),
    ("reef", "Secrets of the Reef: Limited Series", "season", 240, "en", "Documentary", 1.2),
    ("ankara", "Seven Letters // Yedi Mektup", "film", 124, "tr", "Romance", 0.9),
    ("fight", "Saturday Night Title Fight", "live", 180, "en", "Sport", 8.0),
)
"""Invented offers: id, name, kind, minutes, language, genre, price in millions (or thousands) of USD."""

_HEADS = (
    "candidate_id,name,kind,runtime_minutes,languages,genres,price,currency,window_starts_on,window_ends_on,exclusive,"
    "exclusive_with"
)


@click.command()
@click.option("--reports", type=FOLDER, metavar="DIR", help='Where "What We Watched" reports (Excel) lie.')
@click.option(
    "--dir", "folder", type=FOLDER, default=Path("demo-service"), show_default=True, help="Where its service is made."
)
@click.option("--out", type=FOLDER, default=Path("reports/acquisition.html"), show_default=True, help="The page.")
@json_option
def acquisition(reports: Path | None, folder: Path, out: Path, as_json: bool) -> None:
    """Learn from past audiences, test that on the past, and say what to buy of eleven invented offers."""
    with silenced(as_json):
        result = _run(reports, folder, out)
    if as_json:
        print_json(result)


def _run(reports: Path | None, folder: Path, out: Path) -> dict[str, Any]:
    now = datetime.now(UTC)
    files = sorted(reports.glob("*.xlsx")) if reports else []
    if reports and not files:
        notes.print(
            f"No report (*.xlsx) in {reports}. Going on with the simulated world.", markup=False, soft_wrap=True
        )
    service = _import_reports(folder / "netflix-reports", files) if files else _import_world(folder / "world-long")
    tested = _show_past(service)
    path, unit = folder / "offers.csv", MILLION if files else THOUSAND
    budget = str(BUDGET * unit)
    write_text(write_offers(now.date(), unit), path)
    screen.print(f"\nEleven offers, invented like their prices: {path}", markup=False, soft_wrap=True)
    with saying() as say, solver_quiet():
        say("forecasting them")
        dossier = make_dossier(service, path, now=now, wishes=Wishes(budget))
    about = ABOUT_REPORTS if files else ABOUT_WORLD
    told = write_dossier(dossier, out, now=now, command="matinee demo acquisition", about=about)
    show_dossier(dossier)
    screen.print(f"\nThe page, to look at and to print: {out}", markup=False, soft_wrap=True)
    again = f"./run matinee forecast {path} --budget {budget} --html {out} --service {service.path}"
    screen.print(f"The same by hand, or with offers of your own: {again}", markup=False, soft_wrap=True)
    return {"service": str(service.path), "page": str(out), "backtest": tested, "dossier": told}


def write_offers(today: date, unit: int) -> str:
    """Write the offers as a CSV file of candidates, to begin sixty days from today.

    Args:
        today: the day.
        unit: USD that prices are counted in.
    """
    first, last = today + timedelta(days=60), today + timedelta(days=60 + 2 * 365)
    rows = [
        f"{key},{name},{kind},{minutes},{language},{genre},{round(price * unit * 100)},USD,{first},{last},yes,"
        + ("harbour-film" if key == "harbour-1" else "")
        for key, name, kind, minutes, language, genre, price in OFFERS
    ]
    return "\n".join([_HEADS, *rows]) + "\n"


def _import_reports(folder: Path, files: list[Path]) -> Service:
    screen.print("Real reports: What We Watched, published by Netflix")
    service = create_service(folder)
    for path in files:
        with counting() as count:
            done = import_netflix_report(service, path, progress=count)
        show_summary(done.summary, as_json=False)
    return service


def _import_world(folder: Path) -> Service:
    screen.print("A simulated service: invented members, titles and viewings")
    service = create_service(folder)
    with counting() as count:
        show_summary(import_world(service, WORLD, mix=True, progress=count), as_json=False)
        show_summary(import_own_audience(service, progress=count), as_json=False)
    return service


def _show_past(service: Service) -> dict[str, Any] | None:
    """Show how well the past would have been forecast; None where too little of it is known."""
    try:
        with saying() as say:
            say("forecasting every past period from what was known before it")
            source, scores = backtest(service)
    except NothingToLearn as error:
        notes.print(f"No past to test on: {error}", markup=False, soft_wrap=True)
        return None
    show_backtest(scores, source)
    plain: dict[str, Any] = to_plain(backtest_to_dict(scores))
    return plain
