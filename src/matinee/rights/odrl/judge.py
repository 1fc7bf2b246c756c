"""Conditions against the world: is a constraint satisfied, not satisfied, or unknown?

Covers constraints, logical constraints and refinements: where the left operand's value comes from, its unit, and
and/or/xone/andSequence in three-valued logic. What a rule makes of that is the business of `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from matinee.rights.odrl.compare import compare, exactly_one
from matinee.rights.odrl.model import Condition, Constraint, Fact, Logical, Policy, Request, World
from matinee.rights.odrl.names import odrl
from matinee.rights.odrl.report import Judgement
from matinee.rights.odrl.vocabulary import COUNT, DATE_TIME

NEVER_CLAIMED = frozenset(
    map(odrl, ("count", "dateTime", "delayPeriod", "elapsedTime", "event", "meteredTime", "timeInterval"))
)
"""Operands that the world counts and measures; what a request claims of them is not heard."""


class Scene(NamedTuple):
    """What a condition is judged in."""

    policy: Policy
    request: Request
    world: World


def judge(condition: Condition, subject: str, scene: Scene, *, is_next: bool) -> Judgement:
    """Judge one condition.

    Args:
        condition: a constraint or several taken together.
        subject: IRI of the rule, party or asset that it is about; facts about it come first.
        scene: policy, request and world.
        is_next: whether the use asked for would be one more than `count` says: permissions and prohibitions.

    Returns:
        How it came out, with the part that decided.
    """
    if isinstance(condition, Constraint):
        return _judge_constraint(condition, subject, scene, is_next)
    if condition.operator == "or":
        return _judge_or(condition, subject, scene, is_next)
    if condition.operator == "xone":
        judged = [judge(part, subject, scene, is_next=is_next) for part in condition.parts]
        unknown = next((each for each in judged if each.holds is None), None)
        holds = exactly_one(each.holds for each in judged)
        return unknown if unknown and holds is None else Judgement(holds, condition)
    failed = judge_all(condition.parts, subject, scene, is_next=is_next)
    return failed or Judgement(True, condition)


def judge_all(conditions: Iterable[Condition], subject: str, scene: Scene, *, is_next: bool) -> Judgement | None:
    """Judge conditions that all have to hold, in order.

    Returns:
        None if all hold; otherwise the first that does not hold, or else the first that is unknown.
    """
    unknown = None
    for condition in conditions:
        judged = judge(condition, subject, scene, is_next=is_next)
        if judged.holds is False:
            return judged
        if judged.holds is None and unknown is None:
            unknown = judged
    return unknown


def _judge_or(condition: Logical, subject: str, scene: Scene, is_next: bool) -> Judgement:
    unknown = None
    for part in condition.parts:
        judged = judge(part, subject, scene, is_next=is_next)
        if judged.holds:
            return judged
        if judged.holds is None and unknown is None:
            unknown = judged
    return unknown or Judgement(False, condition)


def _judge_constraint(constraint: Constraint, subject: str, scene: Scene, is_next: bool) -> Judgement:
    fact = _find_fact(constraint, subject, scene)
    if fact is None or constraint.reference or fact.unit != constraint.unit:
        return Judgement(None, constraint, fact)
    if is_next and constraint.operand == COUNT:
        fact = _one_more(fact)
    world = scene.world
    parts = (world.parts, scene.policy.parts)
    holds = compare(constraint.operator, fact.values, constraint.values, types=world.types, parts=parts)
    return Judgement(holds, constraint, fact)


def _find_fact(constraint: Constraint, subject: str, scene: Scene) -> Fact | None:
    """Find what is known: of the subject, of the world, in the policy's own status, in the request, in this order."""
    operand = constraint.operand
    if operand == DATE_TIME:
        return None if scene.world.now is None else Fact((scene.world.now,))
    for source in (subject, ""):
        known = scene.world.facts.get(source)
        if known is not None and operand in known:
            return known[operand]
    if constraint.status is not None:
        return constraint.status
    return None if operand in NEVER_CLAIMED else scene.request.facts.get(operand)


def _one_more(fact: Fact) -> Fact:
    return Fact(tuple(value + 1 if isinstance(value, int | Decimal) else value for value in fact.values), fact.unit)
