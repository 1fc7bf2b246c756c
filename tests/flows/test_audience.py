from datetime import date

import polars as pl
import pytest

from matinee.errors import BadRows
from matinee.flows.audience import import_netflix_report, import_netflix_top10, import_own_audience
from matinee.flows.imports import check_tables, import_table
from matinee.store.outputs import Cell, write_sheets
from matinee.store.service import create_service

HEADER = ["Title", "Available Globally?", "Release Date", "Hours Viewed", "Runtime", "Views"]
TV: list[list[Cell]] = [
    ["The Glory: Season 1 // 더 글로리: 시즌 1", "Yes", "2024-01-10", 5_000_000, "8:00", 600_000],
    ["The Glory: Season 2 // 더 글로리: 시즌 2", "Yes", "2024-05-10", 4_000_000, "*", 500_000],
    ["Chris Rock: Selective Outrage", "No", None, 100_000, "1:10*", 100_000],
]
FILMS: list[list[Cell]] = [["Kill Bill: Vol. 1", "No", None, 700_000, "1:51", 400_000]]


@pytest.fixture
def service(tmp_path):
    return create_service(tmp_path / "svc")


@pytest.fixture
def write(tmp_path):
    def call(period, sheets, columns=6):
        path = tmp_path / f"report_{period}.xlsx"
        write_sheets({name: [row[:columns] for row in (HEADER, *rows)] for name, rows in sheets.items()}, path)
        return path

    return call


def names(service, *columns):
    return service.read("titles").select("title_id", *columns).rows()


def find(service, table, title_id):
    return service.read(table).row(by_predicate=pl.col("title_id") == title_id, named=True)


def test_a_report_makes_series_seasons_and_films_and_their_totals(service, write):
    done = import_netflix_report(service, write("2024Jan-Jun", {"TV": TV, "Film": FILMS}))
    assert done.summary.problems == 0
    assert names(service, "kind", "parent_id", "number", "original_name", "runtime_minutes") == [
        ("film:kill-bill-vol-1", "film", None, None, None, 111.0),
        ("series:chris-rock-selective-outrage", "series", None, None, None, 70.0),
        ("series:the-glory", "series", None, None, "더 글로리", None),
        ("series:the-glory:season-1", "season", "series:the-glory", 1, "더 글로리: 시즌 1", 480.0),
        ("series:the-glory:season-2", "season", "series:the-glory", 2, "더 글로리: 시즌 2", None),
    ]
    row = find(service, "audience", "series:the-glory:season-1")
    assert row == {
        "title_id": "series:the-glory:season-1", "territory": "world", "starts_on": date(2024, 1, 1),
        "ends_on": date(2024, 6, 30), "origin": "netflix-report", "hours": 5e6, "views": 6e5,
        "available_from": date(2024, 1, 10), "worldwide": True, "category": "TV", "listed_as": TV[0][0],
    }  # fmt: skip
    assert check_tables(service).is_empty()


def test_the_first_layout_leaves_open_what_a_later_report_says(service, write):
    h1 = write("2023Jan-Jun", {"Engagement": [*TV, *FILMS, ["Money Heist: Part 5", "Yes", None, 9e5]]}, columns=4)
    import_netflix_report(service, h1)
    assert dict(names(service, "kind"))["title:money-heist-part-5"] is None
    tv = [*TV, ["Money Heist: Part 5", "Yes", None, 9e5, "5:00", 2e5]]
    done = import_netflix_report(service, write("2023Jul-Dec", {"TV": tv, "Film": FILMS}))
    assert not done.joins["is_new"].any()
    kinds = {title_id: rest for title_id, *rest in names(service, "kind", "parent_id", "number")}
    assert kinds["title:money-heist-part-5"] == ["season", "series:money-heist", 5]
    assert kinds["title:kill-bill-vol-1"] == ["film", None, None]


def test_importing_a_report_twice_changes_nothing(service, write):
    report = write("2024Jan-Jun", {"TV": TV, "Film": FILMS})
    import_netflix_report(service, report)
    before = service.data_hash()
    again = import_netflix_report(service, report)
    assert service.data_hash() == before
    assert again.joins["why"].unique().to_list() == ["listed before"]
    assert "3 titles: 3 joined to what was there, 0 new" in again.summary.notes[0]


