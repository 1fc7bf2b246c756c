"""What came of an evaluation, and how it is said.

Covers the report on a policy and on each rule. Words are made only when asked for, since most reports are only counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from matinee.rights.odrl.model import (
    Action,
    Condition,
    Constraint,
    DutyState,
    Fact,
    Logical,
    RuleKind,
    Scope,
    Truth,
    Value,
)
from matinee.rights.odrl.names import shorten

Premise = Literal["action", "target", "assignee", "assigner", "constraint", "duty"]

MOST_SAID = 3
"""Values, parties or actions that a sentence lists."""


class Judgement(NamedTuple):
    """How a condition came out.

    Attributes:
        holds: None is unknown.
        condition: the condition, or the part of it that decided.
        fact: what is known of its left operand; None where nothing is.
    """

    holds: Truth
    condition: Condition
    fact: Fact | None = None


class Finding(NamedTuple):
    """How one premise of a rule came out.

    Attributes:
        premise: what was looked at.
        holds: None is unknown.
        wanted: actions, parties or assets of the rule.
        asked: what the request says; None where it says nothing.
        judged: the condition that decided.
        duty: IRI and state of a duty.
    """

    premise: Premise
    holds: Truth
    wanted: Sequence[Action | Scope] = ()
    asked: str | None = None
    judged: Judgement | None = None
    duty: tuple[str, DutyState] | None = None


@dataclass(frozen=True, slots=True)
class RuleReport:
    """How one rule came out.

    Attributes:
        rule: its IRI.
        kind: permission, prohibition or obligation.
        is_active: a permission that is active allows what was asked for; a prohibition forbids it; an obligation binds
            who asked. What is unknown leaves a permission inactive and the other two active.
        findings: one a premise.
        duties: IRI and state: of a permission's duties, a prohibition's remedies, the obligation itself.
    """

    rule: str
    kind: RuleKind
    is_active: bool
    findings: tuple[Finding, ...]
    duties: tuple[tuple[str, DutyState], ...] = ()

    @property
    def because(self) -> str:
        """Why, in words: what holds if it is active, what does not if it is not."""
        said = [say_finding(each) for each in self.findings if self.is_active or not each.holds]
        if self.kind == "obligation" or (self.kind == "prohibition" and self.is_active):
            said += [f"duty {duty} is {state}" for duty, state in self.duties]
        return "; ".join(said) or "it has no conditions"

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON can say it."""
        duties = [{"duty": duty, "state": state} for duty, state in self.duties]
        state = "active" if self.is_active else "inactive"
        return {"rule": self.rule, "kind": self.kind, "state": state, "because": self.because, "duties": duties}


@dataclass(frozen=True, slots=True)
class Report:
    """How a policy came out for one request.

    Attributes:
        policy: its IRI.
        is_permitted: a permission is active, and no prohibition takes it back.
        because: the one reason for that, in words.
        rules: one a rule, in the policy's order.
    """

    policy: str
    is_permitted: bool
    because: str
    rules: tuple[RuleReport, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON can say it."""
        return {
            "policy": self.policy,
            "decision": "permit" if self.is_permitted else "refuse",
            "because": self.because,
            "rules": [rule.as_json() for rule in self.rules],
        }


def say_finding(finding: Finding) -> str:
    """Say a premise: "assignee: http://example.org/bob is not http://example.org/alice"."""
    if finding.duty is not None:
        return f"duty {finding.duty[0]} is {finding.duty[1]}"
    if finding.premise == "constraint":
        return say_judgement(finding.judged) if finding.judged else "no constraints"
    wanted = _list([_name(each) for each in finding.wanted])
    if finding.asked is None:
        return f"{finding.premise}: the request names none, the rule {wanted}"
    asked = shorten(finding.asked)
    if finding.judged is not None:
        return f"{finding.premise} {asked}: {say_judgement(finding.judged)}"
    if finding.holds is None:
        return f"{finding.premise}: {asked} is not a word of this policy's vocabulary"
    if finding.holds:
        return f"{finding.premise} {asked}" if asked == wanted else f"{finding.premise} {asked} meets {wanted}"
    return f"{finding.premise}: {asked} does not meet {wanted}"


def say_judgement(judged: Judgement) -> str:
    """Say a condition and how it came out: "dateTime lt 2024-12-31T23:59:59Z holds (2024-02-12T11:20:10Z)"."""
    said = say_condition(judged.condition)
    if judged.holds is None:
        return f"{said} is unknown: {_say_unknown(judged)}"
    verdict = "holds" if judged.holds else "does not hold"
    return f"{said} {verdict}" + (f" ({_say_fact(judged.fact)})" if judged.fact else "")


def say_condition(condition: Condition) -> str:
    """Say a condition without judging it."""
    if not isinstance(condition, Constraint):
        return _say_logical(condition)
    right = condition.reference or _list([say_value(value) for value in condition.values])
    unit = f" {shorten(condition.unit)}" if condition.unit else ""
    return f"{shorten(condition.operand)} {condition.operator} {right}{unit}"


def _say_logical(condition: Logical) -> str:
    parts = [say_condition(part) for part in condition.parts if isinstance(part, Constraint)]
    if len(parts) < len(condition.parts) or len(parts) > MOST_SAID:
        return f"{condition.operator} of {len(condition.parts)} conditions"
    return f"({f' {condition.operator} '.join(parts)})"


def say_value(value: Value) -> str:
    """Say a value as a policy would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        text = value.isoformat()
        return text.removesuffix("+00:00") + "Z" if isinstance(value, datetime) and text.endswith("+00:00") else text
    return shorten(str(value))


def _say_unknown(judged: Judgement) -> str:
    if not isinstance(judged.condition, Constraint):
        return "its parts are"
    if judged.fact is None:
        return "nobody says what is the case"
    if judged.condition.reference:
        return "its right side would have to be looked up"
    if judged.fact.unit != judged.condition.unit:
        return f"units differ ({_say_fact(judged.fact)})"
    return f"the two cannot be compared ({_say_fact(judged.fact)})"


def _say_fact(fact: Fact) -> str:
    unit = f" {shorten(fact.unit)}" if fact.unit else ""
    return _list([say_value(value) for value in fact.values]) + unit


def _name(each: Action | Scope) -> str:
    return shorten(each.iri if isinstance(each, Action) else each.ids[0])


def _list(words: list[str]) -> str:
    shown = ", ".join(words[:MOST_SAID])
    return f"{shown}, … ({len(words)})" if len(words) > MOST_SAID else shown
