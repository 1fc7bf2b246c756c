from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from matinee.rights.odrl.graph import Kind, Term
from matinee.rights.odrl.names import XSD
from matinee.rights.odrl.values import read_value


def literal(text, kind=""):
    return Term(Kind.LITERAL, text, "", XSD + kind if kind else "")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("en", "", "en"),
        ("+12", "integer", 12),
        ("12.50", "decimal", Decimal("12.5")),
        ("1e3", "double", Decimal(1000)),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("2026-01-31", "date", date(2026, 1, 31)),
        ("2026-01-31T13:00:00+01:00", "dateTime", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5Z", "dateTime", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("P30D", "duration", timedelta(days=30)),
        ("-PT1H30M0.25S", "dayTimeDuration", -timedelta(hours=1, minutes=30, milliseconds=250)),
    ],
)
def test_a_literal_becomes_a_value(text, kind, value):
    read = read_value(literal(text, kind))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("12.5", "integer", "'12.5' is not a whole number"),
        ("NaN", "double", "'NaN' is not a number"),
        ("2026-01-31T12:00:00", "dateTime", "names no time zone"),
        ("2026-02-30T12:00:00Z", "dateTime", "no time of any calendar day"),
        ("0001-01-01T00:00:00+14:00", "dateTime", "no time of any calendar day"),
        ("20260131T120000Z", "dateTime", "is not a time"),
        ("2026-02-30", "date", "is no day of the calendar"),
        ("2026-01-31+01:00", "date", "of a day in UTC"),
        ("P1Y", "duration", "of days, hours, minutes and seconds"),
        ("P", "duration", "of days, hours, minutes and seconds"),
        ("PT", "duration", "of days, hours, minutes and seconds"),
        ("yes", "boolean", "is not true or false"),
        ("0F", "hexBinary", "values of type .*hexBinary cannot be compared"),
    ],
)
def test_a_literal_that_says_too_little_is_refused(text, kind, said):
    with pytest.raises(ValueError, match=said):
        read_value(literal(text, kind))


def test_a_type_beside_the_value_counts_where_it_has_none():
    assert read_value(literal("5"), f"{XSD}integer") == 5
    assert read_value(literal("5", "string"), f"{XSD}integer") == "5"