def test_a_catalogue_keeps_its_ids_and_what_it_says_and_is_filled_in(service, write, tmp_path):
    (tmp_path / "titles.csv").write_text(
        "title_id,name,kind,year,runtime_minutes\ntt1,Kill Bill: Vol. 1,film,2003,112\ntt2,The Glory,series,2022,\n"
    )
    import_table(service, "titles", tmp_path / "titles.csv")
    done = import_netflix_report(service, write("2024Jan-Jun", {"TV": TV, "Film": FILMS}))
    joined = dict(done.joins.select("listed", "title_id").iter_rows())
    assert joined["Kill Bill: Vol. 1"] == "tt1"
    assert joined[TV[0][0]] == "tt2:season-1"
    rows = {title_id: rest for title_id, *rest in names(service, "runtime_minutes", "original_name")}
    assert (rows["tt1"], rows["tt2"]) == ([112.0, None], [None, "더 글로리"])


def test_works_of_one_name_get_ids_of_their_own(service, write):
    films = [["Monster", "Yes", "2024-05-16", 9e5, "1:25", 1e5], ["Monster", "Yes", "2021-05-07", 8e5, "1:39", 1e5]]
    films += [["Monster // 怪物", "No", None, 2e5, "2:06", 1e5]]
    report = write("2024Jan-Jun", {"Film": films})
    import_netflix_report(service, report)
    ids = [title_id for (title_id,) in names(service)]
    assert ids == ["film:monster", "film:monster-2021", "film:monster-怪物"]
    before = service.data_hash()
    import_netflix_report(service, report)
    assert service.data_hash() == before


@pytest.mark.parametrize(
    ("place", "value", "column", "said"),
    [
        (0, None, "title_id", "is empty"),
        (1, "perhaps", "worldwide", "true or false"),
        (2, "soon", "available_from", "a date"),
        (3, "many", "hours", "a number"),
        (3, -5, "hours", "0 or more"),
        (4, "long", "runtime", "a runtime, as 1:32"),
    ],
)
def test_a_bad_row_is_set_aside_and_makes_no_title(service, write, place, value, column, said):
    bad = [*TV[2][:place], value, *TV[2][place + 1 :]]
    done = import_netflix_report(service, write("2024Jan-Jun", {"TV": [TV[0], bad]})).summary
    problem = done.to_dict()["sample"][0]
    assert (problem["file"], problem["row"], problem["column"]) == ("report_2024Jan-Jun.xlsx, TV", 3, column)
    assert "TV, row 3" in problem["said"]
    assert said in problem["said"]
    assert (done.counts["audience"].added, done.counts["audience"].quarantined) == (1, 1)
    assert len(names(service)) == 2


def test_a_footnote_below_a_list_is_no_title(service, write):
    note: list[Cell] = ["* Runtime of what has come out so far", None, None, None, None, None]
    done = import_netflix_report(service, write("2024Jan-Jun", {"TV": [TV[0], note]})).summary
    assert "hours: is empty, wanted hours or views" in done.to_dict()["sample"][0]["said"]
    assert done.counts["audience"].added == 1


def test_numbers_and_days_may_be_written_in_other_ways(service, write):
    rows: list[list[Cell]] = [
        ["Dark: Season 1", "Yes", "01/31/2024", "1,234,000", "1:32", "–"],
        ["Dark: Season 2", "Yes", "2/1/2024", 99_999.5, "1:32:00", None],
    ]
    import_netflix_report(service, write("2024Jan-Jun", {"TV": rows}))
    found = service.read("audience").select("available_from", "hours", "views").rows()
    assert found == [(date(2024, 1, 31), 1_234_000.0, None), (date(2024, 2, 1), 99_999.5, None)]


def test_sheets_that_tell_no_kind_are_said(service, write):
    done = import_netflix_report(service, write("2024Jan-Jun", {"Sheet1": TV, "Sheet2": FILMS})).summary
    assert all("its name says neither series nor films" in note for note in done.notes)
    assert len(done.notes) == 2


def test_a_dry_run_says_what_would_be_and_writes_nothing(service, write):
    report = write("2024Jan-Jun", {"TV": TV})
    done = import_netflix_report(service, report, dry_run=True).summary
    assert (done.counts["audience"].added, done.is_dry_run) == (3, True)
    assert service.counts()["titles"] == 0
    assert not list(service.path.glob("quarantine/*"))
    with pytest.raises(BadRows, match="nothing was imported"):
        import_netflix_report(service, write("2024Jul-Dec", {"TV": [[None, *TV[0][1:]]]}), strict=True)


