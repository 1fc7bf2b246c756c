from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import Unpayable
from matinee.rights.money import Money
from matinee.rights.rulebook.contrast import contrast_buyout


def usd(minor):
    return Money(minor, "USD")


def test_residuals_come_on_top_of_pay_per_use():
    found = contrast_buyout(usd(20000), usd(18700), [1, 2], residual=usd(1300))
    assert found.finding == "One fee of $200.00 is less than $187.00 a use and $13.00 of residuals from use 2 on."
    assert [row.residuals for row in found.rows] == [usd(1300), usd(2600)]
    assert found.rows[1].ratio == 2


@given(st.integers(0, 10**7), st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_buyout_is_less_from_that_use_and_not_before(offer, rate, residual):
    found = contrast_buyout(usd(offer), usd(rate), [1], residual=usd(residual))
    assert (rate + residual) * found.worse_from > offer >= (rate + residual) * (found.worse_from - 1)


def test_nothing_offered_has_no_ratio():
    found = contrast_buyout(usd(0), usd(1), [3])
    assert (found.worse_from, found.rows[0].ratio, found.to_dict()["uses"][0]["ratio"]) == (1, None, None)


def test_a_contrast_can_be_told_as_json():
    said = contrast_buyout(usd(20000), usd(18700), [10]).to_dict()
    assert said["uses"] == [
        {"uses": 10, "buyout": "200.00", "pay_per_use": "1870.00", "residuals": "0.00", "ratio": "9.35"}
    ]
    assert (said["worse_from_use"], Fraction(said["uses"][0]["ratio"])) == (2, Fraction(187, 20))


@pytest.mark.parametrize(
    ("offer", "rate", "uses", "message"),
    [
        (usd(-1), usd(1), [1], "give amounts above 0"),
        (usd(1), usd(0), [1], "give amounts above 0"),
        (usd(1), usd(1), [0], "uses 0; give numbers from 1 to 1,000,000,000,000"),
        (usd(1), usd(1), [1, 10**400], "uses 1000"),
        (usd(1), usd(1), [], "uses of no number"),
        (usd(1), Money(1, "EUR"), [1], r"EUR 0.01 is not in USD"),
    ],
)
def test_a_contrast_that_cannot_be_is_refused(offer, rate, uses, message):
    with pytest.raises(Unpayable, match=message):
        contrast_buyout(offer, rate, uses)
