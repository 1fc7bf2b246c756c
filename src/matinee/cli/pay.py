"""The group `pay` and its command `contrast`; the others are in `payments`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from matinee import __version__
from matinee.cli.options import FOLDER, json_option, print_json, screen
from matinee.cli.rules import own_option
from matinee.errors import UsageError
from matinee.flows.rules import contrast_offer, load_rulebook
from matinee.report.contrast import render_contrast
from matinee.rights.money import Money, parse_money
from matinee.rights.rulebook.rules import Citation
from matinee.store.outputs import check_name, write_text
from matinee.tables.money import LARGEST

_AMOUNTS = ("buyout", "pay_per_use", "residuals")


@click.group()
def pay() -> None:
    """Pay a quarter into the ledger, correct it, write statements; lay an offer beside pay per use."""


@pay.command()
@click.option("--offer", required=True, metavar="AMOUNT", help="One fee for all uses, for ever.")
@click.option("--rate", metavar="AMOUNT", help="Pay for each use; default: a background performer's day.")
@click.option("--residual", metavar="AMOUNT", help="Residuals for each use, on top; default: none.")
@click.option("--uses", default="1,2,10,100", show_default=True, metavar="N,N", help="Numbers of uses.")
@click.option("--currency", default="USD", show_default=True, metavar="CODE", help="Of the amounts, ISO 4217.")
@click.option("--on", metavar="DAY", help="The day whose rate is taken; default: today, UTC.")
@click.option("--html", type=FOLDER, metavar="FILE.html", help="Write a page with a chart, too.")
@own_option
@json_option
def contrast(
    *,
    uses: str,
    currency: str,
    on: str | None,
    html: Path | None,
    own: Path | None,
    as_json: bool,
    **written: str | None,
) -> None:
    """Lay a buyout beside pay per use and residuals."""
    amounts = {option: read_amount(option, text, currency) for option, text in written.items() if text is not None}
    if html is not None:
        check_name(html, ".html")
    found = contrast_offer(load_rulebook(own), uses=read_uses(uses), on=read_day(on), **amounts)
    if html is not None:
        made = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "version": __version__, "command": "matinee pay contrast"}
        write_text(render_contrast(found, made=made), html)
    if as_json:
        print_json(found.to_dict() | ({"page": str(html)} if html else {}))
        return
    show_contrast(found.to_dict())
    if html is not None:
        screen.print(f"Wrote {html}", markup=False, soft_wrap=True)


def read_amount(option: str, text: str, currency: str) -> Money:
    """Read an amount such as 200 or 187.50.

    Raises:
        UsageError: it is none, or more than a ledger can hold.
    """
    try:
        money = parse_money(text, currency)
    except ValueError as error:
        raise UsageError(f"--{option}: {error}", todo="write for example 200 or 187.50") from error
    if abs(money.minor) > LARGEST:
        raise UsageError(f"--{option}: {text} is more than a ledger can hold", todo="give less")
    return money


def read_uses(text: str) -> list[int]:
    """Read numbers of uses such as 1,2,10,100.

    Raises:
        UsageError: they are none.
    """
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise UsageError(f"--uses {text!r} are no numbers", todo="write for example --uses 1,2,10,100") from error


def read_day(text: str | None) -> date:
    """Read a day; without it, look at the clock.

    Raises:
        UsageError: it is no day.
    """
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--on {text!r} is no day", todo="write for example 2026-11-22") from error


def show_contrast(contrast: dict[str, Any]) -> None:
    """Print what `Contrast.to_dict` says: one fee beside pay per use."""
    has_residuals = parse_money(contrast["residual"], contrast["currency"]).minor > 0
    headings = ["uses", "one fee", "pay per use", *(["residuals"] if has_residuals else []), "times the fee"]
    shown = Table()
    for heading in headings:
        shown.add_column(heading, justify="right")
    for row in contrast["uses"]:
        fee, paid, more = (parse_money(row[name], contrast["currency"]) for name in _AMOUNTS)
        times = f"{float((paid + more).exact / fee.exact):,.2f}" if fee.minor else "–"
        shown.add_row(f"{row['uses']:,}", str(fee), str(paid), *([str(more)] if has_residuals else []), times)
    screen.print(shown)
    screen.print(contrast["finding"], markup=False, soft_wrap=True)
    for rule in contrast["rules"]:
        screen.print(f"Rate: {Citation(**rule)}; {rule['source']}.", markup=False, soft_wrap=True)
