"""The command `slate`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table
from rich.text import Text

from matinee.acquire.slate.plan import Plan, Verdict
from matinee.acquire.slate.terms import LIMITED, OBJECTIVES, Limit
from matinee.acquire.slate.worth import RISKS
from matinee.cli.options import FOLDER, json_option, notes, print_json, screen, service_option
from matinee.errors import UsageError
from matinee.flows.diverting import Holdout
from matinee.flows.dossiers import slate_offers
from matinee.flows.slates import Wishes, make_slate
from matinee.report.numbers import show_count, show_short
from matinee.store.service import open_service
from matinee.tables.money import major_units, minor_digits

_LIMIT = "BY=VALUE:N"
_OUT_SHOWN = 15

F = TypeVar("F", bound=Callable[..., Any])


def _read_holdout(_ctx: click.Context, _option: click.Parameter, text: str | None) -> Holdout | None:
    if text is None:
        return None
    title_id, _, share = text.rpartition("=")
    try:
        found = Holdout(title_id, float(share))
    except ValueError:
        found = Holdout("", 0.0)
    if not found.title_id or not 0 < found.share < 1:
        todo = "write TITLE=SHARE, the part of its plays that replaced nothing, as 42=0.3"
        raise UsageError(f"{text!r} is no holdout", where="--holdout", todo=todo)
    return found


def holdout_option(command: F) -> F:
    """Add `--holdout TITLE=SHARE`."""
    return click.option(
        "--holdout",
        metavar="TITLE=SHARE",
        callback=_read_holdout,
        help="What part of the plays of a title of yours replaced nothing, as an experiment found by withholding it.",
    )(command)


@click.command()
@click.argument("candidates", metavar="CANDIDATES", type=FOLDER)
@click.option("--budget", required=True, metavar="SUM", help="In whole units of the currency, as 2500000.")
@click.option(
    "--forecasts", type=FOLDER, metavar="FILE.csv", help="Quantiles of log10 hours; default: those of `forecast`."
)
@click.option("--currency", metavar="CODE", help="Of the budget; default: that of all prices.")
@click.option("--objective", type=click.Choice(OBJECTIVES), default="hours", show_default=True)
@click.option("--risk", type=click.Choice(RISKS), default="mean", show_default=True, help="What counts of a forecast.")
@click.option("--at-least", multiple=True, metavar=_LIMIT, help=f"By {', '.join(LIMITED)}; may be given again.")
@click.option("--at-most", multiple=True, metavar=_LIMIT, help="Likewise, as --at-most country=US:5.")
@click.option("--territory", "territories", multiple=True, metavar="CODE", help="Offers must hold there.")
@click.option("--from", "first_day", metavar="DAY", help="Offers' windows must reach the days from here …")
@click.option("--to", "last_day", metavar="DAY", help="… to here.")
@click.option("--owned", multiple=True, metavar="ID", help="A candidate bought already.")
@holdout_option
@click.option("--all", "show_all", is_flag=True, help="List every candidate that is out, too.")
@service_option
@json_option
def slate(
    candidates: Path,
    *,
    forecasts: Path | None,
    holdout: Holdout | None,
    show_all: bool,
    folder: Path,
    as_json: bool,
    **asked: Any,  # ruff: ignore[any-type] - click passes what the options above declare
) -> None:
    """Choose what to buy for a budget: the proved best slate, with its reasons."""
    if forecasts and holdout:
        todo = "leave it out, or give the forecasts a column incremental"
        raise UsageError("says what is replaced by what is forecast here, not in a file", where="--holdout", todo=todo)
    wishes, service, now = read_wishes(**asked), open_service(folder), datetime.now(UTC)
    with solver_quiet():
        if forecasts:
            plan, said = make_slate(service, candidates, forecasts, wishes, now=now)
        else:
            plan, said = slate_offers(service, candidates, wishes, now=now, holdout=holdout)
    if as_json:
        print_json(plan.to_dict() | {"notes": said})
        return
    show_plan(plan, show_all=show_all)
    for note in said:
        notes.print(note, markup=False, soft_wrap=True)


@contextmanager
def solver_quiet() -> Generator[None]:
    """Keep what HiGHS writes by itself, past Python and its own options, off the process's standard output."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def read_wishes(
    *,
    at_least: tuple[str, ...],
    at_most: tuple[str, ...],
    first_day: str | None,
    last_day: str | None,
    **asked: Any,  # ruff: ignore[any-type] - as it is in Wishes
) -> Wishes:
    """Read what a buyer asks.

    Raises:
        UsageError: a limit or a day that is none.
    """
    limits = [read_limit(text, is_least=True) for text in at_least]
    limits += [read_limit(text, is_least=False) for text in at_most]
    days = read_day(first_day, "--from"), read_day(last_day, "--to")
    return Wishes(limits=tuple(limits), first_day=days[0], last_day=days[1], **asked)


