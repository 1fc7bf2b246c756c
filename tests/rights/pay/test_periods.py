from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.pay.periods import Period, parse_period


def test_a_quarter_begins_and_ends_with_its_months():
    period = parse_period("2026Q4")
    assert (str(period), period.starts_at) == ("2026Q4", datetime(2026, 10, 1, tzinfo=UTC))
    assert period.ends_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert period.has_day(date(2026, 12, 31))
    assert not period.has_day(date(2027, 1, 1))


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_every_moment_lies_in_one_quarter(at):
    period = Period(at.year, (at.month + 2) // 3)
    around = [Period(at.year + years, quarter) for years in (-1, 0, 1) for quarter in (1, 2, 3, 4)]
    assert [each for each in around if each.has_moment(at)] == [period]
    assert not period.has_moment(period.ends_at)
    assert period.has_moment(period.ends_at - timedelta(microseconds=1))


@pytest.mark.parametrize("text", ["2026", "2026Q5", "2026q3", "1969Q4", "9999Q1", " 2026Q3", "2026Q3\n", "٢٠٢٦Q3"])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ValueError, match="want a quarter such as 2026Q3"):
        parse_period(text)
