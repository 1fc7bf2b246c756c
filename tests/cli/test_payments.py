import json
import re

import pytest
from tests.flows.lot import make_lot
from tests.flows.test_pay import BY_USE, BY_VIEWS, FILM

RESIDUALS = """
[[subscribers]]
as-of = 2026-07-01
count = 1_000
[[residual]]
title = "harbour"
union = "SAG-AFTRA"
figure = "value"
shares = {ada = "1", zoe = "1"}
"""
OWN = """
[[rule]]
id = "sag-aftra.residual.fixed"
from = 2023-11-09
value = "1000"
source = "our contract"
"""


@pytest.fixture
def lot(tmp_path):
    """Two uses of a film whose success is measured in the quarter."""
    lot = make_lot(tmp_path / "service").agree(pay=[BY_USE, BY_VIEWS]).use("u1", "u2")
    lot.put("titles", FILM | {"released_on": "2026-04-02"})
    return lot.watch("harbour", *[3600] * 400, day="2026-06-20").watch("harbour", *[3600] * 800)


@pytest.fixture
def pay(command, lot):
    return lambda *words: command("pay", *words, "--service", lot.service.path)


def test_a_quarter_is_paid_and_paid_again_for_nothing(pay):
    said = pay("run", "--period", "2026Q3")
    assert (said.code, said.err) == (0, "")
    assert "│ use      │ $500.00 │" in said.out
    assert "2026Q3: 2 uses taken up; entries: 3 recorded.\n" in said.out
    assert pay("run", "--period", "2026Q3").out == "2026Q3: 2 uses taken up; entries: 3 known.\n"


def test_what_cannot_be_paid_is_said_and_the_exit_code_says_so(pay, tmp_path):
    (tmp_path / "residuals.toml").write_text(RESIDUALS)
    (tmp_path / "own.toml").write_text(OWN)
    words = ("run", "--period", "2026Q3", "--residuals", tmp_path / "residuals.toml")
    bare = pay(*words, "--json")
    assert (bare.code, bare.json["recorded"]) == (1, 3)
    assert "not verified, so not used for money" in bare.json["problems"][0]["what"]
    said = pay(*words, "--own", tmp_path / "own.toml")
    assert said.code == 1
    assert "Success of harbour (SAG-AFTRA): 400 h × 60 / 60 min = 400 views; 20% of 1,000 subscribers = 200" in said.out
    assert "Problem: success bonus of harbour: person zoe is not registered, and their share is not paid" in said.out
    assert "entries: 2 recorded, 3 known." in said.out


def test_a_statement_and_the_books_are_written(pay, tmp_path):
    pay("run", "--period", "2026Q3")
    said = pay("statement", "--person", "ada", "--out", tmp_path / "ada")
    assert said.out.startswith("Ada, all periods: $502.00, 3 lines.\nWrote statement.html, .csv and .json and receipts")
    assert sorted(path.name for path in (tmp_path / "ada").iterdir()) == [
        "receipts.json",
        "statement.csv",
        "statement.html",
        "statement.json",
    ]
    assert json.loads((tmp_path / "ada/statement.json").read_text())["person"] == {"id": "ada", "name": "Ada"}
    shown = pay("export", "--beancount", tmp_path / "l.beancount")
    assert "│ expense:uses" in shown.out
    assert f"Wrote 3 entries to {tmp_path / 'l.beancount'}" in shown.out


def test_a_correction_says_what_holds_now(pay):
    pay("run", "--period", "2026Q3")
    said = pay("correct", "pay/2026Q3/use/u1", "--reason", "cut", "--amount", "125")
    assert said.out == (
        "pay/2026Q3/use/u1 was taken back by pay/2026Q3/use/u1/back.\npay/2026Q3/use/u1/2 holds: $125.00.\n"
    )
    again = pay("correct", "pay/2026Q3/use/u2", "--reason", "cut")
    assert (again.code, again.out) == (1, "")
    assert again.err == "matinee: pay/2026Q3/use/u2: it is right as it is recorded; nothing was changed\n"


def test_what_the_fund_is_owed_can_be_set_to_nothing_and_back(pay, tmp_path):
    (tmp_path / "residuals.toml").write_text(RESIDUALS)
    (tmp_path / "own.toml").write_text(OWN)
    pay("run", "--period", "2026Q3", "--residuals", tmp_path / "residuals.toml", "--own", tmp_path / "own.toml")
    pay("export", "--beancount", tmp_path / "l.beancount")
    books = (tmp_path / "l.beancount").read_text()
    (key,) = re.findall(r'"(pay/once/bonus/\w+)"\n  entry: \d+\n.*\n  Liabilities:Payable:Fund', books)
    assert pay("correct", key, "--reason", "waived", "--amount", "0").code == 0
    said = pay("correct", key, "--reason", "not waived", "--amount", "250", "--json").json
    assert (said["entry"], said["now"]) == (f"{key}/2", f"{key}/3")
    balances = pay("export", "--beancount", tmp_path / "l.beancount", "--json").json["balances"]
    assert {"account": "payable:fund:sag-aftra-success", "amount": "-250.00", "currency": "USD"} in balances


def test_misuse_is_one_line(pay, tmp_path):
    (tmp_path / "residuals.toml").write_text(RESIDUALS.replace("SAG-AFTRA", "IATSE"))
    for words, code, line in (
        (("run", "--period", "2026"), 2, "--period: period '2026', want a quarter such as 2026Q3"),
        (("run", "--period", "2199Q1"), 2, "2199Q1: it is not over"),
        (("run", "--period", "2026Q3", "--residuals", tmp_path / "residuals.toml"), 1, "/residual/0/union got 'IATSE'"),
        (("statement", "--person", "cy", "--out", tmp_path / "x"), 2, "the ledger knows no person 'cy'"),
        (("correct", "pay/x", "--reason", "cut"), 2, "the ledger has no payment 'pay/x'"),
        (("correct", "pay/x", "--reason", "cut", "--amount", "x"), 2, "--amount: 'x' is no decimal number"),
    ):
        said = pay(*words)
        assert (said.code, said.out, said.err.count("\n")) == (code, "", 1)
        assert line in said.err
