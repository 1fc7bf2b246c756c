import polars as pl
import pytest

from matinee.errors import BadFile, UsageError
from matinee.store.split_files import read_split_file


def test_a_table_of_parts_is_read_from_csv_and_a_folder_as_lines(tmp_path):
    (tmp_path / "cold.csv").write_text("title_id,part\n1,cold\n")
    folder = tmp_path / "next"
    folder.mkdir()
    (folder / "train_input.txt").write_text("1 2\n3\n")
    table = read_split_file(tmp_path / "cold.csv")
    assert isinstance(table, pl.DataFrame)
    assert table["part"].to_list() == ["cold"]
    assert read_split_file(folder) == {"train_input": ["1 2", "3"]}


def test_a_path_that_is_not_there_is_misuse(tmp_path):
    with pytest.raises(UsageError, match="no such split"):
        read_split_file(tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b"a,b\n1,2\n"), ("a.parquet", b"PAR0"), ("b.csv", b"\xff\xfe,")]
)
def test_what_is_no_split_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadFile, match=name):
        read_split_file(tmp_path / name)
