from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matinee.errors import BadFile, UsageError
from matinee.flows.imports import check_tables, import_batches, import_table
from matinee.flows.offers import export_avails, import_candidates, import_windows, read_offers
from matinee.store.outputs import write_sheets
from matinee.store.readers.batch import Batch
from matinee.store.service import create_service
from matinee.tables.schemas import KINDS, TABLES

HEADER = "candidate_id,name,kind,runtime_minutes,price,currency,territories,window_starts_on,window_ends_on,exclusive\n"
LINE = "c1,Heat,film,170,500000,EUR,FR|DE,2099-01-01,2100-01-01,yes\n"


@pytest.fixture
def service(tmp_path):
    return create_service(tmp_path / "svc")


@pytest.fixture
def load(service, tmp_path):
    def call(content, name="offers.csv", **options):
        (tmp_path / name).write_text(content)
        return import_candidates(service, tmp_path / name, **options)

    return call


def test_candidates_come_in_from_a_table(service, load):
    assert load(HEADER + LINE).counts["candidates"].added == 1
    row = service.read("candidates").row(0, named=True)
    assert (row["territories"], row["price"], row["exclusive"]) == (["FR", "DE"], 500_000, True)
    assert check_tables(service).is_empty()


def test_excel_gives_the_same_as_its_csv(service, load, tmp_path):
    load(HEADER + LINE)
    before = service.data_hash()
    rows = [line.split(",") for line in (HEADER + LINE).splitlines()]
    write_sheets({"Empty": [], "Offers": [[], *rows]}, tmp_path / "offers.xlsx")
    summary = import_candidates(service, tmp_path / "offers.xlsx")
    assert (summary.counts["candidates"].unchanged, service.data_hash()) == (1, before)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("film", "", "kind: is empty, wanted film, season, series"),
        ("EUR", "", "price: '500000' is not a price with its currency"),
        ("2100-01-01", "2020-01-01", "window_ends_on: '2020-01-01' is not on or after its first day"),
        ("c1,Heat", "c9,Heat", "c0 is exclusive in FR at the same time"),
        ("FR|DE", "France", "territories: 'France' is not a list whose every item is two capital letters"),
    ],
)
def test_a_bad_candidate_is_one_clear_line_and_the_others_go_on(load, old, new, said):
    good = LINE.replace("c1", "c0"), LINE.replace("c1,Heat", "c2,Ran")
    bad = LINE.replace("Heat", "Heat" if "c9" in new else "Big").replace(old, new)
    summary = load(HEADER + good[0] + bad + good[1]).to_dict()
    assert (summary["tables"]["candidates"]["added"], summary["tables"]["candidates"]["quarantined"]) == (2, 1)
    (line,) = [problem["said"] for problem in summary["sample"]]
    assert line.startswith("offers.csv, line 3, ")
    assert said in line


def test_an_exclusive_that_clashes_with_one_of_another_import_is_one_clear_line(service, load, tmp_path):
    load(HEADER + LINE)
    summary = load(HEADER + LINE.replace("c1", "c2"), "more.csv").to_dict()
    (line,) = [problem["said"] for problem in summary["sample"]]
    assert line.startswith("more.csv, line 2, window_starts_on: '2099-01-01 to 2100-01-01' is not a window of its own")
    assert line.endswith(": c1, imported before, is exclusive in FR at the same time")
    assert service.read("candidates")["candidate_id"].to_list() == ["c1"]
    with pytest.raises(BadFile, match="c1, imported before, is exclusive"):
        read_offers(service, tmp_path / "more.csv", now=datetime(2026, 11, 22, tzinfo=UTC))
    assert load(HEADER + LINE).counts["candidates"].unchanged == 1


def test_exclusives_that_clash_between_sheets_of_a_workbook_are_found_by_import_and_forecast(service, tmp_path):
    row = dict(zip(HEADER.strip().split(","), LINE.strip().split(","), strict=True))
    names = ["candidate_id", "name", "exclusive", "WorkType", "Territory", "Start", "End", "LicenseType"]
    both = [[each, row["name"], "yes", "Movie", "FR", "2099-01-01", "2100-01-01", "SVOD"] for each in ("c1", "c2")]
    write_sheets(
        {place: [names, each] for place, each in zip(("Paris", "Lyon"), both, strict=True)}, tmp_path / "a.xlsx"
    )
    (problem,) = import_candidates(service, tmp_path / "a.xlsx", dry_run=True).to_dict()["sample"]
    assert problem["said"].startswith("a.xlsx, Lyon, row 2, window_starts_on: '2099-01-01 to 2100-01-01' is not")
    assert problem["said"].endswith(": c1 of a.xlsx, Paris, is exclusive in FR at the same time")
    offers, notes = read_offers(service, tmp_path / "a.xlsx", now=datetime(2026, 11, 22, tzinfo=UTC))
    assert (offers["candidate_id"].to_list(), notes[0]) == (["c1"], problem["said"])


