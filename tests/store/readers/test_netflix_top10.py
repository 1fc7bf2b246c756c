import pytest

from matinee.errors import BadFile
from matinee.store.outputs import write_sheets
from matinee.store.readers.netflix_top10 import read_netflix_top10

HEADER = "week\tcategory\tweekly_rank\tshow_title\tseason_title\tweekly_hours_viewed\truntime\tweekly_views\n"
ROW = "2025-06-29\tFilms (English)\t1\tSTRAW\tN/A\t14300000\t1.8\t7900000\n"


def test_the_weekly_list_is_read_as_text(tmp_path):
    (tmp_path / "list.tsv").write_text(HEADER + ROW)
    frame = read_netflix_top10(tmp_path / "list.tsv")
    row = frame.row(0, named=True)
    assert (row["row"], row["ends_on"], row["show"], row["season"], row["hours"]) == (
        2, "2025-06-29", "STRAW", None, "14300000",
    )  # fmt: skip


def test_its_excel_twin_gives_the_same(tmp_path):
    rows = [line.rstrip("\n").split("\t") for line in (HEADER, ROW)]
    write_sheets({"list": rows}, tmp_path / "list.xlsx")
    (tmp_path / "list.tsv").write_text(HEADER + ROW)
    assert read_netflix_top10(tmp_path / "list.xlsx").equals(read_netflix_top10(tmp_path / "list.tsv"))


def test_another_list_is_refused_by_its_columns(tmp_path):
    (tmp_path / "list.tsv").write_text("country_name\tweek\tshow_title\nFrance\t2025-06-29\tSTRAW\n")
    with pytest.raises(
        BadFile, match="has the columns country_name, week, show_title; wanted week, category, show_title"
    ):
        read_netflix_top10(tmp_path / "list.tsv")


@pytest.mark.parametrize(
    "text",
    [
        (HEADER + ROW).replace("\t", ","),
        HEADER.upper() + ROW,
        HEADER.replace("_", " ").title() + ROW,
        "\ufeff" + HEADER + ROW,
    ],
)
def test_commas_and_other_spellings_of_the_header_give_the_same(tmp_path, text):
    (tmp_path / "list.tsv").write_text(HEADER + ROW)
    (tmp_path / "other.tsv").write_text(text)
    columns = ["row", "ends_on", "category", "show", "season", "hours", "runtime", "views"]
    as_it_is, other = (read_netflix_top10(tmp_path / name).select(columns) for name in ("list.tsv", "other.tsv"))
    assert other.equals(as_it_is)
