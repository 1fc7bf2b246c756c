import gzip
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import BadFile, UsageError
from matinee.store.readers.blocks import read_blocks
from matinee.store.readers.table import read_table
from matinee.tables.problems import UNREADABLE

HEADER = "member_id,title_id,started_at,seconds\n"
ROWS = "m1,t1,2024-01-31T12:00:00Z,60\nm2,t2,2024-01-31T13:00:00Z,\n"


def read(path, content, table="views", **options):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return pl.concat([batch.frame for batch in read_table(path, table, **options)], how="diagonal_relaxed")


def test_csv_is_read_as_text_with_the_lines_rows_begin_at(tmp_path):
    frame = read(tmp_path / "views.csv", HEADER + ROWS)
    assert frame.columns == ["row", "member_id", "title_id", "started_at", "seconds"]
    assert frame.row(1) == (3, "m2", "t2", "2024-01-31T13:00:00Z", None)


def test_a_batch_says_what_it_is_of(tmp_path):
    (tmp_path / "views.csv").write_text(HEADER + ROWS)
    (batch,) = read_table(tmp_path / "views.csv", "views", time="unix")
    assert (batch.table, batch.file, batch.time) == ("views", "views.csv", "unix")


@pytest.mark.parametrize("batch_rows", [100, 333, 1000, 100_000])
def test_batches_of_any_size_hold_the_same_rows(tmp_path, batch_rows):
    lines = [f'm{place},"a ""{place}""\nb, c",2024-01-31,{place}\n' for place in range(5000)]
    frame = read(tmp_path / "views.csv", HEADER + "".join(lines), batch_rows=batch_rows)
    assert frame["row"].to_list() == list(range(2, 10_002, 2))
    assert frame["title_id"][4999] == 'a "4999"\nb, c'


def test_a_large_file_comes_in_several_batches(tmp_path):
    (tmp_path / "views.csv").write_text(HEADER + "m1,t1,2024-01-31,1\n" * 20_000)
    heights = [batch.frame.height for batch in read_table(tmp_path / "views.csv", "views", batch_rows=5_000)]
    assert sum(heights) == 20_000
    assert max(heights) < 10_000


