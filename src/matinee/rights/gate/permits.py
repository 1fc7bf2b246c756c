"""Permits: signed tokens for one use of one piece of media, alive for a second.

Covers making and reading them. That each is taken up once, and only while the agreement still stands, is checked by the
gate; a token alone proves no more than that it was given.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from matinee.rights.agreements.canonical import write_canonical
from matinee.rights.agreements.keys import is_signed, sign_text

LIFETIME = timedelta(seconds=1)
"""Within which a permit has to be taken up."""


@dataclass(frozen=True)
class Permit:
    """What a token says.

    Attributes:
        use_id: the use.
        agreement_id: it rests on.
        version: of that agreement.
        rule: IRI of the permission.
        person_id: whose it is.
        producer_id: who may.
        kind: face, voice, body, writing, style.
        action: what may be done.
        media_hash: to what.
        at: when it was given, ISO 8601.
        until: when it dies, ISO 8601.
    """

    use_id: str
    agreement_id: str
    version: int
    rule: str
    person_id: str
    producer_id: str
    kind: str
    action: str
    media_hash: str
    at: str
    until: str

    def is_alive(self, now: datetime) -> bool:
        """Whether it may be taken up now."""
        return datetime.fromisoformat(self.at) <= now <= datetime.fromisoformat(self.until)


def write_permit(permit: Permit, private: Ed25519PrivateKey) -> str:
    """Write a permit as a token: canonical JSON in base64url, a dot, the signature."""
    text = write_canonical(asdict(permit))
    signature = sign_text(private, f"matinee permit 1\n{text}")
    return f"{base64.urlsafe_b64encode(text.encode()).decode()}.{signature}"


def read_permit(token: str, public: str) -> Permit | None:
    """Read a token; None if it is not by this key, or no permit.

    Args:
        token: as `write_permit` makes it.
        public: the gate's key, 32 bytes in base64.
    """
    body, _, signature = token.partition(".")
    try:
        text = base64.urlsafe_b64decode(body.encode()).decode()
        if not is_signed(f"matinee permit 1\n{text}", signature, public):
            return None
        return Permit(**json.loads(text))
    except (ValueError, TypeError):
        return None
