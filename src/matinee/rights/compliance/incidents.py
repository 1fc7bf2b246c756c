"""Incidents: something that went wrong, written down once and followed up by further entries, never edited.

Covers the entries and what stands because of them. Refused uses and what an audit finds are listed beside them by the
verb. Entries stay for ever and are for anybody to read: persons are in them by pseudonym, and the words name roles.

    add ──▶ incident/1        open, high, …
    add ──▶ incident/1/2      closed          (follows 1)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from matinee.errors import UsageError
from matinee.rights.ledger.entries import EPOCH, Entry, time_of
from matinee.tables.ledger import Leaf

KIND = "incident"
SEVERITIES = ("low", "medium", "high", "critical")
STATES = ("open", "contained", "closed")


@dataclass(frozen=True)
class Report:
    """What is written down at once.

    Attributes:
        what: what happened, without names.
        found_by: whose office found it.
        at: when it happened, with zone.
        severity: one of `SEVERITIES`; empty in a follow-up = as before.
        state: one of `STATES`.
        uses: ids of uses that it is about.
        subjects: pseudonyms of persons that it is about.
    """

    what: str
    found_by: str
    at: datetime
    severity: str
    state: str = "open"
    uses: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Incident:
    """An incident as it stands.

    Attributes:
        number: from 1.
        first: what was written down first.
        state: as the last entry says.
        severity: as the last entry that names one says.
        uses: all that were named, in the order in which they were.
        subjects: all that were named.
        follow_ups: what was written down later.
    """

    number: int
    first: Report
    state: str
    severity: str
    uses: tuple[str, ...]
    subjects: tuple[str, ...]
    follow_ups: tuple[Report, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can; pseudonyms of persons are left to who may resolve them."""
        return {
            "incident": self.number,
            "what": self.first.what,
            "at": _iso(self.first.at),
            "found_by": self.first.found_by,
            "severity": self.severity,
            "state": self.state,
            "uses": list(self.uses),
            "follow_ups": [
                {"what": each.what, "at": _iso(each.at), "by": each.found_by, "state": each.state}
                for each in self.follow_ups
            ],
        }


def write_report(report: Report, known: Sequence[Incident], *, follows: int | None, now: datetime) -> Entry:
    """Write a report as an entry of the ledger.

    Args:
        report: what is written down.
        known: all incidents so far.
        follows: number of the incident that it follows up; None = it is a new one.
        now: the time.

    Raises:
        UsageError: words that are not known, a time to come, an incident that there is not.
    """
    _check(report, follows=follows, now=now)
    number = len(known) + 1
    key = f"incident/{number}"
    if follows is not None:
        before = next((each for each in known if each.number == follows), None)
        if before is None:
            raise UsageError(f"there is no incident {follows}", todo="list them with `matinee rights incident list`")
        number, key = follows, f"incident/{follows}/{len(before.follow_ups) + 2}"
    body = {
        "incident": number,
        "what": report.what,
        "found_by": report.found_by,
        "happened_at": _iso(report.at),
        "severity": report.severity,
        "state": report.state,
        "uses": list(report.uses),
        "persons": list(report.subjects),
    }
    return Entry(kind=KIND, key=key, at=now, body=body)


def fold_incidents(leaves: Iterable[Leaf]) -> list[Incident]:
    """Compute what stands of all incidents, the oldest first; an entry that cannot be read says so.

    Args:
        leaves: entries of any kind, in their order.
    """
    found: dict[int, Incident] = {}
    for leaf in leaves:
        if leaf.kind != KIND:
            continue
        number, report = _read(leaf, len(found) + 1)
        before = found.get(number)
        found[number] = _begin(number, report) if before is None else _follow(before, report)
    return [found[number] for number in sorted(found)]


def _begin(number: int, report: Report) -> Incident:
    return Incident(number, report, report.state, report.severity, report.uses, report.subjects)


def _follow(before: Incident, report: Report) -> Incident:
    return replace(
        before,
        state=report.state,
        severity=report.severity or before.severity,
        uses=tuple(dict.fromkeys((*before.uses, *report.uses))),
        subjects=tuple(dict.fromkeys((*before.subjects, *report.subjects))),
        follow_ups=(*before.follow_ups, report),
    )


def _read(leaf: Leaf, next_number: int) -> tuple[int, Report]:
    """Read an entry as stored; one that somebody has damaged becomes an incident of its own."""
    try:
        said: Mapping[str, Any] = json.loads(leaf.body)
        report = Report(
            str(said["what"]),
            str(said["found_by"]),
            datetime.fromisoformat(said["happened_at"]),
            str(said["severity"]),
            str(said["state"]),
            tuple(map(str, said["uses"])),
            tuple(map(str, said["persons"])),
        )
        return int(said["incident"]), report
    except (ValueError, KeyError, TypeError):
        what = f"entry {leaf.position} is an incident that cannot be read; run `matinee ledger verify`"
        return next_number, Report(what, NOBODY, time_of(leaf), "critical")


NOBODY = "the ledger"


def _check(report: Report, *, follows: int | None, now: datetime) -> None:
    wanted = SEVERITIES if follows is None else ("", *SEVERITIES)
    if report.severity not in wanted:
        said = f"there is no severity {report.severity!r}" if report.severity else "a new incident without severity"
        raise UsageError(said, todo=f"give one of {', '.join(SEVERITIES)}")
    if report.state not in STATES:
        raise UsageError(f"there is no state {report.state!r}", todo=f"give one of {', '.join(STATES)}")
    if not report.what.strip() or not report.found_by.strip():
        raise UsageError("an incident without words", todo="say what happened, and with --by whose office found it")
    if not EPOCH <= report.at <= now:
        raise UsageError(f"{_iso(report.at)} has not come yet", todo="say when it happened")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
