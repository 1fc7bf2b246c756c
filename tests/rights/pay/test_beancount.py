import re

from hypothesis import given
from hypothesis import strategies as st
from tests.rights.pay.paper import LATER, PaperBook, owe

from matinee.rights.pay.beancount import name_account, write_beancount
from matinee.rights.pay.record import Tally, record

words = st.text(st.characters(exclude_characters=":", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
accounts = st.lists(words, min_size=1, max_size=3).map(":".join)


def test_accounts_get_names_of_beancount():
    assert name_account("expense:uses") == "Expenses:Uses"
    assert name_account("payable:fund:sag-aftra-success") == "Liabilities:Payable:Fund:Sag-aftra-success"
    assert name_account("payable:0f3a") == "Liabilities:Payable:0f3a"
    assert name_account("bank") == "Equity:Bank"


@given(accounts, accounts)
def test_two_accounts_stay_two_and_are_names(one, other):
    assert (name_account(one) == name_account(other)) == (one == other)
    assert re.fullmatch(r"[A-Z][A-Za-z]*(:[A-Z0-9][A-Za-z0-9-]*)+", name_account(one))


def test_an_entry_is_a_transaction_and_balances_stand_the_day_after():
    book = PaperBook()
    record(book, [owe("u1", 250)], now=LATER, why="", tally=Tally())
    text = "\n".join(write_beancount(book.leaves, {("expense:uses", "USD"): 250, ("payable:ada", "USD"): -250}))
    assert '2026-09-01 * "payment" "pay/2026Q3/use/u1"\n  entry: 0\n  Expenses:Uses  2.50 USD\n' in text
    assert text.endswith("2026-09-02 balance Liabilities:Payable:Ada  -2.50 ~ 0 USD")
