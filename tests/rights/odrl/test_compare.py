from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.odrl.compare import all_of, any_of, can_reach, compare, exactly_one, is_equal, negate, order

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PARTS = ({"lyon": frozenset({"france"}), "france": frozenset({"europe"})},)
TYPES = {"film": frozenset({"film", "work"})}


@pytest.mark.parametrize(
    ("operator", "left", "right", "holds"),
    [
        ("eq", (5,), (Decimal("5.0"),), True),
        ("eq", ("5",), (5,), None),
        ("eq", (True,), (1,), None),
        ("neq", ("fr",), ("en",), True),
        ("neq", ("5",), (5,), None),
        ("lt", (4,), (5,), True),
        ("lt", (5,), (5,), False),
        ("lteq", (5,), (5,), True),
        ("gt", ("b",), ("a",), None),
        ("gteq", (timedelta(hours=24),), (timedelta(days=1),), True),
        ("eq", ("a", "b"), ("a",), None),
        ("isAnyOf", ("a",), ("a", "b"), True),
        ("isAnyOf", ("c",), ("a", "b"), False),
        ("isAnyOf", ("a", "c"), ("a", "b"), None),
        ("isAnyOf", (5,), ("a",), None),
        ("isNoneOf", ("c",), ("a", "b"), True),
        ("isNoneOf", ("a", "c"), ("a", "b"), False),
        ("isNoneOf", (5,), ("a",), None),
        ("isAllOf", ("a", "b", "c"), ("a", "b"), True),
        ("isAllOf", ("a",), ("a", "b"), False),
        ("isPartOf", ("lyon",), ("europe", "asia"), True),
        ("isPartOf", ("tokyo",), ("europe",), False),
        ("isPartOf", ("lyon", "tokyo"), ("europe",), None),
        ("hasPart", ("europe",), ("lyon", "france"), True),
        ("hasPart", ("france",), ("lyon", "tokyo"), False),
        ("hasPart", ("a", "b"), ("b",), True),
        ("isA", ("film",), ("work",), True),
        ("isA", ("film",), ("person",), False),
        ("isA", ("unheard-of",), ("work",), None),
    ],
)
def test_an_operator_worked_by_hand(operator, left, right, holds):
    assert compare(operator, left, right, types=TYPES, parts=PARTS) is holds


@pytest.mark.parametrize(
    ("right", "sign"),
    [
        (date(2026, 1, 31), 0),
        (date(2026, 2, 1), -1),
        (date(2026, 1, 30), 1),
        (NOON - timedelta(seconds=1), 1),
        (5, None),
    ],
)
def test_a_day_is_the_whole_day_in_utc(right, sign):
    assert order(NOON, right) == sign


def test_a_day_and_a_time_are_not_ordered_the_other_way_round():
    assert order(date(2026, 1, 31), NOON) is None
    assert is_equal(date(2026, 1, 31), NOON) is None


def test_three_valued_tables():
    assert [all_of(pair) for pair in [(True, None), (False, None), (True, True), ()]] == [None, False, True, True]
    assert [any_of(pair) for pair in [(True, None), (False, None), (False, False), ()]] == [True, None, False, False]
    ones = [(True, False), (True, None), (True, True, None), (False, None), (False,)]
    assert [exactly_one(each) for each in ones] == [True, None, False, None, False]
    assert [negate(each) for each in (True, False, None)] == [False, True, None]


def test_circles_of_membership_end():
    assert not can_reach("a", ["z"], {"a": frozenset({"b"}), "b": frozenset({"a"})})


VALUES = st.one_of(
    st.integers(-9, 9),
    st.sampled_from(["a", "b", "c"]),
    st.booleans(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.timedeltas(),
)


@given(st.lists(VALUES, min_size=1, max_size=3), st.lists(VALUES, min_size=1, max_size=3))
def test_opposite_operators_never_both_hold(left, right):
    pairs = [("eq", "neq"), ("lt", "gteq"), ("gt", "lteq"), ("isAnyOf", "isNoneOf")]
    for one, other in pairs:
        found = [compare(name, tuple(left), tuple(right)) for name in (one, other)]
        assert found.count(True) <= 1
        assert (found[0] is None) == (found[1] is None) or one == "isAnyOf"
