"""A quarter paid from end to end, on SQLite and on PostgreSQL."""

from dataclasses import replace

from tests.flows.lot import NOW, make_lot
from tests.flows.test_pay import BY_USE, BY_VIEWS, FILM

from matinee.flows.ledger import verify_ledger
from matinee.flows.payments import correct_payment, load_statement
from matinee.rights.money import Money


def test_a_quarter_is_paid_corrected_and_stated(url, tmp_path):
    lot = make_lot(tmp_path / "service")
    lot.service = replace(lot.service, settings=replace(lot.service.settings, database_url=url))
    lot.agree(pay=[BY_USE, BY_VIEWS]).use("b", "A", "a-1", "a_2")
    lot.put("titles", FILM).watch("harbour", *[3600] * 800)
    run = lot.pay(batch=2).to_dict()
    assert (run["uses"], run["recorded"], run["problems"]) == (4, 5, [])
    amount = Money(100, "USD")
    correct_payment(lot.service, "pay/2026Q3/use/A", reason="cut", amount=amount, rulebook=lot.rulebook, now=NOW)
    assert lot.pay(batch=3).to_dict()["known"] == 4
    (total,) = load_statement(lot.service, "ada", None).totals
    assert total.net.minor == 3 * 25_000 + 100 + 200
    assert verify_ledger(lot.service)["findings"] == []
