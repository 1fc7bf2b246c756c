"""Editors' pins and boosts as a file: TOML.

    [[pin]]
    title = "t0042"
    row = "top"            # or "new"; left out = "top"
    place = 1              # left out = 1
    until = 2026-12-24     # the last day, UTC, or an instant; needed

    [[boost]]
    title = "t0007"
    by = 0.5               # deviations of the member's scores; negative = down
    until = 2026-12-24T18:00:00Z

Covers the text alone: which titles there are and whether pins conflict is seen to when rows are known (`request`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

_KINDS: dict[str, dict[str, tuple[type, ...]]] = {
    "pin": {"title": (str,), "row": (str,), "place": (int,), "until": (date,)},
    "boost": {"title": (str,), "by": (int, float), "until": (date,)},
}
_WORDS = {"title": "text", "row": "text", "place": "a whole number", "by": "a number", "until": "a date or a time"}
_OPTIONAL: dict[str, Any] = {"row": "top", "place": 1}


@dataclass(frozen=True)
class Edit:
    """A pin or a boost as written.

    Attributes:
        kind: "pin" or "boost".
        title_id: the title.
        until: with zone; from this instant on it does not hold.
        row: of a pin, the row's key.
        place: of a pin, 1 = first.
        by: of a boost, deviations.
    """

    kind: str
    title_id: str
    until: datetime
    row: str = "top"
    place: int = 1
    by: float = 0.0


def parse_edits(text: str) -> list[Edit]:
    """Read the text of a file of pins and boosts.

    Args:
        text: TOML, as the module says.

    Returns:
        pins, then boosts, in the order of the file.

    Raises:
        ValueError: the text is not TOML, or something in it is missing, unknown or of the wrong type (all are named).
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML: {error}") from error
    problems = [f"unknown {name!r}, known are [[pin]] and [[boost]]" for name in given if name not in _KINDS]
    entries = []
    for kind in _KINDS:
        tables = given.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            problems.append(f"write [[{kind}]] with two brackets")
            continue
        entries += [(kind, number, table) for number, table in enumerate(tables, 1)]
    for kind, number, table in entries:
        problems += [f"{kind} {number}: {said}" for said in _find_faults(kind, table)]
    if problems:
        raise ValueError("; ".join(problems))
    return [_read_entry(kind, table) for kind, _, table in entries]


def _find_faults(kind: str, table: dict[str, Any]) -> list[str]:
    known = _KINDS[kind]
    faults = [f"unknown {name!r}" for name in table if name not in known]
    for name, types in known.items():
        if name not in table and name not in _OPTIONAL:
            faults.append(f"no `{name}`")
        elif name in table and (not isinstance(table[name], types) or isinstance(table[name], bool)):
            faults.append(f"{name} = {table[name]!r} is not {_WORDS[name]}")
    return faults


def _read_entry(kind: str, table: dict[str, Any]) -> Edit:
    rest = {name: value for name, value in table.items() if name in {"row", "place"}}
    by = float(table.get("by", 0))
    return Edit(kind, table["title"], _read_end(table["until"]), **rest, by=by)


def _read_end(until: date) -> datetime:
    """Turn the last day, or an instant, into the first instant at which it no longer holds."""
    if isinstance(until, datetime):
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    if until == date.max:  # for ever, as some write it
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(until + timedelta(days=1), time(), UTC)
