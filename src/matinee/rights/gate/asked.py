"""What is asked of the gate: one use of one person's face, voice, body, writing or style.

Covers the request's shape. Every attribute has to be there and known; one that is missing, unknown or of the wrong type
refuses the use, and all that is wrong is named at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from matinee.rights.agreements.profile import ACTIONS, ID, KINDS, UNITS
from matinee.rights.odrl import Problem

TERRITORY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
HASH = re.compile(r"sha256:[0-9a-f]{64}")
CURRENCY = re.compile(r"[A-Z]{3}")

ATTRIBUTES: Mapping[str, str] = {
    "use_id": "the service's own id of the use, never used before",
    "agreement_id": "the agreement it rests on",
    "person_id": "whose it is",
    "producer_id": "who uses it",
    "kind": f"what of the person: {', '.join(KINDS)}",
    "action": f"what is done: {', '.join(ACTIONS)}",
    "project": "for which production",
    "medium": "film, series, game, …",
    "territories": "where it will be shown: a list of ISO 3166 codes",
    "language": "of what is made, BCP 47; \"zxx\" where nothing is said",
    "model": "name of the model that makes it, or is trained",
    "duration": "of what is made, whole seconds; 0 for a text and for training",
    "media_hash": "of what goes in: sha256: and 64 hexadecimal digits",
    "amount": "how many units, a whole number from 1",
    "unit": f"{', '.join(UNITS)}",
    "currency": "that the producer pays in, ISO 4217",
    "at": "when it happens, a time with its zone",
}  # fmt: skip
"""What a request says; nothing less, and nothing else."""


@dataclass(frozen=True)
class Use:
    """A use asked for; `ATTRIBUTES` says what each attribute is."""

    use_id: str
    agreement_id: str
    person_id: str
    producer_id: str
    kind: str
    action: str
    project: str
    medium: str
    territories: tuple[str, ...]
    language: str
    model: str
    duration: int
    media_hash: str
    amount: int
    unit: str
    currency: str
    at: datetime


def read_use(said: object) -> tuple[Use | None, list[Problem]]:
    """Read a request.

    Returns:
        the use and no problem, or None and every problem with its place.
    """
    if not isinstance(said, Mapping):
        return None, [Problem("", "is no object with the attributes of a use")]
    reader = _Reader(said)
    use = reader.read()
    return (None if reader.problems else use), reader.problems


@dataclass
class _Reader:
    """Reads one request."""

    said: Mapping[Any, Any]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, name: str, wanted: str) -> None:
        got = f"got {str(self.said[name])[:60]!r}" if name in self.said else "is missing"
        self.problems.append(Problem(f"/{name}", f"{got}; want {wanted}"))

    def read(self) -> Use:
        for name in self.said:
            if name not in ATTRIBUTES:
                self.problems.append(Problem(f"/{str(name)[:60]}", "is not known"))
        return Use(
            use_id=self.match("use_id", ID),
            agreement_id=self.match("agreement_id", ID),
            person_id=self.match("person_id", ID),
            producer_id=self.match("producer_id", ID),
            kind=self.choose("kind", KINDS),
            action=self.choose("action", tuple(ACTIONS)),
            project=self.text("project"),
            medium=self.text("medium"),
            territories=self.territories(),
            language=self.text("language"),
            model=self.text("model"),
            duration=self.whole("duration", 0),
            media_hash=self.match("media_hash", HASH),
            amount=self.whole("amount", 1),
            unit=self.choose("unit", UNITS),
            currency=self.match("currency", CURRENCY),
            at=self.time("at"),
        )

    def text(self, name: str) -> str:
        value = self.said.get(name)
        if isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() and value.strip() == value:
            return value
        self.complain(name, ATTRIBUTES[name])
        return ""

    def match(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.said.get(name)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.complain(name, ATTRIBUTES[name])
        return ""

    def choose(self, name: str, known: tuple[str, ...]) -> str:
        value = self.said.get(name)
        if isinstance(value, str) and value in known:
            return value
        self.complain(name, ATTRIBUTES[name])
        return ""

    def whole(self, name: str, least: int) -> int:
        value = self.said.get(name)
        if type(value) is int and least <= value <= 1_000_000_000:
            return value
        self.complain(name, ATTRIBUTES[name])
        return least

    def territories(self) -> tuple[str, ...]:
        value = self.said.get("territories")
        is_list = isinstance(value, list | tuple) and 0 < len(value) <= 300
        if is_list and all(isinstance(each, str) and TERRITORY.fullmatch(each) for each in value or ()):
            return tuple(dict.fromkeys(value or ()))
        self.complain("territories", ATTRIBUTES["territories"])
        return ()

    def time(self, name: str) -> datetime:
        value = self.said.get(name)
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else value
            if isinstance(found, datetime) and found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self.complain(name, ATTRIBUTES[name])
        return datetime.min.replace(tzinfo=UTC)
