from datetime import UTC, datetime
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from matinee.store.merge import merge_rows, merge_views
from matinee.tables.schemas import TABLES

VIEWS = TABLES["views"].create_empty()
TITLES = TABLES["titles"].create_empty()


def views(*rows: Any) -> pl.DataFrame:
    """Views from (row, member, day, rating), all of one title."""
    frame = pl.DataFrame(
        {
            "row": [row[0] for row in rows],
            "member_id": [row[1] for row in rows],
            "title_id": "t",
            "started_at": [datetime(2020, 1, row[2], tzinfo=UTC) for row in rows],
            "rating": [row[3] for row in rows],
        },
        schema_overrides={"row": pl.Int64, "rating": pl.Float32, "started_at": pl.Datetime("us", "UTC")},
    )
    return pl.concat([VIEWS, frame], how="diagonal")


def titles(**names: str) -> pl.DataFrame:
    return pl.concat([TITLES, pl.DataFrame({"title_id": list(names), "name": list(names.values())})], how="diagonal")


def test_views_are_kept_by_time_then_member():
    merged = merge_views(VIEWS, views((1, "b", 2, None), (2, "a", 2, None), (3, "c", 1, None)))
    assert merged.rows["member_id"].to_list() == ["c", "a", "b"]
    assert merged.rows.columns == VIEWS.columns


def test_the_first_row_of_a_key_stands_and_the_file_does_not_repeat_it():
    merged = merge_views(VIEWS, views((2, "a", 1, 5), (1, "a", 1, 3), (3, "a", 1, 3)))
    assert merged.rows["rating"].to_list() == [3]
    assert merged.repeats["row"].to_list() == [2, 3]


def test_a_view_that_is_there_already_is_unchanged():
    old = views((0, "a", 1, 3)).drop("row")
    merged = merge_views(old, views((1, "a", 1, 3)))
    assert (merged.unchanged, merged.added.height, merged.rows.equals(old)) == (1, 0, True)


def test_a_view_with_other_values_than_before_is_set_aside():
    merged = merge_views(views((0, "a", 1, 3)).drop("row"), views((1, "a", 1, 4), (2, "a", 1, 3)))
    assert merged.differing["row"].to_list() == [1]
    assert merged.repeats["row"].to_list() == [2]
    assert merged.rows["rating"].to_list() == [3]


def test_a_later_view_fills_what_was_not_known_and_empties_nothing():
    old = views((0, "a", 1, 3), (0, "b", 1, None)).with_columns(device=pl.lit("tv")).drop("row")
    merged = merge_views(old, views((1, "a", 1, None), (2, "b", 1, 4)))
    assert merged.rows["rating"].to_list() == [3, 4]
    assert merged.rows["device"].to_list() == ["tv", "tv"]
    assert (merged.updated, merged.unchanged, merged.added.height) == (1, 1, 0)


def test_a_view_that_contradicts_one_value_fills_no_other():
    old = views((0, "a", 1, 3)).drop("row")
    merged = merge_views(old, views((1, "a", 1, 4)).with_columns(seconds=pl.lit(60, pl.Int32)))
    assert merged.differing["row"].to_list() == [1]
    assert merged.rows.equals(old)


ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from([None, 1, 2])), max_size=12)


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_every_view_has_one_fate_whatever_the_order(before, now, random):
    old = merge_views(VIEWS, views(*((place, *row) for place, row in enumerate(before)))).rows
    new = views(*((place, *row) for place, row in enumerate(now)))
    merged = merge_views(old, new)
    shuffled = merge_views(old, new[random.sample(range(new.height), new.height)])
    fates = merged.added.height + merged.updated + merged.unchanged + merged.repeats.height + merged.differing.height
    assert fates == new.height
    assert merged.rows.equals(shuffled.rows)
    assert merge_views(merged.rows, new).rows.equals(merged.rows)
    said = old.join(merged.rows, on=["member_id", "title_id", "started_at"], how="left", maintain_order="left")
    assert said.filter(pl.col("rating").is_not_null())["rating_right"].equals(old["rating"].drop_nulls())


def test_the_later_word_wins_where_it_says_something():
    old = titles(t1="One", t2="Two").with_columns(year=pl.lit(1999, pl.Int32))
    new = titles(t2="Deux", t3="Three").with_columns(genres=pl.lit(["Drama"]))
    merged = merge_rows("titles", old, new)
    assert merged.rows["name"].to_list() == ["One", "Deux", "Three"]
    assert merged.rows["year"].to_list() == [1999, 1999, None]
    assert merged.rows["genres"].to_list() == [None, ["Drama"], ["Drama"]]
    assert (merged.added, merged.updated, merged.unchanged) == (1, 1, 0)
    assert merged.rows.schema == TITLES.schema


def test_saying_the_same_or_nothing_changes_nothing():
    old = titles(t1="One").with_columns(year=pl.lit(1999, pl.Int32), genres=pl.lit(["Drama"]))
    merged = merge_rows("titles", old, old.with_columns(year=pl.lit(None, pl.Int32)))
    assert (merged.added, merged.updated, merged.unchanged) == (0, 0, 1)
    assert merged.rows.equals(old)
