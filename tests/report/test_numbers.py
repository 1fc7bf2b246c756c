import math

import pytest

from matinee.report.numbers import (
    NONE,
    difference,
    estimate,
    show_count,
    show_interval,
    show_number,
    show_percent,
    show_short,
    show_signed,
)


def test_an_estimate_has_196_errors_on_either_side():
    one = estimate(0.5, 0.1)
    assert (one.low, one.high) == pytest.approx((0.304, 0.696))
    assert show_interval(one) == "0.304 to 0.696"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "x", True])
def test_what_is_no_number_is_a_dash(value):
    assert show_number(value) == show_percent(value) == show_signed(value) == NONE
    assert not estimate(value, 0.1).has_interval


@pytest.mark.parametrize(("value", "said"), [(0.0512, "+0.051"), (-0.0512, "-0.051"), (-0.00001, "0.000")])
def test_a_difference_shows_its_sign_unless_it_rounds_to_nothing(value, said):
    assert show_signed(value) == said


def test_numbers_have_thousands_and_no_minus_zero():
    assert show_number(12345.6, 1) == "12,345.6"
    assert show_number(-0.0001) == "0.000"
    assert show_percent(0.1234, 1) == "12.3%"


def test_a_comparison_keeps_its_bootstrap_interval():
    assert show_interval(difference({"difference": 0.1, "low": 0.05, "high": 0.2}), 2) == "0.05 to 0.20"


@pytest.mark.parametrize(
    ("value", "said"),
    [(34_215_332, "34.2m"), (999_700, "1m"), (999.4, "999"), (0.02134, "0.0213"), (2.5e9, "2.5bn"), (None, NONE)],
)
def test_large_numbers_are_said_by_three_digits(value, said):
    assert show_short(value) == said


def test_one_is_no_plural():
    assert [show_count(n, "title") for n in (0, 1, 1_200)] == ["0 titles", "1 title", "1,200 titles"]
