import json
import os
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import numpy as np
import pytest

from matinee.errors import BadModel, StoreError, UsageError
from matinee.store.models import KEPT, delete_models, load_model, name_current, save_model, verify_model

NOW = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)
ARRAYS = {
    "weights": np.arange(6, dtype=np.float32).reshape(2, 3),
    "title_ids": np.array(["t1", "tête"]),
    "nothing": np.zeros((0, 3)),
    "size": np.array(7),
}


@pytest.fixture
def saved(tmp_path):
    return tmp_path / "models" / save_model(tmp_path, ARRAYS, {"kind": "linear", "seed": 7}, now=NOW)


def test_a_model_comes_back_as_it_was_saved(tmp_path, saved):
    arrays, manifest = load_model(tmp_path)
    assert saved.name.startswith("20250131T120000Z-")
    assert (manifest["kind"], manifest["seed"]) == ("linear", 7)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


def test_arrays_are_mapped_and_cannot_be_changed(tmp_path, saved):
    arrays, _ = load_model(tmp_path, saved.name)
    assert isinstance(arrays["weights"].base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        arrays["weights"][0, 0] = 1


def test_the_last_model_saved_is_the_current_one_and_the_first_stays(tmp_path, saved):
    save_model(tmp_path, {"size": np.array(8)}, {}, now=NOW + timedelta(hours=1))
    assert load_model(tmp_path)[0]["size"] == 8
    assert load_model(tmp_path, saved.name)[0]["size"] == 7


def test_the_live_run_and_the_latest_before_it_stay_and_nothing_else_is_touched(tmp_path):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    runs = [
        save_model(tmp_path, {"size": np.array(hour)}, {}, now=NOW + timedelta(hours=hour))
        for hour in (9, 1, 2, 3, 4, 5)
    ]
    kept = {folder.name for folder in (tmp_path / "models").iterdir() if folder.is_dir()}
    assert kept == {runs[0], *runs[-KEPT:], "mine"}
    assert load_model(tmp_path)[0]["size"] == 5


def test_the_same_model_saved_twice_is_one_run_named_in_utc(tmp_path, saved):
    paris = NOW.astimezone(timezone(timedelta(hours=1)))
    assert save_model(tmp_path, ARRAYS, {"kind": "linear", "seed": 7}, now=paris) == saved.name


def test_no_model_yet_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="no model yet; run `matinee train`"):
        load_model(tmp_path)


@pytest.mark.parametrize("run", ["20250131T120000Z-00000000", "..", "../models", ""])
def test_an_unknown_run_is_refused(tmp_path, saved, run):  # ruff: ignore[unused-function-argument]
    with pytest.raises(UsageError, match=r"no model|is no name of a model"):
        load_model(tmp_path, run)


def test_a_changed_byte_is_noticed(tmp_path, saved):
    path = saved / "weights.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadModel, match="array 'weights' is missing or damaged; run `matinee train` again"):
        load_model(tmp_path)


def test_a_byte_that_changed_by_itself_is_found_by_verifying(tmp_path, saved):
    path = saved / "weights.npy"
    times = (0, (saved / "manifest.json").stat().st_mtime_ns - 1)
    content = bytearray(path.read_bytes())
    os.utime(path, ns=times)
    verify_model(tmp_path)
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=times)
    assert load_model(tmp_path)[0]["weights"].shape == (2, 3)
    with pytest.raises(BadModel, match="array 'weights' is missing or damaged"):
        verify_model(tmp_path)


