import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.flows.lot import NOW, Q3, make_lot
from tests.flows.test_pay import BY_USE, BY_VIEWS, FILM

from matinee.errors import Refused, UnknownId, UsageError
from matinee.flows import payments
from matinee.flows.ledger import checkpoint_ledger, verify_ledger, verify_receipt
from matinee.flows.payments import correct_payment, export_beancount, load_statement, write_statement
from matinee.rights.ledger.entries import append, reverse
from matinee.rights.money import Money
from matinee.store.rights.database import open_rights
from matinee.store.rights.ledger import write_ledger

BEAN_CHECK = Path(sys.executable).parent / "bean-check"


@pytest.fixture
def lot(tmp_path):
    """Two people, three uses and views, paid."""
    lot = make_lot(tmp_path / "service").agree(pay=[BY_USE, BY_VIEWS]).agree("ag2", "ben")
    lot.use("u1", "u2").use("u3", agreement_id="ag2", person_id="ben")
    lot.put("titles", FILM).watch("harbour", *[3600] * 800).pay()
    return lot


def correct(lot, entry, **said):
    return correct_payment(lot.service, entry, rulebook=lot.rulebook, now=NOW, **{"reason": "cut", **said})


def take_back(lot, key):
    with open_rights(lot.service) as engine, write_ledger(engine) as book:
        append(book, [reverse(book.find([key])[key], key=f"{key}/back", at=NOW, why="cut")])


def state(lot, person_id, out, period=None):
    return write_statement(lot.service, person_id, out, period=period, now=NOW)


def check(path):
    """What beancount's own checker says; nothing if all balances."""
    done = subprocess.run([BEAN_CHECK, str(path)], capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stderr), done.stderr
    return done.stderr


def test_a_payment_is_corrected_by_hand_with_a_reason(lot):
    made = correct(lot, "pay/2026Q3/use/u1", amount=Money(10_000, "USD"))
    assert (made["taken_back_by"], made["now"]) == ("pay/2026Q3/use/u1/back", "pay/2026Q3/use/u1/2")
    assert lot.balances()["expense:uses", "USD"] == 60_000
    assert lot.pay().to_dict()["by_hand"] == 1
    correct(lot, "pay/2026Q3/use/u1/2", amount=Money(0, "USD"))
    assert lot.balances()["expense:uses", "USD"] == 50_000


def test_a_payment_is_worked_out_anew(lot):
    key = next(leaf.key for leaf in lot.entries() if "/views/" in leaf.key)
    with pytest.raises(Refused, match=f"{key}: it is right as it is recorded; nothing was changed"):
        correct(lot, key)
    lot.watch("harbour", *[3600] * 400, day="2026-08-02")
    made = correct(lot, key, reason="a partner reported late")
    assert (made["now"], made["amount"]) == (f"{key}/2", "3.00")
    assert '"why":"a partner reported late"' in lot.entries()[-1].body


@pytest.mark.parametrize(
    ("theirs", "said"),
    [(None, "pay/2026Q3/use/u1/back: it was taken back"), (Money(100, "USD"), "u1: it was corrected meanwhile; look")],
)
def test_who_corrects_what_somebody_corrected_meanwhile_is_refused(lot, monkeypatch, theirs, said):
    set_by_hand = payments._set_by_hand

    def come_in_between(*read):
        monkeypatch.undo()
        if theirs is None:
            take_back(lot, "pay/2026Q3/use/u1")
        else:
            correct(lot, "pay/2026Q3/use/u1", amount=theirs)
        return set_by_hand(*read)

    monkeypatch.setattr(payments, "_set_by_hand", come_in_between)
    with pytest.raises(Refused, match=said):
        correct(lot, "pay/2026Q3/use/u1", amount=Money(10_000, "USD"))


