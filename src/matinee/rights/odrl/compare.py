"""The twelve operators, in three-valued logic: satisfied, not satisfied, unknown.

Covers values given; where they come from is the business of `evaluate`. Unknown is the answer wherever two readings of
ODRL 2.2 differ (a value among several that fits only in part) or nothing can be said (a text beside a number), so that
a permission never rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from matinee.rights.odrl.model import NOTHING, Truth, Value

Classes = Mapping[str, frozenset[str]]
"""IRI -> the classes, or the collections, that it is in."""


_KINDS: Mapping[type, str] = {
    str: "text",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    datetime: "time",
    date: "time",
    timedelta: "duration",
}


def kind_of(value: Value) -> str:
    """Say what a value can be compared with: number, time, duration, text or boolean.

    Raises:
        ValueError: it is of no type that operands have; a float is none, since two ways to one sum may differ.
    """
    try:
        return _KINDS[type(value)]
    except KeyError:
        raise ValueError(f"value: got {value!r}, want one of {', '.join(each.__name__ for each in _KINDS)}") from None


def order(left: Value, right: Value) -> int | None:
    """Order two values: -1, 0 or 1; None where there is no order between them.

    A date on the right is a whole day in UTC: times of that day are equal to it.
    """
    if isinstance(right, date) and not isinstance(right, datetime) and isinstance(left, datetime):
        left = left.astimezone(UTC).date()
    if kind_of(left) != kind_of(right) or kind_of(left) in {"text", "boolean"}:
        return None
    if isinstance(left, datetime) != isinstance(right, datetime):
        return None
    return (left > right) - (left < right)  # type: ignore[operator]  # both are numbers, times, dates or durations


def is_equal(left: Value, right: Value) -> Truth:
    """Compare two values; None where their kinds differ."""
    if type(left) is type(right):
        return left == right
    ordered = order(left, right)
    return None if ordered is None else ordered == 0


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction (Kleene): false if any is false, otherwise unknown if any is unknown."""
    found = set(truths)
    return False if False in found else None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction (Kleene): true if any is true, otherwise unknown if any is unknown."""
    found = set(truths)
    return True if True in found else None if None in found else False


def exactly_one(truths: Iterable[Truth]) -> Truth:
    """Whether one is true and no more; unknown only where an unknown decides."""
    found = list(truths)
    if found.count(True) > 1:
        return False
    return None if None in found else found.count(True) == 1


def negate(truth: Truth) -> Truth:
    """Turn true and false round; unknown stays."""
    return None if truth is None else not truth


def can_reach(start: str, goals: Iterable[str], *steps: Mapping[str, frozenset[str]]) -> bool:
    """Whether `start` is one of the goals, or in one of them through any number of steps."""
    wanted = frozenset(goals)
    if start in wanted:
        return True
    if not any(start in step for step in steps):
        return False
    seen = {start}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        new = frozenset[str]().union(*(step.get(here, frozenset()) for step in steps)) - seen
        if new & wanted:
            return True
        seen |= new
        waiting.extend(new)
    return False


def compare(
    operator: str,
    left: tuple[Value, ...],
    right: tuple[Value, ...],
    *,
    types: Classes = NOTHING,
    parts: tuple[Classes, ...] = (),
) -> Truth:
    """Compare a left with a right operand.

    Args:
        operator: short name of one of the twelve.
        left: what is the case, one or more values.
        right: what the constraint says, one or more values; one for eq, neq, gt, gteq, lt, lteq.
        types: IRI -> all its classes, for isA.
        parts: maps of member -> collections it is directly in, for hasPart and isPartOf.
    """
    if operator in _COMPARING:
        return _COMPARING[operator](left[0], right[0]) if len(left) == len(right) == 1 else None
    if operator == "isA":
        return _whole(_is_a(value, right, types) for value in left)
    if operator == "isPartOf":
        return _whole(_is_part(value, right, parts) for value in left)
    if operator == "hasPart":
        return all_of(any_of(_is_part(wanted, (value,), parts) for value in left) for wanted in right)
    if operator == "isAllOf":
        return all_of(_is_among(wanted, left) for wanted in right)
    among = [_is_among(value, right) for value in left]
    return _whole(among) if operator == "isAnyOf" else negate(any_of(among))


def _whole(truths: Iterable[Truth]) -> Truth:
    """All true, or all false; a mixture is unknown, since ODRL does not say what it means."""
    found = set(truths)
    return found.pop() if len(found) == 1 else None


def _is_among(value: Value, others: tuple[Value, ...]) -> Truth:
    return any_of(is_equal(value, other) for other in others)


def _is_a(value: Value, classes: tuple[Value, ...], types: Classes) -> Truth:
    known = types.get(value) if isinstance(value, str) else None
    return None if known is None else not known.isdisjoint(classes)


def _is_part(value: Value, wholes: tuple[Value, ...], parts: tuple[Classes, ...]) -> Truth:
    equal = _is_among(value, wholes)
    if equal or not isinstance(value, str):
        return equal
    return can_reach(value, (whole for whole in wholes if isinstance(whole, str)), *parts)


def _by_order(test: Callable[[int], bool]) -> Callable[[Value, Value], Truth]:
    def decide(left: Value, right: Value) -> Truth:
        ordered = order(left, right)
        return None if ordered is None else test(ordered)

    return decide


_COMPARING: Mapping[str, Callable[[Value, Value], Truth]] = {
    "eq": is_equal,
    "neq": lambda left, right: negate(is_equal(left, right)),
    "lt": _by_order(lambda sign: sign < 0),
    "lteq": _by_order(lambda sign: sign <= 0),
    "gt": _by_order(lambda sign: sign > 0),
    "gteq": _by_order(lambda sign: sign >= 0),
}
