"""The verbs `pay correct`, `pay statement` and `pay export`: what was recorded, put right and shown.

Covers the ledger around `matinee.rights.pay`. What a period owes is worked out in `pay`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from matinee import __version__
from matinee.errors import Refused, UnknownId, UsageError
from matinee.flows.ledger import make_receipts
from matinee.flows.pay import Payer, PayRun, load_residuals, recoup
from matinee.report.statement import render_statement
from matinee.rights.agreements.canonical import unseal
from matinee.rights.agreements.people import read_person
from matinee.rights.ledger.entries import time_of
from matinee.rights.money import Money
from matinee.rights.pay.beancount import write_beancount
from matinee.rights.pay.owed import RECOUPED, Owed
from matinee.rights.pay.periods import Period
from matinee.rights.pay.record import BACK, Tally, base_key, correct, find_live
from matinee.rights.pay.statement import COLUMNS, Statement, make_statement
from matinee.rights.rulebook.due import Due
from matinee.rights.rulebook.rules import Citation, Rulebook
from matinee.store.outputs import write_bundle, write_text
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_rights, reading
from matinee.store.rights.ledger import LedgerReader, read_ledger, write_ledger
from matinee.store.service import Service
from matinee.tables.ledger import Leaf


def correct_payment(
    service: Service,
    entry: str,
    *,
    reason: str,
    amount: Money | None = None,
    rulebook: Rulebook,
    residuals: Path | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Take back a payment and record what is right; what is recouped of advances follows it.

    Args:
        service: whose.
        entry: key of the payment, or of one that it corrected.
        reason: without personal data: anybody may read it.
        amount: what is right, set by hand, so that no run changes it again; 0 = nothing is owed. None = work it out
            anew.
        rulebook: the rules.
        residuals: as for `pay.run_period`.
        now: the time.

    Returns:
        {"entry": what held, "taken_back_by", "now": the entry that holds now or null, "amount", "currency"}.

    Raises:
        UnknownId: there is no such payment.
        Refused: it is right as it is recorded, cannot be worked out, or was corrected meanwhile by somebody else.
        UsageError: no reason; an amount below 0, or in another currency.
    """
    if not reason.strip():
        raise UsageError("no reason", todo="say why with --reason, without personal data")
    shares = load_residuals(residuals)
    with open_rights(service) as engine:
        with read_ledger(engine) as book:
            first, held = _find_payment(book, entry)
            subject = next((each for each in book.subjects() if each.subject == held.subject), None)
        person_id = subject.person_id if subject else None
        if held.subject is not None and subject is None:
            raise Refused("whom it is about was erased", where=held.key)
        at = time_of(first)
        period = Period(at.year, (at.month + 2) // 3)
        if amount is not None:
            owed = _set_by_hand(first, held, amount, person_id)
        else:
            owed = _work_out(Payer(service, engine, PayRun(period), rulebook, shares), first.key)
        with write_ledger(engine) as writer:
            if _find_payment(writer, entry)[1].key != held.key:
                raise Refused("it was corrected meanwhile", where=held.key, todo="look at it, and correct it again")
            made = correct(writer, owed, now=now, why=reason, by_hand=amount is not None)
            if made and subject is not None and owed.what != RECOUPED:
                recoup(writer, subject, period, now=now, why=f"follows {made[0].key}", tally=Tally())
    if not made:
        raise Refused("it is right as it is recorded; nothing was changed", where=held.key)
    after = made[1].key if len(made) > 1 else None
    said = {"amount": str(owed.money.decimal), "currency": owed.money.currency}
    return {"entry": held.key, "taken_back_by": made[0].key, "now": after, **said}


def write_statement(
    service: Service, person_id: str, out: Path, *, period: Period | None, now: datetime
) -> dict[str, Any]:
    """Write a person's statement: a page, a table, JSON, and the receipts of its entries.

    Args:
        service: whose.
        person_id: whose statement.
        out: a new folder, or a name that ends in .zip.
        period: which; None = all.
        now: the time.

    Returns:
        {"person", "period", "lines": how many, "totals", "file"}.

    Raises:
        UnknownId: nothing was ever recorded about that person.
        UsageError: there is something of that name.
        StoreError: the ledger does not hash to what was recorded; the database or the disk said no.
    """
    statement = load_statement(service, person_id, period)
    receipts = make_receipts(service, [line.leaf.key for line in statement.lines]) if statement.lines else []
    said = statement.to_dict() | {"receipts": receipts}
    proof = {"checkpoint": receipts[0]["checkpoint"], "key": receipts[0]["key"]} if receipts else {}
    made = {"date": f"{now:%Y-%m-%d}", "version": __version__, "command": f"matinee pay statement --person {person_id}"}
    files = {
        "statement.html": render_statement(statement, proof, made=made).encode(),
        "statement.csv": _write_csv(statement).encode(),
        "statement.json": _write_json(said),
        "receipts.json": _write_json({"receipts": receipts}),
    }
    write_bundle(files, out, now=now)
    kept = ("person", "period", "totals")
    return {name: said[name] for name in kept} | {"lines": len(statement.lines), "file": str(out)}


def load_statement(service: Service, person_id: str, period: Period | None) -> Statement:
    """Read what the ledger says of payments to a person; errors as in `write_statement`."""
    with open_rights(service) as engine, reading(engine) as connection:
        book, record = LedgerReader(connection), Consents(connection).registered("person", person_id)
        subject = book.find_subject(person_id)
        if subject is None:
            raise UnknownId(f"the ledger knows no person {person_id!r}")
        name = read_person(unseal(record)).name if record else person_id
        return make_statement(book.leaves(subject.subject), person_id=person_id, name=name, period=period)


def export_beancount(service: Service, path: Path) -> dict[str, Any]:
    """Write the whole ledger for beancount.

    Returns:
        {"file", "entries": that move money, "balances": [{"account", "amount", "currency"}]}.

    Raises:
        StoreError: the database or the disk said no.
    """
    with open_rights(service) as engine, read_ledger(engine) as book:
        balances = book.balances()
        lines = list(write_beancount(book.leaves(), balances))
    write_text("\n".join([*lines, ""]), path)
    shown = [
        {"account": account, "amount": str(Money(minor, currency).decimal), "currency": currency}
        for (account, currency), minor in sorted(balances.items())
    ]
    entries = sum(1 for line in lines if " * " in line[:13])
    return {"file": str(path), "entries": entries, "balances": shown}


def _find_payment(book: LedgerReader, entry: str) -> tuple[Leaf, Leaf]:
    """Find the first entry of a thing, and the one that holds now."""
    key = base_key(entry)
    first = book.find([key]).get(key)
    if first is None or first.kind != "payment":
        raise UnknownId(f"the ledger has no payment {entry!r}", todo="its key stands in a statement")
    held = find_live(book, [key])[key].leaf
    if held is None:
        raise Refused("it was taken back, and nothing is owed", where=f"{entry}{BACK}")
    return first, held


def _work_out(payer: Payer, key: str) -> Owed:
    """Work out one thing anew."""
    for batch in payer.work_out():
        for each in batch:
            if each.key == key:
                return each
    todo = "give the amount by hand with --amount"
    said = "; ".join(f"{each.place}: {each.what}" for each in payer.run.problems[:1])
    raise Refused(f"it cannot be worked out anew{f' ({said})' if said else ''}", where=key, todo=todo)


def _set_by_hand(first: Leaf, held: Leaf, amount: Money, person_id: str | None) -> Owed:
    body: Mapping[str, Any] = json.loads(held.body)
    if amount.minor < 0 or amount.currency != body["dues"][0]["currency"]:
        todo = f"give 0 or more in {body['dues'][0]['currency']}"
        raise UsageError(f"an amount of {amount}", where=held.key, todo=todo)
    rules = {(each["rule"], each["version"]): Citation(**each) for due in body["dues"] for each in due["rules"]}
    due = Due(amount, f"set by hand: {amount}", tuple(rules.values()))
    fund = "" if held.subject else first.transfers[0][1].removeprefix("payable:")
    return Owed(
        key=first.key,
        what=body["what"],
        at=time_of(first),
        person_id=person_id,
        dues=(due,),
        about=body["about"],
        fund=fund,
    )


def _write_csv(statement: Statement) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(line.to_row() for line in statement.lines)
    return text.getvalue()


def _write_json(said: object) -> bytes:
    return f"{json.dumps(said, indent=1, ensure_ascii=False)}\n".encode()
