import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from matinee.tables.problems import PROBLEMS, concat_problems, describe, plain_name, problems_of, safe_name

BAD = pl.DataFrame({"row": [3], "title_id": ["t1"], "seconds": [-5]})


def make_problem(**changes):
    made = problems_of(
        BAD, table="views", file="views.csv", column="seconds", value=pl.col("seconds"), wanted="0 or more"
    )
    return made.row(0, named=True) | changes


def test_a_problem_is_said_in_one_sentence():
    assert describe(make_problem()) == "views.csv, line 3, seconds: '-5' is not 0 or more"


def test_a_missing_value_is_said_to_be_empty():
    assert describe(make_problem(value=None, wanted="not empty")) == "views.csv, line 3, seconds: is empty"
    assert describe(make_problem(value="", wanted="not empty")) == "views.csv, line 3, seconds: is empty"


def test_parquet_and_stored_tables_have_rows_not_lines():
    assert describe(make_problem(file="a.parquet")).startswith("a.parquet, row 3")
    assert describe(make_problem(file="views")).startswith("views, row 3")


def test_a_problem_of_a_whole_row_names_no_column():
    assert describe(make_problem(column=None, value="a,b", wanted="whole")) == "views.csv, line 3: 'a,b' is not whole"


def test_a_long_value_is_cut_in_the_sentence_and_kept_in_the_problem():
    problem = make_problem(value="x" * 500)
    assert len(describe(problem)) < 150
    assert len(problem["value"]) == 500


def test_the_record_is_the_whole_row():
    assert json.loads(make_problem()["record"]) == {"title_id": "t1", "seconds": -5}


def test_a_record_may_hold_types_that_json_lacks():
    odd = pl.DataFrame({"row": [1], "blob": [b"\xff"], "time": pl.Series([1], dtype=pl.Time)})
    made = problems_of(odd, table="views", file="f", column="blob", value=pl.lit("x"), wanted="text")
    assert set(json.loads(made["record"][0])) == {"blob", "time"}


def test_a_record_keeps_the_files_own_column_called_row():
    frame = pl.DataFrame({safe_name(name): ["theirs"] for name in ("row", "unreadable", "name")})
    bad = frame.with_columns(row=pl.lit(3, pl.Int64))
    made = problems_of(bad, table="views", file="f", column="name", value=pl.col("name"), wanted="text")
    assert made["row"].to_list() == [3]
    assert json.loads(made["record"][0]) == dict.fromkeys(["row", "unreadable", "name"], "theirs")


@given(
    st.lists(
        st.text(alphabet="row unreadable", max_size=12) | st.sampled_from(["row", "row ", "unreadable"]), unique=True
    )
)
def test_safe_names_differ_from_ours_and_from_each_other_and_lead_back(names):
    safe = [safe_name(name) for name in names]
    assert not {"row", "unreadable"} & {*safe}
    assert [plain_name(name) for name in safe] == names


def test_no_problems_put_together_are_none():
    assert concat_problems([]).schema == PROBLEMS
    assert concat_problems([]).is_empty()
