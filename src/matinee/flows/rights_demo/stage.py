"""Where the story is played: a service, a clock of its own, and the papers that people keep.

Covers what the acts share. What happens is in `play`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from matinee.flows.agreements import propose_agreement, sign_agreement
from matinee.flows.rights_demo.cast import PRODUCER, PROJECT, Cast, Player
from matinee.rights.money import Money
from matinee.rights.pay.periods import Period
from matinee.rights.rulebook.rules import Rulebook
from matinee.store.outputs import write_text
from matinee.store.service import Service

OPENING = datetime(2026, 8, 10, 9, tzinfo=UTC)
QUARTER = Period(2026, 3)
Json = dict[str, Any]


@dataclass
class Stage:
    """Where the story is played.

    Attributes:
        service: the service.
        papers: folder of the offers, keys and checkpoints that people would keep.
        cast: who is in it.
        rulebook: the rules.
        now: the time of the story.
        happened: uses that were permitted and taken up: id -> what for, price.
    """

    service: Service
    papers: Path
    cast: Cast
    rulebook: Rulebook
    now: datetime = OPENING
    happened: dict[str, tuple[str, Money]] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """Write a paper."""
        write_text(text, self.papers / name)
        return self.papers / name

    def wait(self, **time: float) -> None:
        """Let time pass, as `timedelta` counts it."""
        self.now += timedelta(**time)

    def request(self, who: Player, what: str, said: Mapping[str, Any]) -> Json:
        """Write what is asked of the gate: what is usual here, and what is said; None leaves a word out."""
        usual = {
            "use_id": f"{who.person_id}-{self.now:%m%d-%H%M}",
            "person_id": who.person_id,
            "producer_id": PRODUCER,
            "project": PROJECT,
            "medium": "film",
            "territories": ["US"],
            "language": "en",
            "model": f"{said['agreement_id']}-model",
            "duration": 12,
            "media_hash": hash_media(what),
            "amount": 1,
            "unit": "use",
            "currency": "USD",
            "at": self.now.isoformat(),
        }
        return {name: value for name, value in {**usual, **said}.items() if value is not None}

    def propose(self, agreement_id: str, text: str) -> Json:
        """Offer an agreement in its short form."""
        path = self.write(f"{agreement_id}.toml", text)
        return propose_agreement(
            self.service, agreement_id, path, is_counter=False, by=PRODUCER, now=self.now, rulebook=self.rulebook
        )

    def sign(self, agreement_id: str, who: Player) -> Json:
        """Sign it with somebody's key."""
        key = self.papers / f"{who.person_id}.pem"
        return sign_agreement(self.service, agreement_id, key=key, signature=None, now=self.now, rulebook=self.rulebook)


def hash_media(media: str) -> str:
    """Name media by what is in them."""
    return f"sha256:{hashlib.sha256(media.encode()).hexdigest()}"
