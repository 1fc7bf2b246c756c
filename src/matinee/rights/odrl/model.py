"""What policies, requests and the world are, once read: frozen values that are evaluated many times.

Covers the classes of the ODRL Information Model 2.2 that decide whether a rule is active. Compact policies and
inheritance are already written out in a `Policy` (see `inherit`). Metadata and the roles of parties other than assigner
and assignee are not kept: they decide nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from matinee.rights.odrl.vocabulary import ODRL_22, Vocabulary

Value = str | bool | int | Decimal | datetime | date | timedelta
"""A value of an operand. Texts and IRIs are both str; a datetime has a zone; a date is that whole day in UTC."""

Truth = bool | None
"""None is unknown."""

RuleKind = Literal["permission", "prohibition", "obligation", "duty"]

NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Fact(NamedTuple):
    """What is known of an operand.

    Attributes:
        values: one or more.
        unit: IRI or name of the unit; None where there is none.
    """

    values: tuple[Value, ...]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Constraint:
    """A comparison.

    Attributes:
        uid: its IRI or label.
        operand: IRI of the left operand.
        operator: short name: eq, neq, gt, gteq, lt, lteq, isA, hasPart, isPartOf, isAllOf, isAnyOf, isNoneOf.
        values: right operand; one value, or one and more for operators of sets. Empty where `reference` is given.
        unit: unit of the right operand.
        reference: IRI that the right operand would have to be looked up at.
        status: value of the left operand so far, where the policy itself says it.
    """

    uid: str
    operand: str
    operator: str
    values: tuple[Value, ...]
    unit: str | None = None
    reference: str | None = None
    status: Fact | None = None


@dataclass(frozen=True, slots=True)
class Logical:
    """Conditions taken together.

    Attributes:
        uid: its IRI or label.
        operator: and, or, xone (exactly one), andSequence.
        parts: conditions, at least one, in order.
    """

    uid: str
    operator: str
    parts: tuple[Condition, ...]


Condition = Constraint | Logical


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a rule, with the conditions that narrow it."""

    iri: str
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """A party or an asset of a rule: one, or the members of a collection that fit the refinements.

    Attributes:
        ids: IRIs it goes by: its own and its source's, at least one.
        refinements: conditions that narrow it.
    """

    ids: tuple[str, ...]
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """What the rules of a policy have in common. Several values of one kind: any of them.

    Attributes:
        actions: empty = any action.
        targets: assets; empty = any asset.
        assignees: who may, may not or has to; empty = anybody.
        assigners: who says so; empty = not said.
    """

    actions: tuple[Action, ...] = ()
    targets: tuple[Scope, ...] = ()
    assignees: tuple[Scope, ...] = ()
    assigners: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A permission, prohibition, obligation or duty.

    Attributes:
        uid: its IRI; the place in the file behind the policy's IRI where it has none.
        kind: permission, prohibition, obligation (of a policy), duty (of another rule).
        about: action, asset, parties.
        constraints: all have to hold.
        duties: duties of a permission, remedies of a prohibition, consequences of a duty or an obligation.
        before_use: a duty to be fulfilled before the permission is used (`event lt policyUsage`).
    """

    uid: str
    kind: RuleKind
    about: Shared = field(default_factory=Shared)
    constraints: tuple[Condition, ...] = ()
    duties: tuple[Rule, ...] = ()
    before_use: bool = False


@dataclass(frozen=True)
class Policy:
    """A policy that is ready to be evaluated.

    Attributes:
        uid: its IRI.
        kind: Set, Offer, Agreement, Assertion, Privacy, Request, Ticket.
        rules: permissions, prohibitions and obligations, its own and its parents'.
        conflict: perm, prohibit or invalid.
        parts: member -> collections that the policy puts it into.
        vocabulary: words it may use.
    """

    uid: str
    kind: str
    rules: tuple[Rule, ...]
    conflict: str = "invalid"
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    vocabulary: Vocabulary = ODRL_22


@dataclass(frozen=True)
class Request:
    """One use asked for.

    Attributes:
        action: IRI; None = not said.
        assignee: IRI of who asks; None = not said.
        target: IRI of the asset; None = not said.
        assigner: IRI of who is asked; None = not said, then any assigner will do.
        facts: operand -> what the request says of it. The world's word counts before the request's.
    """

    action: str | None
    assignee: str | None = None
    target: str | None = None
    assigner: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


DutyState = Literal["fulfilled", "open", "idle", "violated", "unknown"]
"""open: it binds and is not fulfilled yet; idle: its constraints do not hold, so that it does not bind."""


Settled = Literal["fulfilled", "violated", "open"]
"""What may be reported of a duty; open where nothing is settled."""


class DutyRecord(NamedTuple):
    """What the world says of a duty.

    Attributes:
        state: fulfilled, violated or open.
        is_performed: whether its action has been done, be it too late.
    """

    state: Settled
    is_performed: bool = False


@dataclass(frozen=True)
class World:
    """What is the case when a request is judged.

    Attributes:
        now: with a zone; None = no clock, then every comparison with dateTime is unknown.
        parts: member -> collections it is directly in. A membership that is not said does not exist.
        types: IRI -> all classes it is of.
        facts: subject -> operand -> what is known of it. The subject is the IRI of a rule, a party or an asset; ""
            is the world at large. `count` is how often the rule's action has been done before.
        duties: IRI of a duty -> what became of it.
    """

    now: datetime | None = None
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    duties: Mapping[str, DutyRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.now is not None and self.now.tzinfo is None:
            raise ValueError(f"now: got {self.now.isoformat()}, want a time with a zone")
