"""One text for one JSON value, so that a signature or a digest of it means something.

Covers RFC 8785 (JSON Canonicalization Scheme) for texts, whole numbers up to 2^53, booleans, null, lists and objects.
Numbers with a fraction are not covered: amounts are written as texts here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from matinee.tables.consent import Record

LARGEST = 2**53


class Damaged(ValueError):
    """A stored record is not what was stored."""


def write_canonical(value: object) -> str:
    """Write a value as canonical JSON.

    Raises:
        ValueError: it holds something that is not covered; the words say where.
    """
    text = json.dumps(_sort(value, ""), ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("value: got a text with half a surrogate pair, want Unicode") from None
    return text


def seal(value: Mapping[str, Any]) -> Record:
    """Write an object as a record."""
    text = write_canonical(value)
    return Record(text, digest_of(text))


def unseal(record: Record) -> dict[str, Any]:
    """Read a record.

    Raises:
        Damaged: the text does not fit its digest, or is no JSON object.
    """
    if not isinstance(record.text, str) or digest_of(record.text) != record.digest:
        raise Damaged("a stored record does not fit its digest")
    try:
        value = json.loads(record.text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Damaged("a stored record is no JSON object")
    return value


def digest_of(text: str) -> str:
    """Give the SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sort(value: object, place: str) -> object:
    """Order the keys of every object by UTF-16 code units (RFC 8785, 3.2.3)."""
    if isinstance(value, Mapping):
        if strange := [key for key in value if not isinstance(key, str)]:
            raise ValueError(f"value{place}: got the key {strange[0]!r}, want texts")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _sort(value[key], f"{place}/{key}") for key in keys}
    if isinstance(value, list | tuple):
        return [_sort(each, f"{place}/{number}") for number, each in enumerate(value)]
    is_whole = isinstance(value, int) and abs(value) <= LARGEST
    if value is None or isinstance(value, str | bool) or is_whole:
        return value
    raise ValueError(f"value{place}: got {value!r}, want a text, a whole number to 2^53, a boolean, null, list, object")
