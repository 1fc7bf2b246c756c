import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.tables.convert import convert
from matinee.tables.personal import MEMBER_TABLES, compile_mentions, find_theirs, may_be_theirs
from matinee.tables.problems import PROBLEMS


def problems(*records: dict[str, object], table: str = "views") -> pl.DataFrame:
    """Problems of rows that are wrong, one a record."""
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    rows = {"table": table, "row": range(1, len(lines) + 1), "record": lines}
    return pl.DataFrame(rows).join(PROBLEMS.to_frame().head(0), on=["table", "row", "record"], how="left")


def test_the_tables_about_members_are_those_with_their_id():
    assert MEMBER_TABLES == ("members", "views", "exposures")


@pytest.mark.parametrize("text", ["ann", "for ann, again", '"ann"', "ann.", "ann: 3", ">ann<", "ann\tfilm", "(ann)"])
def test_an_id_is_mentioned_where_it_is_a_word(text):
    assert compile_mentions(["ann"]).search(text)


@pytest.mark.parametrize("text", ["anna", "joann", "ann-marie", "ann@example.org", "x.ann", "ann.b", "_ann", "ANN"])
def test_an_id_is_not_mentioned_within_another(text):
    assert not compile_mentions(["ann"]).search(text)


def test_ids_are_no_patterns_and_are_found_as_json_writes_them():
    assert not compile_mentions(["a.b"]).search("axb")
    assert compile_mentions(["zoë"]).search(json.dumps({"member": "zoë"}))


def test_no_id_finds_nothing_and_is_refused():
    with pytest.raises(ValueError, match="member_ids must hold ids, none empty"):
        compile_mentions([""])


@pytest.mark.parametrize("spelling", ["7", " 7 ", 7, 7.0])
def test_a_row_is_theirs_however_its_source_spelled_the_id(spelling):
    frame = problems({"member_id": spelling, "title_id": "x"}, {"member_id": "8", "title_id": "7", "seconds": 7})
    assert find_theirs(frame, ["7"]).to_list() == [True, False]
    assert frame.select(may_be_theirs(["7"])).to_series().to_list() == [True, True]


def test_a_row_without_a_member_is_theirs_where_it_names_them_elsewhere():
    frame = problems(
        {"line": 'ann,"t1,2020'},
        {"line": "anna,t1"},
        {"member_id": None, "user": "ann", "title_id": "t1"},
        {"member_id": "", "title_id": "ann"},
        {"member_id": "bob", "invited_by": "ann"},
    )
    assert find_theirs(frame, ["ann"]).to_list() == [True, False, True, False, False]


def test_rows_of_tables_without_members_are_nobodys():
    frame = problems({"title_id": "ann", "name": ""}, table="titles")
    assert frame.select(may_be_theirs(["ann"])).to_series().to_list() == [False]


@given(st.text(min_size=1).filter(lambda text: pl.Series([text]).str.strip_chars().item()))
def test_a_row_set_aside_is_found_by_the_id_that_convert_reads(text):
    frame = pl.DataFrame({"row": [1], "member_id": [text], "title_id": ["t"], "started_at": ["2020-01-01"]})
    member_id = convert("views", frame, file="v.csv")[0]["member_id"][0]
    _, aside = convert("views", frame.with_columns(seconds=pl.lit("many")), file="v.csv")
    assert aside.select(may_be_theirs([member_id])).item()
    assert find_theirs(aside, [member_id]).to_list() == [True]


def test_a_torn_line_keeps_what_its_reader_knows_of_it():
    frame = pl.DataFrame({
        "row": [1],
        "member_id": ["ann"],
        "title_id": [None],
        "started_at": [None],
        "unreadable": ['x,"y'],
    })
    _, aside = convert("views", frame, file="v.csv")
    assert json.loads(aside["record"][0]) == {"member_id": "ann", "line": 'x,"y'}
    assert find_theirs(aside, ["ann"]).to_list() == [True]
