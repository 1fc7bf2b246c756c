import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import BadRows, StoreError
from matinee.store import view_intake
from matinee.store.intake import Counts, Intake
from matinee.store.lock import writer_lock
from matinee.store.quarantine import Quarantine
from matinee.store.service import Service, create_service
from matinee.tables.check import check
from matinee.tables.convert import convert


@pytest.fixture
def service(tmp_path):
    return create_service(tmp_path / "svc")


def rows(table: str, **columns: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed rows of a table from columns of text, and the problems of the others; they start at line 2 of a file."""
    frame = pl.DataFrame(columns).with_row_index("row", offset=2).with_columns(pl.col("row").cast(pl.Int64))
    typed, unreadable = convert(table, frame, file=f"{table}.csv")
    good, broken = check(table, typed, file=f"{table}.csv")
    return good, pl.concat([unreadable, broken])


def bring(service: Service, strict: bool = False, **tables: Any) -> tuple[dict[str, Counts], Quarantine]:
    """Import tables given as columns of text."""
    with Intake(service) as intake:
        for table, columns in tables.items():
            good, problems = rows(table, **columns)
            intake.add(table, good, f"{table}.csv")
            intake.reject(problems)
        counts = intake.commit(strict=strict)
    return counts, intake.quarantine


def files(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder but locks, with what it holds."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


VIEWS: dict[str, Any] = {
    "member_id": ["m1", "m2", "m1"],
    "title_id": ["t1", "t1", "t2"],
    "started_at": ["2020-01-31T23:59:59.999999Z", "2020-02-01", "2020-03-01"],
    "country": [None, "FR", "DE"],
}
BAD_VIEWS = {
    "member_id": ["m1", "m1", "", "m2"],
    "title_id": ["t1", "t1", "t1", "t9"],
    "started_at": ["2020-01-01"] * 4,
}
TITLES = {"title_id": ["t1", "t2"], "name": ["One", "Two"]}


def test_views_lie_in_the_month_they_started_in_and_come_back_in_order(service):
    bring(service, views=VIEWS)
    folders = sorted(path.name for path in (service.path / "tables" / "views").iterdir())
    assert folders == ["month=2020-01", "month=2020-02", "month=2020-03"]
    assert service.read("views")["member_id"].to_list() == ["m1", "m2", "m1"]


def test_views_make_members_and_titles_that_nobody_named(service):
    counts, _ = bring(service, views=VIEWS)
    assert counts["members"] == Counts(made=2, added=2)
    assert counts["titles"] == Counts(made=2, added=2)
    assert service.read("members")["country"].to_list() == ["DE", "FR"]
    assert service.read("titles")["name"].to_list() == ["t1", "t2"]


def test_made_titles_are_named_by_a_later_import_and_then_no_more_are_made(service):
    bring(service, views=VIEWS)
    assert bring(service, titles=TITLES)[0]["titles"] == Counts(read=2, updated=2)
    counts, quarantine = bring(service, views={"member_id": ["m1"], "title_id": ["t7"], "started_at": ["2020-05-01"]})
    assert counts["views"] == Counts(read=1, quarantined=1)
    assert quarantine.sample["wanted"].to_list() == ["a title_id of titles"]


def test_a_second_log_may_still_make_titles_while_none_has_a_name(service):
    bring(service, views=VIEWS)
    counts, _ = bring(service, views={"member_id": ["m1"], "title_id": ["t7"], "started_at": ["2020-05-01"]})
    assert counts["titles"] == Counts(made=1, added=1)


def test_a_made_member_lives_where_they_were_first_seen(service):
    days, countries = ["2020-01-04", "2020-01-03", "2020-01-02", "2020-02-01"], ["US", "FR", None, "DE"]
    bring(service, views={"member_id": ["m"] * 4, "title_id": ["t"] * 4, "started_at": days, "country": countries})
    assert service.read("members")["country"].to_list() == ["FR"]


def test_members_that_are_known_stay_as_they_are(service):
    bring(service, members={"member_id": ["m1"], "country": ["US"]}, views=VIEWS)
    assert service.read("members")["country"].to_list() == ["US", "FR"]


def test_importing_twice_changes_nothing(service):
    bring(service, titles=TITLES, views=BAD_VIEWS)
    before, counts_before = files(service.path), service.counts()
    counts, _ = bring(service, titles=TITLES, views=BAD_VIEWS)
    assert files(service.path) == before
    assert counts["views"] == Counts(read=4, unchanged=1, quarantined=3)
    assert counts["titles"] == Counts(read=2, unchanged=2)
    assert service.counts() == counts_before


def test_every_row_set_aside_is_kept_with_its_reason(service):
    counts, quarantine = bring(service, titles=TITLES, views=BAD_VIEWS)
    (file,) = (service.path / "quarantine").iterdir()
    kept = pl.read_parquet(file).sort("row")
    assert kept["row"].to_list() == [3, 4, 5]
    assert kept["column"].to_list() == ["member_id, title_id, started_at", "member_id", "title_id"]
    assert json.loads(kept["record"][2])["title_id"] == "t9"
    assert counts["views"] == Counts(read=4, added=1, quarantined=3)
    assert quarantine.problems == 3


def test_a_second_file_completes_a_view_and_a_third_cannot_contradict_it(service):
    key = {"member_id": ["m1"], "title_id": ["t1"], "started_at": ["2020-01-01"]}
    with Intake(service) as intake:
        for file, seconds in (("a.csv", None), ("b.csv", "60"), ("c.csv", "70"), ("d.csv", "60")):
            intake.add("views", rows("views", **key, seconds=[seconds])[0], file)
        counts = intake.commit()
    assert counts["views"] == Counts(read=4, added=1, updated=1, unchanged=1, quarantined=1)
    assert intake.quarantine.sample["file"].to_list() == ["c.csv"]
    assert service.read("views")["seconds"].to_list() == [60]


def test_a_rating_that_comes_later_is_taken_in_once(service):
    bring(service, views=VIEWS)
    rated: dict[str, Any] = {name: values[:1] for name, values in VIEWS.items()} | {"rating": ["4"], "country": [""]}
    assert bring(service, views=rated)[0]["views"] == Counts(read=1, updated=1)
    assert bring(service, views=rated)[0]["views"] == Counts(read=1, unchanged=1)
    assert service.read("views").row(0, named=True)["rating"] == 4


def test_the_quarantine_of_a_file_goes_once_all_is_well(service):
    bring(service, titles=TITLES, views={name: values[3:] for name, values in BAD_VIEWS.items()})
    assert len(list((service.path / "quarantine").iterdir())) == 1
    bring(service, titles={"title_id": ["t9"], "name": ["Nine"]})
    counts, _ = bring(service, views={name: values[3:] for name, values in BAD_VIEWS.items()})
    assert counts["views"].added == 1
    assert list((service.path / "quarantine").iterdir()) == []


def test_a_mended_file_of_the_same_name_clears_its_quarantine_and_no_other(service):
    bring(service, titles=TITLES | {"name": ["One", ""]}, views=BAD_VIEWS)
    assert len(list((service.path / "quarantine").iterdir())) == 2
    bring(service, views={name: values[:1] for name, values in BAD_VIEWS.items()})
    (kept,) = (service.path / "quarantine").iterdir()
    assert kept.name.startswith("titles-titles-csv-")


def test_a_file_that_is_worse_than_before_replaces_its_quarantine(service):
    bring(service, titles=TITLES, views={name: values[3:] for name, values in BAD_VIEWS.items()})
    bring(service, views=BAD_VIEWS)
    (kept,) = (service.path / "quarantine").iterdir()
    assert pl.read_parquet(kept).height == 3


@pytest.mark.parametrize("file", ["é" * 200 + ".csv", "../../views.csv", "Ansehen (1).csv", "???"])
def test_a_file_of_any_name_has_a_place_in_quarantine(service, file):
    _, problems = rows("views", **{name: values[2:3] for name, values in BAD_VIEWS.items()})
    with Intake(service) as intake:
        intake.reject(problems.with_columns(file=pl.lit(file)))
        intake.commit()
    assert len(list((service.path / "quarantine").iterdir())) == 1


def test_strict_changes_nothing_at_all(service):
    bring(service, views=VIEWS)
    before = files(service.path)
    with pytest.raises(BadRows, match=r"views.csv, line .*: 3 rows break the rules; nothing was imported"):
        bring(service, strict=True, titles=TITLES, views=BAD_VIEWS)
    assert files(service.path) == before


def test_a_block_left_without_commit_changes_nothing(service):
    before = files(service.path)
    with Intake(service) as intake:
        intake.add("views", rows("views", **VIEWS)[0], "views.csv")
    assert files(service.path) == before
    assert not (service.path / ".staging").exists()


def test_a_repeated_key_of_any_table_is_set_aside(service):
    counts, quarantine = bring(service, titles={"title_id": ["t1", "t1"], "name": ["One", "Uno"]})
    assert counts["titles"] == Counts(read=2, added=1, quarantined=1)
    assert service.read("titles")["name"].to_list() == ["One"]
    assert quarantine.sample["row"].to_list() == [3]


def test_a_snapshot_reads_on_through_the_next_import(service):
    bring(service, views=VIEWS)
    snapshot = service.snapshot()
    bring(service, views={"member_id": ["m3"], "title_id": ["t1"], "started_at": ["2020-02-02"]})
    assert snapshot.read("views").height == 3
    assert service.read("views").height == 4
    assert snapshot.data_hash() != service.data_hash()


def test_only_two_generations_of_files_are_kept(service):
    for day in range(1, 6):
        bring(service, views={"member_id": ["m1"], "title_id": ["t1"], "started_at": [f"2020-01-0{day}"]})
    assert len(list((service.path / "tables" / "views" / "month=2020-01").iterdir())) == 2


def test_a_damaged_data_file_is_noticed(service):
    bring(service, views=VIEWS)
    path = sorted(service.snapshot().paths())[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreError, match=f"{path.name}: a data file is damaged"):
        service.snapshot().verify()


def test_a_writer_does_not_wait_for_ever(service):
    with writer_lock(service.path), pytest.raises(StoreError, match=r"another process has been writing here for 0.1 s"):
        Intake(service, patience=0.1).__enter__()


def test_a_truncated_data_file_is_one_clear_error(service):
    bring(service, views=VIEWS)
    for path in service.snapshot().paths():
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreError, match="a data file is damaged; restore the folder from a copy"):
        service.read("views")
    with pytest.raises(StoreError, match="a data file is damaged"):
        bring(service, views=VIEWS)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="a folder that even its owner may not write")
def test_a_folder_without_permission_is_one_clear_error(service):
    service.path.chmod(0o500)
    with pytest.raises(StoreError, match="no permission"):
        bring(service, views=VIEWS)
    service.path.chmod(0o700)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["m1", "m2", ""]),
        st.sampled_from(["t1", "t9"]),
        st.sampled_from(["2020-01-31T23:59:59Z", "2020-02-01", "2020-02-02"]),
        st.sampled_from(["-1", "0", "60"]),
    ),
    max_size=15,
)

EMPTY: dict[str, list[str]] = {"member_id": [], "title_id": [], "started_at": []}


def import_lines(path: Path, lines: list[Any], order: list[int], cuts: list[int]) -> tuple[str, dict[str, Any]]:
    """Import numbered lines in an order, cut into batches; give the state it comes to, and the problems."""
    columns = dict(zip(["member_id", "title_id", "started_at", "seconds"], zip(*lines, strict=True), strict=False))
    good, problems = rows("views", **(columns if lines else EMPTY))
    service = create_service(path)
    with Intake(service) as intake:
        intake.add("titles", rows("titles", **TITLES)[0], "titles.csv")
        for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            numbers = [order[place] + 2 for place in range(start, end)]
            batch = pl.DataFrame({"row": numbers}, schema={"row": pl.Int64})
            intake.add("views", batch.join(good, on="row", maintain_order="left"), "views.csv")
            intake.reject(batch.join(problems, on="row", maintain_order="left").select(problems.columns))
        intake.commit()
    kept = {file.name: pl.read_parquet(file) for file in (path / "quarantine").glob("*")}
    return service.data_hash(), {name: frame.sort(frame.columns).rows() for name, frame in kept.items()}


@settings(max_examples=15, deadline=None)
@given(LINES, st.data())
def test_how_a_file_is_cut_and_shuffled_does_not_show(lines, data):
    order = data.draw(st.permutations(range(len(lines))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    with TemporaryDirectory() as folder:
        whole = import_lines(Path(folder, "whole"), lines, list(range(len(lines))), [])
        assert import_lines(Path(folder, "cut"), lines, order, cuts) == whole


@settings(max_examples=15, deadline=None)
@given(LINES, LINES, st.integers(1, 4))
def test_a_month_merged_in_stretches_of_time_is_the_same_month(before, lines, rows_in_memory):
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        states = []
        for path in (Path(folder, "whole"), Path(folder, "stretches")):
            import_lines(path, before, list(range(len(before))), [])
            states.append(import_lines(path, lines, list(range(len(lines))), []))
            patch.setattr(view_intake, "ROWS_IN_MEMORY", rows_in_memory)
        assert states[0] == states[1]


def test_no_stretch_of_time_holds_many_more_views_than_fit_or_parts_a_moment(monkeypatch):
    monkeypatch.setattr(view_intake, "ROWS_IN_MEMORY", 2)
    times = pl.LazyFrame({"started_at": [5, 1, 1, 1, 2, 3, 4, 1]})
    stretches = [times.filter(each).collect()["started_at"].sort() for each in view_intake._cut_time([times])]
    assert [each.to_list() for each in stretches] == [[1, 1, 1, 1], [2, 3], [4, 5]]
