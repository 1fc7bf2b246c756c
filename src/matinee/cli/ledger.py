"""The commands under `ledger`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, notes, print_json, screen, service_option
from matinee.flows import ledger as verbs
from matinee.rights.ledger.receipts import read_receipt
from matinee.store.service import open_service
from matinee.tables.money import major_units

SHOWN = 20


@click.group()
def ledger() -> None:
    """Prove what was recorded: checkpoints, receipts, and a check that finds any change."""


@ledger.command()
@click.option("--since", type=FOLDER, metavar="FILE", help="An earlier checkpoint; prove that nothing of it changed.")
@service_option
@json_option
def checkpoint(since: Path | None, folder: Path, as_json: bool) -> None:
    """Sign the ledger as it is; keep what this prints where the service cannot reach it."""
    made = verbs.checkpoint_ledger(open_service(folder), since=since)
    if as_json:
        print_json(made)
        return
    click.echo(made["checkpoint"], nl=False)
    if made["since"]:
        notes.print(f"The {made['since']['size']:,} entries of then are the first of these {made['size']:,}.")
    notes.print(f"Signed with {made['key']}", markup=False, soft_wrap=True)
    notes.print("Keep both elsewhere, then `matinee ledger verify --root FILE` finds any change.", soft_wrap=True)


@ledger.command()
@click.argument("keys", nargs=-1, metavar="[USE]...")
@click.option("--person", metavar="ID", help="Every entry about this person.")
@click.option("--with-data", is_flag=True, help="Put their personal data beside it, with the key that opens them.")
@service_option
@json_option
def receipt(keys: tuple[str, ...], person: str | None, with_data: bool, folder: Path, as_json: bool) -> None:
    """Prove that a use, or whatever else has that key, is in the ledger."""
    made = verbs.make_receipts(open_service(folder), keys, person_id=person, with_data=with_data)
    if as_json:
        print_json({"receipts": made})
        return
    show_entries([read_receipt(each) for each in made])
    opened = [str(each["opening"]["data"]) for each in made if "opening" in each]
    for data in opened:
        screen.print(f"Personal data beside it: {data}", markup=False, soft_wrap=True)
    if made:
        size = made[0]["checkpoint"].splitlines()[1]
        screen.print(f"Proved in the ledger of {int(size):,} entries. With --json, the proof for whom it concerns.")
    else:
        screen.print("The ledger has no entry about them.")


@ledger.command()
@click.option("--root", "roots", multiple=True, metavar="R", help="A root kept elsewhere: a checkpoint's file, or hex.")
@click.option("--key", metavar="KEY", help="Verifier key of the checkpoints; default: that of the service.")
@click.option("--receipt", "receipts", type=FOLDER, metavar="FILE", help="Check receipts instead; needs --key.")
@service_option
@json_option
def verify(roots: tuple[str, ...], key: str | None, receipts: Path | None, *, folder: Path, as_json: bool) -> None:
    """Find any edit, deletion, reordering, insertion, truncation or fork. Exit code 1 if anything is wrong."""
    if receipts:
        if not key:
            raise click.UsageError("--receipt needs --key: a receipt cannot vouch for its own key")
        verify_receipts(receipts, key, as_json)
    found = verbs.verify_ledger(open_service(folder), roots, key=key)
    if as_json:
        print_json(found)
    else:
        show_findings(found, bool(roots))
    sys.exit(1 if found["findings"] else 0)


@ledger.command()
@click.option("--person", required=True, metavar="ID", help="Whom.")
@service_option
@json_option
def erase(person: str, folder: Path, as_json: bool) -> None:
    """Erase the personal data of a person; their entries stay under a pseudonym, and proofs still hold."""
    gone = verbs.erase(open_service(folder), person)
    if as_json:
        print_json({"erased": gone})
    else:
        screen.print(
            f"Erased: personal data of {gone:,} {_entries(gone)}, what is registered of {person}, "
            "and whom the pseudonym stands for.",
            markup=False,
            soft_wrap=True,
        )


def verify_receipts(file: Path, key: str, as_json: bool) -> None:
    """Check a file of receipts, and exit."""
    found = verbs.verify_receipt(file, key=key)["receipts"]
    if as_json:
        print_json({"receipts": found})
    else:
        show_entries([each["said"] for each in found])
        for each in found:
            for problem in each["problems"]:
                screen.print(f"{each['said']['key']}: {problem}", markup=False, soft_wrap=True)
        wrong = sum(1 for each in found if each["problems"])
        screen.print(f"{wrong:,} of {len(found):,} do not hold." if wrong else f"All {len(found):,} hold.")
    sys.exit(1 if any(each["problems"] for each in found) else 0)


def show_entries(said: list[dict[str, Any]]) -> None:
    """Print what entries say."""
    shown = Table("entry", "key", "kind", "at (UTC)", "says")
    for each in said:
        facts = [f"{name}: {_in_words(value)}" for name, value in each["body"].items()]
        facts += [
            f"{currency} {major_units(amount, currency):,} from {credit} to {debit}"
            for debit, credit, amount, currency in each["transfers"]
        ]
        facts += [f"takes back {each['reverses']}"] if each["reverses"] else []
        at = each["at"].removesuffix("+00:00").replace("T", " ")
        shown.add_row(str(each["position"]), escape(each["key"]), escape(each["kind"]), at, escape("\n".join(facts)))
    screen.print(shown)


def _in_words(value: object) -> str:
    """Say a part of an entry in words; what holds nothing is left out."""
    if isinstance(value, dict):
        parts = ((name, each) for name, each in value.items() if each not in (None, "", [], {}))
        said = ((name, f"({_in_words(each)})" if isinstance(each, dict) else _in_words(each)) for name, each in parts)
        return ", ".join(f"{name} {words}" for name, words in said)
    if isinstance(value, list):
        return "; ".join(map(_in_words, value))
    return str(value)


def show_findings(found: dict[str, Any], has_roots: bool) -> None:
    """Print what a check of the ledger found."""
    for each in found["findings"][:SHOWN]:
        screen.print(f"{each['where']}: {each['said']}", markup=False, soft_wrap=True)
    for name, size in found["confirmed"].items():
        screen.print(
            f"{name}: the first {size:,} {_entries(size)} are those it was taken of.", markup=False, soft_wrap=True
        )
    total = len(found["findings"])
    more = f", the first {SHOWN} are above" if total > SHOWN else ""
    verdict = f"{total:,} {'finding' if total == 1 else 'findings'}{more}" if total else "all in order"
    screen.print(f"{found['size']:,} {_entries(found['size'])}, root {found['root']}: {verdict}.", soft_wrap=True)
    if not has_roots and not total:
        screen.print("Whoever can write the database can make it agree with itself; --root shows that, too.")


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
