import json
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import BadFile
from matinee.tables.convert import MANY_VALUES, convert
from matinee.tables.problems import describe
from matinee.tables.schemas import TABLES


def make_views(**columns):
    texts = {"member_id": ["m1"], "title_id": ["t1"], "started_at": ["2024-01-31T12:00:00Z"]} | columns
    height = max(len(values) for values in texts.values())
    rows = {name: values * height if len(values) == 1 else values for name, values in texts.items()}
    return pl.DataFrame({"row": range(2, 2 + height)} | rows, schema_overrides={"row": pl.Int64})


def make_titles(**columns):
    height = max(len(values) for values in columns.values())
    ids = [f"t{place}" for place in range(height)]
    return pl.DataFrame({"row": range(2, 2 + height), "title_id": ids, "name": ids} | columns, strict=False)


def test_text_becomes_every_column_of_the_table_in_order_and_type():
    frame, problems = convert("views", make_views(seconds=["60"], extra=["x"]), file="views.csv")
    assert problems.is_empty()
    assert frame.schema == {**TABLES["views"].create_empty().schema, "row": pl.Int64()}
    assert frame.row(0)[:5] == ("m1", "t1", datetime(2024, 1, 31, 12, tzinfo=UTC), 60, None)


def test_text_is_stripped_and_empty_text_is_null():
    frame, _ = convert("views", make_views(member_id=[" m1\t"], device=["  "], seconds=[""]), file="views.csv")
    assert frame.select("member_id", "device", "seconds").row(0) == ("m1", None, None)


def test_a_value_that_cannot_be_read_is_a_problem_with_its_whole_row():
    frame, problems = convert("views", make_views(seconds=["60", "long"], extra=["a", "b"]), file="views.csv")
    assert frame["row"].to_list() == [2]
    assert describe(problems.row(0, named=True)) == "views.csv, line 3, seconds: 'long' is not a whole number"
    assert json.loads(problems["record"][0])["extra"] == "b"


def test_everything_wrong_with_a_row_is_said_at_once():
    views = make_views(seconds=["long", "1"], rating=["many", "1"], country=["France", "FR"], title_id=["", "t1"])
    frame, problems = convert("views", views, file="views.csv")
    assert frame.height == 1
    assert sorted(problems["column"]) == ["country", "rating", "seconds", "title_id"]
    assert problems["record"].n_unique() == 1


def test_a_required_column_that_is_missing_names_what_there_is_and_what_to_do():
    frame = make_views().rename({"member_id": "user"})
    with pytest.raises(BadFile, match=r"views.csv: no column member_id; the file has user, .*--map member_id=THEIRS"):
        convert("views", frame, file="views.csv")


def test_a_header_over_torn_lines_is_checked_too():
    torn = pl.DataFrame({"row": [2], "user": [None], "unreadable": ["?"]})
    with pytest.raises(BadFile, match=r"no column member_id, title_id, started_at; the file has user; name it"):
        convert("views", torn, file="views.csv")


def test_times_that_all_fail_at_the_head_of_a_file_stop_it():
    with pytest.raises(BadFile, match=r"no value of started_at .*'881250949'; .*--time unix"):
        convert("views", make_views(started_at=["881250949"]), file="views.csv")


def test_an_odd_value_in_a_sparse_column_of_dates_costs_its_row():
    frame, problems = convert("titles", make_titles(released_on=[*[None] * 40, "soon"]), file="titles.csv")
    assert (frame.height, problems["column"].to_list()) == (40, ["released_on"])


@pytest.mark.parametrize(("count", "stops"), [(MANY_VALUES - 1, False), (MANY_VALUES, True)])
def test_dates_that_all_fail_stop_the_file_where_there_are_many(count, stops):
    titles = make_titles(released_on=["31/01/2024"] * count)
    if not stops:
        assert convert("titles", titles, file="titles.csv")[1].height == count
        return
    with pytest.raises(BadFile, match=r"no value of released_on .*'31/01/2024'"):
        convert("titles", titles, file="titles.csv")


def test_times_that_all_fail_further_down_are_problems():
    late = make_views(started_at=["soon"]).with_columns(row=pl.lit(1_000_000, pl.Int64))
    frame, problems = convert("views", late, file="views.csv")
    assert frame.is_empty()
    assert problems["wanted"].to_list() == ["a time, as 2024-01-31T12:00:00Z"]


@pytest.mark.parametrize(
    ("time", "good", "wanted"), [("unix", "1706702400", "a unix time"), ("%d.%m.%Y", "31.01.2024", "%d.%m.%Y")]
)
def test_a_time_that_fails_is_told_how_it_should_be_written(time, good, wanted):
    _, problems = convert("views", make_views(started_at=[good, "soon"]), file="views.csv", time=time)
    assert wanted in problems["wanted"].item()


