from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from matinee.rights.pay.periods import Period
from matinee.rights.pay.residuals import ResidualPricer, begin_year
from matinee.rights.pay.shares import Shared
from matinee.rights.rulebook.success import Subscribers

OWN = """
[[rule]]
id = "sag-aftra.residual.fixed"
from = 2023-11-09
value = "1000.01"
source = "our contract"
"""
TITLES = pl.DataFrame(
    {"title_id": ["harbour"], "parent_id": [None], "released_on": [date(2026, 4, 2)], "runtime_minutes": [60.0]},
    schema_overrides={"parent_id": pl.String},
)
CAST = {"ada": Fraction(2), "ben": Fraction(1)}
OPENED, MEASURED = Period(2026, 2), Period(2026, 3)
MANY = Subscribers(50_000_000, date(2026, 7, 1))


def price(rulebook, period, *, union="SAG-AFTRA", figure="value", seconds=3600 * 10_000_000, known=CAST, titles=TITLES,
          subscribers=(MANY,)):  # fmt: skip
    pricer = ResidualPricer(
        period, rulebook, subscribers, known.__contains__, titles, {("harbour", union): (seconds, 0)}
    )
    return pricer.price([Shared("harbour", union, figure, CAST)]), pricer


def amounts(owed):
    return {each.person_id or each.fund: str(each.money) for each in owed}


def test_performers_share_the_fixed_residual_of_the_users_own_table(own_rulebook):
    owed, pricer = price(own_rulebook(OWN), OPENED)
    assert amounts(owed) == {"ada": "$666.67", "ben": "$333.34"}
    assert owed[0].dues[0].text == "fixed residual, value: $1,000.01; share 2 of 3 = $666.67"
    assert (owed[0].dues[0].grade, pricer.problems) == ("user", [])


def test_a_rule_that_is_not_verified_pays_nothing(rulebook):
    owed, pricer = price(rulebook, OPENED)
    assert owed == []
    (problem,) = pricer.problems
    assert problem.place == "fixed residual of harbour"
    assert "not verified, so not used for money" in problem.what


def test_a_success_pays_the_bonus_three_quarters_to_the_cast_and_the_rest_to_the_fund(own_rulebook):
    owed, pricer = price(own_rulebook(OWN), MEASURED)
    assert amounts(owed) == {"ada": "$500.01", "ben": "$250.00", "fund:sag-aftra-success": "$250.00"}
    assert sum(each.money.minor for each in owed) == 100_001
    assert pricer.checked[0].endswith("20% of 50,000,000 subscribers = 10,000,000: reached")
    assert owed[0].dues[0].grade == "S+user"


def test_without_a_success_there_is_no_bonus(own_rulebook):
    owed, pricer = price(own_rulebook(OWN), MEASURED, seconds=3600 * 9_999_999)
    assert (owed, pricer.problems, len(pricer.checked)) == ([], [], 1)


def test_writers_are_paid_at_home_and_abroad_and_half_of_both_as_a_bonus(rulebook):
    owed, _ = price(rulebook, OPENED, union="WGA", figure="one-hour")
    assert sum(each.money.minor for each in owed) == 2_051_865 + 1_231_119
    assert [due.money.minor for due in owed[0].dues] == [1_367_910, 820_746]
    bonus, _ = price(rulebook, MEASURED, union="WGA", figure="one-hour")
    assert sum(each.money.minor for each in bonus) == 1_641_492


def test_missing_subscribers_and_a_runtime_of_zero_pay_nothing(own_rulebook):
    for changes in ({"subscribers": ()}, {"titles": TITLES.with_columns(runtime_minutes=pl.lit(0.0))}):
        owed, pricer = price(own_rulebook(OWN), MEASURED, **changes)
        assert (owed, len(pricer.problems)) == ([], 1)


def test_who_is_not_known_is_a_problem_and_the_others_are_paid_no_more_for_it(own_rulebook):
    owed, pricer = price(own_rulebook(OWN), OPENED, known={"ben"})
    assert amounts(owed) == {"ben": "$333.34"}
    assert pricer.problems[0].what == "person ada is not registered, and their share is not paid"


def test_a_figure_of_ones_own_that_no_ledger_can_hold_is_one_problem_and_other_titles_are_paid(own_rulebook):
    table = own_rulebook(OWN.replace('value = "1000.01"', 'values = {value = "1000.01", large = "1e30"}'))
    _, pricer = price(table, OPENED)
    owed = pricer.price([Shared("harbour", "SAG-AFTRA", "large", CAST), Shared("harbour", "SAG-AFTRA", "value", CAST)])
    assert amounts(owed) == {"ada": "$666.67", "ben": "$333.34"}
    assert [each.place for each in pricer.problems] == ["fixed residual of harbour"]
    assert pricer.problems[0].what.endswith("more than a ledger can hold")


def test_a_year_whose_figure_nobody_knows_is_a_problem(own_rulebook):
    owed, pricer = price(own_rulebook(OWN), Period(2027, 2))
    assert owed == []
    assert "no figure is known for 'value-year-2'" in pricer.problems[0].what
    assert "'value-year-9'" in price(own_rulebook(OWN), Period(2034, 2))[1].problems[0].what
    table = own_rulebook(OWN.replace('value = "1000.01"', 'values = {value = "1000", value-year-2 = "500"}'))
    assert amounts(price(table, Period(2027, 2))[0]) == {"ada": "$333.33", "ben": "$166.67"}


def test_what_is_owed_has_the_same_key_whatever_the_amount(own_rulebook):
    few, many = (price(own_rulebook(OWN.replace("1000.01", each)), OPENED)[0] for each in ("10", "1000"))
    assert [each.key for each in few] == [each.key for each in many]
    assert len({each.key for each in few}) == 2


@pytest.mark.parametrize(("number", "day"), [(1, date(2028, 2, 29)), (2, date(2029, 3, 1)), (5, date(2032, 2, 29))])
def test_years_of_exhibition_begin_on_the_day_of_release(number, day):
    assert begin_year(date(2028, 2, 29), number) == day
    assert Decimal(day.year) == 2027 + number