def read_limit(text: str, *, is_least: bool) -> Limit:
    """Read a limit such as genre=Comedy:2.

    Raises:
        UsageError: it is none.
    """
    named, _, number = text.rpartition(":")
    by, _, value = named.partition("=")
    if by not in LIMITED or not value or not number.isdecimal():
        option = "--at-least" if is_least else "--at-most"
        raise UsageError(f"{text!r} is no limit", where=option, todo=f"write {_LIMIT}, BY one of {', '.join(LIMITED)}")
    return Limit(by, value, least=int(number)) if is_least else Limit(by, value, most=int(number))


def read_day(text: str | None, option: str) -> date | None:
    """Read a day such as 2027-01-31.

    Raises:
        UsageError: it is none.
    """
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"{text!r} is no day", where=option, todo="write for example 2027-01-31") from error


def show_plan(plan: Plan, *, show_all: bool) -> None:
    """Print a plan: what is in, what is out and why, and what other budgets buy."""
    currency = plan.terms.currency
    is_reach = plan.terms.objective == "reach"
    unit, verb, count = ("members", "reaches", _count) if is_reach else ("hours", "adds", show_short)
    chosen = [each for each in plan.verdicts if each.is_in]
    out = [each for each in plan.verdicts if not each.is_in]
    shown = Table(title=f"In: {show_count(len(chosen), 'title')} for {_money(plan.cost, currency)} {currency}")
    for heading, justify in (("title", "left"), ("price", "right"), (unit, "right"), ("stays in up to", "right")):
        shown.add_column(heading, justify="right" if justify == "right" else "left")
    for each in chosen:
        limit = "any price" if each.changes_at is None else _money(each.changes_at, currency)
        shown.add_row(Text(each.name), _money(each.price, currency), count(each.worth), limit)
    screen.print(shown)
    _show_out(out if show_all else out[:_OUT_SHOWN], len(out), plan)
    proof = f"Proved: no slate {verb} more"
    if not plan.is_proved:
        proof = f"Not proved: none {verb} more than {count(plan.bound)}"
    screen.print(
        f"It {verb} {count(plan.worth)} {unit}. {proof} within {_money(plan.terms.budget, currency)} {currency}"
        f"{', by hours per unit of money' if plan.terms.objective == 'value' else ''}.",
        markup=False,
        soft_wrap=True,
    )
    if (near := plan.cheaper) is not None:
        bought = f"{_money(near.cost, currency)} {currency} buy {show_count(near.titles, 'title')}"
        screen.print(f"Nearly as good: {bought}, {count(near.worth)} {unit}.", markup=False, soft_wrap=True)
    _show_frontier(plan, unit, count)


def _show_out(out: list[Verdict], total: int, plan: Plan) -> None:
    if not out:
        return
    currency = plan.terms.currency
    more = f", the first {len(out)}; --all lists every one" if len(out) < total else ""
    shown = Table(title=f"Out: {show_count(total, 'title')}{more}")
    shown.add_column("title")
    shown.add_column("price", justify="right")
    shown.add_column("in at", justify="right")
    shown.add_column("why")
    for each in out:
        shown.add_row(Text(each.name), _money(each.price, currency), _money(each.changes_at, currency), Text(each.why))
    screen.print(shown)


def _show_frontier(plan: Plan, unit: str, count: Callable[[float], str]) -> None:
    if not plan.frontier:
        return
    shown = Table(title="Other budgets")
    for heading in ("budget", "titles", "members reached" if unit == "members" else "hours added", "of this slate"):
        shown.add_column(heading, justify="right")
    for step in plan.frontier:
        share = f"{step.worth / plan.worth:.0%}" if plan.worth else "–"
        shown.add_row(_money(step.budget, plan.terms.currency), f"{step.titles:,}", count(step.worth), share)
    screen.print(shown)


def _money(units: int | None, currency: str) -> str:
    if units is None:
        return "–"
    whole = major_units(units, currency)
    return f"{whole:,.{minor_digits(currency) if whole % 1 else 0}f}"


def _count(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"
