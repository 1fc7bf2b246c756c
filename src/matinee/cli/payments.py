"""The commands under `pay` that read and write the ledger."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, notes, print_json, screen, service_option
from matinee.cli.pay import pay, read_amount
from matinee.cli.rules import own_option
from matinee.errors import UsageError
from matinee.flows import payments as verbs
from matinee.flows.pay import COUNTS, run_period
from matinee.flows.rules import load_rulebook
from matinee.rights.money import Money, parse_money
from matinee.rights.pay.periods import Period, parse_period
from matinee.rights.pay.statement import Total
from matinee.store.service import open_service

SHOWN = 20

_residuals_option = click.option(
    "--residuals", type=FOLDER, metavar="FILE.toml", help="Who shares the residuals of which titles."
)


@pay.command("run")
@click.option("--period", "said", required=True, metavar="YYYYQN", help="A quarter that is over, such as 2026Q3.")
@_residuals_option
@own_option
@service_option
@json_option
def run(*, said: str, residuals: Path | None, own: Path | None, folder: Path, as_json: bool) -> None:
    """Record what a quarter owes; what is recorded already stays. Exit code 1 if something could not be paid."""
    collect_less_often()
    done = run_period(
        open_service(folder),
        read_period(said),
        rulebook=load_rulebook(own),
        residuals=residuals,
        now=datetime.now(UTC),
        progress=None if as_json or not notes.is_terminal else lambda uses: notes.print(f"{uses:,} uses", end="\r"),
    ).to_dict()
    if as_json:
        print_json(done)
    else:
        show_run(done)
    sys.exit(1 if done["problems"] else 0)


@pay.command("correct")
@click.argument("entry")
@click.option("--reason", required=True, metavar="TEXT", help="Why, without personal data.")
@click.option("--amount", metavar="AMOUNT", help="What is right, by hand; default: worked out anew.")
@click.option("--currency", default="USD", show_default=True, metavar="CODE", help="Of the amount, ISO 4217.")
@_residuals_option
@own_option
@service_option
@json_option
def correct(
    *,
    entry: str,
    reason: str,
    amount: str | None,
    currency: str,
    residuals: Path | None,
    own: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Take back the payment ENTRY by an entry of its own, and record what is right."""
    made = verbs.correct_payment(
        open_service(folder),
        entry,
        reason=reason,
        amount=read_amount("amount", amount, currency) if amount is not None else None,
        rulebook=load_rulebook(own),
        residuals=residuals,
        now=datetime.now(UTC),
    )
    if as_json:
        print_json(made)
        return
    money = _money(made)
    screen.print(f"{made['entry']} was taken back by {made['taken_back_by']}.", markup=False, soft_wrap=True)
    said = f"{made['now']} holds: {money}." if made["now"] else "Nothing is owed."
    screen.print(said, markup=False, soft_wrap=True)


@pay.command("statement")
@click.option("--person", required=True, metavar="ID", help="Whose.")
@click.option("--period", "said", metavar="YYYYQN", help="A quarter; default: all.")
@click.option("--out", type=FOLDER, required=True, metavar="DIR", help="A new folder, or a name that ends in .zip.")
@service_option
@json_option
def statement(*, person: str, said: str | None, out: Path, folder: Path, as_json: bool) -> None:
    """Write a person's statement as HTML, CSV and JSON, with a proof of every line."""
    period = read_period(said) if said else None
    made = verbs.write_statement(open_service(folder), person, out, period=period, now=datetime.now(UTC))
    if as_json:
        print_json(made)
        return
    sums = " and ".join(str(_total(each)) for each in made["totals"]) or "nothing"
    when = made["period"] or "all periods"
    lines = "1 line" if made["lines"] == 1 else f"{made['lines']:,} lines"
    screen.print(f"{made['person']['name']}, {when}: {sums}, {lines}.", markup=False, soft_wrap=True)
    screen.print(f"Wrote statement.html, .csv and .json and receipts.json into {out}", markup=False, soft_wrap=True)


@pay.command("export")
@click.option("--beancount", "path", type=FOLDER, required=True, metavar="FILE", help="Where to.")
@service_option
@json_option
def export(*, path: Path, folder: Path, as_json: bool) -> None:
    """Write the whole ledger for beancount, whose `bean-check` then says whether it balances."""
    made = verbs.export_beancount(open_service(folder), path)
    if as_json:
        print_json(made)
        return
    shown = Table("account")
    shown.add_column("balance", justify="right")
    for each in made["balances"][:SHOWN]:
        shown.add_row(each["account"], str(_money(each)))
    if made["balances"]:
        screen.print(shown)
    more = len(made["balances"]) - SHOWN
    screen.print(f"… and {more:,} more accounts") if more > 0 else None
    screen.print(f"Wrote {made['entries']:,} entries to {path}", markup=False, soft_wrap=True)


def collect_less_often() -> None:
    """Let the garbage collector look less often at things that are never garbage.

    A run makes millions of small objects, none of which lie in circles; to look through them took a fifth of its time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def read_period(text: str) -> Period:
    """Read a quarter such as 2026Q3.

    Raises:
        UsageError: it is none.
    """
    try:
        return parse_period(text)
    except ValueError as error:
        raise UsageError(f"--period: {error}") from error


def show_run(done: dict[str, Any]) -> None:
    """Print what a run did."""
    if done["moved"]:
        shown = Table("paid for")
        shown.add_column("amount", justify="right")
        for each in done["moved"]:
            shown.add_row(each["what"], str(_money(each)))
        screen.print(shown)
    counts = [f"{done[name]:,} {name.replace('_', ' ')}" for name in COUNTS if done[name]]
    screen.print(f"{done['period']}: {done['uses']:,} uses taken up; entries: {', '.join(counts) or 'none'}.")
    for text in done["checked"]:
        screen.print(f"Success of {text}", markup=False, soft_wrap=True)
    for problem in done["problems"][:SHOWN]:
        screen.print(f"Problem: {problem['place']}: {problem['what']}", markup=False, soft_wrap=True)
    more = len(done["problems"]) - SHOWN
    if more > 0:
        screen.print(f"… and {more:,} more problems; --json lists all")


def _total(said: dict[str, str]) -> Total:
    amounts = (said[name] for name in ("gross", "recouped", "amount", "advance_left"))
    return Total(*(parse_money(amount, said["currency"]) for amount in amounts))


def _money(said: dict[str, str]) -> Money:
    return parse_money(said["amount"], said["currency"])
