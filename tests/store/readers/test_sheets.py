from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from matinee.errors import BadFile
from matinee.store.outputs import Cell, write_sheets
from matinee.store.readers.sheets import cell_text, read_sheets, sheet_frame


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (300.0, "300"),
        (1.5, "1.5"),
        (7, "7"),
        (True, "true"),
        (" x ", "x"),
        ("", None),
        (date(2024, 1, 31), "2024-01-31"),
        (datetime(2024, 1, 31), "2024-01-31"),
        (datetime(2024, 1, 31, 12, 5), "2024-01-31 12:05:00"),
        (time(1, 32), "1:32"),
        (timedelta(hours=26, minutes=5), "26:05"),
        (time(0, 45, 20), "0:45:20"),
    ],
)
def test_cells_are_written_as_a_reader_of_text_would_expect(cell, text):
    assert cell_text(cell) == text


def test_what_is_written_is_read_back_with_the_rows_as_the_sheet_counts_them(tmp_path):
    rows: list[list[Cell]] = [[], ["Title", None, "On"], ["=1+1", None, date(2024, 1, 31)], [], ["Dark", None, None]]
    write_sheets({"One": rows, "Two": [["x"]]}, tmp_path / "book.xlsx")
    one, two = read_sheets(tmp_path / "book.xlsx")
    assert (one.name, two.name, two.rows) == ("One", "Two", [["x"]])
    frame = sheet_frame(one, 1, tmp_path / "book.xlsx")
    assert frame.rows() == [(3, "=1+1", "2024-01-31"), (5, "Dark", None)]
    assert frame.columns == ["row", "Title", "On"]


def test_a_column_without_a_name_is_kept_where_it_holds_something(tmp_path):
    write_sheets({"S": [["Title", None], ["Dark", 5]]}, tmp_path / "b.xlsx")
    assert sheet_frame(read_sheets(tmp_path / "b.xlsx")[0], 0, Path("b.xlsx")).columns == ["row", "Title", "column_2"]


def test_a_name_twice_in_a_header_is_one_clear_error(tmp_path):
    write_sheets({"S": [["Title", "title"], ["Dark", "x"]]}, tmp_path / "b.xlsx")
    with pytest.raises(BadFile, match="column Title is there twice on sheet S; rename it in the header"):
        sheet_frame(read_sheets(tmp_path / "b.xlsx")[0], 0, tmp_path / "b.xlsx")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"title,hours\n"])
def test_a_file_that_is_no_spreadsheet_is_one_clear_error(tmp_path, content):
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(
        BadFile, match=r"b\.xlsx: cannot be read as a spreadsheet \(.*\); open it in a spreadsheet program"
    ):
        read_sheets(tmp_path / "b.xlsx")


def test_a_missing_spreadsheet_is_one_clear_error(tmp_path):
    with pytest.raises(BadFile, match="no such file"):
        read_sheets(tmp_path / "b.xlsx")
