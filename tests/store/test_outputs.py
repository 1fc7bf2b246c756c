from datetime import UTC, datetime
from zipfile import ZipFile

import polars as pl
import pytest

from matinee.errors import StoreError
from matinee.store.outputs import write_bundle, write_parquet, write_text


def test_a_file_is_written_with_the_folders_it_needs(tmp_path):
    write_parquet(pl.DataFrame({"a": [1]}), tmp_path / "new" / "deep" / "a.parquet")
    assert pl.read_parquet(tmp_path / "new" / "deep" / "a.parquet")["a"].to_list() == [1]


def test_text_is_utf_8_and_replaces_what_was_there(tmp_path):
    write_text("old", tmp_path / "page.html")
    write_text("Amélie", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == "Amélie".encode()


def test_a_place_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        write_text("x", tmp_path / "file" / "page.html")


def test_a_bundle_is_a_folder_or_a_zip_of_the_same_files(tmp_path):
    files = {"a.txt": b"1", "b.txt": b"2"}
    now = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)
    write_bundle(files, tmp_path / "sub" / "folder", now=now)
    assert {path.name: path.read_bytes() for path in (tmp_path / "sub" / "folder").iterdir()} == files
    write_bundle(files, tmp_path / "sub" / "files.zip", now=now)
    with ZipFile(tmp_path / "sub" / "files.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    assert sorted(path.name for path in (tmp_path / "sub").iterdir()) == ["files.zip", "folder"]


def test_a_bundle_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(StoreError, match="No such file"):
        write_bundle({"a.txt": b"1", "no/b.txt": b"2"}, tmp_path / "folder", now=datetime(2026, 1, 31, tzinfo=UTC))
    assert list(tmp_path.iterdir()) == []
