"""What the register is of: the recommender, and each use of a person by a model under an agreement.

Covers plain values that the rim fills from the manifest of the live model, the tables, the agreements and the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BIOMETRIC = ("face", "voice", "body")
"""Kinds of use that can tell who somebody is."""


@dataclass(frozen=True)
class Recommender:
    """The live model.

    Attributes:
        run: its name.
        kind: what it is.
        data_hash: of the tables it was learned from.
        viewings: that it learned from.
        learned_from: members that it learned from.
        members: that the service has.
        not_profiled: members who asked not to be profiled.
        erasures: members who were forgotten, with a receipt each.
        parameters: what it goes by, each in words.
    """

    run: str
    kind: str
    data_hash: str
    viewings: int
    learned_from: int
    members: int
    not_profiled: int
    erasures: int
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class PersonUse:
    """A use of a person, as an agreement permits it and a model makes it.

    Attributes:
        permission: IRI of the permission it rests on.
        agreement_id: of the agreement.
        version: of the agreement.
        state: of the agreement now: signed, revoked, …
        person_id: whose face, voice, body, writing or style.
        producer_id: who uses it.
        kind: what of the person.
        action: what is done.
        project: for which production; empty = any that the agreement permits.
        model: that makes it; empty = none yet.
        description: of the use, in the agreement's words.
        is_apart: whether it was signed apart from standard terms.
        notice_hours: between notice and work; None = not stated.
        signed: who signed and when, in words; empty = nobody.
        revoked_at: when it was revoked; None = it is not.
        owed: other duties, such as "delete after 30 days, 0:00:00".
        ends_at: when the permission ends; None = never.
        times: how often it was permitted.
        first: first time; None = never.
        last: last time.
        entries: keys of the first few entries of the ledger about it.
    """

    permission: str
    agreement_id: str
    version: int
    state: str
    person_id: str
    producer_id: str
    kind: str
    action: str
    project: str = ""
    model: str = ""
    description: str = ""
    is_apart: bool = False
    notice_hours: int | None = None
    signed: str = ""
    revoked_at: datetime | None = None
    owed: tuple[str, ...] = ()
    ends_at: datetime | None = None
    times: int = 0
    first: datetime | None = None
    last: datetime | None = None
    entries: tuple[str, ...] = ()

    @property
    def is_made(self) -> bool:
        """Whether media come of it; training makes none by itself."""
        return self.action != "train-model"

    @property
    def deletions(self) -> tuple[str, ...]:
        """What the agreement says about deleting."""
        return tuple(each for each in self.owed if each.startswith("delete"))
