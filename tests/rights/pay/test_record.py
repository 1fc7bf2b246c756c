from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rights.pay.paper import AT, LATER, PaperBook, owe

from matinee.rights.ledger.entries import time_of
from matinee.rights.pay.record import Tally, base_key, correct, find_live, record
from matinee.rights.pay.statement import make_statement
from matinee.tables.ledger import canonical_json

PEOPLE = ("ada", "ben", "cy")
things = st.dictionaries(
    st.integers(0, 12), st.tuples(st.integers(0, 90_000), st.sampled_from(PEOPLE)), min_size=1, max_size=10
)


def settle(book, *owed, tally=None):
    record(book, owed, now=LATER, why="late", tally=tally or Tally())
    return book


def make(said):
    return [owe(f"u{number:02}", minor, person) for number, (minor, person) in sorted(said.items())]


def test_a_thing_is_recorded_once():
    book, tally = PaperBook(), Tally()
    settle(book, owe("u1", 250), tally=tally)
    settle(book, owe("u1", 250), tally=tally)
    assert [leaf.key for leaf in book.leaves] == ["pay/2026Q3/use/u1"]
    assert tally.counts == {"recorded": 1, "known": 1}
    assert tally.minor == {("use", "USD"): 250}


def test_another_amount_is_a_reversal_and_an_entry_and_never_an_edit():
    book, tally = settle(PaperBook(), owe("u1", 250)), Tally()
    settle(book, owe("u1", 300), tally=tally)
    first, back, anew = book.leaves
    assert (back.reverses, anew.key, time_of(anew)) == (first.key, f"{first.key}/2", LATER)
    assert '"correction":{"by_hand":false,"of":"pay/2026Q3/use/u1","why":"late"}' in anew.body
    assert (book.balance("expense:uses"), tally.minor) == (300, {("use", "USD"): 50})
    assert len(settle(book, owe("u1", 300)).leaves) == 3


def test_what_comes_to_less_is_named_and_stays():
    book, tally = settle(PaperBook(), owe("u1", 250)), Tally()
    settle(book, owe("u1", 249), tally=tally)
    assert (len(book.leaves), tally.counts, tally.minor) == (1, {"lower": 1}, {})
    (problem,) = tally.problems
    assert problem.place == "pay/2026Q3/use/u1"
    assert problem.what.startswith("comes to $2.49 now, and $2.50 was recorded, which stays; `matinee pay correct`")


def test_what_somebody_decided_is_nothing_is_taken_back_and_may_come_again():
    book = settle(PaperBook(), owe("u1", 250))
    assert len(correct(book, owe("u1", 0), now=LATER, why="never shown", by_hand=False)) == 1
    assert book.balance("payable:ada") == 0
    settle(book, owe("u1", 0))
    settle(book, owe("u1", 250))
    assert [leaf.key.removeprefix("pay/2026Q3/use/") for leaf in book.leaves] == ["u1", "u1/back", "u1/2"]


def test_what_is_free_is_no_entry():
    tally = Tally()
    assert settle(PaperBook(), owe("u1", 0), tally=tally).leaves == []
    assert tally.counts == {"free": 1}


def test_what_was_set_by_hand_stays():
    book = settle(PaperBook(), owe("u1", 250))
    correct(book, owe("u1", 0), now=LATER, why="cut from the film", by_hand=True)
    settle(book, owe("u1", 250))
    assert (book.balance("payable:ada"), len(book.leaves)) == (0, 3)
    assert correct(book, owe("u1", 0), now=LATER, why="cut", by_hand=False) == []
    with pytest.raises(ValueError, match="owed: got 'pay/2026Q3/use/u9', want what is recorded"):
        correct(book, owe("u9", 1), now=LATER, why="cut", by_hand=True)


def test_names_of_corrections_lead_back_to_the_thing():
    names = ("pay/2026Q3/use/7", "pay/2026Q3/use/7/2", "pay/2026Q3/use/7/back", "pay/2026Q3/use/7/12/back")
    assert {base_key(name) for name in names} == {"pay/2026Q3/use/7"}


@settings(max_examples=40)
@given(things, st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_of_uses_gives_the_same_entries(said, random, size):
    owed = make(said)
    one = settle(PaperBook(), *owed)
    random.shuffle(owed)
    other = PaperBook()
    for start in range(0, len(owed), size):
        settle(other, *owed[start : start + size])
    assert {(leaf.key, leaf.body, leaf.transfers) for leaf in one.leaves} == {
        (leaf.key, leaf.body, leaf.transfers) for leaf in other.leaves
    }


@settings(max_examples=40)
@given(things, st.lists(things, max_size=3), st.integers(0, 9))
def test_a_run_that_is_cut_off_and_run_again_gives_the_same_ledger(said, before, cut):
    whole, broken = PaperBook(), PaperBook()
    for each in [*before, said]:
        settle(whole, *make(each))
        settle(broken, *make(each)[:cut])
        settle(broken, *make(each))
    assert whole.leaves == broken.leaves


@settings(max_examples=40)
@given(st.lists(things, min_size=1, max_size=4))
def test_the_sum_of_statements_is_the_sum_of_entries_and_of_what_is_owed(runs):
    book, tally = PaperBook(), Tally()
    for said in runs:
        settle(book, *make(said), tally=tally)
    stated = 0
    for name in PEOPLE:
        statement = make_statement([leaf for leaf in book.leaves if leaf.subject == name], person_id=name, name=name)
        stated += sum(total.net.minor for total in statement.totals)
    assert stated == book.balance("expense:uses") == tally.minor["use", "USD"]
    owed: Counter[str] = Counter()
    for each in (each for said in runs for each in make(said)):
        owed[each.key] = max(owed[each.key], each.money.minor)
    assert stated == owed.total()


def test_what_holds_is_found():
    book = settle(PaperBook(), owe("u1", 250))
    assert find_live(book, ["pay/2026Q3/use/u1"])["pay/2026Q3/use/u1"].leaf == book.leaves[0]
    assert find_live(book, ["pay/2026Q3/use/u2"])["pay/2026Q3/use/u2"].leaf is None
    assert time_of(book.leaves[0]) == AT


@given(st.text(max_size=5), st.integers(1, 9), st.booleans())
def test_an_entry_says_what_is_owed_in_canonical_json(text, minor, is_correction):
    owed = replace(owe("u1", minor), about={"z": text, "a": [text]})
    correction = {"why": text, "by_hand": False} if is_correction else None
    said = owed.body() | ({"correction": correction} if correction else {})
    assert owed.make_entry("key", at=AT, correction=correction).body == canonical_json(said)
