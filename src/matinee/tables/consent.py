"""The nouns of agreements and permits as they are kept: a text with its digest, a use that was taken up.

Covers what is handed between the rooms and the store. What the text says is for `matinee.rights.agreements`.
"""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """A stored text with its digest, so that damage is seen.

    Attributes:
        text: canonical JSON of an object.
        digest: SHA-256 of the text in UTF-8, hexadecimal.
    """

    text: str
    digest: str


class Kept(NamedTuple):
    """A record as it is kept.

    Attributes:
        table: agreement_events, advances or registered.
        number: its place there.
        of: the agreement, or the kind and name of who is registered.
        record: text and digest.
    """

    table: str
    number: int
    of: str
    record: Record


class TakenUse(NamedTuple):
    """A use that was permitted and taken up, as it is kept.

    Attributes:
        use_id: of the request.
        at: when it was taken up, microseconds since 1970 in UTC.
        rule: IRI of the permission it rests on.
        body: canonical JSON of the entry of the permit: {"request", "answer"}.
        person_id: whom it is about; None = not known, or erased.
    """

    use_id: str
    at: int
    rule: str
    body: str
    person_id: str | None
