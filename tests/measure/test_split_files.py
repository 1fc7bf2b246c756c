from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from matinee.errors import BadFile
from matinee.measure.split_files import NEXT_FILES, FileSplit, split_from_cold, split_from_next, split_from_parts
from matinee.measure.splits import Split, split_inner
from matinee.tables.log import EVENTS, Log

COLUMNS = ["member_id", "title_id", "timestamp", "part"]
TIME = [(7, 100, 1, "train"), (7, 200, 2, "train"), (8, 100, 2, "train"), (7, 300, 5, "target"), (9, 100, 6, "target")]
MEMBERS = [
    (1, 10, 1, "train"), (2, 10, 2, "validation_history"), (2, 20, 3, "validation_target"),
    (3, 20, 4, "test_history"), (3, 10, 9, "test_target"),
]  # fmt: skip
LINES = {
    "train_input": ["0 0 11 12 13", "12 11"],
    "test_output": ["14", "13"],
    "validation_input": ["12 11 13"],
    "validation_output": ["14"],
}


def parts_of(rows: Sequence[tuple[int | None, int, int, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def inner_of(split: Split) -> Split:
    return split_inner(split, rng=np.random.default_rng(0))


def ids(found: FileSplit, events: pl.DataFrame) -> list[tuple[str, str]]:
    """Member and title of each event, by the ids of the file."""
    members, titles = found.member_ids.gather(events["member_row"]), found.title_ids.gather(events["title_row"])
    return sorted(zip(members.to_list(), titles.to_list(), strict=True))


def test_train_and_target_make_a_split_by_time_of_members_known_in_train():
    found = split_from_parts(parts_of(TIME))
    split = found.split
    assert (split.protocol, split.now, split.inner) == ("time", 5, None)
    assert ids(found, split.train) == [("7", "100"), ("7", "200"), ("8", "100")]
    assert ids(found, split.history) == [("7", "100"), ("7", "200")]
    assert ids(found, split.target) == [("7", "300")]
    assert split.train.schema == EVENTS


def test_history_and_target_parts_make_a_split_by_members_with_its_inner_one():
    found = split_from_parts(parts_of(MEMBERS))
    inner = inner_of(found.split)
    assert found.split.protocol == "members"
    assert (ids(found, found.split.history), ids(found, found.split.target)) == ([("3", "20")], [("3", "10")])
    assert (ids(found, inner.history), ids(found, inner.target)) == ([("2", "10")], [("2", "20")])
    assert ids(found, inner.train) == ids(found, found.split.train) == [("1", "10")]


def test_text_ids_are_taken_as_they_stand():
    found = split_from_parts(parts_of(TIME).with_columns(title_id="tt0" + pl.col("title_id").cast(pl.String)))
    assert found.title_ids.to_list() == ["tt0100", "tt0200", "tt0300"]


@pytest.mark.parametrize(
    ("frame", "match"),
    [
        (parts_of(TIME).drop("timestamp"), "split.parquet: no column timestamp; a split file has member_id"),
        (parts_of(TIME).with_columns(pl.col("timestamp").cast(pl.String)), "column timestamp is String"),
        (parts_of(TIME).with_columns(title_id=None), "column title_id is Null"),
        (parts_of([*TIME, (None, 100, 7, "target")]), "column member_id is empty in 1 rows"),
        (parts_of(TIME[:3]), "the parts are train; want train, target or train, validation_history"),
        (parts_of(TIME).clear(), "the parts are none"),
        (parts_of([*TIME, (7, 100, 8, "target")]), "1 events stand there again"),
        (parts_of([*TIME, (8, 300, 1, "target")]), "its first target, at 1, is before its last training event, at 2"),
        (parts_of([*MEMBERS, (3, 30, 1, "train")]), "1 held-out members are in train as well"),
    ],
)
def test_a_file_that_leaks_or_is_of_another_kind_is_refused(frame, match):
    with pytest.raises(BadFile, match=match):
        split_from_parts(frame, where="split.parquet")


def test_lines_make_a_split_by_next_title_in_the_order_of_the_line():
    found = split_from_next(LINES)
    split = found.split
    assert ids(found, split.train) == [("1", "11"), ("1", "12"), ("1", "13"), ("2", "11"), ("2", "12")]
    assert ids(found, split.target) == [("1", "14"), ("2", "13")]
    second = split.train.filter(pl.col("member_row") == found.member_ids.index_of("2"))
    assert found.title_ids.gather(second["title_row"]).to_list() == ["12", "11"]
    assert (split.now, split.target["at"].to_list()) == (2, [2, 3])
    assert split.history.equals(split.train)


def test_validation_lines_are_the_inner_split_of_members_apart():
    found = split_from_next(LINES)
    inner = inner_of(found.split)
    assert ids(found, inner.target) == [("validation 1", "14")]
    assert [title for _, title in ids(found, inner.history)] == ["11", "12", "13"]
    assert inner.train.equals(found.split.train)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"test_output": ["14"]}, "train_input has 2 lines and test_output 1; want one line a member"),
        ({"validation_input": [], "validation_output": []}, "validation_input has 0 lines"),
        ({"test_output": ["14", "11"]}, "1 events stand there again"),
    ],
)
def test_lines_that_do_not_pair_up_are_refused(change, match):
    with pytest.raises(BadFile, match=match):
        split_from_next(LINES | change, where="next-title")


