import pytest

from matinee.errors import StoreError
from matinee.store.readers.movielens import read_movielens
from matinee.store.samples import FILES, fetch_movielens


def test_what_is_in_the_cache_is_not_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = tmp_path / "movielens-100k"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text("")
    assert fetch_movielens(tmp_path) == folder


def test_without_an_index_the_error_says_what_to_do_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(StoreError, match=r"cannot be had .*simulated world"):
        fetch_movielens(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_fetched_files_are_the_whole_of_movielens_100k(tmp_path):
    try:
        folder = fetch_movielens(tmp_path)
    except StoreError as error:
        pytest.skip(str(error))
    batches = [batch for batch in read_movielens(folder) if batch.table == "views"]
    assert sum(batch.frame.height for batch in batches) == 100_000
