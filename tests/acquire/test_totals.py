from datetime import UTC, date, datetime

import polars as pl

from matinee.acquire.totals import total_launches, total_months
from matinee.tables.schemas import TABLES

TITLES = [
    {"title_id": "f", "kind": "film", "runtime_minutes": 120.0, "released_on": date(2024, 2, 1)},
    {"title_id": "s", "kind": "season", "parent_id": None},
    {"title_id": "e1", "kind": "episode", "parent_id": "s", "runtime_minutes": 30.0},
    {"title_id": "e2", "kind": "episode", "parent_id": "s", "runtime_minutes": 60.0},
]


def table(name, rows):
    empty = TABLES[name].create_empty()
    return pl.concat([empty, pl.DataFrame(rows, schema_overrides=empty.schema)], how="diagonal_relaxed").cast(
        empty.schema
    )


def view(title_id, day, minutes, country="FR"):
    seconds = None if minutes is None else minutes * 60
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return {"member_id": "m", "title_id": title_id, "started_at": at, "seconds": seconds, "country": country}


def totals(rows, how, *more):
    found = how(table("views", rows).lazy(), table("titles", TITLES).lazy(), *more)
    frame, undated = found if isinstance(found, tuple) else (found, None)
    picked = frame.select("title_id", "territory", "starts_on", "ends_on", "hours", "views").rows()
    return picked, undated


EDGES = [view("f", "2024-01-01", 0, None), view("f", "2024-05-31", 0, None)]


def test_months_add_up_by_country_and_in_the_world():
    picked, _ = totals([*EDGES, view("f", "2024-02-03", 60), view("f", "2024-02-05", 120, "DE")], total_months)
    february = date(2024, 2, 1), date(2024, 2, 29)
    assert [row for row in picked if row[2] == february[0]] == [
        ("f", "DE", *february, 2.0, 1.0),
        ("f", "FR", *february, 1.0, 0.5),
        ("f", "world", *february, 3.0, 1.5),
    ]


def test_an_episode_counts_for_its_season_whose_runtime_is_the_sum_of_its_episodes():
    picked, _ = totals([*EDGES, view("e1", "2024-03-03", 30), view("e2", "2024-03-04", 60)], total_months)
    assert ("s", "world", date(2024, 3, 1), date(2024, 3, 31), 1.5, 1.0) in picked


def test_months_that_the_log_does_not_cover_are_left_out():
    picked, _ = totals([view("f", "2024-01-02", 60), view("f", "2024-02-28", 60)], total_months)
    assert picked == []


def test_viewings_of_unknown_length_are_counted_and_make_no_hours():
    picked, _ = totals([*EDGES, view("f", "2024-03-03", None), view("f", "2024-03-04", None)], total_months)
    assert ("f", "world", date(2024, 3, 1), date(2024, 3, 31), None, 2.0) in picked


def test_launches_are_the_first_28_and_90_days():
    rows = [*EDGES, view("f", "2024-02-01", 60), view("f", "2024-02-28", 60), view("f", "2024-02-29", 60)]
    picked, undated = totals([*rows, view("e1", "2024-02-03", 1)], total_launches, table("windows", []).lazy())
    assert picked == [
        ("f", "world", date(2024, 2, 1), date(2024, 2, 28), 2.0, 1.0),
        ("f", "world", date(2024, 2, 1), date(2024, 4, 30), 3.0, 1.5),
    ]
    assert undated == 1


def test_windows_say_the_first_day_by_territory_and_come_before_the_release():
    windows = [
        {"title_id": "f", "territory": "FR", "starts_on": date(2024, 3, 1)},
        {"title_id": "f", "territory": "DE", "starts_on": date(2024, 4, 1)},
    ]
    rows = [*EDGES, view("f", "2024-02-02", 60), view("f", "2024-03-02", 60)]
    picked, _ = totals(rows, total_launches, table("windows", windows).lazy())
    march = date(2024, 3, 1), date(2024, 3, 28)
    assert [row for row in picked if row[2:4] == march] == [
        ("f", "FR", *march, 1.0, 0.5),
        ("f", "world", *march, 1.0, 0.5),
    ]


def test_an_empty_log_has_no_totals():
    assert totals([], total_months)[0] == []
    assert totals([], total_launches, table("windows", []).lazy())[0] == []