def test_a_folder_without_all_four_files_of_lines_is_refused():
    with pytest.raises(BadFile, match="no test_output, validation_output; a split by next title is train_input"):
        split_from_next({name: LINES[name] for name in NEXT_FILES if name.endswith("input")})


def log_of(n_titles: int) -> Log:
    """One member who enjoyed every title, ids "0", "1", …"""
    rows = [(0, title, title, 1.0) for title in range(n_titles)]
    names = pl.Series([str(title) for title in range(n_titles)])
    return Log(pl.Series(["m"]), names, pl.DataFrame(rows, schema=EVENTS, orient="row"))


def test_cold_titles_of_a_file_are_hidden_from_the_log():
    parts = pl.DataFrame({"title_id": [6, 2, 0, 99], "part": ["cold", "cold", "warm", "cold"]})
    split = split_from_cold(log_of(8), parts)
    assert split.title_rows.tolist() == [2, 6]
    assert split.target["title_row"].to_list() == [2, 6]
    assert split.train["title_row"].to_list() == [0, 1, 3, 4, 5, 7]


@pytest.mark.parametrize(
    ("parts", "match"),
    [
        ({"title_id": ["1"]}, "cold.csv: no column part"),
        ({"title_id": ["1", "2"], "part": ["cold", "hot"]}, "the parts are hot; want warm or cold"),
        ({"title_id": ["x", "1"], "part": ["cold", "warm"]}, "none of its cold titles is in the log"),
    ],
)
def test_a_list_of_cold_titles_that_does_not_fit_is_refused(parts, match):
    with pytest.raises(BadFile, match=match):
        split_from_cold(log_of(8), pl.DataFrame(parts), where="cold.csv")


def test_the_published_splits_of_movielens_have_their_counts(shared):
    folder = shared / "data/movielens-1m/splits"
    time = split_from_parts(pl.read_parquet(folder / "time.parquet")).split.counts()
    assert (time["train_events"], time["test_members"], time["target_events"]) == (517_750, 1_157, 52_274)
    members = split_from_parts(pl.read_parquet(folder / "members.parquet")).split
    assert [len(split.member_rows) for split in (members, inner_of(members))] == [600, 600]
    lines = {path.stem: path.read_text().splitlines() for path in (folder / "next-title").glob("*.txt")}
    following = split_from_next(lines).split
    assert [len(split.member_rows) for split in (following, inner_of(following))] == [6_040, 512]


def test_the_published_cold_titles_hide_529_of_movielens(shared):
    folder = shared / "data/movielens-1m"
    positives = pl.read_parquet(folder / "ratings.parquet").filter(pl.col("rating") >= 4)
    titles = positives["movie_id"].cast(pl.String).unique().sort()
    title_row = positives["movie_id"].cast(pl.String).cast(pl.Enum(titles)).to_physical()
    events = pl.DataFrame({"member_row": positives["user_id"], "title_row": title_row, "at": positives["timestamp"]})
    log = Log(pl.Series([], dtype=pl.String), titles, events.with_columns(weight=1.0).cast(EVENTS))
    counts = split_from_cold(log, pl.read_csv(folder / "splits/cold_titles.csv")).counts()
    assert (counts["candidate_titles"], counts["train_events"], counts["target_events"]) == (529, 467_414, 107_833)
