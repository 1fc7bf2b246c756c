from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import Unpayable
from matinee.rights.rulebook.audience import Hours, count_seconds, hours_of_seconds, hours_of_totals
from matinee.rights.rulebook.success import PERFORMERS

RELEASED = date(2025, 3, 1)
LAST = RELEASED + timedelta(days=89)


@pytest.fixture
def rule(rulebook):
    return rulebook.rule_for_money(PERFORMERS, RELEASED)


def count(rule, *views):
    times = pl.Series("started_at", [view[1] for view in views], pl.Datetime("us", "UTC"))
    rest = pl.DataFrame(
        [(title_id, seconds, country) for title_id, _, seconds, country in views],
        pl.Schema({"title_id": pl.String, "seconds": pl.Int32, "country": pl.String}),
        orient="row",
    )
    frame = rest.with_columns(times).lazy()
    releases = pl.DataFrame({"title_id": ["b", "a"], "released_on": [RELEASED, RELEASED]})
    counted = count_seconds(frame, releases, rule)
    assert counted.schema == {"title_id": pl.String, "seconds": pl.Int64, "unknown": pl.UInt32}
    assert counted["title_id"].to_list() == ["b", "a"]
    return counted.row(1)[1:]


def at(day, hour=0):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def totals(*rows):
    schema = pl.Schema({"territory": pl.String, "starts_on": pl.Date, "ends_on": pl.Date, "hours": pl.Float64})
    return pl.DataFrame(rows, schema, orient="row")


def test_viewings_at_home_that_start_within_the_first_ninety_days_count(rule):
    views = [
        ("a", at(RELEASED), 100, "US"),
        ("a", at(LAST, 23), 20, "US"),
        ("a", at(LAST + timedelta(days=1)), 7, "US"),
        ("a", at(RELEASED - timedelta(days=1), 23), 7, "US"),
        ("a", at(RELEASED), 7, "FR"),
        ("z", at(RELEASED), 7, "US"),
    ]
    assert count(rule, *views) == (120, 0)


def test_viewings_of_unknown_length_or_place_are_counted_apart(rule):
    views = [
        ("a", at(RELEASED), 100, "US"),
        ("a", at(RELEASED), None, "US"),
        ("a", at(RELEASED), 50, None),
        ("a", at(RELEASED), None, "FR"),
    ]
    assert count(rule, *views) == (100, 2)


def test_a_title_without_viewings_has_zeros(rule):
    assert count(rule) == (0, 0)


def test_hours_are_counted_in_tenths(rule):
    assert hours_of_seconds(179, unknown=0, rule=rule) == Hours(Fraction(0), Fraction(0))
    assert hours_of_seconds(180, unknown=0, rule=rule) == Hours(Fraction(1, 10), Fraction(1, 10))
    assert hours_of_seconds(180, unknown=1, rule=rule) == Hours(Fraction(1, 10), None)


def test_totals_that_cover_the_first_days_exactly_are_certain(rule):
    middle = RELEASED + timedelta(days=30)
    rows = [("US", middle, LAST, 2.25), ("US", RELEASED, middle - timedelta(days=1), 1.0), ("FR", RELEASED, LAST, 9.0)]
    assert hours_of_totals(totals(*rows), RELEASED, rule) == Hours(Fraction("3.3"), Fraction("3.3"))


@pytest.mark.parametrize(
    ("starts", "ends", "hours", "expected"),
    [
        (RELEASED - timedelta(days=3), LAST, 5.0, Hours(Fraction(0), Fraction(5))),
        (RELEASED, LAST + timedelta(days=1), 5.0, Hours(Fraction(0), Fraction(5))),
        (RELEASED, LAST - timedelta(days=1), 5.0, Hours(Fraction(5), None)),
        (RELEASED + timedelta(days=1), LAST, 5.0, Hours(Fraction(5), None)),
        (RELEASED, LAST, None, Hours(Fraction(0), None)),
        (LAST + timedelta(days=1), LAST + timedelta(days=9), 5.0, Hours(Fraction(0), None)),
    ],
)
def test_totals_that_reach_too_far_or_not_far_enough_leave_it_open(rule, starts, ends, hours, expected):
    assert hours_of_totals(totals(("US", starts, ends, hours)), RELEASED, rule) == expected


def test_totals_that_overlap_are_refused(rule):
    rows = [("US", RELEASED, LAST, 1.0), ("US", LAST, LAST, 1.0)]
    with pytest.raises(Unpayable, match=f"totals of US overlap on {LAST}; give the totals of one origin"):
        hours_of_totals(totals(*rows), RELEASED, rule)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(-20, 20))
def test_at_most_is_never_below_at_least(rulebook, lengths, shift):
    day, rows = RELEASED + timedelta(days=shift), []
    for length in lengths:
        rows.append(("US", day, day + timedelta(days=length - 1), float(length)))
        day += timedelta(days=length)
    found = hours_of_totals(totals(*rows), RELEASED, rulebook.rule_for_money(PERFORMERS, RELEASED))
    covers = shift <= 0 and day > LAST
    assert covers == (found.at_most is not None)
    assert found.at_most is None or found.at_least <= 90 <= found.at_most
