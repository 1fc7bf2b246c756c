"""What an agreement says, read from its policy: who, which grants, at what price, how often, until when.

Covers policies of the profile (`profile`), as ODRL and beyond it: parties that are named, actions and duties of the
profile, a limit that can be counted, amounts that can be paid. Whether it may be signed is for `clauses`; a policy with
any problem has no terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from matinee.rights.agreements.duties import Price, flatten, read_duties, read_price
from matinee.rights.agreements.profile import ACTIONS, ID, PREFIX, PROFILE, STATED, WORDS, asset_iri, term
from matinee.rights.odrl import Constraint, Graph, Policy, Problem, Rule, load_policies, read_json_ld
from matinee.rights.odrl.graph import Kind
from matinee.rights.odrl.model import Condition
from matinee.rights.odrl.names import XSD, odrl, shorten
from matinee.rights.odrl.vocabulary import COUNT, DATE_TIME

_UID = re.compile(rf"urn:matinee:agreement:({ID.pattern}):([1-9][0-9]{{0,5}})")
_PARTY = re.compile(rf"urn:matinee:party:({ID.pattern})")
_NAMING = ("eq", "isAnyOf", "isPartOf")
"""Operators that name what is meant."""


@dataclass(frozen=True)
class Grant:
    """A permission.

    Attributes:
        rule: its IRI.
        actions: short names, of the profile.
        kinds: what of the person it is about.
        limit: most uses; None = any number.
        prices: what each use costs; all in one currency, no `per` twice.
        advances: IRI of a duty -> what has to be paid before the first use.
        owed: other duties: "inform", "attribute", "delete after 30 days, 0:00:00".
        projects: named projects; empty = any.
        media: named media; empty = any.
        territories: named territories; empty = anywhere.
        ends_at: from then on it grants nothing; None = no end.
    """

    rule: str
    actions: frozenset[str]
    kinds: frozenset[str]
    limit: int | None = None
    prices: tuple[Price, ...] = ()
    advances: tuple[tuple[str, Price], ...] = ()
    owed: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """An agreement, one version.

    Attributes:
        agreement_id: of all versions.
        version: from 1.
        person_id: whose face, voice, body, writing or style it is.
        producer_id: who may use it.
        policy: to be evaluated.
        grants: permissions, in the policy's order.
        fee: one fee for all uses; None = none.
        description: of the use; empty = none.
        represented_by: counsel or union that spoke for the person; empty = nobody.
        notice_hours: from notice to the work; None = not stated.
        stated: what it says with yes or no, by the names of `STATED`.
    """

    agreement_id: str
    version: int
    person_id: str
    producer_id: str
    policy: Policy
    grants: tuple[Grant, ...]
    fee: Price | None = None
    description: str = ""
    represented_by: str = ""
    notice_hours: int | None = None
    stated: tuple[tuple[str, bool], ...] = ()

    @property
    def ends_at(self) -> datetime | None:
        """When the last grant ends; None if one has no end."""
        ends = [grant.ends_at for grant in self.grants]
        return None if None in ends else max(end for end in ends if end is not None)

    @property
    def currency(self) -> str | None:
        """The currency of all its amounts; None if it has none."""
        prices = [price for grant in self.grants for price in (*grant.prices, *(each for _, each in grant.advances))]
        return next((price.currency for price in (*prices, *([self.fee] if self.fee else []))), None)


def read_terms(text: str) -> tuple[Terms | None, list[Problem]]:
    """Read the terms of a policy in JSON-LD.

    Returns:
        the terms and no problem, or None and every problem with its place, a JSON pointer.
    """
    graph = read_json_ld(text)
    reading = load_policies(graph, vocabulary=WORDS)
    if any(reading.problems):
        return None, list(reading.problems[0])
    if len(reading.policies) != 1:
        return None, [Problem("", f"holds {len(reading.policies)} policies, want one")]
    reader = _Reader(graph, next(iter(reading.policies.values())))
    terms = reader.read()
    return (None if reader.problems else terms), reader.problems


@dataclass
class _Reader:
    """Reads one policy that is ODRL."""

    graph: Graph
    policy: Policy
    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: str, what: str) -> None:
        self.problems.append(Problem(place, what))

    def read(self) -> Terms | None:
        policy = self.policy
        if policy.kind != "Agreement":
            self.complain("/@type", f"a policy of type {policy.kind} is no Agreement")
        if PROFILE not in {each.text for each in self.graph.values(policy.uid, odrl("profile"))}:
            self.complain("/profile", f"does not name the profile {PROFILE}")
        if policy.conflict == "perm":
            self.complain("/conflict", "lets permissions go before prohibitions; want prohibit or invalid")
        named = _UID.fullmatch(policy.uid)
        if named is None:
            self.complain("/uid", f"uid {policy.uid} is not urn:matinee:agreement:ID:VERSION")
        person, producer = self.read_party("assigner"), self.read_party("assignee")
        grants = tuple(self.read_grant(rule, place, person) for rule, place in self.rules("permission"))
        if not grants:
            self.complain("/permission", "permits nothing")
        for rule, place in self.rules("prohibition"):
            self.check_counts([*rule.constraints, *_refinements(rule)], place)
        fee = self.read_fee()
        self.check_pay(grants, fee)
        self.check_currencies(grants, fee)
        stated = self.read_statements()
        if self.problems or named is None:
            return None
        return Terms(
            named[1],
            int(named[2]),
            person,
            producer,
            policy,
            grants,
            fee,
            self.read_text("description"),
            self.read_text("represented-by"),
            self.read_notice(),
            stated,
        )

    def rules(self, kind: str) -> Iterator[tuple[Rule, str]]:
        """Go through the rules of a kind with their places."""
        places = [each.place for each in self.graph.values(self.policy.uid, odrl(kind))]
        return zip((rule for rule in self.policy.rules if rule.kind == kind), places, strict=True)

    def read_party(self, role: str) -> str:
        """Read the one party of the whole policy in a role; every rule must have it and no other."""
        attribute = f"{role}s"
        named = {
            tuple(scope.ids for scope in getattr(rule.about, attribute) if not scope.refinements)
            for rule in self.policy.rules
        }
        ids = next(iter(named)) if len(named) == 1 else ()
        found = _PARTY.fullmatch(ids[0][0]) if len(ids) == 1 and len(ids[0]) == 1 else None
        if found is None:
            self.complain(f"/{role}", f"want one {role} for all rules, urn:matinee:party:ID")
        return found[1] if found else ""

    def read_grant(self, rule: Rule, place: str, person: str) -> Grant:
        actions = self.read_actions(rule, place)
        kinds = self.read_kinds(rule, place, person)
        for action in actions:
            if ACTIONS.get(action) and not kinds & set(ACTIONS[action]):
                self.complain(f"{place}/target", f"{action} is done to {' or '.join(ACTIONS[action])}, not to these")
        limit = self.read_limit(rule, place)
        advances, prices, owed = read_duties(rule, place, self.complain)
        return Grant(
            rule.uid,
            actions,
            kinds,
            limit,
            prices,
            advances,
            owed,
            projects=_named(rule, "project"),
            media=_named(rule, "medium"),
            territories=_named(rule, "territory"),
            ends_at=_find_end(rule.constraints),
        )

    def read_actions(self, rule: Rule, place: str) -> frozenset[str]:
        names = {action.iri.removeprefix(PREFIX) for action in rule.about.actions}
        if not names:
            self.complain(place, "permits any action; name those that are meant")
        for action in rule.about.actions:
            if action.iri.removeprefix(PREFIX) not in ACTIONS or not action.iri.startswith(PREFIX):
                what = f"permits {shorten(action.iri)}; want actions of the profile: {', '.join(ACTIONS)}"
                self.complain(f"{place}/action", what)
        return frozenset(names)

    def read_kinds(self, rule: Rule, place: str, person: str) -> frozenset[str]:
        known = {asset_iri(person, kind): kind for kind in ("face", "voice", "body", "writing", "style")}
        found = set()
        for scope in rule.about.targets:
            if len(scope.ids) != 1 or scope.ids[0] not in known or scope.refinements:
                what = f"target {scope.ids[0]} is not urn:matinee:person:{person or 'ID'}:KIND of the assigner"
                self.complain(f"{place}/target", what)
            else:
                found.add(known[scope.ids[0]])
        if not rule.about.targets:
            self.complain(place, "has no target: name the face, voice, body, writing or style")
        return frozenset(found)

    def read_limit(self, rule: Rule, place: str) -> int | None:
        counted = [each for each in rule.constraints if isinstance(each, Constraint) and each.operand == COUNT]
        rest = [each for each in rule.constraints if each not in counted]
        self.check_counts([*rest, *_refinements(rule)], place)
        limits = []
        for each in counted:
            whole = each.values[0] if each.values and isinstance(each.values[0], int) else None
            if each.operator not in {"lt", "lteq"} or whole is None or each.unit or each.status or whole < 0:
                self.complain(place, "count wants lteq or lt, one whole number, no unit and no status")
            else:
                limits.append(whole if each.operator == "lteq" else whole - 1)
        return max(min(limits), 0) if limits else None

    def check_counts(self, conditions: Iterable[Condition], place: str) -> None:
        """A count that hides in other conditions could not be reserved."""
        if any(each.operand == COUNT for each in flatten(conditions)):
            self.complain(place, "count stands only as a constraint of a permission, by itself")

    def read_fee(self) -> Price | None:
        fees = []
        for rule, place in self.rules("obligation"):
            names = [shorten(action.iri) for action in rule.about.actions]
            price = read_price(rule, place, self.complain) if names == ["compensate"] else None
            if price is None or price.per != "all uses":
                self.complain(place, "an obligation is one fee: compensate with matinee:per eq 'all uses'")
            else:
                fees.append(price)
        if len(fees) > 1:
            self.complain("/obligation", f"has {len(fees)} fees for all uses, want one")
        return fees[0] if fees else None

    def check_pay(self, grants: Iterable[Grant], fee: Price | None) -> None:
        """Every use is paid, or said to be free; and a request can count in one unit only."""
        for number, grant in enumerate(grants):
            pers = {price.per for price in grant.prices}
            if not pers and fee is None:
                self.complain(f"/permission/{number}", "has no compensation; one that is free says so, with amount 0")
            if {"day", "second"} <= pers or "all uses" in pers:
                self.complain(f"/permission/{number}", "is paid by the day or by the second; one fee is an obligation")

    def check_currencies(self, grants: Iterable[Grant], fee: Price | None) -> None:
        prices = [price for grant in grants for price in (*grant.prices, *(each for _, each in grant.advances))]
        found = sorted({price.currency for price in (*prices, *([fee] if fee else []))})
        if len(found) > 1:
            self.complain("", f"has amounts in {' and '.join(found)}, want one currency")

    def read_text(self, name: str) -> str:
        values = self.graph.values(self.policy.uid, term(name))
        return " ".join(values[0].text.split()) if len(values) == 1 and values[0].kind is Kind.LITERAL else ""

    def read_notice(self) -> int | None:
        text = self.read_text("notice-hours")
        return int(text) if text else None

    def read_statements(self) -> tuple[tuple[str, bool], ...]:
        """Read what the profile adds to a policy; a word that it does not have is a problem, not a remark."""
        stated = []
        for iri, values in self.graph.nodes[self.policy.uid].items():
            name = iri.removeprefix(PREFIX)
            if not iri.startswith(PREFIX):
                continue
            is_boolean = all(value.datatype == f"{XSD}boolean" for value in values)
            if name in STATED and is_boolean and len(values) == 1:
                stated.append((STATED[name], values[0].text == "true"))
            elif name in STATED:
                self.complain(values[0].place, f"{name} wants true or false")
            elif name == "notice-hours" and not re.fullmatch(r"[0-9]{1,5}", self.read_text(name)):
                self.complain(values[0].place, "notice-hours wants a whole number of hours")
            elif name not in {"description", "represented-by", "notice-hours"} or len(values) != 1:
                self.complain(values[0].place, f"{name} is not a word of the profile, or stands more than once")
        return tuple(stated)


def _refinements(rule: Rule) -> list[Condition]:
    about = rule.about
    found = [each for action in about.actions for each in action.refinements]
    scopes = (*about.targets, *about.assignees, *about.assigners)
    return found + [each for scope in scopes for each in scope.refinements]


def _named(rule: Rule, operand: str) -> tuple[str, ...]:
    """Give the values that a permission names for an operand, by a constraint that stands by itself."""
    for each in rule.constraints:
        if isinstance(each, Constraint) and each.operand == term(operand) and each.operator in _NAMING:
            return tuple(map(str, each.values))
    return ()


def _find_end(conditions: Iterable[Condition]) -> datetime | None:
    ends = [
        _end_of(each.values[0], includes=each.operator == "lteq")
        for each in conditions
        if isinstance(each, Constraint) and each.operand == DATE_TIME and each.operator in {"lt", "lteq"}
    ]
    return min((end for end in ends if end is not None), default=None)


def _end_of(value: object, *, includes: bool) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, date):
        return None
    start = datetime.combine(value, time(), UTC)
    return start + timedelta(days=1) if includes and value < date.max else start
