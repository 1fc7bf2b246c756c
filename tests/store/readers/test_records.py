import polars as pl
import pytest

from matinee.errors import BadFile
from matinee.store.readers.records import MANY_LINES, cut_records
from matinee.store.readers.table import read_table
from matinee.tables.problems import UNREADABLE

HEADER = "member_id,title_id,started_at,seconds\n"
STRAY = 'm1,"t1,2024-01-31T12:00:00Z,60'


def read(path, content):
    path.write_text(content)
    return pl.concat([batch.frame for batch in read_table(path, "views")], how="diagonal")


def cut(text, width):
    """The fields of each record; what cannot be cut is given as None."""
    return [fields for _, _, fields in cut_records(text, ",", width)]


@pytest.mark.parametrize(("count", "title"), [(1, "t"), (200_000, "t"), (250_000, "t" * 140)])
def test_an_open_quote_costs_one_line_of_a_file_of_any_size(tmp_path, count, title):
    frame = read(tmp_path / "v.csv", HEADER + f"{STRAY}\n" + f"m2,{title},2024-01-31,60\n" * count)
    assert frame[UNREADABLE].drop_nulls().to_list() == [STRAY]
    assert frame["row"].equals(pl.Series("row", range(2, 3 + count)))
    assert (frame["title_id"] == title).sum() == count


@pytest.mark.parametrize("closing", ['m3,"t3",2024-01-31,3', 'm3,"t3, or not",2024-01-31,3', 'm3,t3,2024-01-31,"3"'])
@pytest.mark.parametrize("between", [0, 1, 30])
def test_an_open_quote_that_a_later_row_seems_to_close_costs_its_own_line(tmp_path, closing, between):
    frame = read(tmp_path / "v.csv", HEADER + "\n".join([STRAY, *["m2,t2,2024-01-31,2"] * between, closing]))
    assert frame[UNREADABLE].to_list() == [STRAY, *[None] * (between + 1)]
    assert frame["seconds"].to_list() == [None, *["2"] * between, "3"]


def test_two_stray_quotes_do_not_hide_the_rows_between_them():
    rows = ["m,t,1"] * MANY_LINES
    assert cut("\n".join(['m1,"t,1', *rows, 'm2,t",1\n']), 3) == [
        None,
        *[["m", "t", "1"]] * len(rows),
        ["m2", 't"', "1"],
    ]


def test_a_few_torn_lines_do_not_hide_the_rows_beside_them():
    assert cut('m1,"t,1\n' + "m,t,1\n" * 20 + "torn\n" + "m,t,1\n" * 9, 3).count(["m", "t", "1"]) == 29


def test_text_of_several_lines_stays_in_one_field():
    text = "\n".join(f"line {place}, with a comma and quotes" for place in range(100))
    assert cut(f't1,One,"{text}"\nt2,Two,\n', 3) == [["t1", "One", text], ["t2", "Two", ""]]
    assert cut('"a\nb"\n"c"\n', 1) == [["a\nb"], ["c"]]


def test_text_of_several_lines_in_a_torn_record_makes_no_rows():
    assert [len(fields or []) for fields in cut('t1,"one\ntwo, three\nfour",5,6\nt2,x,y\n', 3)] == [4, 3]


def test_a_return_within_a_line_costs_that_line(tmp_path):
    frame = read(tmp_path / "v.csv", HEADER + 'm1,t\r1,2024-01-31,1\nm2,"t2",2024-01-31\nm3,t3,2024-01-31,3\n')
    assert frame["member_id"].to_list() == [None, None, "m3"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('member_id,"title_id,started_at\n' + "m,t,1\n" * 100, "line 1 cannot be cut into fields; mend its quotes"),
        ("member_id,title_id\rm,t\rm,t", "line 1 cannot be cut into fields; .* end every line with a newline"),
        (",,,\n,,,\n", "is empty but for separators"),
    ],
)
def test_a_header_that_cannot_be_cut_is_one_clear_error(tmp_path, content, words):
    with pytest.raises(BadFile, match=words):
        read(tmp_path / "v.csv", content)