def test_lines_that_could_not_be_cut_are_problems():
    frame = make_views(member_id=["m1", None], unreadable=[None, "m1;t1"])
    good, problems = convert("views", frame, file="views.csv")
    assert good["row"].to_list() == [2]
    assert describe(problems.row(0, named=True)).startswith("views.csv, line 3: 'm1;t1' is not a line that")
    assert json.loads(problems["record"][0])["line"] == "m1;t1"


def test_a_file_of_nothing_but_torn_lines_is_all_problems():
    torn = pl.DataFrame({"row": [1], "unreadable": ["?"]})
    good, problems = convert("views", torn, file="views.csv")
    assert (good.height, problems.height) == (0, 1)


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), ("5.0", 5), ("+5", 5), ("1e3", 1000), ("5.5", None), ("3e9", None)]
)
def test_whole_numbers(text, number):
    frame, problems = convert("titles", make_titles(number=["1", text]), file="t.csv")
    assert frame["number"].to_list() == ([1, number] if number else [1])
    assert problems.height == (number is None)


@pytest.mark.parametrize(("text", "truth"), [("YES", True), ("t", True), ("1", True), ("False", False), ("n", False)])
def test_truth_values_in_any_case(text, truth):
    frame, _ = convert("members", pl.DataFrame({"row": [2], "member_id": ["m"], "personalised": [text]}), file="m.csv")
    assert frame["personalised"].to_list() == [truth]


def test_kinds_in_any_case_and_others_are_problems():
    frame, problems = convert("titles", make_titles(kind=["Film", "EPISODE", "opera"]), file="t.csv")
    assert frame["kind"].to_list() == ["film", "episode"]
    assert problems["wanted"][0].startswith("one of film, series, ")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('["a", "b, c"]', ["a", "b, c"]),
        ("['a', 'b']", ["a", "b"]),
        ("a|b, c", ["a", "b, c"]),
        ("a; b", ["a", "b"]),
        ("a, b", ["a", "b"]),
        ("Sci-Fi", ["Sci-Fi"]),
        ("a||b|", ["a", "b"]),
        ('[{"id": 28, "name": "Action"}, {"id": 12, "name": "War"}]', ["Action", "War"]),
        ('[{"iso_3166_1": "US", "name": "United States of America"}]', ["US"]),
        ("[]", []),
        ("", None),
    ],
)
def test_lists_are_arrays_or_cut_at_the_first_separator_that_fits(text, items):
    frame, problems = convert("titles", make_titles(genres=[text]), file="t.csv")
    assert problems.is_empty()
    assert frame["genres"].to_list() == [items]


@pytest.mark.parametrize("text", ['["a"', '[{"id": 1}]', "[a]"])
def test_a_broken_array_is_a_problem(text):
    frame, problems = convert("titles", make_titles(genres=[text]), file="t.csv")
    assert frame.is_empty()
    assert problems["value"].to_list() == [text]


def test_typed_columns_of_other_types_are_taken_over():
    typed = pl.DataFrame({
        "row": [1, 2],
        "member_id": [7, 8],
        "title_id": [1.0, 2.0],
        "started_at": [datetime(2024, 1, 31, 12), None],
        "seconds": [60.0, None],
        "rating": [4, 5],
    }).with_columns(pl.col("started_at").fill_null(datetime(2024, 2, 1)))
    frame, problems = convert("views", typed, file="views.parquet")
    assert problems.is_empty()
    assert frame.select("member_id", "title_id", "seconds", "rating").rows() == [("7", "1", 60, 4), ("8", "2", None, 5)]


def test_a_column_of_records_is_a_problem_not_a_crash():
    frame = make_views(device=[{"name": "tv"}])
    _, problems = convert("views", frame, file="views.jsonl")
    assert problems["column"].to_list() == ["device"]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=1, max_size=20))
def test_no_row_is_lost_and_none_is_both_good_and_bad(texts):
    frame = make_views(seconds=["1", *texts], rating=[*texts, "1"])
    good, problems = convert("views", frame, file="views.csv")
    assert sorted([*good["row"], *problems["row"].unique()]) == frame["row"].to_list()


def test_a_price_that_is_no_whole_number_says_what_minor_units_are():
    rows = pl.DataFrame({"row": [2], "candidate_id": ["a"], "name": ["A"], "price": ["12.50"], "currency": ["EUR"]})
    _, problems = convert("candidates", rows, file="c.csv")
    assert problems["wanted"].to_list() == ["a whole number of minor units, as 1250 for 12.50"]
