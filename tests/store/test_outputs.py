import polars as pl
import pytest

from matinee.errors import StoreError
from matinee.store.outputs import write_parquet, write_text


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
