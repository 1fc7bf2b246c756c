from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import Unpayable
from matinee.rights.money import (
    Money,
    Rounding,
    parse_exact,
    parse_money,
    parse_rounding,
    round_money,
    show_exact,
    split_money,
)

exact = st.fractions(max_denominator=10_000)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(124600, "USD"), "$1,246.00"),
        (Money(-5, "USD"), "-$0.05"),
        (Money(124600, "JPY"), "JPY 124,600"),
        (Money(1246001, "KWD"), "KWD 1,246.001"),
    ],
)
def test_an_amount_is_shown_with_its_currency_and_its_digits(money, text):
    assert str(money) == text


def test_amounts_in_two_currencies_cannot_be_added_or_compared():
    dollars, euros = Money(100, "USD"), Money(100, "EUR")
    with pytest.raises(Unpayable, match=r"EUR 1\.00 is not in USD; convert one"):
        dollars + euros
    with pytest.raises(Unpayable, match="is not in USD"):
        dollars - euros
    with pytest.raises(Unpayable, match="is not in USD"):
        max(euros, dollars)


@pytest.mark.parametrize(("minor", "currency"), [(1.0, "USD"), (True, "USD"), (1, "usd"), (1, "")])
def test_money_is_whole_minor_units_of_a_currency(minor, currency):
    with pytest.raises(ValueError, match="want"):
        Money(minor, currency)


@given(st.integers(-(10**30), 10**30), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_written_out_is_read_back(minor, currency):
    money = Money(minor, currency)
    assert parse_money(f"{money.decimal:f}", currency) == money


@pytest.mark.parametrize("text", ["", "1,000", "0.005", "nan", "inf", "1e99", "9" * 41])
def test_an_amount_is_read_exactly_or_not_at_all(text):
    with pytest.raises(ValueError, match=r"decimal|finer"):
        parse_money(text, "USD")


@pytest.mark.parametrize(
    ("number", "rounding", "rounded"),
    [
        ("207.5", "half-up to 1", 208),
        ("-207.5", "half-up to 1", -208),
        ("207.49", "half-up to 1", 207),
        ("0.25", "half-up to 0.1", Fraction(3, 10)),
        ("0.29", "down to 0.1", Fraction(2, 10)),
        ("-0.29", "down to 0.1", Fraction(-2, 10)),
    ],
)
def test_roundings_by_hand(number, rounding, rounded):
    assert parse_rounding(rounding).round(parse_exact(number)) == rounded


@given(exact, st.sampled_from(["half-up", "down"]), st.fractions(Fraction(1, 1000), 1000))
def test_a_rounding_gives_a_multiple_less_than_a_unit_away(number, mode, unit):
    rounded = Rounding(mode, unit).round(number)
    assert (rounded / unit).denominator == 1
    assert abs(rounded - number) <= (unit / 2 if mode == "half-up" else unit)


@pytest.mark.parametrize("text", ["half-even to 1", "half-up", "half-up to 0", "down to -1"])
def test_an_unknown_rounding_is_named(text):
    with pytest.raises(ValueError, match="want for example"):
        parse_rounding(text)


def test_a_rounding_finer_than_a_cent_makes_no_money():
    with pytest.raises(
        Unpayable, match=r"half-up to 0\.001 may leave less than USD has; name one to a multiple of 0\.01"
    ):
        round_money(Fraction("0.1234"), "USD", parse_rounding("half-up to 0.001"))


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.fractions(0, 100, max_denominator=97), min_size=1, max_size=12).filter(any),
)
def test_parts_of_a_split_add_up_to_the_whole_and_are_a_cent_from_fair(minor, shares):
    total, named = Money(minor, "USD"), {str(place): share for place, share in enumerate(shares)}
    parts = split_money(total, named)
    assert sum(part.minor for part in parts.values()) == minor
    for name, share in named.items():
        assert abs(parts[name].minor - minor * share / sum(shares)) < 1


def test_cents_left_over_go_to_the_largest_cuts_then_to_who_is_named_first():
    assert split_money(Money(100, "USD"), {"a": 1, "b": 1, "c": 1}) == {
        "a": Money(34, "USD"),
        "b": Money(33, "USD"),
        "c": Money(33, "USD"),
    }
    assert split_money(Money(10, "USD"), {"a": Fraction(14, 100), "b": Fraction(86, 100)})["b"] == Money(9, "USD")


@pytest.mark.parametrize("shares", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_shares_that_cannot_be_are_named(shares):
    with pytest.raises(ValueError, match="shares: got"):
        split_money(Money(100, "USD"), shares)


def test_a_number_is_shown_with_all_its_decimals_or_says_that_there_are_more():
    assert show_exact(Fraction("13600000.005")) == "13,600,000.005"
    assert show_exact(Fraction(1, 3)) == "0.333333…"
    assert show_exact(Fraction(1, 2**20)) == "0.00000095367431640625"