def test_what_is_no_payment_cannot_be_corrected(lot):
    with pytest.raises(UnknownId, match="the ledger has no payment 'u1'"):
        correct(lot, "u1")
    with pytest.raises(UsageError, match=r"an amount of EUR 1\.00; give 0 or more in USD"):
        correct(lot, "pay/2026Q3/use/u1", amount=Money(100, "EUR"))
    with pytest.raises(UsageError, match="no reason"):
        correct(lot, "pay/2026Q3/use/u1", reason=" ")


def test_a_statement_says_the_same_in_html_csv_and_json(lot, tmp_path):
    correct(lot, "pay/2026Q3/use/u1", amount=Money(10_000, "USD"), reason="half of it was cut")
    assert state(lot, "ada", tmp_path / "out")["lines"] == 5
    said = json.loads((tmp_path / "out/statement.json").read_text())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/statement.csv").read_text())))
    page = (tmp_path / "out/statement.html").read_text()
    amounts = ["250.00", "250.00", "2.00", "-250.00", "100.00"]
    assert [each["amount"] for each in said["lines"]] == [row["amount"] for row in rows] == amounts
    shown = re.findall(r"<td>(-?\$[\d.,]+)</td>", page)
    assert [each.replace("$", "") for each in shown] == amounts
    (total,) = said["totals"]
    assert (total["gross"], total["amount"], total["currency"]) == ("352.00", "352.00", "USD")
    assert "$352.00 for all periods, in 5 lines." in page
    assert "Correction: half of it was cut" in page
    assert rows[0]["grade"] == "agreed"


def test_every_line_has_a_receipt_that_holds(lot, tmp_path):
    state(lot, "ada", tmp_path / "out", Q3)
    key = checkpoint_ledger(lot.service)["key"]
    checked = verify_receipt(tmp_path / "out/receipts.json", key=key)["receipts"]
    said = json.loads((tmp_path / "out/statement.json").read_text())
    assert [each["said"]["key"] for each in checked] == [line["key"] for line in said["lines"]]
    assert all(each["problems"] == [] for each in checked)
    assert verify_ledger(lot.service)["findings"] == []


def test_a_statement_is_of_one_person_and_one_quarter(lot, tmp_path):
    correct(lot, "pay/2026Q3/use/u1", amount=Money(10_000, "USD"))
    assert state(lot, "ada", tmp_path / "q3", Q3)["totals"][0]["amount"] == "502.00"
    assert state(lot, "ben", tmp_path / "ben")["totals"][0]["amount"] == "250.00"
    with pytest.raises(UnknownId, match="the ledger knows no person 'cy'"):
        state(lot, "cy", tmp_path / "cy")


def test_uses_ledger_statements_and_beancount_agree_to_the_cent(lot, tmp_path):
    correct(lot, "pay/2026Q3/use/u1", amount=Money(12_345, "USD"))
    made = export_beancount(lot.service, tmp_path / "ledger.beancount")
    assert check(tmp_path / "ledger.beancount") == ""
    stated = [load_statement(lot.service, name, None).totals[0].net.minor for name in ("ada", "ben")]
    uses = 2 * 25_000 + 12_345 + 200
    spent = sum(minor for (account, _), minor in lot.balances().items() if account.startswith("expense"))
    assert uses == spent == sum(stated)
    text = (tmp_path / "ledger.beancount").read_text()
    assert "balance Expenses:Uses  623.45 ~ 0 USD" in text
    assert made["entries"] == text.count(" * ") == 6


def test_beancount_finds_a_cent_that_is_missing(lot, tmp_path):
    export_beancount(lot.service, tmp_path / "ledger.beancount")
    text = (tmp_path / "ledger.beancount").read_text()
    (tmp_path / "wrong.beancount").write_text(text.replace("  250.00 USD", "  250.01 USD", 1))
    assert "Transaction does not balance" in check(tmp_path / "wrong.beancount")
    whole = text.replace("250.00 USD", "249.99 USD")
    (tmp_path / "wrong.beancount").write_text(whole)
    assert "Balance failed for 'Expenses:Uses'" in check(tmp_path / "wrong.beancount")
