import json

import polars as pl
import pytest

from matinee.errors import BadFile, BadRows, StoreError
from matinee.flows.imports import (
    check_tables,
    import_jellyfin_playback,
    import_movielens,
    import_netflix_history,
    import_table,
    preview_table,
)
from matinee.store.disk import hash_file
from matinee.store.intake import Counts
from matinee.store.publish import publish
from matinee.store.service import create_service
from matinee.store.snapshot import DataFile

TITLES = "title_id,name,shelf\nt1,One,A\nt2,Two,B\n"
VIEWS = """member_id,title_id,started_at,seconds
m1,t1,2020-01-01T20:00:00Z,60
m1,t2,2020-01-01T21:00:00Z,-5
m2,t9,2020-01-02T20:00:00Z,60
m2,t1,yesterday,60
m1,t1,2020-01-01T20:00:00Z,60
"""


@pytest.fixture
def service(tmp_path):
    return create_service(tmp_path / "svc")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "titles.csv").write_text(TITLES)
    (tmp_path / "views.csv").write_text(VIEWS)
    return tmp_path


def test_a_log_with_bad_rows_is_imported_but_for_them(service, files):
    import_table(service, "titles", files / "titles.csv")
    summary = import_table(service, "views", files / "views.csv")
    assert summary.counts["views"] == Counts(read=5, added=1, quarantined=4)
    assert sorted(summary.sample["row"]) == [3, 4, 5, 6]
    assert summary.quarantine == service.path / "quarantine"
    (kept,) = (service.path / "quarantine").iterdir()
    assert pl.read_parquet(kept).height == summary.problems == 4


def test_a_summary_says_what_was_done_as_json_can(service, files):
    import_table(service, "titles", files / "titles.csv")
    summary = import_table(service, "views", files / "views.csv").to_dict()
    assert json.loads(json.dumps(summary)) == summary
    assert summary["tables"]["views"]["added"] == 1
    assert summary["notes"] == ["1 of the members were made from the views that name them"]
    said = sorted(problem["said"] for problem in summary["sample"])
    assert said[0] == "views.csv, line 3, seconds: '-5' is not 0 or more"
    assert said[1] == "views.csv, line 4, title_id: 't9' is not a title_id of titles"


def test_columns_that_are_not_ours_are_named(service, files):
    assert import_table(service, "titles", files / "titles.csv").ignored == {"titles.csv": ["shelf"]}


def test_progress_tells_rows_read_and_rows_merged(service, files):
    told = []
    import_table(service, "views", files / "views.csv", progress=lambda stage, rows: told.append((stage, rows)))
    assert told == [("views.csv", 5), ("merging views", 3)]


def test_strict_stops_and_changes_nothing(service, files):
    import_table(service, "titles", files / "titles.csv")
    before = service.data_hash()
    with pytest.raises(BadRows, match="4 rows break the rules; nothing was imported; mend the file, or import without"):
        import_table(service, "views", files / "views.csv", strict=True)
    assert service.data_hash() == before
    assert not (service.path / "quarantine").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"member_id,started_at\nm1,2020-01-01\n", "title_id"),
        (bytes(range(256)) * 10, r"bad\.csv"),
        (b"member_id,title_id,started_at\nm1,t1,noon\n", "no value of started_at can be read as a time"),
        (b"member_id,title_id,started_at\n", "has a header and no rows"),
    ],
)
def test_a_file_of_another_kind_is_one_clear_error_and_changes_nothing(service, tmp_path, content, words):
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(BadFile, match=words) as caught:
        import_table(service, "views", tmp_path / "bad.csv")
    assert len(str(caught.value).splitlines()) == 1
    assert service.counts()["views"] == 0
    assert not (service.path / ".staging").exists()


def test_a_missing_file_is_one_clear_error(service, tmp_path):
    with pytest.raises(BadFile, match=r"none\.csv"):
        import_table(service, "views", tmp_path / "none.csv")


def test_a_preview_shows_the_first_rows_as_understood_and_writes_nothing(service, tmp_path):
    lines = [f"u{row}|m{row}|{1577836800 + row}" for row in range(30)]
    (tmp_path / "log.txt").write_text("\n".join(["u|m|x", *lines]))
    columns = ["member_id", "title_id", "started_at"]
    preview = preview_table("views", tmp_path / "log.txt", sep="|", columns=columns, time="unix")
    assert preview.problems["row"].to_list() == [1]
    assert preview.rows["title_id"].to_list() == [f"m{row}" for row in range(9)]
    assert str(preview.rows["started_at"][0]) == "2020-01-01 00:00:00+00:00"
    assert service.counts()["views"] == 0


@pytest.mark.parametrize(("header", "words"), [("title_id,name\n", "has a header and no rows"), ("id,name\n", "--map")])
def test_a_preview_of_a_header_alone_is_one_clear_error(tmp_path, header, words):
    (tmp_path / "titles.csv").write_text(header)
    with pytest.raises(BadFile, match=words):
        preview_table("titles", tmp_path / "titles.csv")


def test_a_stray_quote_and_an_odd_date_cost_two_rows_of_a_large_file(service, tmp_path):
    lines = [f"t{row},Title {row}," for row in range(50_000)]
    lines[7:9] = ['t7,"Title 7,', "t8,Title 8,soon"]
    (tmp_path / "titles.csv").write_text("\n".join(["title_id,name,released_on", *lines]))
    summary = import_table(service, "titles", tmp_path / "titles.csv")
    assert summary.counts["titles"] == Counts(read=50_000, added=49_998, quarantined=2)
    assert sorted(summary.sample["row"]) == [9, 10]


