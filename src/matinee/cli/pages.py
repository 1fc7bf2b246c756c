"""The command `page`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, say_outdated, screen, service_option
from matinee.errors import UsageError
from matinee.flows.exposing import log_page
from matinee.flows.pages import PageOptions, draw_for, make_page, read_edits
from matinee.flows.serving import load_recommender
from matinee.recommend.pages.maturity import OLDEST, read_age
from matinee.store.service import open_service
from matinee.tables.schemas import COUNTRY

DIAL = click.FloatRange(0, 1)


@click.command()
@click.option("--member", required=True, metavar="ID")
@click.option("--territory", metavar="CC", help="Country of the request, such as FR; default: the member's own.")
@click.option("--maturity", metavar="RATING", help="Nothing above this: an age, or a rating such as PG-13.")
@click.option("--language", "languages", multiple=True, metavar="TAG", help="Only titles in this language.")
@click.option("--exclude", multiple=True, metavar="ID", help="Not this title.")
@click.option("--pins", type=FOLDER, metavar="FILE.toml", help="Editors' pins and boosts.")
@click.option("--diversity", type=DIAL, default=PageOptions.diversity, show_default=True, help="0 = by score alone.")
@click.option("--calibration", type=DIAL, default=PageOptions.calibration, show_default=True,
              help="1 = genres in the member's own proportions.")  # fmt: skip
@click.option("-k", "length", type=click.IntRange(min=1), default=PageOptions.length, show_default=True,
              help="Titles a row.")  # fmt: skip
@click.option("--at", metavar="TIME", help="As of this day or time, UTC; default: now.")
@click.option("--log", type=FOLDER, metavar="FILE.csv", help="Append what is shown, for `import table exposures`.")
@click.option("--experiment", metavar="NAME", help="With --log: the experiment that the page is part of.")
@click.option("--arm", metavar="NAME", help="With --experiment: the arm that is shown.")
@service_option
@json_option
def page(
    member: str,
    *,
    pins: Path | None,
    at: str | None,
    folder: Path,
    as_json: bool,
    territory: str | None,
    maturity: str | None,
    log: Path | None,
    **asked: Any,  # ruff: ignore[any-type] - click passes what the options above declare
) -> None:
    """Make a member's page of rows, each title with its reason."""
    experiment, arm = asked.pop("experiment"), asked.pop("arm")
    check_experiment(log, experiment, arm)
    service = open_service(folder)
    now = read_time(at)
    edits = read_edits(pins) if pins else ()
    if territory is not None and not re.fullmatch(COUNTRY, territory):
        raise UsageError(f"--territory {territory!r} is no country code", todo="give two capital letters, such as FR")
    options = PageOptions(territory=territory, max_age=read_ceiling(maturity), edits=edits, **asked)
    rng = draw_for(service.settings.seed, member, now)
    made = make_page(load_recommender(service), member, options, now=now, rng=rng)
    logged = None if log is None else log_page(made, log, experiment=experiment, arm=arm)
    if as_json:
        print_json(made if logged is None else made | {"logged": logged})
    else:
        show_rows(made)
        if logged is not None:
            screen.print(f"Logged {logged:,} titles shown to {log}.", markup=False, soft_wrap=True)
        say_outdated(made["outdated"])


def check_experiment(log: Path | None, experiment: str | None, arm: str | None) -> None:
    """Check that what is said of an experiment can be logged.

    Raises:
        UsageError: an experiment without its arm or the other way round, or no log to write it to.
    """
    if (experiment is None) != (arm is None):
        raise UsageError("--experiment and --arm belong together", todo="give both, or neither")
    if experiment is not None and log is None:
        raise UsageError("--experiment without --log", todo="say where to log what is shown: --log FILE.csv")


def read_ceiling(maturity: str | None) -> int | None:
    """Read `--maturity` as years.

    Raises:
        UsageError: it is neither an age nor a rating that is known.
    """
    age = read_age(maturity)
    if maturity is not None and age is None:
        todo = f"give an age up to {OLDEST}, or a rating such as PG-13"
        raise UsageError(f"--maturity {maturity!r} is no known rating", todo=todo)
    return age


def read_time(at: str | None) -> datetime:
    """Read `--at`; without it, look at the clock.

    Raises:
        UsageError: it is no time.
    """
    if at is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(at)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--at {at!r} is no time", todo="write for example 2026-11-22 or 2026-11-22T20:15Z") from error


def show_rows(page: dict[str, Any]) -> None:
    """Print a page."""
    if page["note"]:
        screen.print(page["note"], markup=False)
    for row in page["rows"]:
        shown = Table("", "title", "why", title=escape(row["name"]), title_justify="left")
        for place, title in enumerate(row["titles"], 1):
            shown.add_row(str(title.get("rank", place)), escape(title["name"]), escape(title["reason"]))
        screen.print(shown)
    for each in page["left_out"]:
        screen.print(f"{each['kind']} of {each['name']} ({each['title_id']}) left out: {each['why']}", markup=False)
