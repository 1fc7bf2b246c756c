"""Does an agreement stand, now, as it was signed?

Covers everything about an agreement and its person that does not depend on the use: state, signatures, age, death,
strike, the rules about clauses. Reading is cached by the full text that was read, so that an altered text is never
taken for the one that was checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from matinee.rights.agreements.canonical import Damaged, digest_of, unseal
from matinee.rights.agreements.clauses import Moment, check_terms, look_at
from matinee.rights.agreements.people import Person, read_person
from matinee.rights.agreements.states import Event, fold, read_event
from matinee.rights.agreements.terms import Terms, read_terms
from matinee.rights.gate.answer import Reason
from matinee.rights.gate.desk import Turn
from matinee.rights.rulebook.clauses import Finding
from matinee.rights.rulebook.rules import Rulebook
from matinee.tables.consent import Record

KEPT = 100_000
"""Agreements and people that are kept read."""


@dataclass(frozen=True)
class Found:
    """What was found of an agreement.

    Attributes:
        reasons: all that stands against any use of it.
        terms: of the version in force; None if there is none that can be read.
        policy: its text.
        digest: SHA-256 of it.
        signed_at: when it was first signed; None if it is not.
        findings: of the rules about clauses.
    """

    reasons: tuple[Reason, ...]
    terms: Terms | None = None
    policy: str = ""
    digest: str | None = None
    signed_at: datetime | None = None
    findings: tuple[Finding, ...] = ()


class Reader:
    """Reads agreements and people, each text once.

    Args:
        rulebook: the rules.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._event = lru_cache(KEPT)(lambda text, digest: read_event(Record(text, digest)))
        self._terms = lru_cache(KEPT)(lambda policy: read_terms(policy)[0])
        self._digest = lru_cache(KEPT)(digest_of)
        self._person = lru_cache(KEPT)(lambda text, digest: read_person(unseal(Record(text, digest))))
        self._signer = lru_cache(KEPT)(
            lambda _text, _digest, policy, signature, on: _find_role(
                self._person(_text, _digest), policy, signature, on
            )
        )
        self._findings = lru_cache(KEPT)(lambda policy, moment: _check_clauses(rulebook, self._terms(policy), moment))

    def find(self, agreement_id: str, turn: Turn, now: datetime) -> Found:
        """Find an agreement, and all that stands against any use of it.

        Raises:
            Damaged: a record is not what was stored.
        """
        standing = fold(self._event(*record) for record in turn.events(agreement_id))
        if standing is None or standing.agreement_id != agreement_id:
            return Found((Reason("agreement", f"there is no agreement {agreement_id}"),))
        event = standing.in_force
        shown = event or standing.policies[standing.latest]
        terms = self._terms(shown.policy)
        if terms is None or (terms.agreement_id, terms.version) != (agreement_id, shown.version):
            raise Damaged(f"the policy of {agreement_id} cannot be read")
        reasons = [*_check_state(standing.state(now, terms.ends_at), agreement_id)]
        if event is None:
            return Found(tuple(reasons), terms, shown.policy, self._digest(shown.policy))
        signed_at = standing.signatures[0].at
        if now < signed_at:
            reasons.append(Reason("clock", f"{agreement_id} was signed later than now"))
        about, findings = self._check_person(terms, event, standing.signatures, turn, now)
        return Found((*reasons, *about), terms, event.policy, self._digest(event.policy), signed_at, findings)

    def _check_person(
        self, terms: Terms, event: Event, signatures: tuple[Event, ...], turn: Turn, now: datetime
    ) -> tuple[list[Reason], tuple[Finding, ...]]:
        record = turn.person(terms.person_id)
        if record is None:
            return [Reason("person", f"person {terms.person_id} is not known")], ()
        person = self._person(*record)
        if person.person_id != terms.person_id:
            raise Damaged(f"the record of {terms.person_id} is of {person.person_id}")
        found = (self._signer(*record, event.policy, each.signature, each.at.date()) for each in signatures)
        roles = frozenset(role for role in found if role)
        strike = _read_strike(person, turn)
        moment = look_at(person, on=now.date(), signed_on=signatures[0].at.date(), roles=roles, is_on_strike=strike)
        findings: tuple[Finding, ...] = self._findings(event.policy, moment)
        return [*_check_moment(person, roles, moment), *_refusals(findings)], findings


def _check_clauses(rulebook: Rulebook, terms: Terms | None, moment: Moment) -> tuple[Finding, ...]:
    if terms is None:
        raise Damaged("a policy cannot be read")
    return tuple(check_terms(rulebook, terms, moment))


def _find_role(person: Person, policy: str, signature: str, on: date) -> str | None:
    key = person.find_signer(policy, signature, on)
    return key.role if key else None


def _read_strike(person: Person, turn: Turn) -> bool | None:
    record = turn.union(person.union) if person.union else None
    said = unseal(record).get("on-strike") if record else None
    return said if isinstance(said, bool) else None


def _check_state(state: str, agreement_id: str) -> Iterator[Reason]:
    if state in {"offered", "countered"}:
        yield Reason("unsigned", f"{agreement_id} is {state}, not signed")
    elif state != "signed":
        yield Reason(state, f"{agreement_id} is {state}")


def _check_moment(person: Person, roles: frozenset[str], moment: Moment) -> Iterator[Reason]:
    if not roles:
        yield Reason("signature", f"no signature is by a key of {person.person_id} that could sign on its day")
    if moment.is_deceased and "successor" not in roles:
        yield Reason("successor", f"{person.person_id} has died, and no successor has signed")
    elif moment.is_minor and not moment.is_deceased and "guardian" not in roles:
        yield Reason("guardian", f"{person.person_id} is a minor, or of unknown age, and no guardian has signed")
    if moment.is_on_strike is not False:
        said = "is on strike" if moment.is_on_strike else "may be on strike: nobody says"
        yield Reason("strike", f"{person.union} {said}")


def _refusals(findings: tuple[Finding, ...]) -> Iterator[Reason]:
    for finding in findings:
        if finding.effect == "refuse":
            yield Reason("rule", f"{finding.why} [{finding.citation}]")
