"""Advances set off against what a quarter owes, from the database to the statement."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from tests.flows.lot import NOW, Q3, make_lot
from tests.flows.test_pay import BY_USE
from tests.flows.test_payments import check, state

from matinee.errors import UsageError
from matinee.flows.agreements import pay_advance
from matinee.flows.payments import correct_payment, export_beancount, load_statement
from matinee.rights.money import Money
from matinee.rights.pay.advances import ADVANCE
from matinee.rights.pay.periods import Period

Q4, Q1 = Period(2026, 4), Period(2027, 1)
LATE = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.fixture
def lot(tmp_path):
    """Uses in two quarters for 250 each, of which 600 was paid in advance."""
    lot = make_lot(tmp_path / "service").agree(pay=[BY_USE], advance={"amount": "600", "currency": "USD"})
    advance(lot, 60_000)
    lot.use("u1", "u2")
    lot.now = datetime(2026, 10, 5, tzinfo=UTC)
    return lot.use("u3", "u4")


def advance(lot, minor, agreement_id="ag1", currency="USD"):
    return pay_advance(lot.service, agreement_id, Money(minor, currency), now=lot.now)


def sums(lot, period, person_id="ada"):
    """Gross, recouped, net and what is left of the advance."""
    (total,) = load_statement(lot.service, person_id, period).totals
    return tuple(each.minor // 100 for each in (total.gross, total.recouped, total.net, total.left))


def test_a_statement_of_an_advance_alone_is_written(lot, tmp_path):
    made = state(lot, "ada", tmp_path / "ada", Q3)
    assert (made["lines"], made["totals"][0]["amount"], made["totals"][0]["advance_left"]) == (0, "0.00", "600.00")
    assert (tmp_path / "ada" / "statement.html").is_file()


@pytest.mark.parametrize("minor", [0, 2**53 + 1])
def test_an_advance_that_cannot_be_kept_is_one_line(lot, minor):
    with pytest.raises(UsageError, match=r"give one above 0, up to \$90,071,992,547,409\.92"):
        advance(lot, minor)


def payable(lot):
    return sum(minor for (account, _), minor in lot.balances().items() if account.startswith("payable:"))


def test_an_advance_is_set_off_quarter_by_quarter_until_it_is_used_up(lot):
    assert {"what": "recouped", "amount": "-500.00", "currency": "USD"} in lot.pay(now=LATE).to_dict()["moved"]
    assert sums(lot, Q3) == (500, 500, 0, 100)
    lot.pay(Q4, now=LATE)
    assert sums(lot, Q4) == (500, 100, 400, 0)
    assert payable(lot) == -40_000
    assert {account: minor for (account, _), minor in lot.balances().items() if account[:8] == "advance:"} == {
        next(account for account, _ in lot.balances() if account[:8] == "advance:"): 0
    }


def test_set_off_again_nothing_is_new(lot):
    lot.pay(now=LATE)
    lot.pay(Q4, now=LATE)
    before = lot.entries()
    for period in (Q3, Q4, Q1, Q3):
        assert lot.pay(period, now=LATE).to_dict()["moved"] == []
    assert lot.entries() == before


@pytest.mark.parametrize("order", [*permutations((Q3, Q4, Q1))])
def test_quarters_in_any_order_recoup_the_whole_advance_and_no_more(lot, order):
    for period in (*order, *order):
        lot.pay(period, now=LATE)
    assert [sums(lot, period)[1] for period in (Q3, Q4)] in ([500, 100], [100, 500])
    assert (sums(lot, None), payable(lot)) == ((1000, 600, 400, 0), -40_000)


def test_what_is_recouped_follows_a_correction_and_a_later_quarter_takes_the_rest(lot):
    lot.pay(now=LATE)
    correct(lot, "pay/2026Q3/use/u1", 0)
    assert payable(lot) == 0
    assert sums(lot, None) == (250, 250, 0, 350)
    lot.pay(Q4, now=LATE)
    assert sums(lot, None) == (750, 600, 150, 0)


def test_what_is_recouped_can_be_taken_back_by_hand_and_stays_so(lot, tmp_path):
    lot.pay(now=LATE)
    key = next(leaf.key for leaf in lot.entries() if "/recouped/" in leaf.key)
    correct(lot, key, 20_000)
    assert lot.pay(now=LATE).to_dict()["by_hand"] == 1
    assert sums(lot, None) == (500, 200, 300, 400)
    export_beancount(lot.service, tmp_path / "ledger.beancount")
    assert check(tmp_path / "ledger.beancount") == ""
    assert "Assets:Advances:" in (tmp_path / "ledger.beancount").read_text()


def test_an_advance_is_set_off_against_its_own_agreement_and_not_before_it_was_paid(lot):
    lot.agree("ag2", pay=[BY_USE])
    advance(lot, 10_000, "ag2")
    assert [leaf.key for leaf in lot.entries(ADVANCE)] == ["advance/ag1/1", "advance/ag2/1"]
    lot.use("v1", agreement_id="ag2")
    lot.pay(now=NOW)
    assert sums(lot, Q3) == (500, 500, 0, 100)
    lot.pay(Q4, now=LATE)
    assert sums(lot, Q4) == (750, 200, 550, 0)


def test_an_advance_in_another_currency_is_refused(lot):
    with pytest.raises(UsageError, match=r"ag1: an advance of EUR 1\.00; give an amount in USD"):
        advance(lot, 100, currency="EUR")
    assert sums(lot, Q3) == (0, 0, 0, 600)


def correct(lot, entry, minor):
    amount = Money(minor, "USD")
    return correct_payment(lot.service, entry, reason="cut", amount=amount, rulebook=lot.rulebook, now=LATE)
