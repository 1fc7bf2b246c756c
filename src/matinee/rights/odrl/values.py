"""Literals to values: the XML Schema types that operands have.

Covers numbers, texts, booleans, dates, times and durations of days, hours, minutes and seconds. A time without a zone,
a date with one, and a duration of years or months say too little to be compared: they are refused, never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from matinee.rights.odrl.graph import Kind, Term
from matinee.rights.odrl.model import Value
from matinee.rights.odrl.names import RDF, XSD, shorten

_INTEGER_NAMES = """
    integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger
    unsignedInt unsignedLong unsignedShort unsignedByte
"""
_INTEGERS = frozenset(XSD + name for name in _INTEGER_NAMES.split())
_DECIMALS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_TEXTS = frozenset({
    "",
    f"{RDF}langString",
    *(XSD + name for name in ("string", "anyURI", "language", "token", "normalizedString")),
})
_DURATIONS = frozenset(XSD + name for name in ("duration", "dayTimeDuration"))
_TIMES = frozenset({f"{XSD}dateTime", f"{XSD}dateTimeStamp"})

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}Z?")
_DURATION = re.compile(
    r"(-)?P(?=.)(?:([0-9]{1,6})D)?(?:T(?=.)(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,8}(?:\.[0-9]{1,6})?)S)?)?"
)


def read_value(term: Term, datatype: str = "") -> Value:
    """Read a term as a value.

    Args:
        term: an IRI or a literal.
        datatype: IRI of the type of a literal that does not say its own.

    Raises:
        ValueError: it cannot be compared; the words say why.
    """
    if term.kind is Kind.IRI:
        return term.text
    if term.kind is not Kind.LITERAL:
        raise ValueError(f"{term.kind.value} is no value to compare with")
    return _read_literal(term.text, term.datatype or datatype)


def _read_literal(text: str, datatype: str) -> Value:
    if datatype in _TEXTS:
        return text
    text = text.strip()
    if datatype in _INTEGERS:
        return int(_matching(_INTEGER, text, "a whole number"))
    if datatype in _DECIMALS:
        return Decimal(_matching(_DECIMAL, text, "a number"))
    if datatype in _TIMES:
        return _read_time(text)
    if datatype == f"{XSD}date":
        return _read_date(text)
    if datatype in _DURATIONS:
        return _read_duration(text)
    if datatype == f"{XSD}boolean":
        return _matching(re.compile(r"true|false|0|1"), text, "true or false") in {"true", "1"}
    raise ValueError(f"values of type {shorten(datatype)} cannot be compared")


def _matching(pattern: re.Pattern[str], text: str, wanted: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is not {wanted}")
    return text


def _read_time(text: str) -> datetime:
    _matching(_TIME, text, "a time, such as 2026-01-31T12:00:00Z")
    if text[-1] != "Z" and text[-6] not in "+-":
        raise ValueError(f"{text!r} names no time zone")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time of any calendar day") from None


def _read_date(text: str) -> date:
    _matching(_DATE, text, "a date, such as 2026-01-31, of a day in UTC")
    try:
        return date.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None


def _read_duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration of days, hours, minutes and seconds, such as P30D or PT90M")
    sign, *amounts = found.groups()
    days, hours, minutes, seconds = (Decimal(amount or 0) for amount in amounts)
    whole = timedelta(days=int(days), hours=int(hours), minutes=int(minutes), microseconds=int(seconds * 1_000_000))
    return -whole if sign else whole