def test_a_files_own_columns_are_named_as_it_names_them(service, tmp_path):
    (tmp_path / "titles.csv").write_text("row,unreadable,title_id,name,year\n1,2,t1,One,\n1,2,t2,Two,x\n")
    summary = import_table(service, "titles", tmp_path / "titles.csv")
    assert summary.ignored == {"titles.csv": ["row", "unreadable"]}
    assert json.loads(summary.sample["record"][0])["row"] == "1"


def test_a_parquet_file_gives_the_same_state_as_its_csv(service, tmp_path):
    days = [f"2020-0{1 + row % 9}-03T10:00:0{row % 10}Z" for row in range(50)]
    frame = pl.DataFrame({"member_id": [f"m{row}" for row in range(50)], "title_id": "t", "started_at": days})
    frame.write_csv(tmp_path / "views.csv")
    frame.with_columns(pl.col("started_at").str.to_datetime(time_zone="UTC")).write_parquet(tmp_path / "v.parquet")
    import_table(service, "views", tmp_path / "views.csv")
    other = create_service(tmp_path / "other")
    import_table(other, "views", tmp_path / "v.parquet")
    assert other.data_hash() == service.data_hash()


def test_an_unknown_table_is_the_callers_mistake(service, files):
    with pytest.raises(ValueError, match=r"table must be one of members, titles.*, got 'movies'"):
        import_table(service, "movies", files / "titles.csv")


def test_what_was_imported_passes_the_check(service, files):
    import_table(service, "titles", files / "titles.csv")
    import_table(service, "views", files / "views.csv")
    told = []
    assert check_tables(service, progress=lambda *each: told.append(each)).is_empty()
    assert told == [("checking views", 1)]


def test_a_check_names_the_file_and_the_row(service, files):
    import_table(service, "views", files / "views.csv")
    bad = service.read("views").with_columns(title_id=pl.lit("gone"))
    snapshot = service.snapshot()
    (part,) = snapshot.parts("views").values()
    bad.write_parquet(snapshot.folder / "views" / "bad.parquet")
    file = DataFile(part.part, "views/bad.parquet", bad.height, hash_file(snapshot.folder / "views" / "bad.parquet"))
    publish(snapshot, snapshot.replaced([("views", file)]), {})
    problems = check_tables(service)
    assert problems["file"].unique().to_list() == ["views/bad.parquet"]
    assert problems["row"].to_list() == list(range(1, bad.height + 1))


def test_a_check_notices_a_damaged_file(service, files):
    import_table(service, "titles", files / "titles.csv")
    (path,) = service.snapshot().paths()
    path.write_bytes(path.read_bytes() + b"?")
    with pytest.raises(StoreError, match="a data file is damaged; restore the folder from a copy"):
        check_tables(service)


def test_credits_may_come_before_their_people_and_the_check_says_so(service, tmp_path):
    (tmp_path / "credits.csv").write_text("title_id,person_id,role\nt1,p1,actor\n")
    notes = import_table(service, "credits", tmp_path / "credits.csv").notes
    advice = "that are not there yet; import them, `matinee check` lists them"
    assert notes == [f"1 credits name titles or people {advice}"]
    assert sorted(check_tables(service)["column"]) == ["person_id", "title_id"]


def test_only_what_is_not_there_is_noted_and_only_of_the_tables_imported(service, files):
    (files / "credits.csv").write_text("title_id,person_id,role\nt1,p1,actor\nt2,p1,actor\nt1,,x\n")
    import_table(service, "titles", files / "titles.csv")
    (note,) = import_table(service, "credits", files / "credits.csv").notes
    assert note.startswith("2 credits name people that")
    assert import_table(service, "titles", files / "titles.csv").notes == []
    (files / "people.csv").write_text("person_id,name\np1,Ada\n")
    import_table(service, "people", files / "people.csv")
    assert import_table(service, "credits", files / "credits.csv").notes == []


def test_a_netflix_history_makes_the_titles_it_names(service, tmp_path):
    (tmp_path / "history.csv").write_text('Title,Date\n"Dark: Season 1: Secrets","1/31/24"\n"Heat","2/1/24"\n')
    import_netflix_history(service, tmp_path / "history.csv", "ada")
    assert service.counts()["views"] == 2
    assert service.read("members")["member_id"].to_list() == ["ada"]
    assert sorted(service.read("titles")["kind"].cast(str)) == ["episode", "film", "season", "series"]
    assert check_tables(service).is_empty()


def test_a_jellyfin_backup_is_imported(service, tmp_path):
    line = "2024-01-31 20:00:00.1234567\tu1\ti1\tMovie\tHeat\tDirectPlay\tWeb\tFirefox\t5400\n"
    (tmp_path / "playback.tsv").write_text(line)
    import_jellyfin_playback(service, tmp_path / "playback.tsv")
    assert service.read("views")["seconds"].to_list() == [5400]


def test_movielens_comes_in_whole_and_a_second_time_changes_nothing(service, shared):
    counts = import_movielens(service, shared / "data" / "movielens-100k").counts
    assert {table: each.added for table, each in counts.items()} == {"members": 943, "titles": 1682, "views": 100_000}
    before = service.data_hash()
    again = import_movielens(service, shared / "data" / "movielens-100k").counts
    assert {table: each.unchanged for table, each in again.items()} == {
        table: each.added for table, each in counts.items()
    }
    assert service.data_hash() == before
    assert check_tables(service).is_empty()
