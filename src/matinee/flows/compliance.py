"""The verbs of `rights`: the register of AI systems and uses, and incidents.

Covers gathering what the service has: the manifest of the live model, counts of members, agreements, the ledger, and
compliance.toml. What the law asks is in `matinee.rights.compliance`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl

from matinee.errors import BadFile, StoreError, UnknownId
from matinee.flows.ledger import verify_ledger
from matinee.report.words import describe_recipe, list_parts
from matinee.rights.agreements.canonical import Damaged
from matinee.rights.agreements.form import read_toml
from matinee.rights.agreements.states import Event, fold, read_event
from matinee.rights.agreements.terms import Grant, Terms, read_terms
from matinee.rights.compliance.attempts import KIND as ATTEMPT
from matinee.rights.compliance.attempts import Count, Tally, Turned, Used, tally_attempts
from matinee.rights.compliance.incidents import KIND as INCIDENT
from matinee.rights.compliance.incidents import Incident, Report, fold_incidents, write_report
from matinee.rights.compliance.register import Register, make_register
from matinee.rights.compliance.stated import Stated, read_stated
from matinee.rights.compliance.systems import PersonUse, Recommender
from matinee.rights.ledger.entries import append, time_at
from matinee.rights.rulebook.rules import Rulebook
from matinee.store.erasure import list_erasures
from matinee.store.models import has_current, load_model, name_current
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_rights, reading
from matinee.store.rights.ledger import LedgerReader, read_ledger, write_ledger
from matinee.store.service import Service
from matinee.store.texts import read_text

FILE = "compliance.toml"


def draw_register(service: Service, *, now: datetime, rulebook: Rulebook) -> Register:
    """Draw up the register of a service.

    Args:
        service: whose; its compliance.toml, if there is one, says what only its owner knows.
        now: the time.
        rulebook: the rules.

    Raises:
        BadFile: compliance.toml cannot be read; all that is wrong is named.
        BadModel: the live model is damaged.
        StoreError: the disk or the database said no.
    """
    stated = load_stated(service)
    with open_rights(service) as engine, reading(engine) as connection:
        consents = Consents(connection)
        histories = [_load_events(consents, each) for each in consents.agreement_ids()]
        tally = tally_attempts(LedgerReader(connection).leaves(kind=ATTEMPT))
    uses = [use for events in histories for use in _list_uses(events, tally, now)]
    return make_register(rulebook, _load_recommender(service), uses, stated, on=now.date())


def load_stated(service: Service) -> Stated:
    """Read compliance.toml of a service; without one, its owner states nothing.

    Raises:
        BadFile: it cannot be read; all that is wrong is named.
    """
    path = service.path / FILE
    if not path.exists():
        return Stated()
    form, problems = read_toml(read_text(path))
    stated, wrong = (None, []) if problems else read_stated(form)
    if stated is None:
        said = "; ".join(map(str, [*problems, *wrong]))
        raise BadFile(said, where=str(path), todo="mend it; docs/rights.md shows its form")
    return stated


def add_incident(
    service: Service, report: Report, *, person_ids: Sequence[str] = (), follows: int | None = None, now: datetime
) -> Incident:
    """Write down an incident, or what became of one.

    Args:
        service: whose.
        report: what is written down; its `subjects` are taken from `person_ids`.
        person_ids: of persons it is about; the ledger must know them.
        follows: number of the incident that it follows up; None = it is a new one.
        now: the time.

    Returns:
        the incident as it stands now.

    Raises:
        UsageError: words that are not known, a time to come, an incident that there is not.
        UnknownId: a use or a person that the ledger does not know.
        Refused: somebody else wrote one down at the same moment.
        StoreError: the database said no.
    """
    with open_rights(service) as engine:
        with read_ledger(engine) as book:  # it looks at every entry, and the gate must not wait for that
            leaves = list(book.leaves(kind=INCIDENT))
            found = book.find(report.uses)
            if unknown := [use for use in report.uses if use not in found]:
                raise UnknownId(f"the ledger has no use {unknown[0]!r}; nothing was written down")
            subjects = tuple(_find_subject(book, each) for each in person_ids)
        made = replace(report, subjects=subjects)
        entry = write_report(made, fold_incidents(leaves), follows=follows, now=now)
        with write_ledger(engine) as book:
            (leaf,) = append(book, [entry])
    return next(each for each in fold_incidents([*leaves, leaf]) if each.number == json.loads(leaf.body)["incident"])


def list_incidents(service: Service, *, is_verified: bool = True) -> dict[str, Any]:
    """List the incidents, and beside them what was refused and what a check of the ledger finds now.

    Args:
        service: whose.
        is_verified: whether the ledger is checked, which reads every entry.

    Returns:
        {"incidents": as `Incident.to_dict` with "persons", "refused": [{"agreement", "action", "reasons", "times",
        "first", "last", "entries"}], "unreadable": [key of an entry], "findings": as `verify_ledger`, or null}.

    Raises:
        StoreError: the database said no.
    """
    with open_rights(service) as engine, read_ledger(engine) as book:
        names = {each.subject: each.person_id for each in book.subjects()}
        incidents = fold_incidents(book.leaves(kind=INCIDENT))
        tally = tally_attempts(book.leaves(kind=ATTEMPT))
    return {
        "incidents": [_name_persons(each, names) for each in incidents],
        "refused": [_describe_refusal(turned, count) for turned, count in tally.refused.items()],
        "unreadable": tally.unreadable,
        "findings": verify_ledger(service)["findings"] if is_verified else None,
    }


def _load_recommender(service: Service) -> Recommender | None:
    if not has_current(service.path):
        return None
    run = name_current(service.path)
    _, manifest = load_model(service.path, run, names=())
    members = service.scan("members").select("personalised").collect()
    asked = members.filter(pl.col("personalised").not_()).height
    return Recommender(
        run,
        str(manifest.get("kind")),
        str(manifest.get("data_hash")),
        int(manifest.get("events") or 0),
        int(manifest.get("members") or 0),
        members.height,
        asked,
        len(list_erasures(service.path)),
        tuple(_list_parameters(manifest.get("settings") or {})),
    )


def _list_parameters(recipe: Mapping[str, Any]) -> Iterator[str]:
    """Say what the live model goes by, in words."""
    parts = [f"{name} {weight:g}" for name, weight, _ in list_parts(recipe) if isinstance(weight, float) and weight]
    if parts:
        yield f"weights of the parts: {', '.join(parts)}"
    yield from (f"{name}: {value}" for name, value in describe_recipe(recipe))


def _load_events(consents: Consents, agreement_id: str) -> list[Event]:
    try:
        return [read_event(record) for record in consents.events(agreement_id)]
    except Damaged as error:
        raise StoreError(str(error), where=agreement_id, todo="put back the database from a copy") from error


def _list_uses(events: Sequence[Event], tally: Tally, now: datetime) -> Iterator[PersonUse]:
    """List the uses of an agreement that were made, and those that it permits and nobody has made yet."""
    standing = fold(events)
    for offered in events:
        terms = read_terms(offered.policy)[0] if offered.policy else None
        if standing is None or terms is None:
            continue
        signatures = [each for each in events if each.kind == "signed" and each.version == offered.version]
        state = standing.state(now, terms.ends_at) if offered == standing.in_force else "superseded"
        for grant in terms.grants:
            found = {used: count for used, count in tally.permitted.items() if used.permission == grant.rule}
            if not found and state == "signed":
                found = {used: Count() for used in _list_permitted(grant)}
            yield from (
                _describe_use(terms, grant, used, count, state=state, signatures=signatures, revoked=standing.revoked)
                for used, count in found.items()
            )


def _list_permitted(grant: Grant) -> Iterator[Used]:
    project = grant.projects[0] if len(grant.projects) == 1 else ""
    yield from (
        Used(grant.rule, kind, action, project, "") for action in sorted(grant.actions) for kind in sorted(grant.kinds)
    )


def _describe_use(
    terms: Terms,
    grant: Grant,
    used: Used,
    count: Count,
    *,
    state: str,
    signatures: Sequence[Event],
    revoked: Event | None,
) -> PersonUse:
    return PersonUse(
        permission=grant.rule,
        agreement_id=terms.agreement_id,
        version=terms.version,
        state=state,
        person_id=terms.person_id,
        producer_id=terms.producer_id,
        kind=used.kind,
        action=used.action,
        project=used.project,
        model=used.model,
        description=terms.description.rstrip("."),
        is_apart=dict(terms.stated).get("is_apart", False),
        notice_hours=terms.notice_hours,
        signed=", ".join(f"{each.by} on {each.at:%Y-%m-%d}" for each in signatures),
        revoked_at=revoked.at if revoked else None,
        owed=grant.owed,
        ends_at=grant.ends_at,
        times=count.times,
        first=time_at(count.first) if count.times else None,
        last=time_at(count.last) if count.times else None,
        entries=tuple(count.keys),
    )


def _find_subject(book: LedgerReader, person_id: str) -> str:
    found = book.find_subject(person_id)
    if found is None:
        raise UnknownId(f"the ledger knows no person {person_id!r}; nothing was written down")
    return found.subject


def _name_persons(incident: Incident, names: Mapping[str, str]) -> dict[str, Any]:
    """Say an incident with its persons by id, as far as the ledger still knows them."""
    persons: Iterable[str | None] = (names.get(each) for each in incident.subjects)
    return incident.to_dict() | {"persons": [each or "erased" for each in persons]}


def _describe_refusal(turned: Turned, count: Count) -> dict[str, Any]:
    return {
        "agreement": turned.agreement_id or None,
        "action": turned.action or None,
        "reasons": list(turned.reasons),
        "times": count.times,
        "first": time_at(count.first).isoformat(timespec="seconds"),
        "last": time_at(count.last).isoformat(timespec="seconds"),
        "entries": count.keys,
    }
