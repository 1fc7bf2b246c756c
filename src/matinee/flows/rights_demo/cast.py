"""Who is in the story, and what they are offered, as files that anybody can read.

Covers names, keys and texts, the same for a seed. The people and the production are invented; the rates are of the
rulebook.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from matinee.rights.agreements.keys import public_text
from matinee.world.names import invent_people, invent_titles

PRODUCER = "studio"
PROJECT = "feature"
STATED = """controller = "The studio, legal@studio.example"
security = "access by role, disks encrypted"

[[model]]
name = "scan-model"
owner = "Visual effects"
marks = ["signed metadata", "watermark"]
disclosure = "a line in the credits, and on the title's page"
retention = "scans are deleted 30 days after delivery"
"""
"""What the studio says of its models."""


@dataclass(frozen=True)
class Player:
    """Somebody in the story.

    Attributes:
        person_id: as the service knows them.
        name: invented.
        part: what they do, in words.
        union: theirs.
        private: their key.
    """

    person_id: str
    name: str
    part: str
    union: str
    private: Ed25519PrivateKey

    @property
    def pem(self) -> str:
        """Their key as a file holds it."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Cast:
    """Who is in the story.

    Attributes:
        extra: a background performer whose body was scanned.
        lead: a principal.
        writer: a writer.
        title: of the production.
    """

    extra: Player
    lead: Player
    writer: Player
    title: str

    @property
    def people(self) -> tuple[Player, Player, Player]:
        """All three."""
        return self.extra, self.lead, self.writer


def choose_cast(seed: int) -> Cast:
    """Choose names and keys.

    Args:
        seed: 0 or more; the same seed chooses the same.
    """
    rng = np.random.default_rng(seed)
    extra, lead, writer = invent_people(3, rng)
    (title,) = invent_titles(1, rng)
    return Cast(
        Player("extra", extra, "background performer", "SAG-AFTRA", _make_key(seed, "extra")),
        Player("lead", lead, "principal", "SAG-AFTRA", _make_key(seed, "lead")),
        Player("writer", writer, "writer", "WGA", _make_key(seed, "writer")),
        title,
    )


def _make_key(seed: int, who: str) -> Ed25519PrivateKey:
    """Make a key that is the same for a seed, as nobody's real key may be."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"matinee demo {seed} {who}".encode()).digest())


def write_people(cast: Cast, *, on_strike: bool = False) -> str:
    """Write the people, their keys and their unions, for `agreement register`."""
    people = "\n".join(
        f"""[[person]]
id = "{each.person_id}"
name = "{each.name}"
born = 1990-01-31
union = "{each.union}"
key = [{{role = "self", holder = "{each.name}", public = "{public_text(each.private)}", from = 2026-01-01}}]
"""
        for each in cast.people
    )
    strike = str(on_strike).lower()
    return f"""{people}
[[union]]
name = "SAG-AFTRA"
on-strike = {strike}

[[union]]
name = "WGA"
on-strike = false
"""


def write_buyout(cast: Cast) -> str:
    """Write the offer of $200 for ever."""
    return f"""person = "{cast.extra.person_id}"
producer = "{PRODUCER}"
fee = {{amount = "200", currency = "USD"}}

[[permit]]
actions = ["replicate-body", "replicate-face", "train-model"]
of = ["body", "face"]
"""


def write_offers(cast: Cast, *, background: str, principal: str) -> dict[str, str]:
    """Write what they agree on in the end: agreement -> its short form.

    Args:
        cast: who.
        background: a background performer's day, such as 231.
        principal: a principal's day.
    """
    performer = _head(PRODUCER, "SAG-AFTRA", synthetic=True)
    return {
        "scan": f"""person = "{cast.extra.person_id}"
description = "The scan of {cast.extra.name}'s body in the harbour crowd of scenes 12 to 14 of {cast.title}"
{performer}
[[permit]]
actions = ["replicate-body"]
project = "{PROJECT}"
medium = "film"
territory = ["US", "FR"]
from = 2026-08-01
until = 2026-12-31
count = 3
seconds = 30
pay = [{{amount = "{background}", currency = "USD", per = "use"}}]
inform = true
delete-after-days = 30

[[forbid]]
actions = ["train-model"]
of = ["body", "face"]
""",
        "voice": f"""person = "{cast.lead.person_id}"
description = "The voice of the part of the harbour master in the dubbed versions of {cast.title}"
{performer}
[[permit]]
actions = ["dub"]
project = "{PROJECT}"
medium = "film"
territory = ["US", "FR"]
language = ["fr", "es"]
from = 2026-08-01
until = 2026-12-31
pay = [{{amount = "{principal}", currency = "USD", per = "use"}}]
""",
        "text": f"""person = "{cast.writer.person_id}"
description = "The script of {cast.title}, shortened for its trailers and its summaries"
{_head(PRODUCER, "WGA", synthetic=False)}
[[permit]]
actions = ["adapt-text"]
project = "{PROJECT}"
from = 2026-08-01
until = 2026-12-31
pay = [{{amount = "750", currency = "USD", per = "use"}}]

[[forbid]]
actions = ["imitate-style"]
of = ["style"]
""",
    }


def _head(producer: str, union: str, *, synthetic: bool) -> str:
    lines = [f'producer = "{producer}"', f'represented-by = "{union}"']
    if synthetic:
        lines += ["notice-hours = 72", "apart = true", "transferable = false", "in-place-of-background = false"]
        lines += ["synthetic = false"]
    else:
        lines += ["credits-ai = false", "requires-ai = false", "discloses-ai = true", "synthetic = false"]
    return "\n".join(lines) + "\n"
