"""The worked examples that the project was given, each to the cent."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from matinee.rights.money import Money, parse_money, split_money
from matinee.rights.rulebook.audience import Hours
from matinee.rights.rulebook.contrast import contrast_buyout
from matinee.rights.rulebook.penalties import CALIFORNIA, price_replica_of_deceased, price_undisclosed_advertisements
from matinee.rights.rulebook.replicas import (
    BACKGROUND,
    PRINCIPAL,
    pay_background_as_principal,
    pay_replica_days,
    pay_scan_session,
)
from matinee.rights.rulebook.success import Subscribers, measure_success, pay_success_bonus
from matinee.rights.rulebook.writers import pay_fixed_residual
from matinee.rights.rulebook.writers import pay_success_bonus as pay_writers_bonus

DAY = date(2025, 9, 1)
"""When a day performer's scale is 1,246."""


@pytest.fixture(scope="session")
def examples(shared):
    given = json.loads((shared / "facts" / "worked_examples.json").read_text(encoding="utf-8"))
    return {example["id"]: example for example in given}


@pytest.fixture
def example(examples, request):
    found = examples[request.param]
    return found["inputs"], found["expect"]


def case(*names):
    return pytest.mark.parametrize("example", names, indirect=True)


def dollars(text):
    return parse_money(str(text), "USD")


def test_every_example_has_its_test(examples, request):
    here = request.node.parent.obj
    marks = [mark for each in vars(here).values() for mark in getattr(each, "pytestmark", [])]
    assert {name for mark in marks for name in mark.args[1]} == set(examples)


@case("background-ladder")
def test_background_rates(rulebook, example):
    check_ladder(rulebook.versions[BACKGROUND], *example)


@case("day-performer-ladder")
def test_day_performer_rates(rulebook, example):
    check_ladder(rulebook.versions[PRINCIPAL], *example)


def check_ladder(versions, given, expected):
    assert versions[0].money() == dollars(given["rate"])
    assert [rule.raise_by for rule in versions[1:]] == [Fraction(factor) for factor in given["factors"]]
    assert [rule.money() for rule in versions[1:]] == [dollars(rate) for rate in expected]


@case("buyout-or-pay-per-use")
def test_a_buyout_or_pay_per_use(example):
    given, expected = example
    found = contrast_buyout(dollars(given["buyout"]), dollars(given["rate_per_use"]), given["uses"])
    assert [row.pay_per_use for row in found.rows] == [dollars(amount) for amount in expected["pay_per_use"]]
    assert found.worse_from == expected["buyout_worse_from_use"]
    assert found.rows[2].ratio == Fraction(expected["ratio_at_10"])


@case("success-metric-below", "success-metric-above")
def test_the_success_metric(rulebook, example):
    given, expected = example
    hours = Fraction(given["hours_90_days"])
    found = measure_success(
        rulebook,
        DAY,
        hours=Hours(hours, hours),
        runtime_minutes=given["runtime_minutes"],
        subscribers=Subscribers(given["domestic_subscribers"], date(2025, 7, 1)),
    )
    assert (found.views, found.is_reached) == (Fraction(expected["views"]), expected["bonus"])


@case("wga-one-hour", "wga-half-hour-bonus")
def test_the_writers_residual_and_bonus(rulebook, example, request):
    given, expected = example
    length = "one-hour" if "one-hour" in request.node.name else "half-hour"
    residual = pay_fixed_residual(rulebook, DAY, length=length, subscribers=45_000_000)
    bonus = pay_writers_bonus(rulebook, DAY, residuals=[residual.domestic, residual.foreign])
    found = {"domestic": residual.domestic.money, "foreign": residual.foreign.money, "bonus": bonus.money}
    assert {name: str(found[name].decimal) for name in expected} == expected
    assert rulebook.rule_for_money("wga.residual.base", DAY).number(length) == given["base"]


@case("sag-bonus-split", "sag-bonus-split-odd-cents")
def test_the_performers_bonus(rulebook, example):
    given, expected = example
    bonus = pay_success_bonus(rulebook, DAY, fixed_residual=dollars(given["fixed_residual"]))
    found = {
        "performers": bonus.performers.money,
        "fund": bonus.fund.money,
        "performers_total": bonus.performers_total,
    }
    assert {name: str(found[name].decimal) for name in expected} == expected


@case("replica-days")
def test_replica_days(rulebook, example):
    given, expected = example
    rates = [dollars(rate) for rate in given["contract_rates"]]
    dues = [pay_replica_days(rulebook, DAY, days=given["days"], contract_rate=rate) for rate in rates]
    assert [due.money for due in dues] == [dollars(amount) for amount in expected]
    assert dues[0].text == "3 days × $1,246.00 = $3,738.00 (the minimum, above the agreed $1,000.00)"


@case("replica-half-day-scan")
def test_a_half_day_scan(rulebook, example):
    given, expected = example
    assert pay_scan_session(rulebook, DAY, hours=given["hours"]).money == dollars(expected)


@case("background-replica-as-principal")
def test_a_background_replica_as_principal(rulebook, example):
    given, expected = example
    assert pay_background_as_principal(rulebook, DAY, days=given["days"]).money == dollars(expected)


@case("ny-advertising-disclosure")
def test_undisclosed_advertisements(rulebook, example):
    given, expected = example
    due = price_undisclosed_advertisements(rulebook, date(2026, 7, 1), violations=given["violations"])
    assert due.money == dollars(expected)


@case("ab1836")
def test_a_replica_of_the_deceased(rulebook, example):
    given, expected = example
    for damages, amount in zip(given["damages"], expected, strict=True):
        due = price_replica_of_deceased(rulebook, DAY, statute=CALIFORNIA, damages=dollars(damages))
        assert due.money == dollars(amount)


def test_the_performers_part_of_a_bonus_is_split_without_losing_a_cent(rulebook):
    part = pay_success_bonus(rulebook, DAY, fixed_residual=dollars("1234.57")).performers.money
    split = split_money(part, {"Ana": 3, "Ben": 2, "Cy": 2})
    assert [str(each.decimal) for each in split.values()] == ["396.83", "264.55", "264.55"]
    assert sum((each.decimal for each in split.values()), Decimal(0)) == Money(92593, "USD").decimal
