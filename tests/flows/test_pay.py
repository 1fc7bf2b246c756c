import json
from datetime import UTC, datetime

import pytest
from tests.flows.lot import NOW, make_lot

from matinee.errors import UsageError
from matinee.flows.forgetting import forget
from matinee.flows.ledger import erase
from matinee.rights.pay.periods import Period

BY_USE = {"amount": "250", "currency": "USD", "per": "use"}
BY_VIEWS = {"amount": "2.50", "currency": "USD", "per": "thousand views"}
FILM = {"title_id": "harbour", "name": "The Harbour", "kind": "film", "runtime_minutes": 60.0}


@pytest.fixture
def lot(tmp_path):
    return make_lot(tmp_path / "service")


def content(lot):
    """What the ledger's payments say, but for the pseudonyms that chance made."""
    return [
        (leaf.key, leaf.body, [(debit, amount, currency) for debit, _, amount, currency in leaf.transfers])
        for leaf in lot.entries()
    ]


def test_every_use_taken_up_is_paid_once(lot):
    lot.agree().use("u1", "u2")
    assert lot.pay().to_dict()["moved"] == [{"what": "use", "amount": "500.00", "currency": "USD"}]
    (first, second) = lot.entries()
    assert (first.key, second.key) == ("pay/2026Q3/use/u1", "pay/2026Q3/use/u2")
    again = lot.pay().to_dict()
    assert (again["recorded"], again["known"], again["moved"]) == (0, 2, [])
    assert lot.entries() == [first, second]


def test_an_entry_says_agreement_version_rules_grade_and_arithmetic(lot):
    lot.agree().use("u1").pay()
    (leaf,) = lot.entries()
    (due,) = json.loads(leaf.body)["dues"]
    assert due["text"] == "1 use × $250.00 a use = $250.00"
    (rule,) = due["rules"]
    assert (rule["rule"], rule["version"], rule["grade"]) == ("urn:matinee:agreement:ag1:1#permission-1", "1", "agreed")
    assert "ada" not in leaf.body


def test_days_and_seconds_are_paid_as_agreed(lot):
    by_day = {"amount": "1000", "currency": "USD", "per": "day"}
    by_second = {"amount": "0.125", "currency": "USD", "per": "second"}
    lot.agree(pay=[by_day]).use("u1", unit="day", amount=3)
    lot.agree("ag2", pay=[by_second]).use("u2", agreement_id="ag2", unit="second", amount=12)
    assert lot.pay().to_dict()["moved"][0]["amount"] == "3001.50"


def test_a_permit_that_is_not_taken_up_is_not_paid(lot):
    lot.agree().use("u1", is_taken=False)
    run = lot.pay()
    assert (run.uses, lot.entries()) == (0, [])


def test_views_of_the_quarter_are_paid_for_every_use_before_its_end(lot):
    lot.agree(pay=[BY_VIEWS]).use("u1", "u2").put("titles", FILM)
    lot.watch("harbour", *[3600] * 1999, 1799)
    assert lot.pay().to_dict()["moved"] == [{"what": "views", "amount": "5.00", "currency": "USD"}]
    lot.watch("harbour", *[3600] * 400, day="2026-10-01")
    assert lot.pay(Period(2026, 4), now=datetime(2027, 1, 1, tzinfo=UTC)).to_dict()["moved"][0]["amount"] == "1.00"
    assert lot.pay(Period(2026, 2)).to_dict()["moved"] == []


def test_views_that_come_late_are_a_reversal_and_the_right_entry(lot):
    lot.agree(pay=[BY_VIEWS]).use("u1").put("titles", FILM).watch("harbour", *[3600] * 1000).pay()
    late = lot.watch("harbour", *[3600] * 400, day="2026-08-02").pay().to_dict()
    assert (late["corrected"], late["moved"][0]["amount"]) == (1, "1.00")
    first, back, anew = lot.entries()
    assert (back.key, back.reverses, anew.key) == (f"{first.key}/back", first.key, f"{first.key}/2")
    assert lot.balances()["expense:views", "USD"] == 350
    assert lot.pay().to_dict()["known"] == 1


def test_one_fee_for_all_uses_is_paid_with_the_first(lot):
    fee = {"amount": "900", "currency": "USD"}
    lot.agree(form={"fee": fee, "in-place-of-background": False}, pay=[]).use("u1", "u2")
    assert lot.pay().to_dict()["moved"] == [{"what": "fee", "amount": "900.00", "currency": "USD"}]
    lot.now = datetime(2026, 10, 2, tzinfo=UTC)
    lot.use("u3")
    assert lot.pay(Period(2026, 4), now=datetime(2027, 1, 1, tzinfo=UTC)).to_dict()["moved"] == []