def test_what_is_read_to_be_weighed_is_what_an_import_would_keep(service, load, tmp_path):
    again = LINE.replace("500000", "600000").replace("film", "movie")
    load(HEADER.replace("runtime_minutes", "minutes") + LINE + again)
    offers, notes = read_offers(service, tmp_path / "offers.csv", now=datetime(2026, 11, 22, tzinfo=UTC))
    assert offers.equals(service.read("candidates"))
    assert offers["price"].to_list() == [500_000]
    assert notes[:3] == [
        "offers.csv, line 3, candidate_id: 'c1' is not a key of its own (row 2 has it)",
        "offers.csv: prices were read in minor units of their currency: of c1, 500000 is 5,000 EUR",
        "kind: movie was read as film",
    ]
    assert "offers.csv: columns not used: minutes" in notes


def test_a_dry_run_says_what_is_missing_and_writes_nothing(service, load):
    summary = load(HEADER + LINE.replace("170", ""), dry_run=True)
    assert "offers.csv: c1: no runtime; views cannot be told from hours" in summary.notes
    assert service.counts()["candidates"] == 0


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=12)
DAYS = st.dates(date(2090, 1, 1), date(2095, 1, 1))
CANDIDATES = st.fixed_dictionaries({
    "name": WORDS,
    "original_name": st.none() | WORDS,
    "kind": st.sampled_from(KINDS),
    "number": st.none() | st.integers(0, 99),
    "year": st.none() | st.integers(1900, 2100),
    "released_on": st.none() | DAYS,
    "runtime_minutes": st.floats(1, 9_000, width=32),
    "languages": st.none() | st.lists(WORDS, min_size=1, max_size=3),
    "synopsis": st.none() | WORDS,
    "maturity": st.none() | WORDS,
    "eidr": st.none() | WORDS,
    "title_id": st.none() | WORDS,
    "price": st.none() | st.integers(0, 2**62),
    "currency": st.sampled_from(["EUR", "JPY", "KWD"]),
    "licence": st.none() | st.sampled_from(["SVOD", "EST"]),
    "territories": st.none() | st.lists(st.sampled_from(["FR", "DE", "US"]), min_size=1, unique=True),
    "window_starts_on": st.none() | DAYS,
    "window_ends_on": st.none() | st.dates(date(2096, 1, 1), date(2099, 1, 1)),
    "exclusive": st.none() | st.just(value=False),
})  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(CANDIDATES, min_size=1, max_size=5))
def test_what_is_exported_as_avails_is_read_back_as_it_was(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("avails")
    one, other = create_service(folder / "one"), create_service(folder / "other")
    schema = TABLES["candidates"].create_empty().schema
    full = [dict.fromkeys(schema) | row | {"candidate_id": f"c{place}"} for place, row in enumerate(rows)]
    frame = pl.DataFrame(full, schema=schema, orient="row").with_row_index("row", offset=1)
    import_batches(one, [Batch("candidates", "made", frame.with_columns(pl.col("row").cast(pl.Int64)))])
    assert one.counts()["candidates"] == len(rows)
    written = export_avails(one, folder / "avails.xlsx")
    assert sum(written.values()) == sum(len(row["territories"] or [""]) for row in rows)
    import_candidates(other, folder / "avails.xlsx")
    assert other.read("candidates").equals(one.read("candidates"))


def test_windows_go_out_and_come_back_as_they_were(tmp_path):
    one, other = create_service(tmp_path / "one"), create_service(tmp_path / "other")
    (tmp_path / "titles.csv").write_text("title_id,name,kind\nt1,Dark: Season 1,season\nt2,Heat,film\n")
    (tmp_path / "windows.csv").write_text(
        "title_id,territory,starts_on,ends_on,exclusive,fee,currency\n"
        "t1,FR,2020-01-01,2021-01-01,yes,100,EUR\nt1,FR,2022-01-01,,,,\nt2,JP,2020-01-01,,no,100,JPY\nt9,DE,2020-01-01,,,,\n"
    )
    for service in (one, other):
        import_table(service, "titles", tmp_path / "titles.csv")
    import_table(one, "windows", tmp_path / "windows.csv")
    assert export_avails(one, tmp_path / "avails.xlsx", table="windows") == {"Movies": 2, "TV": 2}
    assert import_windows(other, tmp_path / "avails.xlsx").problems == 0
    assert other.read("windows").equals(one.read("windows"))


def test_a_window_of_no_title_of_ours_is_set_aside(service, load, tmp_path):
    load(HEADER + LINE)
    export_avails(service, tmp_path / "avails.xlsx")
    sample = import_windows(service, tmp_path / "avails.xlsx").to_dict()["sample"]
    assert [problem["said"] for problem in sample] == ["avails.xlsx, Movies, row 4, title_id: is empty"] * 2


def test_nothing_to_export_is_misuse(service, tmp_path):
    with pytest.raises(UsageError, match="there are no candidates; bring some in"):
        export_avails(service, tmp_path / "avails.xlsx")
    with pytest.raises(UsageError, match=r"no name for a \.xlsx file"):
        export_avails(service, tmp_path / "avails.csv")