TOP10 = """week\tcategory\tweekly_rank\tshow_title\tseason_title\tweekly_hours_viewed\truntime\tweekly_views
2024-01-14\tTV (Non-English)\t1\tThe Glory\tThe Glory: Season 1\t900000\t8\t100000
2024-01-21\tTV (Non-English)\t1\tThe Glory\tThe Glory: Season 1\t800000\t8\t100000
2024-01-21\tFilms (English)\t1\tHeat\tN/A\t700000\t0\t
"""


def test_the_weekly_list_joins_what_the_reports_made(service, write, tmp_path):
    import_netflix_report(service, write("2024Jan-Jun", {"TV": TV}))
    (tmp_path / "weeks.tsv").write_text(TOP10)
    done = import_netflix_top10(service, tmp_path / "weeks.tsv")
    assert done.joins.select("title_id", "is_new").rows() == [("series:the-glory:season-1", False), ("film:heat", True)]
    rows = service.read("audience").filter(pl.col("origin") == "netflix-top10")
    assert rows.select("title_id", "starts_on", "ends_on", "hours").rows() == [
        ("film:heat", date(2024, 1, 15), date(2024, 1, 21), 7e5),
        ("series:the-glory:season-1", date(2024, 1, 8), date(2024, 1, 14), 9e5),
        ("series:the-glory:season-1", date(2024, 1, 15), date(2024, 1, 21), 8e5),
    ]
    heat = find(service, "titles", "film:heat")
    assert (heat["languages"], heat["runtime_minutes"]) == (["en"], None)


def test_a_bad_week_is_set_aside(service, tmp_path):
    (tmp_path / "weeks.tsv").write_text(TOP10.replace("2024-01-14", "2024-13-14"))
    done = import_netflix_top10(service, tmp_path / "weeks.tsv").summary
    assert (done.counts["audience"].added, done.counts["audience"].quarantined) == (2, 1)
    assert done.sample["value"][0] == "2024-13-14"


def test_a_heading_that_is_neither_films_nor_series_is_set_aside(service, tmp_path):
    text = TOP10.replace("Films (English)", "Movies (English)").replace("TV (Non", "tv (non")
    (tmp_path / "weeks.tsv").write_text(text)
    done = import_netflix_top10(service, tmp_path / "weeks.tsv").summary
    assert done.to_dict()["sample"][0]["said"].endswith("followed by (English) or (Non-English)")
    assert [kind for _, kind in names(service, "kind")] == ["series", "season"]


def test_weeks_written_month_first_are_read(service, tmp_path):
    (tmp_path / "weeks.tsv").write_text(TOP10.replace("2024-01-14", "1/14/2024").replace("2024-01-21", "1/21/2024"))
    import_netflix_top10(service, tmp_path / "weeks.tsv")
    assert {*service.read("audience")["ends_on"]} == {date(2024, 1, 14), date(2024, 1, 21)}


def test_own_totals_stand_beside_published_ones(service, tmp_path):
    (tmp_path / "titles.csv").write_text("title_id,name,kind,released_on\nf,Heat,film,2024-02-01\n")
    days = ["2024-01-01", "2024-02-01", "2024-02-20", "2024-03-01"]
    rows = "".join(f"m,f,{day}T20:00:00Z,3600,FR\n" for day in days)
    (tmp_path / "views.csv").write_text(f"member_id,title_id,started_at,seconds,country\n{rows}")
    for table in ("titles", "views"):
        import_table(service, table, tmp_path / f"{table}.csv")
    assert import_own_audience(service).counts["audience"].added == 5
    assert service.read("audience")["origin"].unique().to_list() == ["views"]
    before = service.data_hash()
    import_own_audience(service)
    assert service.data_hash() == before


def test_own_totals_of_no_views_say_so(service):
    assert "no whole calendar month" in import_own_audience(service).notes[0]


def test_the_published_reports_join_and_a_second_time_nothing_changes(service, shared):
    folder = shared / "data" / "netflix-engagement"
    reports = sorted(folder.glob("*.xlsx"))
    first, second = [import_netflix_report(service, path) for path in reports[1:3]]
    assert first.summary.problems + second.summary.problems == 0
    joined = second.joins.filter(~pl.col("is_new"))
    assert 0.83 < joined.height / second.joins.height < 0.84
    assert joined["title_id"].is_unique().all()
    before = service.data_hash()
    for path in reports[1:3]:
        assert (import_netflix_report(service, path).joins["confidence"] == 1).all()
    assert service.data_hash() == before
    assert check_tables(service).is_empty()
