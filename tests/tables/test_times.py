from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.tables.times import days, times

NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31T12:00:00Z",
        "2024-01-31 12:00:00",
        "2024-01-31T12:00:00",
        "2024-01-31T12:00Z",
        "2024-01-31 12:00",
        "2024-01-31T12:00:00.000Z",
        "2024-01-31 12:00:00.0000000Z",
        "2024-01-31T14:00:00+02:00",
        "2024-01-31T14:00:00+0200",
        "2024-01-31 09:00:00-03",
        "2024-01-31 12:00:00 UTC",
        "2024-01-31t12:00:00z",
    ],
)
def test_iso_8601_is_read_in_all_common_forms(text):
    assert times(pl.Series([text]), None).to_list() == [NOON]


def test_forms_may_be_mixed_in_one_column():
    mixed = pl.Series(["2024-01-31T12:00:00Z", "2024-01-31", None, "2024-01-31 12:00:00.5", "soon", "2024-02-31"])
    midnight, half = NOON.replace(hour=0), NOON.replace(microsecond=500_000)
    assert times(mixed, "iso").to_list() == [NOON, midnight, None, half, None, None]


@pytest.mark.parametrize("number", ["1706702400", "1706702400.0", "1706702400000", 1706702400, 1706702400.0])
def test_unix_time_is_seconds_or_milliseconds_by_its_size(number):
    assert times(pl.Series([number]), "unix").to_list() == [NOON]


def test_unix_time_of_absurd_size_is_not_read():
    assert (
        times(pl.Series(["9999999999999999999", "9300000000000000", "1e30", "soon", None]), "unix").to_list()
        == [None] * 5
    )


def test_a_format_with_and_without_a_zone():
    assert times(pl.Series(["31/01/2024 12h00"]), "%d/%m/%Y %Hh%M").to_list() == [NOON]
    assert times(pl.Series(["31/01/2024 14:00 +0200"]), "%d/%m/%Y %H:%M %z").to_list() == [NOON]


def test_a_format_that_fits_nothing_reads_nothing():
    assert times(pl.Series(["2024-01-31"]), "%Q").to_list() == [None]


def test_typed_times_become_utc():
    naive = pl.Series([NOON.replace(tzinfo=None)], dtype=pl.Datetime("ns"))
    paris = pl.Series([NOON]).dt.convert_time_zone("Europe/Paris")
    assert times(naive, None).to_list() == [NOON]
    assert times(paris, None).to_list() == [NOON]
    assert times(pl.Series([NOON.date()]), None).to_list() == [NOON.replace(hour=0)]


def test_dates_are_read_from_days_and_instants():
    assert days(pl.Series(["2024-01-31", "2024-01-31T23:30:00-02:00"]), None).to_list() == [
        date(2024, 1, 31),
        date(2024, 2, 1),
    ]


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_what_python_writes_as_iso_is_read_back(instant):
    assert times(pl.Series([instant.isoformat()]), None).to_list() == [instant]