def test_no_block_ends_within_quotes(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text('a,"\n\n\n"\n' * 20_000)
    blocks = list(read_blocks(path, lines=100, quoted=True))
    assert len(blocks) > 10
    assert all(block.data.endswith(b'"\n') and block.data.count(b'"') % 2 == 0 for block in blocks)
    assert [block.line % 4 for block in blocks] == [1] * len(blocks)


def test_byte_order_mark_windows_newlines_and_a_last_line_without_one(tmp_path):
    content = b"\xef\xbb\xbf" + (HEADER + ROWS).replace("\n", "\r\n").rstrip().encode()
    frame = read(tmp_path / "views.csv", content)
    assert frame.columns[1] == "member_id"
    assert frame["started_at"].to_list() == ["2024-01-31T12:00:00Z", "2024-01-31T13:00:00Z"]


def test_lines_with_too_many_or_too_few_fields_are_kept_whole(tmp_path):
    content = HEADER + ROWS + "m3,t3\nm4,t4,2024-01-31,1,9,9\n\nm5,t5,2024-01-31,5\n"
    frame = read(tmp_path / "views.csv", content)
    assert frame["row"].to_list() == [2, 3, 4, 5, 7]
    assert frame[UNREADABLE].to_list() == [None, None, "m3,t3", "m4,t4,2024-01-31,1,9,9", None]
    assert frame["member_id"].to_list() == ["m1", "m2", None, None, "m5"]


@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_of_nothing_but_separators_are_passed_over(tmp_path, quote):
    content = HEADER + f"m1,t1,{quote}2024-01-31{quote},1\n,,,\n\n" + ROWS + "torn\n"
    frame = read(tmp_path / "views.csv", content)
    assert frame["row"].to_list() == [2, 5, 6, 7]
    assert frame[UNREADABLE].to_list() == [None, None, None, "torn"]


def test_lines_that_all_are_torn_are_all_kept(tmp_path):
    assert read(tmp_path / "views.csv", HEADER + "m1\nm2\n")[UNREADABLE].to_list() == ["m1", "m2"]


def test_empty_lines_between_rows_count_as_lines(tmp_path):
    frame = read(tmp_path / "titles.csv", "\n\ntitle_id\n\nt1\n\nt2\n", table="titles")
    assert frame.rows() == [(5, "t1"), (7, "t2")]


def test_a_stray_quote_spoils_no_more_than_its_own_lines(tmp_path):
    content = HEADER + 'm1,5" disk,2024-01-31,1\nm2,"a" b,2024-01-31,2\nm3,t3,2024-01-31,3\n'
    frame = read(tmp_path / "views.csv", content)
    assert frame["seconds"].to_list() == ["1", "2", "3"]
    assert frame["title_id"][0] == '5" disk'


@pytest.mark.parametrize(
    ("name", "sep"), [("v.tsv", None), ("v.txt", "\t"), ("v.dat", "::"), ("v.txt", "§"), ("v.csv", None)]
)
def test_separators_come_from_the_name_or_from_the_caller(tmp_path, name, sep):
    mark = ";" if name == "v.csv" else sep or "\t"
    frame = read(tmp_path / name, (HEADER + ROWS).replace(",", mark), sep=sep)
    assert frame["title_id"].to_list() == ["t1", "t2"]


def test_a_line_torn_with_a_long_separator_keeps_it(tmp_path):
    frame = read(tmp_path / "v.dat", "1::2\n3::4::5\n", sep="::", columns=["member_id", "title_id"])
    assert frame[UNREADABLE].to_list() == [None, "3::4::5"]


def test_compressed_text_is_unpacked(tmp_path):
    frame = read(tmp_path / "views.csv.gz", gzip.compress((HEADER + ROWS).encode()))
    assert frame.height == 2


def test_a_file_without_header_takes_the_names_given(tmp_path):
    frame = read(tmp_path / "views.csv", ROWS, columns=["member_id", "title_id", "started_at", "seconds"])
    assert frame["row"].to_list() == [1, 2]
    with pytest.raises(BadFile, match=r"line 1 has 4 fields, not the 2 columns named"):
        read(tmp_path / "views.csv", ROWS, columns=["member_id", "title_id"])


def test_columns_take_our_names_and_others_make_way(tmp_path):
    content = "user,title_id,real_title,when\nm1,x,t1,2024-01-31\n"
    renames = {"member_id": "user", "title_id": "real_title", "started_at": "when"}
    frame = read(tmp_path / "views.csv", content, renames=renames)
    assert frame.row(0) == (2, "m1", "t1", "2024-01-31")


def test_two_columns_may_change_places(tmp_path):
    renames = {"member_id": "title_id", "title_id": "member_id"}
    frame = read(tmp_path / "views.csv", HEADER + ROWS, renames=renames)
    assert frame.select("member_id", "title_id").row(0) == ("t1", "m1")


def test_names_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(BadFile, match=r"no column user; the file has member_id, title_id"):
        read(tmp_path / "views.csv", HEADER + ROWS, renames={"member_id": "user"})
    with pytest.raises(UsageError, match=r"views has no column user; map one of member_id, "):
        read(tmp_path / "views.csv", HEADER + ROWS, renames={"user": "member_id"})


@pytest.mark.parametrize("name", ["row", "unreadable"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_column_of_any_name_can_be_mapped(tmp_path, name, ending):
    path = tmp_path / f"members.{ending}"
    theirs = pl.DataFrame({name: ["m1", "m2"], f"{name} ": ["x", "y"]})
    if ending == "csv":
        theirs.rename({f"{name} ": "other"}).write_csv(path)
    elif ending == "jsonl":
        theirs.write_ndjson(path)
    else:
        theirs.write_parquet(path)
    (batch,) = read_table(path, "members", renames={"member_id": name})
    assert batch.frame["member_id"].to_list() == ["m1", "m2"]
    assert batch.frame["row"].to_list() == ([2, 3] if ending == "csv" else [1, 2])


def test_a_column_of_a_file_without_header_can_have_any_name(tmp_path):
    frame = read(tmp_path / "m.csv", "x,m1\ny,m2,3\n", columns=["unreadable", "row"], renames={"member_id": "row"})
    assert frame["member_id"].to_list() == ["m1", None]
    assert frame[UNREADABLE].to_list() == [None, "y,m2,3"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"columns": ["a", "a", "b"]}, r"--columns names a twice; give every column a name of its own"),
        ({"renames": {"member_id": "a", "title_id": "a"}}, r"--map gives a to both member_id and title_id"),
        ({"sep": '"'}, r"--sep is a quote or a newline"),
    ],
)
def test_arguments_that_cannot_work_are_misuse(tmp_path, options, words):
    with pytest.raises(UsageError, match=words):
        read(tmp_path / "v.csv", "a,b,c\n1,2,3\n", **options)


def test_columns_without_a_name_are_counted(tmp_path):
    assert read(tmp_path / "v.csv", "m,1,2\n", columns=["member_id", "", ""]).columns[2:] == ["column_2", "column_3"]


@pytest.mark.parametrize("name", ["v.csv", "v.parquet"])
def test_a_header_without_rows_is_refused_missing_columns_first(tmp_path, name):
    write = pl.DataFrame.write_csv if name == "v.csv" else pl.DataFrame.write_parquet
    write(pl.DataFrame(schema=dict.fromkeys(["user", "title_id", "started_at"], pl.String)), tmp_path / name)
    with pytest.raises(BadFile, match=r"no column member_id; the file has user, .* --map member_id=THEIRS"):
        list(read_table(tmp_path / name, "views"))
    with pytest.raises(BadFile, match=r"has a header and no rows"):
        list(read_table(tmp_path / name, "views", renames={"member_id": "user"}))


