from tests.rights.pay.paper import LATER, PaperBook, owe

from matinee.report.statement import render_statement
from matinee.rights.pay.periods import Period
from matinee.rights.pay.record import Tally, record
from matinee.rights.pay.statement import make_statement

MADE = {"command": "matinee pay statement"}
PROOF = {"checkpoint": "matinee.ledger/1\n7\nROOT\n", "key": "KEY"}


def render(*owed, name="Ada <Diaz>", period=None):
    book = PaperBook()
    record(book, owed, now=LATER, why="", tally=Tally())
    statement = make_statement(book.leaves, person_id="ada", name=name, period=period)
    return render_statement(statement, PROOF if owed else {}, made=MADE)


def test_every_line_says_agreement_version_grade_and_arithmetic():
    page = render(owe("u1", 25_000), owe("u2", 100))
    assert "$251.00 for all periods, in 2 lines." in page
    assert "1 use × $250.00" in page
    assert "<small>ag1, version 1, permission-1</small>Grade agreed" in page
    assert "Version 1. Grade agreed: agreed between the parties. Source: policy." in page
    assert "<code>ROOT</code>" in page
    assert "receipts.json --key &#39;KEY&#39;" in page or "--key 'KEY'" in page


def test_names_are_escaped_and_nothing_is_said_of_nothing():
    page = render(period=Period(2026, 3))
    assert "Statement for Ada &lt;Diaz&gt;" in page
    assert "Nothing was paid for 2026Q3." in page
    assert "http" not in page.partition("<body>")[2]
