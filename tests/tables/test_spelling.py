import polars as pl
import pytest

from matinee.tables.spelling import match_names, respell


def test_other_words_for_kinds_are_understood_and_said():
    frame, notes = respell("titles", pl.DataFrame({"kind": ["Movie", " TV show", "film", "opera", None]}))
    assert frame["kind"].to_list() == ["film", "series", "film", "opera", None]
    assert notes == ["kind: movie was read as film", "kind: tv show was read as series"]


@pytest.mark.parametrize(
    ("table", "column", "given", "read"),
    [
        ("views", "country", ["fr", " De", "FR", "France", "f", None], ["FR", " DE", "FR", "France", "f", None]),
        ("windows", "currency", ["eur", "€"], ["EUR", "€"]),
        ("candidates", "territories", ["fr|de", "fr, de", "fr|germany"], ["FR|DE", "FR, DE", "fr|germany"]),
    ],
)
def test_codes_in_small_letters_are_capitals_and_words_stay(table, column, given, read):
    frame, notes = respell(table, pl.DataFrame({column: given}))
    assert frame[column].to_list() == read
    assert notes == [f"{column}: codes in small letters were read as capitals"]


def test_what_is_written_as_it_should_be_gets_no_note():
    frame = pl.DataFrame({"country": ["FR", None], "device": ["tv", "web"]})
    assert respell("views", frame)[1] == []
    assert respell("views", frame)[0].equals(frame)


def test_columns_are_known_whatever_their_case_unless_that_could_mean_two():
    names = ["Title ID", "NAME", "name", "Year", "YEAR", "runtime-minutes", "shelf"]
    assert match_names("titles", names) == {"Title ID": "title_id", "runtime-minutes": "runtime_minutes"}


def test_lengths_with_a_unit_are_minutes_and_seasons_are_none():
    given = ["90 min", "1h 30m", "2 hours", "45", "2 Seasons", "1:30", "long", None, ""]
    frame, notes = respell("titles", pl.DataFrame({"runtime_minutes": given}))
    assert frame["runtime_minutes"].to_list() == ["90", "90", "120", "45", None, "1:30", "long", None, ""]
    assert notes == [
        "runtime_minutes: numbers of seasons (1) are no length, and were left empty",
        "runtime_minutes: lengths such as 90 min or 1h 30m were read as minutes",
    ]


def test_uk_is_gb_in_columns_of_countries_alone():
    frame, notes = respell(
        "candidates", pl.DataFrame({"territories": ["us|uk", "UK", "UKR"], "name": ["UK", "a", "b"]})
    )
    assert frame.rows() == [("US|GB", "UK"), ("GB", "a"), ("UKR", "b")]
    assert notes[-1] == "territories: UK was read as GB"
