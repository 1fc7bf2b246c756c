from datetime import UTC, datetime

import polars as pl
import pytest

from matinee.tables.log import build_log, find_roots
from matinee.tables.schemas import Members, Titles, Views


def members(*ids):
    return Members.cast(pl.DataFrame({"member_id": ids}).with_columns(_nulls(Members, {"member_id"})))


def titles(*rows):
    frame = pl.DataFrame(rows, schema=["title_id", "parent_id", "runtime_minutes"], orient="row")
    return Titles.cast(frame.with_columns(name="title_id").with_columns(_nulls(Titles, {*frame.columns, "name"})))


def views(*rows):
    frame = pl.DataFrame(rows, schema=["member_id", "title_id", "day", "seconds", "rating"], orient="row")
    frame = frame.with_columns(started_at=pl.datetime(2024, 1, "day", time_zone="UTC")).drop("day")
    return Views.cast(frame.with_columns(_nulls(Views, set(frame.columns)))).lazy()


def _nulls(schema, given):
    return [pl.lit(None, dtype=c.dtype).alias(n) for n, c in schema.columns().items() if n not in given]


def events(log):
    ids = zip(
        log.member_ids.gather(log.events["member_row"]), log.title_ids.gather(log.events["title_row"]), strict=True
    )
    return {key: (at, weight) for key, at, weight in zip(ids, log.events["at"], log.events["weight"], strict=True)}


def test_a_rating_decides_before_the_time_watched():
    log = build_log(
        members("m"),
        titles(("a", None, 100.0), ("b", None, 100.0)),
        views(("m", "a", 1, 6000, 3.0), ("m", "b", 1, 10, 5.0)),
        min_rating=4,
    )
    assert {key: weight for key, (_, weight) in events(log).items()} == {("m", "b"): 1.0}


def test_half_of_the_runtime_is_positive_and_weighs_half():
    log = build_log(
        members("m"),
        titles(("a", None, 100.0), ("b", None, 100.0)),
        views(("m", "a", 1, 3000, None), ("m", "b", 1, 2999, None)),
        min_rating=4,
    )
    assert {key: weight for key, (_, weight) in events(log).items()} == {("m", "a"): 0.5}


@pytest.mark.parametrize(("seconds", "counts"), [(299, False), (300, True), (None, True)])
def test_without_a_runtime_five_minutes_count_and_an_unknown_time_counts(seconds, counts):
    log = build_log(members("m"), titles(("a", None, None)), views(("m", "a", 1, seconds, None)), min_rating=4)
    assert (log.events.height == 1) is counts


def test_a_second_viewing_keeps_the_first_time_and_the_larger_weight():
    log = build_log(
        members("m"),
        titles(("a", None, 100.0)),
        views(("m", "a", 2, 6000, None), ("m", "a", 1, 3000, None)),
        min_rating=4,
    )
    first = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    assert events(log) == {("m", "a"): (first, 1.0)}


def test_episodes_count_for_their_series_which_alone_stands_on_a_page():
    catalogue = titles(("show", None, None), ("s1", "show", None), ("e1", "s1", 50.0), ("film", None, 90.0))
    log = build_log(members("m"), catalogue, views(("m", "e1", 1, 3000, None)), min_rating=4)
    assert log.title_ids.to_list() == ["show", "film"]
    assert list(events(log)) == [("m", "show")]


def test_a_parent_that_is_unknown_or_leads_back_is_no_parent():
    roots = find_roots(titles(("a", "b", None), ("b", "a", None), ("c", "gone", None)))
    assert dict(roots.iter_rows()) == {"a": "a", "b": "b", "c": "c"}


def test_views_of_unknown_members_or_titles_are_left_out():
    log = build_log(
        members("m"),
        titles(("a", None, None)),
        views(("x", "a", 1, None, None), ("m", "z", 1, None, None)),
        min_rating=4,
    )
    assert log.events.is_empty()
