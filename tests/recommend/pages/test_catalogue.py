from datetime import date

import numpy as np
import polars as pl
import pytest

from matinee.recommend.pages.catalogue import build_catalogue, lend_windows, open_shelf
from matinee.tables.schemas import Titles, Windows

DAY = date(2026, 6, 1)


def titles(*rows):
    empty = dict.fromkeys(Titles.column_names())
    return Titles.validate(
        pl.DataFrame([empty | {"name": "x"} | row for row in rows], infer_schema_length=None), cast=True
    )


@pytest.fixture
def catalogue():
    frame = titles(
        {"title_id": "b", "genres": ["Drama", "War"], "languages": ["en-GB"], "maturity": "PG-13"},
        {"title_id": "a", "genres": ["War"], "languages": ["FR"], "released_on": date(2026, 5, 1), "franchise": "F"},
        {"title_id": "s", "kind": "series", "franchise": "F"},
        {"title_id": "e", "parent_id": "s", "maturity": "odd"},
    )
    return build_catalogue(frame, ["a", "b", "e", "s", "gone"])


def test_arrays_are_in_the_order_of_the_model(catalogue):
    assert catalogue.genre_names == ["Drama", "War"]
    assert catalogue.genres.tolist() == [[0, 1], [0.5, 0.5], [0, 0], [0, 0], [0, 0]]
    assert catalogue.language_names == ["en", "fr"]
    assert catalogue.languages[:2].tolist() == [[False, True], [True, False]]
    assert catalogue.ages.tolist() == [-1, 13, -1, -1, -1]
    assert catalogue.franchises[0] == catalogue.franchises[3] >= 0


def test_an_episode_counts_for_its_series_and_a_title_that_left_for_nothing(catalogue):
    assert catalogue.roots.tolist() == [0, 1, 3, 3, -1]


def windows(*rows):
    frame = pl.DataFrame(rows, schema=["title_id", "territory", "starts_on", "ends_on"], orient="row")
    others = [pl.lit(None).alias(name) for name in ("exclusive", "fee", "currency")]
    return Windows.validate(frame.with_columns(others), cast=True)


def shelf(catalogue, *rows, territory="FR"):
    row_of = {"a": 0, "b": 1}
    return open_shelf(catalogue, windows(*rows), row_of, territory=territory, day=DAY)


@pytest.mark.parametrize(
    ("starts", "ends", "is_open"),
    [
        (date(2026, 6, 1), date(2026, 6, 1), True),
        (date(2026, 5, 1), None, True),
        (date(2026, 6, 2), None, False),
        (date(2026, 1, 1), date(2026, 5, 31), False),
    ],
)
def test_a_window_holds_from_its_first_to_its_last_day(catalogue, starts, ends, is_open):
    assert shelf(catalogue, ("b", "FR", starts, ends)).open.tolist() == [True, is_open, True, True, True]


@pytest.mark.parametrize("territory", ["DE", None])
def test_a_title_with_windows_is_out_where_it_has_none(catalogue, territory):
    made = shelf(catalogue, ("b", "FR", date(2026, 1, 1), None), territory=territory)
    assert made.open.tolist() == [True, False, True, True, True]


def test_a_title_arrives_with_its_window_and_renewals_do_not_make_it_new(catalogue):
    made = shelf(
        catalogue,
        ("b", "FR", date(2020, 1, 1), date(2020, 12, 31)),
        ("b", "FR", date(2026, 1, 1), date(2026, 5, 20)),
        ("b", "FR", date(2026, 5, 21), None),
    )
    assert made.arrived[:2].tolist() == [date(2026, 5, 1), date(2026, 1, 1)]


def test_release_does_not_make_a_title_new_where_windows_rule(catalogue):
    assert np.isnat(shelf(catalogue, ("a", "DE", date(2026, 1, 1), None)).arrived[0])


PARTS = [
    {"title_id": "s", "kind": "series"},
    {"title_id": "s1", "kind": "season", "parent_id": "s"},
    {"title_id": "s2", "kind": "season", "parent_id": "s"},
    {"title_id": "s1e1", "kind": "episode", "parent_id": "s1"},
    {"title_id": "s2e1", "kind": "episode", "parent_id": "s2"},
]
PAST = (date(2020, 1, 1), date(2020, 12, 31))
SINCE_MAY = (date(2026, 5, 1), None)


def open_series(*rows, territory="FR", parts=PARTS):
    made, lent = build_catalogue(titles(*parts), ["s"]), lend_windows(windows(*rows), titles(*parts))
    shelf = open_shelf(made, lent, {"s": 0}, territory=territory, day=DAY)
    return bool(shelf.open[0]), shelf.arrived[0].item()


@pytest.mark.parametrize("part", ["s1", "s2", "s1e1", "s2e1"])
def test_a_series_without_windows_is_open_where_and_when_a_part_is(part):
    assert open_series((part, "FR", *SINCE_MAY)) == (True, date(2026, 5, 1))
    assert open_series((part, "FR", *SINCE_MAY), territory="DE") == (False, None)
    assert open_series((part, "FR", *SINCE_MAY), territory=None) == (False, None)
    assert open_series((part, "FR", *PAST)) == (False, None)


def test_one_part_that_is_open_is_enough():
    assert open_series(("s1", "FR", *PAST), ("s2e1", "FR", *SINCE_MAY)) == (True, date(2026, 5, 1))


def test_windows_of_its_own_rule_a_series_and_those_of_a_season_its_episodes():
    assert open_series(("s", "FR", *PAST), ("s1", "FR", *SINCE_MAY)) == (False, None)
    assert open_series(("s1", "FR", *PAST), ("s1e1", "FR", *SINCE_MAY)) == (False, None)


def test_parents_in_a_circle_end():
    parts = [PARTS[0] | {"parent_id": "s1"}, *PARTS[1:]]
    assert set(lend_windows(windows(("s1e1", "FR", *SINCE_MAY)), titles(*parts))["title_id"]) == {"s1e1", "s1", "s"}
