from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import Unpayable
from matinee.rights.money import Money
from matinee.rights.rulebook.due import UNITS, price_by_unit
from matinee.rights.rulebook.replicas import (
    BACKGROUND,
    day_rate,
    pay_background_scan,
    pay_other_project,
    pay_replica_days,
    pay_scan_session,
)
from matinee.rights.rulebook.rules import Citation

DAY = date(2025, 9, 1)
TERM = Citation("agreement-7#compensate", "2", "agreed", "agreement-7")


@pytest.mark.parametrize(
    ("on", "rate"),
    [
        (date(2022, 7, 1), "$187.00"),
        (date(2023, 11, 8), "$187.00"),
        (date(2023, 11, 9), "$208.00"),
        (date(2026, 6, 30), "$224.00"),
        (date(2030, 1, 1), "$231.00"),
    ],
)
def test_a_day_is_paid_at_the_rate_in_force_on_it(rulebook, on, rate):
    due = day_rate(rulebook, on, scale=BACKGROUND)
    assert due.text == f"1 day × {rate} = {rate}"
    assert due.citations[0].rule == BACKGROUND


def test_a_call_for_a_scan_only_is_a_full_day(rulebook):
    due = pay_background_scan(rulebook, DAY)
    assert (due.text, due.grade) == ("1 day × $224.00 = $224.00", "S+D")


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (Fraction(1, 2), "0.5 days × $1,246.00 = $623.00"),
        (Fraction(9, 2), "1 day × $1,246.00 = $1,246.00"),
    ],
)
def test_a_scan_of_up_to_four_hours_is_half_a_day(rulebook, hours, text):
    assert pay_scan_session(rulebook, DAY, hours=hours).text == text


def test_half_of_an_odd_day_loses_no_cent(rulebook):
    rate = Money(124701, "USD")
    assert pay_scan_session(rulebook, DAY, hours=4, contract_rate=rate).money == Money(62351, "USD")


def test_another_project_pays_the_new_rate_or_the_day_performers(rulebook):
    low = pay_other_project(rulebook, DAY, days=2, agreed_rate=Money(10000, "USD"))
    high = pay_other_project(rulebook, DAY, days=2, agreed_rate=Money(200000, "USD"))
    assert low.text == "2 days × $1,246.00 = $2,492.00 (the minimum, above the agreed $100.00)"
    assert high.text == "2 days × $2,000.00 = $4,000.00 (the agreed rate, above the minimum $1,246.00)"
    assert low.grade == "R"


@pytest.mark.parametrize(
    ("pay", "message"),
    [
        (lambda book: pay_replica_days(book, date(2023, 1, 1), days=1), "no version is in force on 2023-01-01"),
        (lambda book: pay_replica_days(book, DAY, days=None), "days: not known; supply"),
        (lambda book: pay_replica_days(book, DAY, days=0), "days: 0; supply a number above 0"),
        (lambda book: pay_replica_days(book, DAY, days=1, contract_rate=Money(1, "EUR")), "is not in USD"),
        (lambda book: pay_scan_session(book, DAY, hours=25), "a session of 25 hours"),
        (lambda book: pay_scan_session(book, DAY, hours=0), "a session of 0 hours"),
    ],
)
def test_what_cannot_be_paid_is_refused_in_one_line(rulebook, pay, message):
    with pytest.raises(Unpayable, match=message):
        pay(rulebook)


def test_an_unknown_scale_is_the_callers_mistake(rulebook):
    with pytest.raises(ValueError, match="scale: got 'stunts'"):
        day_rate(rulebook, DAY, scale="stunts")


@pytest.mark.parametrize(
    ("rate", "unit", "count", "text"),
    [
        ("187", "use", 10, "10 uses × $187.00 a use = $1,870.00"),
        ("500", "day", 1, "1 day × $500.00 a day = $500.00"),
        ("0.005", "second", 61, "61 seconds × USD 0.005 a second = USD 0.305, half-up $0.31"),
        (
            "2",
            "thousand views",
            1_234_567,
            "1,234,567 views × $2.00 a thousand views = USD 2,469.134, half-up $2,469.13",
        ),
        ("2", "thousand views", 0, "0 views × $2.00 a thousand views = $0.00"),
    ],
)
def test_prices_that_an_agreement_names(rate, unit, count, text):
    due = price_by_unit(Fraction(rate), "USD", unit=unit, count=count, terms=[TERM])
    assert (due.text, due.grade, due.citations) == (text, "agreed", (TERM,))


@given(st.fractions(0, 10_000, max_denominator=1000), st.sampled_from(sorted(UNITS)), st.integers(0, 10**9))
def test_a_price_is_within_half_a_cent_of_the_exact_one(rate, unit, count):
    due = price_by_unit(rate, "USD", unit=unit, count=count, terms=[])
    assert abs(due.money.exact - rate * count / UNITS[unit]) <= Fraction(1, 200)


@pytest.mark.parametrize(("rate", "unit", "count"), [(1, "frame", 1), (-1, "use", 1), (1, "use", -1)])
def test_a_price_that_cannot_be_is_the_callers_mistake(rate, unit, count):
    with pytest.raises(ValueError, match="got"):
        price_by_unit(Fraction(rate), "USD", unit=unit, count=count, terms=[])


def test_what_no_ledger_can_hold_is_not_payable():
    with pytest.raises(Unpayable, match="more than a ledger can hold"):
        price_by_unit(Fraction(10**12), "USD", unit="day", count=10**9, terms=[])
