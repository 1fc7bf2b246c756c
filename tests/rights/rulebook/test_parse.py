from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.money import Money
from matinee.rights.rulebook.parse import parse_rulebook
from matinee.rights.rulebook.rules import VERIFIABLE

LADDER = """
subject = "Rates"
[[rule]]
id = "rate"
title = "A day"
from = 2022-07-01
value = "219"
currency = "USD"
rounding = "half-up to 1"
source = "a paper"
grade = "S"
[[rule]]
id = "rate"
from = 2023-11-09
raise = "1.11"
source = "another paper"
grade = "D"
[[rule]]
id = "rate"
from = 2024-07-01
raise = "1.04"
source = "another paper"
grade = "D"
"""


def rates(book):
    return [(rule.number(), rule.grade) for rule in book.versions["rate"]]


def test_a_ladder_climbs_from_each_rate_as_rounded():
    book = parse_rulebook({"rates.toml": LADDER})  # the published rates of stand-ins
    assert rates(book) == [(219, "S"), (243, "D"), (253, "D")]
    assert book.versions["rate"][2].arithmetic == "243 × 1.04 = 252.72, half-up to 1: 253"
    assert {(rule.title, rule.subject, rule.currency) for rule in book} == {("A day", "Rates", "USD")}


def test_a_figure_of_the_users_own_replaces_ours_and_grades_what_comes_of_it():
    own = '[[rule]]\nid = "rate"\nfrom = 2023-11-09\nvalue = "250"\nsource = "our contract"\n'
    book = parse_rulebook({"rates.toml": LADDER}, {"own.toml": own})
    assert rates(book) == [(219, "S"), (250, "user"), (260, "user")]
    assert book.versions["rate"][1].source == "our contract"
    assert book.versions["rate"][1].title == "A day"


def test_a_rule_of_the_users_own_is_added():
    own = '[[rule]]\nid = "x"\ntitle = "X"\nfrom = 2026-01-01\nvalues = {a = "1", b = "0.5"}\nsource = "s"\n'
    book = parse_rulebook({"rates.toml": LADDER}, {"own.toml": own})
    rule = book.rule_for_money("x", date(2026, 1, 1))
    assert (rule.values, rule.grade) == ({"a": 1, "b": Fraction(1, 2)}, "user")


@given(
    st.integers(1, 10_000),
    st.lists(st.decimals("1", "2", places=3), min_size=1, max_size=6),
)
def test_a_ladder_of_raises_never_falls(base, factors):
    steps = "".join(
        f'[[rule]]\nid = "rate"\nfrom = 20{23 + place}-07-01\nraise = "{factor}"\nsource = "s"\ngrade = "D"\n'
        for place, factor in enumerate(factors)
    )
    first = LADDER.split("[[rule]]\n")[1].replace("219", str(base))
    climbed = [rate for rate, _ in rates(parse_rulebook({"r.toml": f"[[rule]]\n{first}{steps}"}))]
    assert climbed == sorted(climbed)
    assert all(rate.denominator == 1 for rate in climbed)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('value = "219"', "value = 219", "value = 219 is not text"),
        ('value = "219"', 'value = "two"', "'two' is no decimal number"),
        ('value = "219"', 'value = "2.195"', r"value = 2\.195 is finer than USD has"),
        ('value = "219"', 'value = "1"\nvalues = {a = "1"}', "more than one of"),
        ('grade = "S"', 'grade = "A"', "grade 'A', want one of P, S, R, D, N"),
        ('grade = "S"', 'colour = "red"', "unknown 'colour'"),
        ('grade = "S"', "", "no `grade`"),
        ('"half-up to 1"', '"up"', "rounding 'up'"),
        ('currency = "USD"', 'currency = "dollar"', "currency 'dollar'"),
        ('currency = "USD"', 'territory = ["Kansas"]', "territory 'Kansas'"),
        ('currency = "USD"', 'effect = "frown"', "effect 'frown'"),
        ('currency = "USD"', "to = 2021-01-01", "`to` 2021-01-01 lies before `from` 2022-07-01"),
        ("from = 2022-07-01", 'from = "2022"', "from = '2022' is not a day"),
        ("from = 2022-07-01", "from = 2022-07-01T00:00:00Z", "is not a day"),
        ("from = 2022-07-01", "", "no `from`"),
        ("from = 2022-07-01", "from = 2023-11-09", "the same id and `from` as r.toml, rule 1"),
        ("from = 2022-07-01", "from = 2023-12-01", "`raise` needs an earlier version"),
        ('raise = "1.11"', 'raise = "-1"', "raise -1, want a factor above 0"),
        ('source = "a paper"', 'source = ""', "`source` is empty"),
        ('title = "A day"', "", "no `title`"),
        ("[[rule]]", "[[rule]", "not TOML"),
        ('subject = "Rates"', "subject = 1", "write subject"),
        ('subject = "Rates"', 'topic = "Rates"', "unknown 'topic'"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(old, new, fault):
    assert old in LADDER
    with pytest.raises(ValueError, match=rf"(?s)r\.toml.*{fault}"):
        parse_rulebook({"r.toml": LADDER.replace(old, new, 1)})


def test_the_users_own_rules_carry_no_grade_of_their_own():
    own = '[[rule]]\nid = "rate"\nfrom = 2023-11-09\nvalue = "250"\nsource = "s"\ngrade = "P"\n'
    with pytest.raises(ValueError, match=r"own\.toml, rule 1 \(rate\): leave out `grade`"):
        parse_rulebook({"rates.toml": LADDER}, {"own.toml": own})


def test_every_rule_of_ours_names_a_source_a_grade_and_a_day(rulebook):
    rules = list(rulebook)
    assert len(rules) > 50
    assert {rule.grade for rule in rules} <= set(VERIFIABLE)
    assert all(rule.source and rule.title and rule.subject for rule in rules)
    assert [rule.id for rule in rules if rule.grade == "N" and rule.values] == []
    assert rulebook.rule_for_money("sag-aftra.background.day-rate", date(2026, 11, 22)).money() == Money(23100, "USD")
