from datetime import date

import pytest

from matinee.errors import BadFile
from matinee.store.outputs import write_sheets
from matinee.store.readers.netflix_report import read_netflix_report

SAID = [[], [None, "What We Watched"], [None, "Views from July to December 2024"], []]
HEADER = [None, "Title", "Available Globally?", "Release Date", "Hours Viewed", "Runtime", "Views"]
ROW = [None, "Dark: Season 1", "Yes", "2024-07-01", 1_000_000, "1:32", 600_000]


def write(tmp_path, sheets, name="report.xlsx"):
    write_sheets(sheets, tmp_path / name)
    return tmp_path / name


def test_the_header_is_found_wherever_it_stands(tmp_path):
    (sheet,) = read_netflix_report(write(tmp_path, {"TV": [*SAID, HEADER, ROW]}))
    assert sheet.frame.columns == ["row", "title", "worldwide", "available_from", "hours", "runtime", "views"]
    assert sheet.frame.row(0) == (6, "Dark: Season 1", "Yes", "2024-07-01", "1000000", "1:32", "600000")
    assert (sheet.category, sheet.starts_on, sheet.ends_on) == ("TV", date(2024, 7, 1), date(2024, 12, 31))


def test_the_first_layout_has_one_sheet_of_everything(tmp_path):
    said = [["Hours viewed from January to June 2023"]]
    (sheet,) = read_netflix_report(write(tmp_path, {"Engagement": [*said, HEADER[:5], ROW[:5]]}))
    assert (sheet.category, sheet.starts_on, sheet.ends_on) == (None, date(2023, 1, 1), date(2023, 6, 30))
    assert "runtime" not in sheet.frame.columns


def test_sheets_without_a_table_are_passed_over(tmp_path):
    sheets = {"About": [["How we count"]], "Film": [*SAID, HEADER, ROW], "TV": [HEADER, ROW]}
    assert [each.category for each in read_netflix_report(write(tmp_path, sheets))] == ["Films", "TV"]


def test_the_period_may_stand_in_the_name_of_the_file(tmp_path):
    path = write(tmp_path, {"TV": [HEADER, ROW]}, "Engagement_2023Jul-Dec.xlsx")
    assert read_netflix_report(path)[0].starts_on == date(2023, 7, 1)
    with pytest.raises(BadFile, match=r"says no period.*; say it in the file's name, as in report_2024Jan-Jun\.xlsx"):
        read_netflix_report(write(tmp_path, {"TV": [HEADER, ROW]}))


def test_a_changed_header_is_one_line_of_what_was_found_and_wanted(tmp_path):
    header = [None, "Title", "Available Globally?", "Release Date", "Hours", "Runtime", "Views"]
    rows = [*SAID, header, *[ROW] * 30]
    said = (
        r"sheet TV has the columns Title, Available Globally\?, Release Date, Hours, Runtime, Views; wanted Title, "
        r"Available Globally\?, Release Date, Hours Viewed, Runtime, Views"
    )
    for sheets in ({"TV": rows}, {"Film": [*SAID, HEADER, ROW], "TV": rows}):
        with pytest.raises(BadFile, match=said) as caught:
            read_netflix_report(write(tmp_path, sheets))
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("rows", "words"), [([], "is empty; wanted the columns Title"), ([*SAID, HEADER], "a header and no rows")]
)
def test_a_report_of_nothing_is_refused(tmp_path, rows, words):
    with pytest.raises(BadFile, match=words):
        read_netflix_report(write(tmp_path, {"TV": rows}))


def test_every_published_report_is_read(shared):
    folder = shared / "data" / "netflix-engagement"
    sheets = [sheet for path in sorted(folder.glob("*.xlsx")) for sheet in read_netflix_report(path)]
    assert [sheet.frame.height for sheet in sheets] == [18214, 6599, 9395, 6801, 9360, 6883, 8680]
    assert [sheet.starts_on.isoformat() for sheet in sheets[::2]] == [
        "2023-01-01", "2023-07-01", "2024-01-01", "2024-07-01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "category"),
    [("Shows", "TV"), ("TV Shows", "TV"), ("Series H1 2025", "TV"), ("Movies", "Films"), ("Film List", "Films"),
     ("Sheet1", None), ("Films and TV", None)],
)  # fmt: skip
def test_a_renamed_sheet_is_known_by_its_words(tmp_path, name, category):
    (sheet,) = read_netflix_report(write(tmp_path, {name: [*SAID, HEADER, ROW]}))
    assert sheet.category == category


def test_a_long_page_of_words_is_no_list(tmp_path):
    sheets = {"About": [[None, f"remark {number}"] for number in range(50)], "TV": [*SAID, HEADER, ROW]}
    assert len(read_netflix_report(write(tmp_path, sheets))) == 1


@pytest.mark.parametrize(
    "said", ["from January 2025 to June 2025", "January 1 - June 30, 2025", "Jan–Jun 2025", "January to June, 2025"]
)
def test_a_period_may_be_said_in_several_ways(tmp_path, said):
    (sheet,) = read_netflix_report(write(tmp_path, {"TV": [[None, said], HEADER, ROW]}))
    assert (sheet.starts_on, sheet.ends_on) == (date(2025, 1, 1), date(2025, 6, 30))
