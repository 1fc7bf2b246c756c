from datetime import UTC, date, datetime

import polars as pl
import pytest

from matinee.tables.check import check, check_keys, check_known, check_service, check_table
from matinee.tables.convert import convert
from matinee.tables.problems import describe
from matinee.tables.schemas import TABLES

NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)


def make_rows(table, **columns):
    height = len(next(iter(columns.values())))
    frame = pl.DataFrame(columns, schema_overrides=dict(TABLES[table].create_empty().schema), strict=False)
    missing = {name: dtype for name, dtype in TABLES[table].create_empty().schema.items() if name not in columns}
    frame = frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in missing.items())
    return frame.select(TABLES[table].column_names()).with_columns(row=pl.int_range(2, 2 + height, dtype=pl.Int64))


def make_views(**columns):
    height = len(next(iter(columns.values())))
    base = {"member_id": ["m1"] * height, "title_id": ["t1"] * height, "started_at": [NOON] * height}
    return make_rows("views", **(base | columns))


def say(problems):
    return [describe(problem) for problem in problems.iter_rows(named=True)]


def test_rows_that_keep_every_rule_pass():
    views = make_views(seconds=[0, None], rating=[0.5, 10.0], country=["FR", None])
    good, problems = check("views", views, file="views.csv")
    assert good.equals(views)
    assert problems.is_empty()


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("seconds", -5, "views.csv, line 3, seconds: '-5' is not 0 or more"),
        ("rating", 11.0, "views.csv, line 3, rating: '11.0' is not 10 or less"),
        ("rating", float("inf"), "views.csv, line 3, rating: 'inf' is not 10 or less"),
        ("country", "France", "views.csv, line 3, country: 'France' is not two capital letters, as in FR"),
        ("title_id", None, "views.csv, line 3, title_id: is empty"),
        ("title_id", "", "views.csv, line 3, title_id: is empty"),
        ("started_at", None, "views.csv, line 3, started_at: is empty"),
    ],
)
def test_a_broken_rule_is_said_in_plain_words(column, value, sentence):
    good_value = {"seconds": 1, "rating": 1.0, "country": "FR", "title_id": "t", "started_at": NOON}[column]
    good, problems = check("views", make_views(**{column: [good_value, value]}), file="views.csv")
    assert good["row"].to_list() == [2]
    assert sentence in say(problems)


def test_all_problems_of_a_row_are_reported():
    _, problems = check("views", make_views(seconds=[-1], rating=[-1.0], country=["fr"]), file="views.csv")
    assert problems["column"].to_list() == ["seconds", "rating", "country"]
    assert problems["row"].unique().to_list() == [2]


def test_money_and_countries_within_lists_have_rules():
    candidates = make_rows("candidates", candidate_id=["c"], name=["n"], currency=["euro"], territories=[["FR", "x"]])
    _, problems = check("candidates", candidates, file="c.csv")
    assert problems["wanted"].to_list() == [
        "three capital letters, as in EUR",
        "a list whose every item is two capital letters, as in FR",
    ]
    assert problems["value"].to_list() == ["euro", "FR|x"]


def test_the_first_row_of_a_key_stands():
    good, problems = check_keys("views", make_views(title_id=["a", "b", "a"], seconds=[1, 2, 3]), file="views.csv")
    assert good["seconds"].to_list() == [1, 2]
    assert say(problems) == [
        "views.csv, line 4, member_id, title_id, started_at: 'm1, a, 2024-01-31T12:00:00Z' "
        "is not a key of its own (row 2 has it)"
    ]


def test_unknown_references_are_problems_and_nulls_are_not():
    titles = make_rows("titles", title_id=["a", "b"], name=["A", "B"], parent_id=["s", None])
    known = pl.Series(["a", "b"])
    good, problems = check_known(
        titles, "parent_id", known, table="titles", file="t.csv", wanted="a title_id of titles"
    )
    assert good["title_id"].to_list() == ["b"]
    assert say(problems) == ["t.csv, line 2, parent_id: 's' is not a title_id of titles"]


def test_a_service_is_checked_within_and_between_its_tables():
    tables = {
        "titles": make_rows("titles", title_id=["a", "a"], name=["A", "A"]),
        "people": make_rows("people", person_id=["p"], name=["P"]),
        "credits": make_rows("credits", title_id=["a"], person_id=["q"], role=["actor"]),
        "views": make_views(title_id=["a", "x"], seconds=[-1, 1]),
        "windows": make_rows("windows", title_id=["y"], territory=["FR"], starts_on=[date(2024, 1, 1)]),
    }
    problems = check_service({name: frame.drop("row") for name, frame in tables.items()})
    found = [(problem["table"], problem["row"], problem["column"]) for problem in problems.iter_rows(named=True)]
    assert found == [
        ("titles", 2, "title_id"),
        ("credits", 1, "person_id"),
        ("views", 1, "seconds"),
        ("views", 2, "title_id"),
        ("windows", 1, "title_id"),
    ]


def test_parents_that_lead_round_in_a_circle_are_problems():
    ids, parents = ["a", "b", "c", "d", "e", "s"], ["b", "a", "c", "a", "s", None]
    titles = make_rows("titles", title_id=ids, name=ids, parent_id=parents).drop("row")
    problems = check_table("titles", titles, {})
    assert problems["row"].to_list() == [1, 2, 3, 4]
    assert say(problems)[0] == "titles, row 1, parent_id: 'b' is not a parent whose own parents come to an end"


def test_references_to_a_table_that_is_not_given_are_not_checked():
    assert check_table("views", make_views(title_id=["x"]).drop("row"), {}).is_empty()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_checked_empty(table):
    empty = TABLES[table].create_empty()
    assert check_service({table: empty}).is_empty()
    frame, _ = convert(table, empty.with_columns(row=pl.lit(1, pl.Int64)), file="f.csv")
    assert check_keys(table, frame, file="f.csv")[0].is_empty()
