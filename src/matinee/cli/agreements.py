"""The commands under `agreement`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.odrl import show_problems
from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.pay import read_amount, show_contrast
from matinee.cli.rules import own_option
from matinee.flows import agreements
from matinee.flows.rules import load_rulebook
from matinee.store.service import open_service


@click.group()
def agreement() -> None:
    """Agree on uses of a face, a voice, a body, a text, a style: offer, counter, sign, revoke."""


@agreement.command("register")
@click.argument("file", type=FOLDER)
@service_option
@json_option
def register_command(file: Path, folder: Path, as_json: bool) -> None:
    """Register people with their keys, and unions with their strikes, from a TOML file."""
    done = agreements.register_people(open_service(folder), file, now=datetime.now(UTC))
    if as_json:
        print_json(done)
    elif done["problems"]:
        show_problems(done["problems"], "Not registered")
    else:
        strikes = [f"{name} ({'on strike' if strike else 'no strike'})" for name, strike in done["unions"].items()]
        screen.print(f"Registered {', '.join([*done['people'], *strikes])}.", markup=False, soft_wrap=True)
    sys.exit(1 if done["problems"] else 0)


@agreement.command()
@click.argument("agreement_id", metavar="ID")
@click.argument("file", type=FOLDER)
@click.option("--by", required=True, metavar="NAME", help="Who offers.")
@own_option
@service_option
@json_option
def offer(agreement_id: str, file: Path, *, by: str, own: Path | None, folder: Path, as_json: bool) -> None:
    """Offer an agreement: a short form as TOML, or an ODRL policy as JSON-LD. The rules are held against it first."""
    _propose(agreement_id, file, is_counter=False, by=by, own=own, folder=folder, as_json=as_json)


@agreement.command()
@click.argument("agreement_id", metavar="ID")
@click.argument("file", type=FOLDER)
@click.option("--by", required=True, metavar="NAME", help="Who counters.")
@own_option
@service_option
@json_option
def counter(agreement_id: str, file: Path, *, by: str, own: Path | None, folder: Path, as_json: bool) -> None:
    """Answer an offer with a new version; one that is signed stays in force until the new one is."""
    _propose(agreement_id, file, is_counter=True, by=by, own=own, folder=folder, as_json=as_json)


@agreement.command()
@click.argument("agreement_id", metavar="ID")
@click.option("--key", type=FOLDER, metavar="FILE.pem", help="The signer's Ed25519 key.")
@click.option("--signature", type=FOLDER, metavar="FILE", help="64 bytes, over the text of `show --to-sign`.")
@own_option
@service_option
@json_option
def sign(
    agreement_id: str, *, key: Path | None, signature: Path | None, own: Path | None, folder: Path, as_json: bool
) -> None:
    """Sign the version that was offered last: the person, their representative, guardian or successor."""
    rulebook, now = load_rulebook(own), datetime.now(UTC)
    service = open_service(folder)
    show_outcome(
        agreements.sign_agreement(service, agreement_id, key=key, signature=signature, now=now, rulebook=rulebook),
        as_json=as_json,
    )


@agreement.command()
@click.argument("agreement_id", metavar="ID")
@click.option("--by", required=True, metavar="NAME", help="Who revokes.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it need not be said.")
@service_option
@json_option
def revoke(agreement_id: str, *, by: str, reason: str, folder: Path, as_json: bool) -> None:
    """Revoke an agreement; when this ends, no use is permitted any more."""
    done = agreements.revoke_agreement(open_service(folder), agreement_id, by=by, reason=reason, now=datetime.now(UTC))
    if as_json:
        print_json(done)
    else:
        screen.print(f"{agreement_id} is revoked by {by}, at {done['at']}.", markup=False, soft_wrap=True)


@agreement.command()
@click.argument("agreement_id", metavar="ID")
@click.option("--amount", required=True, metavar="AMOUNT", help="What was paid.")
@click.option("--currency", default="USD", show_default=True, metavar="CODE", help="Of the amount, ISO 4217.")
@service_option
@json_option
def advance(agreement_id: str, *, amount: str, currency: str, folder: Path, as_json: bool) -> None:
    """Record what was paid before use."""
    money = read_amount("amount", amount, currency)
    done = agreements.pay_advance(open_service(folder), agreement_id, money, now=datetime.now(UTC))
    if as_json:
        print_json(done)
    else:
        screen.print(f"{agreement_id}: {done['currency']} {done['paid']} paid in advance.", markup=False)


@agreement.command()
@click.argument("agreement_id", metavar="ID", required=False)
@click.option("--to-sign", is_flag=True, help="Write the exact text of the latest version, and nothing else.")
@service_option
@json_option
def show(agreement_id: str | None, *, to_sign: bool, folder: Path, as_json: bool) -> None:
    """Show an agreement with its state and history, or list all."""
    service, now = open_service(folder), datetime.now(UTC)
    if agreement_id is None:
        listed = agreements.list_agreements(service, now=now)
        print_json({"agreements": listed}) if as_json else show_list(listed)
    elif to_sign:
        click.echo(agreements.text_to_sign(service, agreement_id), nl=False)
    else:
        shown = agreements.show_agreement(service, agreement_id, now=now)
        print_json(shown) if as_json else show_one(shown)


def _propose(
    agreement_id: str, file: Path, *, is_counter: bool, by: str, own: Path | None, folder: Path, as_json: bool
) -> None:
    done = agreements.propose_agreement(
        open_service(folder),
        agreement_id,
        file,
        is_counter=is_counter,
        by=by,
        now=datetime.now(UTC),
        rulebook=load_rulebook(own),
    )
    show_outcome(done, as_json=as_json)


def show_outcome(done: dict[str, Any], *, as_json: bool) -> None:
    """Print what came of an offer, a counter or a signature; end with 1 where it was turned down."""
    if as_json:
        print_json(done)
        sys.exit(0 if done["accepted"] else 1)
    for finding in done["findings"]:
        cited = finding["citation"]
        effect = "Refused" if finding["effect"] == "refuse" else "Flagged"
        said = f"{effect} by {cited['rule']} ({cited['version']}, {cited['grade']}): {finding['why'].rstrip('.')}."
        screen.print(said, markup=False, soft_wrap=True)
    if done["contrast"]:
        show_contrast(done["contrast"])
    if done["problems"]:
        show_problems(done["problems"], "Turned down")
    elif done["accepted"]:
        screen.print(f"{done['agreement']}, version {done['version']}: {done['state']}.", markup=False)
    else:
        screen.print("Turned down by the rules; nothing was kept.")
    sys.exit(0 if done["accepted"] else 1)


def show_list(listed: list[dict[str, Any]]) -> None:
    """Print all agreements."""
    shown = Table("agreement", "state", "version", "person", "producer")
    for each in listed:
        shown.add_row(*("–" if value is None else escape(str(value)) for value in each.values()))
    screen.print(shown)


def show_one(shown: dict[str, Any]) -> None:
    """Print one agreement."""
    pending = f"; version {shown['pending']} waits for a signature" if shown["pending"] else ""
    until = f"{datetime.fromisoformat(shown['ends_at']):%Y-%m-%d %H:%M} UTC" if shown["ends_at"] else "no end"
    screen.print(
        f"{shown['agreement']}, version {shown['version']}: {shown['state']}{pending}. By {shown['person']}"
        f" for {shown['producer']}, until {until}.",
        markup=False,
        soft_wrap=True,
    )
    grants = Table("permits", "of", "used", "price")
    for grant in shown["grants"]:
        limit = "any number" if grant["limit"] is None else f"{grant['limit']:,}"
        cells = (", ".join(grant["actions"]), ", ".join(grant["kinds"]), f"{grant['used']:,} of {limit}")
        grants.add_row(*cells, "\n".join(grant["prices"]))
    screen.print(grants)
    events = Table("when, UTC", "what", "version", "by")
    for event in shown["events"]:
        reason = f": {event['reason']}" if event["reason"] else ""
        events.add_row(event["at"][:19], event["kind"], str(event["version"]), escape(event["by"] + reason))
    screen.print(events)