def test_what_cannot_be_paid_is_named_and_the_rest_is_paid(lot):
    lot.agree().agree("ag2", "ben", pay=[BY_VIEWS]).put("titles", FILM | {"title_id": "other"})
    lot.use("u1").use("u2", agreement_id="ag2", person_id="ben", project="harbour")
    run = lot.pay().to_dict()
    assert run["moved"][0]["amount"] == "250.00"
    (problem,) = run["problems"]
    assert problem["place"] == "views of harbour for urn:matinee:agreement:ag2:1#permission-1"
    assert problem["what"].startswith("project harbour is no title of this service")


def test_without_a_runtime_views_are_not_guessed(lot):
    lot.agree(pay=[BY_VIEWS]).use("u1").put("titles", {"title_id": "harbour", "name": "H", "kind": "film"})
    lot.watch("harbour", 3600)
    run = lot.pay()
    (problem,) = run.problems
    assert problem.what == "the runtime of harbour is not known; import it with the title, above 0"


def test_viewings_of_unknown_length_are_named_and_not_counted(lot):
    lot.agree(pay=[BY_VIEWS]).use("u1").put("titles", FILM).watch("harbour", *[3600] * 400, None, None)
    run = lot.pay().to_dict()
    assert run["moved"][0]["amount"] == "1.00"
    assert "2 viewings lack their seconds and are not paid" in run["problems"][0]["what"]


def test_a_quarter_that_is_not_over_is_not_paid(lot):
    with pytest.raises(UsageError, match=r"2026Q4: it is not over, .* run it from 2027-01-01 on"):
        lot.pay(Period(2026, 4))


def test_uses_that_come_in_another_order_and_other_batches_give_the_same_ledger(lot, tmp_path):
    other = make_lot(tmp_path / "other").agree().use("u5", "u3", "u1", "u4", "u2")
    lot.agree().use("u1", "u2", "u3", "u4", "u5").pay()
    other.pay(batch=2)
    assert content(lot) == content(other)
    assert len(content(lot)) == 5


RESIDUALS = """
[[subscribers]]
as-of = 2026-07-01
count = 50_000_000
[[residual]]
title = "s1"
union = "WGA"
figure = "one-hour"
shares = {ada = "1", ben = "2"}
"""
SEASON = (
    {"title_id": "s1", "name": "One", "kind": "season", "released_on": "2026-07-01"},
    {"title_id": "e1", "name": "1", "kind": "episode", "parent_id": "s1", "runtime_minutes": 0.125},
)


def test_a_season_is_a_success_by_its_episodes_and_its_writers_are_paid(lot, tmp_path):
    (tmp_path / "residuals.toml").write_text(RESIDUALS)
    lot.register("ada").register("ben").put("titles", *SEASON)
    lot.watch("e1", *[75_000_000] * 1, country="FR").watch("e1", 75_000_000, day="2026-08-02")
    run = lot.pay(residuals=tmp_path / "residuals.toml").to_dict()
    views = "20,833.3 h × 60 / 0.125 min = 9,999,984 views; 20% of 50,000,000 subscribers = 10,000,000: not reached"
    assert run["checked"] == [f"s1 (WGA): {views}"]
    assert run["moved"] == [{"what": "fixed residual", "amount": "32829.84", "currency": "USD"}]
    lot.watch("e1", 3600, day="2026-09-28")
    later = lot.pay(residuals=tmp_path / "residuals.toml").to_dict()
    assert later["moved"] == [{"what": "success bonus", "amount": "16414.92", "currency": "USD"}]
    assert lot.balances()["expense:bonuses", "USD"] == 1_641_492


def test_who_was_erased_is_a_problem_and_the_others_are_paid(lot):
    lot.agree().agree("ag2", "ben").use("u1").use("u2", agreement_id="ag2", person_id="ben")
    erase(lot.service, "ada")
    run = lot.pay().to_dict()
    assert [problem["place"] for problem in run["problems"]] == ["use u1"]
    assert run["moved"][0]["amount"] == "250.00"


def test_who_is_forgotten_takes_no_money_from_anybody(lot):
    lot.agree(pay=[BY_VIEWS]).use("u1").put("titles", FILM).watch("harbour", *[3600] * 800).pay()
    forget(lot.service, [f"m{number}" for number in range(400)], clock=lambda: NOW)
    run = lot.pay().to_dict()
    assert (run["lower"], run["moved"]) == (1, [])
    assert "comes to $1.00 now, and $2.00 was recorded, which stays" in run["problems"][0]["what"]
    assert lot.balances()["expense:views", "USD"] == 200
