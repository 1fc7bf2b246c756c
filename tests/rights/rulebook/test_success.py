from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import Unpayable
from matinee.rights.money import Money
from matinee.rights.rulebook.audience import Hours
from matinee.rights.rulebook.success import WRITERS, Subscribers, measure_success, pay_success_bonus
from matinee.rights.rulebook.writers import pay_fixed_residual
from matinee.rights.rulebook.writers import pay_success_bonus as pay_writers_bonus

RELEASED = date(2025, 3, 1)
FIVE = Subscribers(5, date(2025, 7, 1))


def certain(hours):
    return Hours(Fraction(hours), Fraction(hours))


def test_views_are_hours_by_runtime_and_a_fifth_of_the_subscribers_is_a_success(rulebook):
    found = measure_success(rulebook, RELEASED, hours=certain("1.5"), runtime_minutes=90, subscribers=FIVE)
    assert (found.views, found.threshold, found.is_reached) == (Fraction(1), Fraction(1), True)
    assert found.text == "1.5 h × 60 / 90 min = 1 views; 20% of 5 subscribers = 1: reached"
    assert found.citations[0].version == "2023-11-09"


def test_the_writers_metric_is_a_rule_of_its_own(rulebook):
    found = measure_success(
        rulebook, RELEASED, hours=certain(1), runtime_minutes=Decimal("90"), subscribers=FIVE, metric=WRITERS
    )
    assert (found.is_reached, found.citations[0].rule) == (False, "wga.success.metric")


def test_hours_that_are_open_decide_where_they_can(rulebook):
    def measure(at_least, at_most):
        hours = Hours(Fraction(at_least), at_most)
        return measure_success(rulebook, RELEASED, hours=hours, runtime_minutes=60, subscribers=FIVE)

    assert measure(1, None).text.startswith("at least 1 h × 60 / 60 min")
    assert measure(1, None).is_reached
    assert not measure(0, Fraction(1, 2)).is_reached
    with pytest.raises(Unpayable, match="between 0 and any number hours, which leaves the success open; complete"):
        measure(0, None)
    with pytest.raises(Unpayable, match="between 0 and 1 hours"):
        measure(0, Fraction(1))


@pytest.mark.parametrize(
    ("runtime", "subscribers", "message"),
    [
        (0, FIVE, "a runtime of 0 minutes; give the runtime"),
        (None, FIVE, "a runtime of None minutes"),
        (90, None, "domestic subscribers: not known; supply the number"),
        (90, Subscribers(0, date(2025, 7, 1)), "domestic subscribers: 0"),
        (90, Subscribers(5, date(2025, 12, 31)), "subscribers as of 2025-12-31; give those of 2025-07-01"),
    ],
)
def test_a_success_that_cannot_be_measured_is_refused(rulebook, runtime, subscribers, message):
    with pytest.raises(Unpayable, match=message):
        measure_success(rulebook, RELEASED, hours=certain(1), runtime_minutes=runtime, subscribers=subscribers)


def test_a_release_before_the_first_agreement_is_refused(rulebook):
    with pytest.raises(Unpayable, match="no version is in force on 2023-11-08"):
        measure_success(rulebook, date(2023, 11, 8), hours=certain(1), runtime_minutes=90, subscribers=FIVE)


@given(st.integers(0, 10**12))
def test_a_bonus_is_split_without_losing_a_cent(rulebook, minor):
    fixed = Money(minor, "USD")
    bonus = pay_success_bonus(rulebook, RELEASED, fixed_residual=fixed)
    assert bonus.performers.money + bonus.fund.money == fixed
    assert abs(bonus.performers.money.exact - fixed.exact * Fraction(3, 4)) <= Fraction(1, 200)


def test_a_bonus_says_where_the_remainder_went(rulebook):
    bonus = pay_success_bonus(rulebook, RELEASED, fixed_residual=Money(123457, "USD"))
    assert bonus.performers.text == "75% × $1,234.57 = $925.93"
    assert bonus.fund.text == "$1,234.57 - $925.93 = $308.64 (the rest, with the remainder of rounding)"
    with pytest.raises(Unpayable, match=r"a fixed residual of -\$0.01"):
        pay_success_bonus(rulebook, RELEASED, fixed_residual=Money(-1, "USD"))


def test_the_published_bonus_of_a_feature_is_met(rulebook):
    residual = pay_fixed_residual(rulebook, RELEASED, length="feature", subscribers=60_000_000)
    bonus = pay_writers_bonus(rulebook, RELEASED, residuals=[residual.domestic, residual.foreign])
    assert residual.domestic.text == "$75,000.00 × 1.5 × 45% = $50,625.00"
    assert bonus.text == "($50,625.00 + $30,375.00) × 50% = $40,500.00"
    assert bonus.grade == "S+D+P"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"subscribers": None}, "domestic subscribers: not known"),
        ({"subscribers": 44_999_999}, "no factor is known for 44,999,999 subscribers; supply the tiers"),
        ({"year": 2}, "no figure is known for '2'; supply it"),
        ({"length": "short"}, "no figure is known for 'short'"),
    ],
)
def test_a_residual_without_its_figure_is_refused(rulebook, asked, message):
    given = {"length": "one-hour", "subscribers": 45_000_000} | asked
    with pytest.raises(Unpayable, match=message):
        pay_fixed_residual(rulebook, RELEASED, **given)


def test_tiers_of_the_users_own_take_the_largest_that_is_reached(own_rulebook):
    own = (
        '[[rule]]\nid = "wga.residual.subscriber-factor"\nfrom = 2023-09-25\nsource = "counsel"\n'
        'values = {20000000 = "1", 45000000 = "1.5", 90000000 = "2"}\n'
    )
    book = own_rulebook(own)
    paid = [
        pay_fixed_residual(book, RELEASED, length="feature", subscribers=count).domestic
        for count in (20_000_000, 89_999_999)
    ]
    assert [str(due.money) for due in paid] == ["$33,750.00", "$50,625.00"]
    assert paid[0].grade == "D+user+P"


@pytest.mark.parametrize(
    ("rule", "values", "message"),
    [
        ("wga.residual.subscriber-factor", '{45M = "1.5"}', "tier '45M' is no number of subscribers"),
        ("wga.residual.year-share", '{1 = "0.45"}\nrounding = "half-up to 0.001"', "may leave less than USD has"),
        ("wga.success.metric", '{share = "0.2", days = "90", month = "13", day = "1"}', "no such day: month must be"),
    ],
)
def test_figures_of_the_users_own_that_cannot_be_are_refused(own_rulebook, rule, values, message):
    book = own_rulebook(f'[[rule]]\nid = "{rule}"\nsource = "counsel"\nfrom = 2023-09-25\nvalues = {values}\n')

    def pay():
        measure_success(book, RELEASED, hours=certain(1), runtime_minutes=9, subscribers=FIVE, metric=WRITERS)
        pay_fixed_residual(book, RELEASED, length="feature", subscribers=60_000_000)

    with pytest.raises(Unpayable, match=message):
        pay()


def test_a_bonus_needs_residuals_of_one_currency(rulebook):
    residual = pay_fixed_residual(rulebook, RELEASED, length="feature", subscribers=60_000_000).domestic
    with pytest.raises(ValueError, match="residuals: got none"):
        pay_writers_bonus(rulebook, RELEASED, residuals=[])
    euros = type(residual)(Money(1, "EUR"), "", ())
    with pytest.raises(Unpayable, match="is not in USD"):
        pay_writers_bonus(rulebook, RELEASED, residuals=[residual, euros])