def test_json_lines_keep_their_types(tmp_path):
    content = '{"member_id": 7, "title_id": "t1", "genres": ["a", "b"]}\n{"title_id": "t2", "member_id": 8}\n'
    frame = read(tmp_path / "views.jsonl", content)
    assert frame["member_id"].to_list() == [7, 8]
    assert frame["genres"].to_list() == [["a", "b"], None]
    assert frame["row"].to_list() == [1, 2]


def test_empty_lines_count_in_json_too(tmp_path):
    assert read(tmp_path / "v.jsonl", '{"member_id": "a"}\n\n{"member_id": "b"}\n')["row"].to_list() == [1, 3]


def test_lines_that_are_no_json_object_are_kept_whole(tmp_path):
    content = '{"member_id": 7, "genres": ["a"]}\n{"member_id": \n\n[1]\n{"member_id": "8"}\n'
    frame = read(tmp_path / "views.jsonl", content)
    assert frame["row"].to_list() == [1, 2, 4, 5]
    assert frame[UNREADABLE].to_list() == [None, '{"member_id": ', "[1]", None]
    assert frame["member_id"].to_list() == ["7", None, None, "8"]
    assert json.loads(frame["genres"][0]) == ["a"]


def test_parquet_is_read_in_slices_with_row_numbers(tmp_path):
    path = tmp_path / "views.parquet"
    pl.DataFrame({"member_id": range(10), "row": 0}).write_parquet(path)
    frames = [batch.frame for batch in read_table(path, "views", batch_rows=4)]
    assert [frame.height for frame in frames] == [4, 4, 2]
    assert pl.concat(frames)["row"].to_list() == list(range(1, 11))
    assert pl.concat(frames)["member_id"].to_list() == list(range(10))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.csv", b"", r"v\.csv: is empty"),
        ("v.csv", b"\n\r\n \n", r"is empty"),
        ("v.csv", b"a,b\n1,\x002\n", r"is not a text file \(a zero byte in line 2\)"),
        ("v.csv", "a,b\n1,é\n".encode("latin-1"), r"line 2 is not UTF-8 text"),
        ("v.csv", b"a,b,a\n1,2,3\n", r"column a is there twice"),
        ("v.csv.gz", b"a,b\n", r"cannot be read"),
        ("v.csv.gz", gzip.compress(b"a,b\n" * 9, mtime=0)[:-9], r"cannot be read"),
        ("v.json", b'[{"a": 1}]', r"is one JSON array, not JSON lines"),
        ("v.jsonl", b"", r"is empty"),
        ("v.jsonl", b"\n\n", r"is empty"),
        ("v.parquet", b"a,b\n", r"is not a Parquet file"),
        ("v.parquet", b"PAR1 and no more", r"is a damaged Parquet file"),
    ],
)
def test_a_file_that_is_not_what_it_was_said_to_be_is_one_clear_error(tmp_path, name, content, message):
    with pytest.raises(BadFile, match=message) as caught:
        read(tmp_path / name, content)
    assert caught.value.todo
    assert "\n" not in str(caught.value)


def test_missing_files_folders_and_unknown_kinds_are_refused(tmp_path):
    with pytest.raises(BadFile, match=r"no such file"):
        list(read_table(tmp_path / "v.csv", "views"))
    with pytest.raises(BadFile, match=r"is a folder"):
        list(read_table(tmp_path, "views", sep=","))
    with pytest.raises(UsageError, match=r"does not say what kind of file it is; say what .* --sep"):
        read(tmp_path / "v.log", "a b\n")


def test_an_open_quote_does_not_hold_the_whole_file_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("matinee.store.readers.blocks.LONGEST_RECORD", 1000)
    path = tmp_path / "v.csv"
    path.write_text('a\n"open\n' + "x\n" * 200_000)
    sizes = [len(block.data) for block in read_blocks(path, lines=100, quoted=True)]
    assert sum(sizes) == path.stat().st_size
    assert max(sizes) < 200_000


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)


@given(st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1, max_size=12), st.integers(1, 5))
def test_what_polars_writes_is_read_back(tmp_path_factory, rows, batch_rows):
    path = tmp_path_factory.mktemp("csv") / "v.csv"
    texts = pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.String), orient="row")
    texts = texts.filter(~pl.all_horizontal(pl.all() == "")).vstack(pl.DataFrame({"a": ["z"], "b": ["z"], "c": ["z"]}))
    texts.write_csv(path)
    frame = pl.concat([batch.frame for batch in read_table(path, "views", batch_rows=batch_rows)])
    assert frame.drop("row").fill_null("").equals(texts)
