from datetime import date

import polars as pl
import pytest

from matinee.acquire.offers import check_offers, find_overlaps, join_offers, note_offers, note_undated
from matinee.tables.problems import describe
from matinee.tables.schemas import TABLES

TODAY = date(2026, 11, 22)
SOON, LATER, LATEST = date(2027, 1, 1), date(2027, 6, 30), date(2028, 1, 1)
GOOD = {"candidate_id": "c", "name": "Heat", "kind": "film", "runtime_minutes": 120.0}
DEAL = {"exclusive": True, "territories": ["FR"], "window_starts_on": SOON, "window_ends_on": LATER}


def offers(*rows):
    empty = TABLES["candidates"].create_empty()
    full = [dict.fromkeys(empty.columns) | GOOD | {"candidate_id": f"c{place}"} | row for place, row in enumerate(rows)]
    frame = pl.DataFrame(full, schema=empty.schema, orient="row")
    return frame.with_row_index("row", offset=2).with_columns(pl.col("row").cast(pl.Int64))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": None}, "row 3, kind: is empty, wanted film, season, series"),
        ({"price": 500}, "row 3, price: '500' is not a price with its currency, as EUR"),
        ({"window_ends_on": date(2026, 11, 21)}, "'2026-11-21' is not a day to come: the window is over"),
        (
            {"window_starts_on": LATER, "window_ends_on": SOON},
            "'2027-01-01' is not on or after its first day, 2027-06-30",
        ),
    ],
)
def test_what_does_not_fit_is_one_clear_line_and_the_others_go_on(row, said):
    good, problems = check_offers(offers({}, row, {}), file="offers.xlsx", today=TODAY)
    assert good["candidate_id"].to_list() == ["c0", "c2"]
    (line,) = [describe(problem) for problem in problems.iter_rows(named=True)]
    assert line.startswith("offers.xlsx, row 3, ")
    assert said in line


def test_an_exclusive_sold_twice_sets_the_later_offer_aside():
    good, problems = check_offers(offers(DEAL, DEAL | {"window_starts_on": LATER}), file="o.csv", today=TODAY)
    assert good["candidate_id"].to_list() == ["c0"]
    assert problems["value"].to_list() == ["2027-06-30 to 2027-06-30"]
    wanted = "a window of its own: c0 is exclusive in FR at the same time"
    assert problems["wanted"].to_list() == [wanted]


def test_an_exclusive_that_clashes_with_a_stored_one_is_set_aside_unless_it_replaces_it():
    before = join_offers(None, offers(DEAL | {"candidate_id": "old"}), file=None)
    good, problems = check_offers(offers(DEAL), file="o.csv", today=TODAY, before=before)
    assert good.is_empty()
    wanted = "a window of its own: old, imported before, is exclusive in FR at the same time"
    assert problems["wanted"].to_list() == [wanted]
    again = offers(DEAL, {"candidate_id": "old"})
    assert check_offers(again, file="o.csv", today=TODAY, before=before)[1].is_empty()


def test_an_exclusive_that_clashes_with_one_of_an_earlier_sheet_is_set_aside_unless_that_was_replaced():
    before = join_offers(None, offers(DEAL | {"candidate_id": "one"}), file="o.xlsx, Movies")
    problems = check_offers(offers(DEAL), file="o.xlsx, More", today=TODAY, before=before)[1]
    wanted = "a window of its own: one of o.xlsx, Movies, is exclusive in FR at the same time"
    assert problems["wanted"].to_list() == [wanted]
    later = join_offers(before, offers(DEAL | {"candidate_id": "one", "territories": ["DE"]}), file="o.xlsx, More")
    assert check_offers(offers(DEAL), file="o.xlsx, Third", today=TODAY, before=later)[1].is_empty()


@pytest.mark.parametrize(
    ("other", "does_overlap"),
    [
        ({}, True),
        ({"name": "HEAT!"}, True),
        ({"territories": None}, True),
        ({"territories": ["DE", "FR"]}, True),
        ({"window_starts_on": None, "window_ends_on": None}, True),
        ({"window_starts_on": date(2027, 7, 1), "window_ends_on": LATEST}, False),
        ({"territories": ["DE"]}, False),
        ({"exclusive": False}, False),
        ({"exclusive": None}, False),
        ({"name": "Heat 2"}, False),
        ({"year": 1995}, False),
        ({"kind": "series"}, False),
        ({"eidr": "10.5240/x"}, False),
    ],
)
def test_exclusives_overlap_in_title_territory_and_days(other, does_overlap):
    assert (find_overlaps(offers(DEAL, DEAL | other)).height == 1) is does_overlap


def test_seasons_of_one_series_are_titles_of_their_own():
    one, two = ({"name": f"Dark: Season {number}", "kind": "season"} for number in (1, 2))
    assert find_overlaps(offers(DEAL | one, DEAL | two)).is_empty()
    assert find_overlaps(offers(DEAL | one, DEAL | one)).height == 1


def test_what_a_forecast_will_miss_is_said():
    rows = ({"genres": ["Drama", "Cyberpunk"]}, {"runtime_minutes": None}, {"kind": "live", "runtime_minutes": None})
    frame = offers(*rows, {"window_starts_on": date(2026, 1, 1)})
    notes = note_offers(frame, {"Drama"}, file="o.csv", today=TODAY)
    assert notes == [
        "o.csv: genre 'Cyberpunk' of c0 is one that no title has; it says nothing to a forecast",
        "o.csv: c1: no runtime; views cannot be told from hours",
        "o.csv: the window of c3 began before today",
    ]
    assert note_offers(offers({"genres": ["Cyberpunk"]}), set(), file="o.csv", today=TODAY) == []


def test_what_nothing_dates_is_taken_for_new_and_said():
    dated = ({"year": 1990}, {"released_on": date(1990, 1, 1)}, {"window_starts_on": SOON})
    assert note_undated(offers(*dated)) == []
    assert note_undated(offers(*dated, {}, {})) == ["c3, c4: no year, release or window; taken for new"]
