import polars as pl
import pytest

from matinee.measure.exposures import DAY, count_enjoyed, credit_teams, find_beginners, first_exposures


def rows(*cells: tuple[object, ...], names: str) -> pl.DataFrame:
    schema = {name: pl.Int64 if name == "at" else pl.String for name in names.split()}
    return pl.DataFrame(cells, schema=schema, orient="row")


def shown(*cells: tuple[object, ...]) -> pl.DataFrame:
    return rows(*cells, names="member_id title_id at arm")


def enjoyed(*cells: tuple[object, ...]) -> pl.DataFrame:
    return rows(*cells, names="member_id title_id at")


def test_a_member_meets_an_experiment_once_in_one_arm():
    found = first_exposures(shown(("m", "t", 30, "a"), ("m", "u", 10, "a"), ("k", "t", 5, "b")))
    assert found.rows() == [("k", 5, "b"), ("m", 10, "a")]


def test_a_member_who_was_shown_two_arms_has_none():
    found = first_exposures(shown(("m", "t", 10, "a"), ("m", "t", 20, "b")))
    assert found.rows() == [("m", 10, None)]


@pytest.mark.parametrize(
    ("at", "after", "before"),
    [
        (100 * DAY, 1, 0),
        (100 * DAY - 1, 0, 1),
        (102 * DAY - 1, 1, 0),
        (102 * DAY, 0, 0),
        (98 * DAY, 0, 1),
        (98 * DAY - 1, 0, 0),
    ],
)
def test_what_is_enjoyed_counts_from_the_second_of_the_exposure_for_some_days(at, after, before):
    members = pl.DataFrame({"member_id": ["k", "m"], "at": [100 * DAY] * 2})
    found = count_enjoyed(members, enjoyed(("m", "t", at)), days=2)
    assert found.select("member_id", "after", "before").rows() == [("k", 0, 0), ("m", after, before)]


def test_each_title_enjoyed_counts():
    members = pl.DataFrame({"member_id": ["m"], "at": [0]})
    found = count_enjoyed(members, enjoyed(("m", "t", 5), ("m", "u", 6), ("x", "t", 7)), days=1)
    assert found["after"].to_list() == [2]


def test_an_interleaved_title_is_credited_to_the_team_that_showed_it_last():
    exposures = shown(("m", "t", 0, "a"), ("m", "t", 10, "b"), ("m", "u", 0, "a"), ("k", "t", 0, "a"))
    events = enjoyed(("m", "t", 15), ("m", "u", 3), ("m", "never shown", 4))
    found = credit_teams(exposures, events, arms=("a", "b"), days=1)
    assert found.rows() == [("k", 0, 0), ("m", 1, 1)]
    earlier = credit_teams(exposures, enjoyed(("m", "t", 5)), arms=("a", "b"), days=1)
    assert earlier.rows() == [("k", 0, 0), ("m", 1, 0)]


def test_interleaved_titles_enjoyed_before_or_too_long_after_count_for_nobody():
    found = credit_teams(
        shown(("m", "t", 10, "a"), ("m", "u", 10, "b")),
        enjoyed(("m", "t", 9), ("m", "u", 10 + DAY)),
        arms=("a", "b"),
        days=1,
    )
    assert found.rows() == [("m", 0, 0)]


def test_who_began_is_the_lowest_place_of_a_members_first_page():
    rows = [
        ("m1", 5, "a", "top", 2),
        ("m1", 5, "b", "top", 1),
        ("m1", 9, "a", "top", 1),
        ("m2", 5, "a", "top", 1),
        ("m3", 5, "b", "top", None),
    ]
    schema = {"member_id": str, "at": pl.Int64, "arm": str, "origin": str, "place": pl.Int32}
    found = find_beginners(pl.DataFrame(rows, schema=schema, orient="row"))
    assert found.rows() == [("m1", "b"), ("m2", "a")]
