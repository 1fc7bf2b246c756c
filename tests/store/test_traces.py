import polars as pl
import pytest

from matinee.errors import StoreError
from matinee.store.removal import find_in_quarantine
from matinee.store.service import create_service
from matinee.store.traces import find_foreign, find_in_results, find_reports, remove_from_results


@pytest.fixture
def folder(tmp_path):
    return create_service(tmp_path / "service").path


def test_a_mention_is_found_wherever_it_stands_in_a_long_file(folder):
    path = folder / "long.txt"
    for place in (0, (1 << 20) - 3, 1 << 20, (1 << 21) + 5):
        text = bytearray(b"." * (5 << 19))
        text[place : place + 5] = b" ann "
        path.write_bytes(text)
        assert find_foreign(folder, ["ann"]) == [path]
    path.write_bytes(text.replace(b" ann ", b"annan"))
    assert find_foreign(folder, ["ann"]) == []


def test_files_of_results_keep_the_rows_of_others_and_need_not_hold_text(folder):
    path = folder / "sub" / "arms.parquet"
    path.parent.mkdir()
    pl.DataFrame({"member_id": [7, 8, None], "arm": ["a", "b", "c"]}).write_parquet(path)
    assert find_in_results(folder, ["7"]) == {path: 1}
    remove_from_results(folder, ["7"])
    assert pl.read_parquet(path)["member_id"].to_list() == [8, None]


def test_links_hidden_folders_and_what_is_no_parquet_do_no_harm(folder, tmp_path):
    (tmp_path / "outside.txt").write_text("ann")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("ann")
    (folder / "torn.parquet").write_text("for ann")
    assert find_in_results(folder, ["ann"]) == {}
    assert find_foreign(folder, ["ann"]) == [folder / "torn.parquet"]


def test_reports_are_read_as_browsers_and_programs_read_them(folder):
    (folder / "reports").mkdir()
    for name, text in {"a.html": "<b>A&amp;O</b>", "b.json": '"A&O"', "c.html": "A&amp;Oo"}.items():
        (folder / "reports" / name).write_text(text)
    assert [path.name for path in find_reports(folder, ["A&O"])] == ["a.html", "b.json"]


def test_a_damaged_quarantine_file_is_one_line(folder):
    (folder / "quarantine").mkdir()
    (folder / "quarantine" / "views-x.parquet").write_text("no")
    with pytest.raises(StoreError, match="a quarantine file is damaged; delete it"):
        find_in_quarantine(folder, ["ann"])
