"""Registering: an offer, a counter, a signature or a revocation becomes an event, or is turned down with reasons.

Covers what has to be right before anything is kept: the policy and its terms, a person who is known, the rules about
clauses, a signature by somebody who may sign. Keeping events is for the store; judging uses is for the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from matinee.errors import MatineeError
from matinee.rights.agreements.canonical import write_canonical
from matinee.rights.agreements.clauses import check_terms, contrast_fee, look_at
from matinee.rights.agreements.people import Person
from matinee.rights.agreements.states import Event, EventKind, Standing
from matinee.rights.agreements.terms import Terms, read_terms
from matinee.rights.odrl import Problem
from matinee.rights.rulebook.clauses import Finding
from matinee.rights.rulebook.contrast import Contrast
from matinee.rights.rulebook.rules import Rulebook


@dataclass(frozen=True)
class Context:
    """What registering looks at besides the agreement itself.

    Attributes:
        now: the time, UTC.
        person: whose agreement it is; None = not known.
        strikes: union -> whether it is on strike.
        rulebook: the rules.
    """

    now: datetime
    person: Person | None
    strikes: Mapping[str, bool]
    rulebook: Rulebook


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        event: to be kept; None = turned down.
        problems: why it was turned down, with places in the policy.
        findings: of the rules about clauses; one that refuses turns down.
        contrast: the one fee beside pay per use, where there is one.
    """

    event: Event | None
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    contrast: Contrast | None = None

    def as_json(self) -> dict[str, Any]:
        """Say it as JSON can."""
        event = self.event
        return {
            "accepted": event is not None,
            "agreement": event.agreement_id if event else None,
            "version": event.version if event else None,
            "state": event.kind if event else None,
            "problems": [asdict(each) for each in self.problems],
            "findings": [asdict(each) for each in self.findings],
            "contrast": self.contrast.to_dict() if self.contrast else None,
        }


def propose(policy: Mapping[str, Any], standing: Standing | None, *, by: str, context: Context) -> Outcome:
    """Offer an agreement, or counter one with a new version.

    Args:
        policy: JSON-LD of the profile; its uid names the agreement and the version that comes next.
        standing: what stands of the agreement; None = nothing, then it is an offer.
        by: who proposes, in words.
        context: the time, the person, the rules.
    """
    try:
        text = write_canonical(policy)
    except ValueError as error:
        return Outcome(None, (Problem("", f"cannot be signed: {error}"),))
    terms, problems = read_terms(text)
    if terms is None:
        return Outcome(None, tuple(problems))
    problems = [*_check_place(terms, standing), *_check_person(terms, context)]
    if problems or context.person is None:
        return Outcome(None, tuple(problems))
    roles = frozenset(key.role for key in context.person.keys if key.speaks_on(context.now.date()))
    findings = _check_clauses(terms, context, context.person, roles)
    is_refused = any(each.effect == "refuse" for each in findings)
    kind: EventKind = "offered" if standing is None else "countered"
    event = Event(kind, terms.agreement_id, terms.version, context.now, by, policy=text)
    contrast = contrast_fee(context.rulebook, terms, context.now.date())
    return Outcome(None if is_refused else event, (), findings, contrast)


def sign(standing: Standing, signature: str, *, context: Context) -> Outcome:
    """Sign the version that was offered last.

    Args:
        standing: what stands of the agreement.
        signature: Ed25519 over the policy's canonical text, 64 bytes in base64.
        context: the time, the person, the rules.
    """
    if standing.revoked is not None:
        return Outcome(None, (Problem("", f"{standing.agreement_id} is revoked; make a new offer"),))
    proposal = standing.policies[standing.latest]
    terms, problems = read_terms(proposal.policy)
    problems += _check_person(terms, context) if terms else []
    person, today = context.person, context.now.date()
    if problems or terms is None or person is None:
        return Outcome(None, tuple(problems))
    if terms.ends_at is not None and terms.ends_at <= context.now:
        return Outcome(None, (Problem("", f"{terms.agreement_id} ended at {terms.ends_at:%Y-%m-%d %H:%M} UTC"),))
    key = person.find_signer(proposal.policy, signature, today)
    if key is None:
        wanted = " or ".join(person.roles_that_sign(today))
        about = f"the signature of {terms.agreement_id}, version {terms.version},"
        what = f"{about} does not match a key of {person.name} that may sign today: {wanted}"
        return Outcome(None, (Problem("", what),))
    findings = _check_clauses(terms, context, person, frozenset({key.role}))
    said = f"{key.holder} ({key.role}, key {key.key_id})"
    event = Event("signed", terms.agreement_id, terms.version, context.now, said, signature=signature)
    is_refused = any(each.effect == "refuse" for each in findings)
    return Outcome(None if is_refused else event, (), findings)


def revoke(standing: Standing, *, by: str, reason: str, now: datetime) -> Event:
    """Revoke an agreement, all versions; nobody has to prove anything in order to be used less.

    Raises:
        MatineeError: it is revoked already.
    """
    if standing.revoked is not None:
        at = f"{standing.revoked.at:%Y-%m-%d %H:%M} UTC"
        raise MatineeError(f"revoked already, at {at}", where=standing.agreement_id)
    return Event("revoked", standing.agreement_id, standing.latest, now, by, reason=reason)


def _check_place(terms: Terms, standing: Standing | None) -> list[Problem]:
    if standing is not None and standing.revoked is not None:
        return [Problem("/uid", f"{terms.agreement_id} is revoked; offer an agreement of another id")]
    wanted = 1 if standing is None else standing.latest + 1
    if terms.version != wanted:
        return [Problem("/uid", f"is version {terms.version} of {terms.agreement_id}; want version {wanted}")]
    return []


def _check_person(terms: Terms, context: Context) -> list[Problem]:
    if context.person is None or context.person.person_id != terms.person_id:
        return [Problem("/assigner", f"person {terms.person_id} is not known; register them first")]
    return []


def _check_clauses(terms: Terms, context: Context, person: Person, roles: frozenset[str]) -> tuple[Finding, ...]:
    today = context.now.date()
    strike = context.strikes.get(person.union) if person.union else False
    moment = look_at(person, on=today, signed_on=today, roles=roles, is_on_strike=strike)
    return tuple(check_terms(context.rulebook, terms, moment))
