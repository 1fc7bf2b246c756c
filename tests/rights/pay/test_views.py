from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest

from matinee.errors import Unpayable
from matinee.rights.pay.periods import Period
from matinee.rights.pay.views import count_parts, count_watched, find_runtime, list_parts

TITLES = pl.DataFrame(
    {
        "title_id": ["film", "series", "s1", "s2", "e1", "e2", "e3", "odd"],
        "parent_id": [None, None, "series", "series", "s1", "s1", "s2", "odd"],
        "runtime_minutes": [90.5, None, None, 30.0, 20.0, 25.0, 30.0, None],
    },
    schema_overrides={"runtime_minutes": pl.Float32},
)
Q3 = Period(2026, 3)


def watch(*rows):
    frame = pl.LazyFrame(rows, schema=["title_id", "started_at", "seconds"], orient="row")
    return frame.with_columns(pl.col("started_at").dt.replace_time_zone("UTC").dt.cast_time_unit("us"))


def test_a_season_and_a_series_consist_of_their_episodes():
    parts = list_parts(TITLES, ["series", "s1", "film", "odd", "none"])
    assert parts.filter(pl.col("unit_id") == "series")["title_id"].to_list() == ["e1", "e2", "e3", "s1", "s2", "series"]
    assert parts.filter(pl.col("unit_id") == "s1")["title_id"].to_list() == ["e1", "e2", "s1"]
    assert parts.filter(pl.col("unit_id").is_in(["film", "odd", "none"]))["title_id"].to_list() == ["film", "odd"]


def test_what_starts_in_the_quarter_is_counted_for_all_that_it_belongs_to():
    last = datetime(2026, 9, 30, 23, 59, 59)
    views = watch(("e1", last, 600), ("e3", last, None), ("s1", last, 60), ("e1", datetime(2026, 10, 1), 5),
                  ("film", datetime(2026, 7, 1), 7), ("film", datetime(2026, 6, 30, 23), 9))  # fmt: skip
    counted = count_watched(views, list_parts(TITLES, ["series", "s1", "film", "s2"]), Q3)
    assert counted.rows() == [("film", 7, 0), ("s1", 660, 0), ("s2", 0, 1), ("series", 660, 1)]


def test_viewings_of_an_episode_become_viewings_of_its_season():
    views = watch(("e1", datetime(2026, 8, 1), 600), ("film", datetime(2026, 8, 1), 7))
    assert count_parts(views, list_parts(TITLES, ["s1"])).collect()["title_id"].to_list() == ["s1"]


def test_the_runtime_is_its_own_or_the_sum_of_what_it_consists_of():
    assert find_runtime(TITLES, "film") == Decimal("90.5")
    assert find_runtime(TITLES, "s1") == 45
    assert find_runtime(TITLES, "series") == 75


@pytest.mark.parametrize("title_id", ["odd", "none", "s1"])
def test_a_runtime_that_is_not_known_is_not_guessed(title_id):
    titles = TITLES.with_columns(pl.when(pl.col("title_id") != "e2").then("runtime_minutes"))
    with pytest.raises(Unpayable, match=f"the runtime of {'e2' if title_id == 's1' else title_id} is not known"):
        find_runtime(titles, title_id)
