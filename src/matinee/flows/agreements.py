"""The verbs of `agreement`: register people, offer, counter, sign, revoke, advance, show.

Covers files, keys and the database around `matinee.rights.agreements`; what may be kept is decided there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from matinee.errors import BadFile, DamagedRecord, UnknownId, UsageError
from matinee.flows.records import keep_advance, keep_event, keep_person, keep_union
from matinee.rights.agreements.canonical import LARGEST, Damaged, digest_of, unseal
from matinee.rights.agreements.form import read_toml, write_policy
from matinee.rights.agreements.keys import sign_text
from matinee.rights.agreements.people import Person, read_person, read_register
from matinee.rights.agreements.profile import ID
from matinee.rights.agreements.register import Context, Outcome, propose, revoke, sign
from matinee.rights.agreements.states import Standing, fold, read_event
from matinee.rights.agreements.terms import read_terms
from matinee.rights.gate.answer import cite_terms
from matinee.rights.ledger.entries import append
from matinee.rights.money import Money, show_exact
from matinee.rights.odrl import Problem
from matinee.rights.pay.advances import make_advance
from matinee.rights.rulebook.rules import Rulebook
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_rights, reading, writing
from matinee.store.rights.ledger import LedgerWriter
from matinee.store.service import Service
from matinee.store.texts import read_text

Json = dict[str, Any]


def register_people(service: Service, path: Path, *, now: datetime) -> Json:
    """Register people, their keys, and unions, from a TOML file; what was known of them before is kept and superseded.

    Returns:
        {"people": [id], "unions": {name: on strike}, "problems": [{"file", "place", "what"}]}; with a problem, nothing
        is registered.
    """
    form, problems = read_toml(read_text(path))
    register, wrong = (None, []) if problems else read_register(form)
    if register is None:
        return {"people": [], "unions": {}, "problems": _name(path, [*problems, *wrong])}
    with open_rights(service) as engine, writing(engine) as connection:
        for person in register.people:
            keep_person(connection, person, now)
        for name, is_on_strike in register.strikes.items():
            keep_union(connection, name, is_on_strike, now)
    people = [person.person_id for person in register.people]
    return {"people": people, "unions": dict(register.strikes), "problems": []}


def propose_agreement(
    service: Service, agreement_id: str, path: Path, *, is_counter: bool, by: str, now: datetime, rulebook: Rulebook
) -> Json:
    """Offer an agreement, or counter one with a new version.

    Args:
        service: whose.
        agreement_id: of the agreement.
        path: the short form as TOML, or a policy as JSON-LD in a file named .json or .jsonld.
        is_counter: whether there is an offer that this answers.
        by: who proposes, in words.
        now: the time.
        rulebook: the rules.

    Returns:
        as `Outcome.as_json`, each problem with its file.

    Raises:
        UsageError: an id that cannot be, an offer of what is offered already, a counter to nothing.
    """
    if not ID.fullmatch(agreement_id):
        raise UsageError(f"no id: {agreement_id!r}", todo="use letters, digits and . _ ~ -, at most 100")
    text = read_text(path)
    with open_rights(service) as engine, writing(engine) as connection:
        consents = Consents(connection)
        standing = _load_standing(consents, agreement_id)
        if (standing is not None) != is_counter:
            todo = "counter it" if standing else "offer it first"
            raise UsageError("is offered already" if standing else "is not known", where=agreement_id, todo=todo)
        policy, problems = _read_policy(path, text, agreement_id, standing.latest + 1 if standing else 1)
        if policy is None:
            return _say(Outcome(None, tuple(problems)), path)
        context = _look_around(consents, _find_person_id(policy), now, rulebook)
        outcome = propose(policy, standing, by=by, context=context)
        if outcome.event is not None and outcome.event.agreement_id != agreement_id:
            wrong = Problem("/uid", f"is of agreement {outcome.event.agreement_id}, not {agreement_id}")
            return _say(Outcome(None, (wrong,)), path)
        if outcome.event is not None:
            keep_event(connection, outcome.event)
    return _say(outcome, path)


def sign_agreement(
    service: Service, agreement_id: str, *, key: Path | None, signature: Path | None, now: datetime, rulebook: Rulebook
) -> Json:
    """Sign the version that was offered last.

    Args:
        service: whose.
        agreement_id: of the agreement.
        key: PEM file of the signer's Ed25519 key; or None, and then
        signature: file of the 64 bytes that they signed the text of `agreement show --to-sign` with.
        now: the time.
        rulebook: the rules.

    Raises:
        UnknownId: there is no such agreement.
        UsageError: neither key nor signature was given.
        BadFile: a file holds no such thing.
    """
    if (key is None) == (signature is None):
        raise UsageError("sign with what", todo="give either --key FILE.pem or --signature FILE")
    with open_rights(service) as engine, writing(engine) as connection:
        consents = Consents(connection)
        standing = _require_standing(consents, agreement_id)
        text = standing.policies[standing.latest].policy
        signed = sign_text(_read_key(key), text) if key else _read_signature(signature)
        terms, _ = read_terms(text)
        context = _look_around(consents, terms.person_id if terms else "", now, rulebook)
        outcome = sign(standing, signed, context=context)
        if outcome.event is not None:
            keep_event(connection, outcome.event)
    return _say(outcome, key or signature)


def revoke_agreement(service: Service, agreement_id: str, *, by: str, reason: str, now: datetime) -> Json:
    """Revoke an agreement: once this returns, no permit is given any more.

    Raises:
        UnknownId: there is no such agreement.
        MatineeError: it is revoked already.
    """
    with open_rights(service) as engine, writing(engine) as connection:
        event = revoke(_require_standing(Consents(connection), agreement_id), by=by, reason=reason, now=now)
        keep_event(connection, event)
    return {"agreement": agreement_id, "state": "revoked", "at": event.at.isoformat(), "by": by, "reason": reason}


def pay_advance(service: Service, agreement_id: str, amount: Money, *, now: datetime) -> Json:
    """Record what was paid before use: for the gate, and as an entry of the ledger, to be set off by `pay run`.

    Raises:
        UnknownId: there is no such agreement.
        UsageError: an amount of 0 or less, or more than a record can hold; another currency than the agreement's; a
            policy that names no person.
    """
    if not 0 < amount.minor <= LARGEST:
        raise UsageError(f"an advance of {amount}", todo=f"give one above 0, up to {Money(LARGEST, amount.currency)}")
    with open_rights(service) as engine, writing(engine) as connection:
        consents = Consents(connection)
        standing = _require_standing(consents, agreement_id)
        shown = standing.in_force or standing.policies[standing.latest]
        terms, _ = read_terms(shown.policy)
        if terms is None or terms.currency not in {None, amount.currency}:
            todo = f"give an amount in {terms.currency}" if terms else "run `matinee agreement show` on it"
            raise UsageError(f"an advance of {amount}", where=agreement_id, todo=todo)
        number = len(consents.advances(agreement_id)) + 1
        cited = cite_terms(terms.policy.uid, terms.version, shown.policy)
        made = make_advance(agreement_id, number, terms.person_id, money=amount, at=now, cited=cited)
        append(LedgerWriter(connection), [made])
        keep_advance(connection, agreement_id, amount, now)
        with _plain_damage(f"advances of {agreement_id}"):
            paid = [unseal(record) for record in consents.advances(agreement_id)]
    total = sum(each["minor"] for each in paid if each["currency"] == amount.currency)
    return {"agreement": agreement_id, "paid": str(Money(total, amount.currency).decimal), "currency": amount.currency}


def show_agreement(service: Service, agreement_id: str, *, now: datetime) -> Json:
    """Show an agreement: state, events, grants, uses, and the policy.

    Raises:
        UnknownId: there is no such agreement.
        StoreError: one of its events is not what was stored; the database said no.
    """
    with open_rights(service) as engine, reading(engine) as connection:
        return _describe(Consents(connection), agreement_id, now)


def _describe(consents: Consents, agreement_id: str, now: datetime) -> Json:
    standing = _require_standing(consents, agreement_id)
    shown = standing.in_force or standing.policies[standing.latest]
    terms, _ = read_terms(shown.policy)
    grants = terms.grants if terms else ()
    uses = {grant.rule: consents.uses(grant.rule) for grant in grants}
    events = [read_event(record) for record in consents.events(agreement_id)]
    kept = ("kind", "version", "by", "reason")
    return {
        "agreement": agreement_id,
        "state": standing.state(now, terms.ends_at if terms else None),
        "version": shown.version,
        "pending": standing.latest if standing.latest != shown.version else None,
        "sha256": digest_of(shown.policy),
        "person": terms.person_id if terms else None,
        "producer": terms.producer_id if terms else None,
        "ends_at": terms.ends_at.isoformat() if terms and terms.ends_at else None,
        "grants": [
            {
                "permission": grant.rule,
                "actions": sorted(grant.actions),
                "kinds": sorted(grant.kinds),
                "limit": grant.limit,
                "used": uses[grant.rule],
                "prices": [f"{price.currency} {show_exact(price.amount)} per {price.per}" for price in grant.prices],
            }
            for grant in grants
        ],
        "events": [{name: asdict(event)[name] for name in kept} | {"at": event.at.isoformat()} for event in events],
        "policy": json.loads(shown.policy),
    }


def text_to_sign(service: Service, agreement_id: str) -> str:
    """Give the exact text of the version that was offered last, for somebody to sign elsewhere.

    Raises:
        UnknownId: there is no such agreement.
    """
    with open_rights(service) as engine, reading(engine) as connection:
        standing = _require_standing(Consents(connection), agreement_id)
    return standing.policies[standing.latest].policy


def list_agreements(service: Service, *, now: datetime) -> list[Json]:
    """List all agreements with their states, in the order of their offers; one that cannot be read is "damaged"."""
    with open_rights(service) as engine, reading(engine) as connection:
        consents = Consents(connection)
        return [_list_one(consents, each, now) for each in consents.agreement_ids()]


def _list_one(consents: Consents, agreement_id: str, now: datetime) -> Json:
    names = ("agreement", "state", "version", "person", "producer")
    try:
        shown = _describe(consents, agreement_id, now)
    except DamagedRecord:
        return dict.fromkeys(names) | {"agreement": agreement_id, "state": "damaged"}
    return {name: shown[name] for name in names}


def _read_policy(
    path: Path, text: str, agreement_id: str, version: int
) -> tuple[Mapping[str, Any] | None, list[Problem]]:
    if path.suffix.lower() not in {".json", ".jsonld"}:
        form, problems = read_toml(text)
        return (None, problems) if problems else write_policy(form, agreement_id, version)
    terms, problems = read_terms(text)  # the file itself, before a parser drops what stands in it twice
    said = json.loads(text) if terms else None
    return (said, []) if isinstance(said, dict) else (None, problems)


def _find_person_id(policy: Mapping[str, Any]) -> str:
    return str(policy.get("assigner", "")).rpartition(":")[2]


@contextmanager
def _plain_damage(where: str) -> Generator[None]:
    """Say in one line that a record is not what was stored."""
    try:
        yield
    except Damaged as error:
        raise DamagedRecord(str(error), where=where, todo="run `matinee ledger verify`") from error


def _load_standing(consents: Consents, agreement_id: str) -> Standing | None:
    with _plain_damage(agreement_id):
        return fold(read_event(record) for record in consents.events(agreement_id))


def _require_standing(consents: Consents, agreement_id: str) -> Standing:
    standing = _load_standing(consents, agreement_id)
    if standing is None:
        raise UnknownId(f"there is no agreement {agreement_id!r}", todo="list them with `matinee agreement show`")
    return standing


def _look_around(consents: Consents, person_id: str, now: datetime, rulebook: Rulebook) -> Context:
    with _plain_damage(f"what is registered of {person_id} and the unions"):
        record = consents.registered("person", person_id)
        person: Person | None = read_person(unseal(record)) if record else None
        strikes = {name: consents.registered("union", name) for name in consents.unions()}
        on_strike = {name: unseal(record)["on-strike"] for name, record in strikes.items() if record}
    return Context(now, person, on_strike, rulebook)


def _read_key(path: Path) -> Ed25519PrivateKey:
    todo = "make one with `openssl genpkey -algorithm ed25519 -out key.pem`"
    try:
        key = load_pem_private_key(read_text(path).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadFile("it holds no private key without a password", where=str(path), todo=todo) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadFile("it holds a key that is not of Ed25519", where=str(path), todo=todo)
    return key


def _read_signature(path: Path | None) -> str:
    if path is None or not path.is_file():
        raise UsageError("no such file", where=str(path), todo="give the path of a file of 64 bytes")
    content = path.read_bytes()
    if len(content) != 64:
        todo = "make it with `openssl pkeyutl -sign -rawin`"
        raise BadFile(f"it holds {len(content):,} bytes, and a signature has 64", where=str(path), todo=todo)
    return base64.b64encode(content).decode()


def _say(outcome: Outcome, path: Path | None) -> Json:
    return outcome.as_json() | {"problems": _name(path, outcome.problems)}


def _name(path: Path | None, problems: list[Problem] | tuple[Problem, ...]) -> list[dict[str, str]]:
    return [{"file": str(path or ""), "place": each.place, "what": each.what} for each in problems]
