from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.acquire.slate.conftest import offers

from matinee.acquire.offers import find_clashes
from matinee.acquire.slate.terms import Limit, Terms, bar_offers, count_rules, note_terms
from matinee.tables.schemas import TABLES

SOON, LATER = date(2027, 1, 1), date(2027, 6, 30)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"price": 5}, ""),
        ({}, "no price named"),
        ({"price": 5, "currency": None}, "a price without currency"),
        ({"price": 5, "currency": "USD"}, "priced in USD, the budget is in EUR"),
        ({"price": 5, "territories": ["DE"]}, "not offered in FR"),
        ({"price": 5, "territories": None}, ""),
        ({"price": 5, "window_ends_on": SOON}, "its window, open to 2027-01-01, is at another time"),
        ({"price": 5, "candidate_id": "mine"}, "owned already"),
        ({"price": 5, "candidate_id": "new"}, "no forecast of it"),
        ({"price": 5, "title_id": "t1"}, "owned already"),
    ],
)
def test_what_cannot_be_weighed_is_said_in_a_clause(row, why, no_windows):
    terms = Terms(100, "EUR", territories=("FR",), first_day=LATER, owned=frozenset({"mine"}))
    barred = bar_offers(offers(row), terms, known={"c0", "mine"}, windows=no_windows)
    assert [*barred.values()] == ([why] if why else [])


@pytest.mark.parametrize(
    ("territory", "ends_on", "is_owned"), [("FR", None, True), ("DE", None, False), ("FR", SOON, False)]
)
def test_a_title_is_owned_where_and_while_its_window_lasts(territory, ends_on, is_owned):
    row = {"title_id": "t1", "territory": territory, "starts_on": date(2020, 1, 1), "ends_on": ends_on}
    empty = TABLES["windows"].create_empty()
    windows = pl.DataFrame([dict.fromkeys(empty.columns) | row], schema=empty.schema)
    offer = offers({"price": 5, "title_id": "t1", "window_starts_on": LATER})
    assert bool(bar_offers(offer, Terms(1, "EUR"), known={"c0"}, windows=windows)) == is_owned


def test_offers_clash_by_word_of_either_or_as_the_same_work_at_the_same_time():
    same = {"name": "Ran", "window_starts_on": SOON, "window_ends_on": LATER}
    other = same | {"window_starts_on": date(2028, 1, 1), "window_ends_on": None}
    table = offers({"exclusive_with": ["c1", "gone"]}, {"exclusive_with": ["c0"]}, same, same, other)
    assert find_clashes(table.with_row_index("row")) == [("c0", "c1"), ("c2", "c3")]


def test_limits_count_by_any_item_of_a_list_and_yes_or_no():
    table = offers({"genres": ["Drama", "Comedy"], "exclusive": True}, {"genres": ["Crime"]}, {"territories": None})
    limits = (Limit("genre", "comedy", least=1), Limit("exclusive", "yes", most=2), Limit("territory", "FR", least=2))
    rows, least, most = count_rules(table, limits)
    assert rows.toarray().tolist() == [[1, 0, 0], [1, 0, 0], [1, 1, 1]]
    assert (least.tolist(), most.tolist()) == ([1, 0, 2], [np.inf, 2, np.inf])


def test_bad_terms_are_named():
    with pytest.raises(ValueError, match="budget must be > 0, got 0"):
        Terms(0, "EUR")
    with pytest.raises(ValueError, match="last_day must not be before 2027-06-30, got 2027-01-01"):
        Terms(1, "EUR", first_day=LATER, last_day=SOON)
    with pytest.raises(ValueError, match="by must be one of genre"):
        Limit("mood", "dark", least=1)
    with pytest.raises(ValueError, match="0 <= least <= most, got 3 and 2"):
        Limit("genre", "Drama", least=3, most=2)


def test_offers_without_territories_are_said_to_count_anywhere():
    some = offers({"price": 5, "territories": ["FR"]}, {"price": 5, "territories": None})
    said = note_terms(some, Terms(100, "EUR", territories=("FR",)))
    assert said == ["offers that name no territory count as offered in FR: 1"]
    assert note_terms(some, Terms(100, "EUR")) == []
