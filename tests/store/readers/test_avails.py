import pytest

from matinee.errors import BadFile
from matinee.store.outputs import write_sheets
from matinee.store.readers.avails import read_avails

MOVIE = {
    "DisplayName": "Rockstar Films", "Territory": "US", "WorkType": "Movie", "TitleDisplayUnlimited": "The View",
    "LicenseType": "SVOD", "Start": "2027-06-14", "End": "Open", "PriceType": "LicenseFee", "PriceValue": 125000.5,
    "PriceCurrency": "EUR", "TitleID": "10.5240/1", "AvailID": "A1", "ReleaseYear": 2006, "RatingValue": "PG",
    "Exclusive": 1, "TotalRunTime": "1:56:30", "AssetLanguage": "FR:audio", "ReleaseHistoryOriginal": "2006-01-30",
}  # fmt: skip
SEASON = {
    "Territory": "US", "WorkType": "Season", "SeriesTitleDisplayUnlimited": "The Detectives", "SeasonNumber": 2,
    "LicenseType": "SVOD", "Start": "2027-06-14", "End": "2028-06-14", "SeriesID": "10.5240/s",
    "SeasonID": "10.5240/s2", "AvailID": "S2",
}  # fmt: skip


def load(tmp_path, *rows, sheet="Movies"):
    names = list(dict.fromkeys(name for row in rows for name in row))
    comment = ["//REQ" for _ in names]
    cells = [["Avail" for _ in names], names, comment, *([row.get(name) for name in names] for row in rows)]
    write_sheets({"Notes": [["hello"]], sheet: cells}, tmp_path / "avails.xlsx")
    ((file, frame, problems, note),) = read_avails(tmp_path / "avails.xlsx")
    assert file == f"avails.xlsx, {sheet}"
    return frame.rows(named=True), problems, note


def pick(row, *names):
    return tuple(row[name] for name in names)


def test_a_film_is_read_with_its_window_territory_licence_and_price(tmp_path):
    (row,), problems, note = load(tmp_path, MOVIE)
    assert (problems.height, note, row["row"]) == (0, "", 4)
    assert pick(row, "candidate_id", "name", "kind", "territories", "licence", "price", "currency") == (
        "A1", "The View", "film", "US", "SVOD", "12500050", "EUR",
    )  # fmt: skip
    assert pick(row, "window_starts_on", "window_ends_on", "exclusive", "runtime_minutes", "languages", "eidr") == (
        "2027-06-14", None, "1", "116.5", "fr", "10.5240/1",
    )  # fmt: skip


def test_a_season_is_named_by_its_series_and_has_its_own_id(tmp_path):
    (row,), _, _ = load(tmp_path, SEASON, sheet="TV")
    assert pick(row, "name", "kind", "number", "eidr", "window_ends_on") == (
        "The Detectives: Season 2", "season", "2", "10.5240/s2", "2028-06-14",
    )  # fmt: skip


def test_rows_of_one_offer_are_one_candidate_of_several_territories(tmp_path):
    (row,), problems, _ = load(tmp_path, MOVIE, MOVIE | {"Territory": "FR"}, MOVIE)
    assert (row["territories"], problems.height) == ("US|FR", 0)


def test_a_row_of_the_same_offer_with_other_terms_is_set_aside(tmp_path):
    rows, problems, _ = load(tmp_path, MOVIE, MOVIE | {"Territory": "FR", "Start": "2029-01-01"})
    assert len(rows) == 1
    assert problems.select("row", "column", "value", "wanted").rows() == [
        (5, "candidate_id", "A1", "an AvailID of its own: row 4 has it with other terms")
    ]


def test_a_tier_is_no_price_and_said_so(tmp_path):
    (row,), _, note = load(tmp_path, MOVIE | {"PriceType": "Tier", "PriceValue": 4})
    assert row["price"] is None
    assert "1 rows name a price by Tier, which is no licence fee" in note


def test_what_cannot_be_read_stays_to_become_a_problem(tmp_path):
    (row,), _, _ = load(tmp_path, MOVIE | {"PriceValue": "on request", "TotalRunTime": "long", "WorkType": "Album"})
    assert pick(row, "price", "runtime_minutes", "kind") == ("on request", "long", "album")


def test_another_workbook_is_refused(tmp_path):
    write_sheets({"S": [["Title"], ["Dark"]]}, tmp_path / "b.xlsx")
    with pytest.raises(BadFile, match="has no sheet of avails; give one with the columns WorkType, Territory"):
        read_avails(tmp_path / "b.xlsx")


def test_a_row_that_takes_an_offer_back_is_no_candidate(tmp_path):
    rows, problems, _ = load(
        tmp_path, MOVIE | {"EntryType": "Full Extract"}, MOVIE | {"AvailID": "A2", "EntryType": "Full Delete"}
    )
    assert [row["candidate_id"] for row in rows] == ["A1"]
    assert problems.select("row", "column", "value").rows() == [(5, "EntryType", "Full Delete")]


def test_excluded_territories_are_said_not_to_be_read(tmp_path):
    _, _, note = load(tmp_path, MOVIE | {"TerritoryExclusion": "RU"})
    assert note == "avails.xlsx, Movies: 1 rows name a TerritoryExclusion, which is not read"
