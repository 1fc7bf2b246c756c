from datetime import UTC, date, datetime

import polars as pl

from matinee.recommend.pages.resume import find_resumable, find_unfinished

TITLES = pl.DataFrame({"title_id": ["f", "e1", "e2", "x"], "runtime_minutes": [100.0, 50.0, 50.0, None]})
ROOTS = pl.DataFrame({"title_id": ["f", "e1", "e2", "x"], "title_row": [0, 1, 1, 2]})


def unfinished(*views):
    rows = [(title_id, datetime(2026, 1, day, tzinfo=UTC), seconds) for title_id, day, seconds in views]
    schema = pl.Schema({"title_id": pl.String(), "started_at": pl.Datetime("us", "UTC"), "seconds": pl.Int32()})
    found = find_unfinished(pl.DataFrame(rows, schema=schema, orient="row"), TITLES, ROOTS)
    return list(found.select("title_row", "part_id", "share").iter_rows())


def test_the_latest_unfinished_title_comes_first():
    assert unfinished(("f", 1, 3000), ("e1", 2, 600)) == [(1, "e1", 0.2), (0, "f", 0.5)]


def test_viewings_of_one_film_add_up_and_a_finished_one_is_not_continued():
    assert unfinished(("f", 1, 3000), ("f", 2, 2400)) == []
    assert unfinished(("f", 1, 3000), ("f", 2, 600)) == [(0, "f", 0.6)]


def test_a_wrong_click_and_what_is_not_known_are_not_continued():
    assert unfinished(("f", 1, 60), ("x", 2, 600), ("e1", 3, None)) == []


def test_a_series_counts_once_by_its_last_episode():
    assert unfinished(("e1", 1, 600), ("e2", 2, 1500)) == [(1, "e2", 0.5)]
    assert unfinished(("e1", 1, 600), ("e2", 2, 3000)) == []


UNFINISHED = pl.DataFrame({"title_row": [0, 1], "part_id": ["film", "e1"]})
KIN = pl.DataFrame({
    "title_id": ["film", "series", "s1", "e1"],
    "parent_id": [None, None, "series", "s1"],
    "maturity": ["12", "12", None, "16"],
})


def resumable(*windows, territory="FR", max_age=None):
    rows = [(title_id, "FR", date(2026, 1, 1), ends) for title_id, ends in windows]
    schema = {"title_id": pl.String, "territory": pl.String, "starts_on": pl.Date, "ends_on": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    day = date(2026, 2, 1)
    return find_resumable(UNFINISHED, KIN, frame, territory=territory, day=day, max_age=max_age)


def test_an_episode_is_continued_within_its_own_windows_and_those_of_its_season():
    assert resumable() == resumable(("e1", None), ("s1", date(2026, 2, 1))) == [0, 1]
    assert resumable(("e1", date(2026, 1, 31))) == resumable(("e1", None), ("s1", date(2026, 1, 31))) == [0]
    assert resumable(("s1", None), territory=None) == resumable(("s1", None), territory="DE") == [0]


def test_an_episode_above_the_ceiling_of_age_is_not_continued():
    assert resumable(max_age=16) == [0, 1]
    assert resumable(max_age=12) == [0]