def test_a_service_without_a_model_has_none_to_verify(tmp_path):
    verify_model(tmp_path)


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:-4])])
def test_a_missing_or_shortened_array_is_noticed(tmp_path, saved, harm):
    harm(saved / "size.npy")
    with pytest.raises(BadModel, match="array 'size' is missing or damaged"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no manifest.json: damaged, or no model of Matinee"),
        ("{", "manifest.json is damaged"),
        ("[1]", "not a model of Matinee"),
        ('{"format": "other"}', "not a model of Matinee"),
        ('{"format": "matinee-model", "version": 1}', "manifest.json is damaged"),
        ('{"format": "matinee-model", "version": 2, "arrays": {}}', "made by a newer Matinee"),
        ('{"format": "matinee-model", "version": 1, "arrays": {"../x": {}}}', "array '../x' is missing"),
        ('{"format": "matinee-model", "version": 1, "arrays": {"size": 7}}', "array 'size' is missing"),
    ],
)
def test_a_damaged_foreign_or_newer_model_is_one_clear_error(tmp_path, saved, text, words):
    (saved / "manifest.json").unlink()
    if text is not None:
        (saved / "manifest.json").write_text(text)
    with pytest.raises(BadModel, match=words):
        load_model(tmp_path)


def test_a_pickle_is_never_opened(tmp_path, saved):
    np.save(saved / "size.npy", np.array([{}], dtype=object), allow_pickle=True)
    manifest = json.loads((saved / "manifest.json").read_text())
    content = (saved / "size.npy").read_bytes()
    manifest["arrays"]["size"].update(bytes=len(content), sha256=sha256(content).hexdigest())
    (saved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BadModel, match="array 'size' is missing or damaged"):
        load_model(tmp_path)


def test_a_current_that_names_nothing_is_a_damaged_model(tmp_path, saved):
    (saved.parent / "current").write_text("../elsewhere\n")
    with pytest.raises(BadModel, match="models/current names no model"):
        load_model(tmp_path)


def test_what_is_left_of_a_killed_save_goes_with_the_next(tmp_path):
    (tmp_path / "models" / ".unfinished").mkdir(parents=True)
    save_model(tmp_path, ARRAYS, {}, now=NOW)
    assert not (tmp_path / "models" / ".unfinished").exists()


@pytest.mark.parametrize(
    ("arrays", "now", "words"),
    [
        ({"x": np.array([None])}, NOW, "got objects in 'x'"),
        ({"../x": np.zeros(1)}, NOW, "got '../x'"),
        ({}, datetime(2025, 1, 1), "now must have a zone"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path, arrays, now, words):
    with pytest.raises(ValueError, match=words):
        save_model(tmp_path, arrays, {}, now=now)


def test_only_the_arrays_asked_for_are_loaded(tmp_path, saved):
    (saved / "nothing.npy").unlink()
    assert load_model(tmp_path, names=("size", "title_ids", "other"))[0].keys() == {"size", "title_ids"}
    with pytest.raises(BadModel, match="array 'nothing' is missing"):
        load_model(tmp_path)


def test_all_runs_but_the_current_one_are_deleted_with_what_a_crash_left(tmp_path, saved):
    second = save_model(tmp_path, {"size": np.array(8)}, {}, now=NOW + timedelta(hours=1))
    (tmp_path / "models" / ".unfinished").mkdir()
    (tmp_path / "models" / "notes").mkdir()
    assert delete_models(tmp_path, but=second) == [saved.name]
    assert {each.name for each in (tmp_path / "models").iterdir()} == {second, "current", "notes", ".lock"}
    assert load_model(tmp_path)[0]["size"] == 8


def test_a_run_that_is_not_current_is_no_reason_to_delete_the_one_that_is(tmp_path, saved):
    second = save_model(tmp_path, {"size": np.array(8)}, {}, now=NOW + timedelta(hours=1))
    with pytest.raises(StoreError, match="another model was made meanwhile"):
        delete_models(tmp_path, but=saved.name)
    assert load_model(tmp_path, saved.name)[0]["size"] == 7
    assert name_current(tmp_path) == second


def test_with_no_run_left_there_is_no_model(tmp_path, saved):
    assert delete_models(tmp_path, but=None) == [saved.name]
    with pytest.raises(UsageError, match="no model yet"):
        load_model(tmp_path)
