"""Records beside the ledger, each noted in it by its digest: events of agreements, advances, people and unions.

Covers the note that is made with a record, and comparing notes with records. What a record says, and whether it is
signed, is for `matinee.rights.agreements`; that a note itself was not changed, for `audit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from matinee.rights.agreements.canonical import digest_of
from matinee.rights.ledger.audit import Finding
from matinee.rights.ledger.entries import Entry
from matinee.tables.consent import Kept

NOTE = "record"
"""The kind of entry that notes a record."""

Said = Mapping[str, Any]


def make_note(kept: Kept, *, at: datetime, person_id: str | None = None) -> Entry:
    """Make the entry that notes a record.

    Args:
        kept: the record.
        at: when it was kept, with a zone.
        person_id: of a record that says who a person is: then all of the note is personal data.
    """
    said, key = _say(kept), f"{NOTE}/{kept.table}/{kept.number}"
    if person_id is None:
        return Entry(kind=NOTE, key=key, at=at, body=said)
    return Entry(kind=NOTE, key=key, at=at, person_id=person_id, private=said)


def check_records(noted: Mapping[str, Said | None], kept: Iterable[Kept]) -> list[Finding]:
    """Compare records with what was noted of them.

    Args:
        noted: key of a note -> what it says; None = it was erased.
        kept: all records that there are.

    Returns:
        records that were changed, are gone, or were put in without a note.
    """
    found, missing = [], dict(noted)
    for each in kept:
        key = f"{NOTE}/{each.table}/{each.number}"
        if key not in missing:
            found.append(Finding(NOTE, key, "the ledger has no note of it: it was put in behind its back"))
        elif missing.pop(key) != _say(each):
            found.append(Finding(NOTE, key, "it is not what was noted when it was kept"))
    gone = [key for key, said in missing.items() if said is not None]
    return [*found, *(Finding(NOTE, key, "it was kept, and is gone") for key in gone)]


def _say(kept: Kept) -> dict[str, str]:
    return {"of": kept.of, "sha256": digest_of(kept.record.text), "digest": kept.record.digest}
