import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.tables.money import major_units, minor_units


@pytest.mark.parametrize(
    ("sum_", "currency", "units"),
    [
        ("1,250,000.50", "EUR", 125_000_050),
        ("1250", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("5", None, 500),
        ("1.5", "JPY", None),
        ("1.234", "EUR", None),
        ("free", "EUR", None),
        ("NaN", "EUR", None),
        ("12,50", "EUR", None),
        ("2.500,50", "EUR", None),
        ("1e17", "EUR", None),
        ("1e999999", "EUR", None),
    ],
)
def test_a_sum_is_read_in_the_digits_of_its_currency(sum_, currency, units):
    assert minor_units(sum_, currency) == units


@given(st.integers(min_value=0, max_value=2**63 - 1), st.sampled_from(["EUR", "JPY", "KWD", "CLF", None]))
def test_minor_units_survive_being_written_as_a_sum(units, currency):
    assert minor_units(f"{major_units(units, currency):f}", currency) == units
