"""Members forgotten. Somebody left traces everywhere (`conftest`); afterwards none is found in any file."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.flows.conftest import EVERYBODY, NOW, OTHERS, VIEWS, WHO, find_traces, make_service

from matinee.errors import BadModel, MatineeError, StoreError, UnknownId, UsageError
from matinee.flows.forgetting import forget
from matinee.flows.imports import import_table
from matinee.flows.training import train
from matinee.store.models import has_current, list_runs, load_model, name_current, save_model
from matinee.store.service import Service


def files(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder but locks, with what it holds."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def set_aside(service: Service) -> pl.DataFrame:
    frames = [pl.read_parquet(path) for path in sorted((service.path / "quarantine").glob("*.parquet"))]
    return pl.concat(frames).drop("row").sort("record")


def test_no_file_of_the_service_names_them_afterwards(service):
    assert len(find_traces(service.path)) > 10
    done = forget(service, [WHO], clock=lambda: NOW)
    assert find_traces(service.path) == []
    assert done.foreign == []


def test_what_is_left_is_what_a_service_would_have_that_never_knew_them(service, tmp_path):
    other = make_service(tmp_path / "other", without=[WHO])
    forget(service, [WHO], clock=lambda: NOW)
    assert service.data_hash() == other.data_hash()
    assert set_aside(service).equals(set_aside(other))
    service.snapshot().verify()
    assert pl.read_parquet(service.path / "pages.parquet")["member_id"].unique().sort().to_list() == sorted(OTHERS)
    assert (service.path / "reports" / "old.html").exists()


@pytest.mark.parametrize("gone", [["m0", WHO], OTHERS])
def test_members_can_be_forgotten_together_or_one_after_the_other(tmp_path, gone):
    left = make_service(tmp_path / "left", without=gone)
    once, twice = (make_service(tmp_path / name) for name in ("once", "twice"))
    forget(once, gone, clock=lambda: NOW)
    for member_id in reversed(gone):
        forget(twice, [member_id], clock=lambda: NOW)
    assert left.data_hash() == once.data_hash() == twice.data_hash()
    assert len(list((twice.path / "receipts").iterdir())) == len(gone)


def test_the_receipt_counts_what_was_removed_and_says_nothing_of_whom(service):
    runs = list_runs(service.path)
    done = forget(service, [WHO], clock=lambda: NOW)
    receipt = json.loads(done.path.read_text())
    assert receipt == done.receipt
    assert receipt["members"] == 1
    views = sum(row["member_id"] == WHO for row in VIEWS)
    expected = {"members": 1, "views": views, "exposures": 1, "quarantine": 2, "results": 1, "reports": 2}
    assert receipt["removed"] == expected
    assert receipt["model"]["deleted_runs"] == runs
    assert receipt["model"]["run"] == name_current(service.path)
    assert receipt["model"]["update"]["from"] == runs[-1]
    assert receipt["model"]["proof"]["max_difference"] <= 1e-6
    assert list_runs(service.path) == [name_current(service.path)]


def test_the_receipt_says_when_they_asked_and_when_it_was_done(service):
    times = iter([NOW, NOW + timedelta(minutes=3)])
    receipt = forget(service, [WHO], clock=lambda: next(times)).receipt
    asked, finished = (datetime.fromisoformat(receipt[name]) for name in ("asked_at", "finished_at"))
    assert (asked, finished - asked) == (NOW.replace(microsecond=0), timedelta(minutes=3))


def test_a_model_that_was_being_trained_meanwhile_is_refused(service):
    def interrupt(stage: str) -> None:
        if stage == "saving":
            forget(service, [WHO], clock=lambda: NOW)

    with pytest.raises(StoreError, match="members were forgotten meanwhile; run the same command again"):
        train(service, now=NOW, progress=interrupt)
    assert find_traces(service.path) == []
    assert train(service, now=NOW)["run"] == name_current(service.path)


def test_a_model_that_is_not_as_if_they_had_never_been_is_no_end(service, tmp_path):
    (tmp_path / "bad.csv").write_text("member_id,title_id,started_at\nshy,t9,2026-01-01\n")
    import_table(service, "views", tmp_path / "bad.csv")
    arrays, manifest = load_model(service.path)
    save_model(service.path, {**arrays, "newcomers": arrays["newcomers"] + np.float32(1e-4)}, manifest, now=NOW)
    with pytest.raises(MatineeError, match=r"off by \S+ in 'newcomers' from one made without them"):
        forget(service, ["shy"], clock=lambda: NOW)
    train(service, now=NOW.replace(hour=10))
    assert forget(service, clock=lambda: NOW.replace(hour=11)).receipt["removed"] == {"quarantine": 1}


def test_a_model_of_another_version_has_to_be_trained_first(service):
    arrays, manifest = load_model(service.path)
    save_model(service.path, arrays, {**manifest, "state": None}, now=NOW)
    with pytest.raises(BadModel, match="was made by another version and cannot be updated; run `matinee train` again"):
        forget(service, [WHO], clock=lambda: NOW)
    assert WHO not in service.read("views")["member_id"]
    train(service, now=NOW.replace(hour=10))
    assert forget(service, clock=lambda: NOW.replace(hour=11)).receipt["removed"]["members"] == 1
    assert find_traces(service.path) == []


def test_an_unknown_member_changes_nothing_even_beside_one_who_is_known(service):
    before = files(service.path)
    with pytest.raises(UnknownId, match="no member 'nobody'; nothing was removed"):
        forget(service, [WHO, "nobody"], clock=lambda: NOW)
    assert files(service.path) == before


def test_nobody_is_forgotten_where_nobody_is_named(service):
    with pytest.raises(UsageError, match="nobody to forget; name them with --member ID"):
        forget(service, clock=lambda: NOW)


def test_somebody_with_rows_set_aside_alone_can_be_forgotten(tmp_path):
    service = make_service(tmp_path / "service")
    (tmp_path / "bad.csv").write_text("member_id,title_id,started_at\nshy,t9,2026-01-01\n")
    import_table(service, "views", tmp_path / "bad.csv")
    receipt = forget(service, ["shy"], clock=lambda: NOW).receipt
    assert receipt["removed"] == {"quarantine": 1}
    assert receipt["data_hash"]["before"] == receipt["data_hash"]["after"]
    assert receipt["model"] is None
    assert find_traces(service.path, "shy") == []


def test_with_the_last_member_the_model_goes_too(service):
    done = forget(service, EVERYBODY, clock=lambda: NOW)
    assert done.receipt["model"]["run"] is None
    assert not has_current(service.path)
    assert list_runs(service.path) == []
    assert service.counts()["views"] == 0


def test_files_that_are_not_ours_are_named_and_left_alone(service):
    mine = service.path / "plays.csv"
    mine.write_text(f"user,film\n{WHO},t1\n")
    pl.DataFrame({"user": [WHO]}).write_parquet(service.path / "plays.parquet")
    done = forget(service, [WHO], clock=lambda: NOW)
    assert done.foreign == [mine, service.path / "plays.parquet"]
    assert WHO in mine.read_text()


def test_another_service_inside_is_left_alone(service):
    inner = make_service(service.path / "inner")
    before = files(inner.path)
    forget(service, [WHO], clock=lambda: NOW)
    assert files(inner.path) == before


def test_a_file_of_theirs_that_is_imported_again_brings_them_back(service, tmp_path):
    forget(service, [WHO], clock=lambda: NOW)
    path = tmp_path / "views.csv"
    path.write_text(f"member_id,title_id,started_at\n{WHO},t1,2026-03-03\n", encoding="utf-8")
    import_table(service, "views", path)
    assert WHO in service.read("members")["member_id"]
