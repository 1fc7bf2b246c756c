import polars as pl
import pytest
from tests.acquire.slate.conftest import forecasts, offers

from matinee.acquire.slate.plan import plan_slate
from matinee.acquire.slate.terms import Limit, Terms
from matinee.acquire.slate.worth import weigh_hours
from matinee.errors import MatineeError

PRICES = [{"price": 60}, {"price": 50}, {"price": 50}, {"price": None}]


def plan(*rows, hours=(100, 70, 60, 10), no_windows, chances=None, **terms):
    asked = Terms(terms.pop("budget", 100), "EUR", **terms)
    return plan_slate(offers(*rows), forecasts(*hours), asked, windows=no_windows, chances=chances)


def test_every_candidate_has_a_verdict_with_the_price_at_which_it_changes(no_windows):
    made = plan(*PRICES, no_windows=no_windows)
    said = {each.candidate_id: (each.is_in, each.changes_at) for each in made.verdicts}
    assert said == {"c0": (False, 50), "c1": (True, 50), "c2": (True, 50), "c3": (False, None)}
    assert (made.cost, made.worth, made.is_proved) == (100, pytest.approx(130), True)
    assert made.verdicts[-1].why == "no price named"
    assert [each.adds for each in made.verdicts[:2]] == [pytest.approx(30), pytest.approx(30)]


def test_a_larger_budget_never_buys_less(no_windows):
    steps = plan(*PRICES, no_windows=no_windows).frontier
    assert [step.budget for step in steps][:2] == [25, 50]
    worths = [step.worth for step in steps]
    assert worths == sorted(worths)
    assert all(step.cost <= step.budget for step in steps)


def test_a_cheaper_slate_that_adds_nearly_as_much_is_named(no_windows):
    rows = {"price": 90}, {"price": 50}, {"price": 40}
    made = plan(*rows, hours=(100.5, 60, 40), no_windows=no_windows, budget=100)
    assert (made.cost, made.cheaper) == (90, None)
    made = plan({"price": 90}, {"price": 40}, hours=(100.5, 100), no_windows=no_windows, budget=100)
    assert made.cheaper is not None
    assert (made.cost, made.cheaper.cost, made.cheaper.worth) == (90, 40, pytest.approx(100))


def test_a_clash_is_named_as_the_reason(no_windows):
    rows = {"price": 50}, {"price": 50, "exclusive_with": ["c0"]}
    made = plan(*rows, hours=(100, 70), no_windows=no_windows)
    assert made.verdicts[1].why == "cannot be bought with c0, which adds more; at no price"
    assert made.verdicts[1].changes_at is None


def test_a_limit_that_cannot_be_kept_is_named_with_what_can_be_had(no_windows):
    with pytest.raises(MatineeError, match="kind film: at least 3, but the budget buys 2 at most"):
        plan(*PRICES, no_windows=no_windows, limits=(Limit("kind", "film", least=3),))
    both = (Limit("kind", "film", least=2), Limit("territory", "FR", most=1))
    with pytest.raises(MatineeError, match="the limits do not go together"):
        plan(*PRICES, no_windows=no_windows, limits=both)


def test_a_title_that_a_limit_needs_stays_at_any_price(no_windows):
    rows = {"price": 50, "genres": ["Comedy"]}, {"price": 50}
    made = plan(*rows, hours=(1, 70), no_windows=no_windows, limits=(Limit("genre", "Comedy", least=1),))
    assert [each.why for each in made.verdicts if each.candidate_id == "c0"] == ["no slate keeps the limits without it"]


def test_value_buys_the_most_per_unit_of_money(no_windows):
    made = plan({"price": 10}, {"price": 50}, hours=(100, 200), no_windows=no_windows, objective="value")
    assert [(each.candidate_id, each.is_in) for each in made.verdicts] == [("c0", True), ("c1", False)]
    assert made.verdicts[1].changes_at == 20


def test_reach_takes_chances_of_groups(no_windows):
    rows = [("c0", "a", 10, 0.5), ("c1", "a", 10, 0.4), ("c2", "b", 10, 0.3)]
    chances = pl.DataFrame(rows, schema=["candidate_id", "segment", "members", "chance"], orient="row")
    made = plan(*PRICES, no_windows=no_windows, chances=chances, objective="reach", budget=110)
    assert {each.candidate_id for each in made.verdicts if each.is_in} == {"c0", "c2"}
    assert made.worth == pytest.approx(8)
    with pytest.raises(ValueError, match="chances: got None"):
        plan(*PRICES, no_windows=no_windows, objective="reach")


def test_nothing_to_weigh_says_why(no_windows):
    with pytest.raises(MatineeError, match=r"no candidate can be weighed; no price named \(1\)"):
        plan({"price": None}, hours=(1,), no_windows=no_windows)


def test_risk_chooses_what_counts_of_a_forecast():
    wide = pl.DataFrame({"candidate_id": ["c"], "q10": [0.0], "median": [1.0], "q90": [2.0], "incremental": [0.5]})
    assert weigh_hours(wide, risk="low")[0] == pytest.approx(0.5)
    assert weigh_hours(wide, risk="median")[0] == pytest.approx(5)
    assert weigh_hours(wide, risk="mean")[0] == pytest.approx((0.3 * 1 + 0.4 * 10 + 0.3 * 100) / 2)
    with pytest.raises(ValueError, match="risk must be one of"):
        weigh_hours(wide, risk="high")
