"""A seeded world of agreements, attempts and faults, with an oracle of its own that says what was consented to.

The oracle shares no code with the gate: it compares plain fields. A use that the gate permits and the oracle does not,
or that is permitted although a fault reached the gate, is one use without consent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.faults import Faults, FaultyDesk, Killed
from matinee.rights.agreements.form import write_policy
from matinee.rights.agreements.keys import public_text, sign_text
from matinee.rights.agreements.people import Key, Person
from matinee.rights.agreements.register import Context, propose, revoke, sign
from matinee.rights.agreements.states import Event, fold
from matinee.rights.gate.gate import Gate
from matinee.rights.rulebook.rules import Rulebook
from matinee.tables.consent import Record

T = TypeVar("T")

START = datetime(2026, 8, 1, tzinfo=UTC)
ALIVE = 300
"""Agreements that are asked for at a time."""
STEP = timedelta(seconds=60)
UNIONS = ("SAG-AFTRA", "WGA")
ADULT, CHILD = date(1980, 1, 1), date(2022, 1, 1)
KEY = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
GATE_KEY = Ed25519PrivateKey.from_private_bytes(b"g" * 32)

PARTS = {
    "replicate-face": "face",
    "replicate-voice": "voice",
    "dub": "voice",
    "adapt-text": "writing",
    "train-model": "face",
}


@dataclass
class Truth:
    """What one person agreed to, in plain fields."""

    agreement_id: str
    person: Person
    action: str
    kind: str
    projects: tuple[str, ...]
    territories: tuple[str, ...]
    longest: int
    begins: datetime
    ends: datetime
    limit: int | None
    unit: str
    advance: int
    signed: datetime
    paid: int = 0
    used: int = 0
    is_revoked: bool = False
    events: list[Event] = field(default_factory=list)

    def counts(self, said: dict[str, Any]) -> bool:
        """Whether the amount is one of the unit that is paid for."""
        amount: int = said.get("amount", 0)
        wanted: int = {"use": 1, "second": said["duration"], "day": max(amount, 1)}[self.unit]
        return amount == wanted

    def consents(self, said: dict[str, Any], now: datetime, strikes: dict[str, bool]) -> bool:
        """Whether this use was agreed to, as far as the person is concerned."""
        places = said.get("territories") or ["?"]
        at = read_time(said.get("at"))
        if at is None or abs(at - now) > timedelta(minutes=5) or at < self.signed:
            return False
        return (
            (said.get("person_id"), said.get("producer_id")) == (self.person.person_id, "studio")
            and (said.get("action"), said.get("kind")) == (self.action, self.kind)
            and said.get("project") in self.projects
            and said.get("medium") == "series"
            and all(place.split("-")[0] in self.territories or place in self.territories for place in places)
            and isinstance(said.get("duration"), int)
            and 0 <= said["duration"] <= self.longest
            and self.begins <= min(now, at)
            and max(now, at) < self.ends
            and (self.limit is None or self.used < self.limit)
            and said.get("unit") == self.unit
            and self.counts(said)
            and said.get("currency") == "USD"
            and self.paid >= self.advance
            and not self.is_revoked
            and not (self.person.union and strikes[self.person.union])
            and (self.person.died_on is None or self.person.died_on > now.date())
            and (self.person.keys[0].role == "guardian" or self.person.born_on == ADULT)
        )


def read_time(said: object) -> datetime | None:
    """Read a time as requests write it; None if it is none."""
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


@dataclass
class World:
    """Agreements, a clock, and what happens to them."""

    rng: np.random.Generator
    rulebook: Rulebook
    desk: FaultyDesk = field(default_factory=FaultyDesk)
    truths: list[Truth] = field(default_factory=list)
    strikes: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(UNIONS, False))
    now: datetime = START
    seen: datetime | None = None

    def __post_init__(self) -> None:
        self.gate = Gate(self.desk, lambda: self.now, GATE_KEY, self.rulebook)
        for union in UNIONS:
            self.desk.add_union(union, is_on_strike=False)

    def pick(self, *values: T) -> T:
        """Draw one of some values."""
        return values[int(self.rng.integers(len(values)))]

    def agree(self, count: int) -> None:
        """Make agreements, signed now."""
        for number in range(len(self.truths), len(self.truths) + count):
            self.truths.append(self._agree(number))

    def _agree(self, number: int) -> Truth:
        union = self.pick(None, *UNIONS)
        role = self.pick("self", "self", "self", "guardian")
        key = Key(public_text(KEY), role, f"the {role}", date(2026, 1, 1))
        born_on = ADULT if role == "self" else CHILD
        person = Person(f"p{number}", f"Person {number}", born_on, union=union, keys=(key,))
        action = self.pick(*PARTS)
        begins = self.now + timedelta(days=int(self.rng.integers(-30, 10)))
        films = sorted({f"film{self.rng.integers(5)}", f"film{self.rng.integers(5)}"})
        truth = Truth(
            f"a{number}", person, action, PARTS[action], tuple(films),
            self.pick(("US",), ("US", "CA"), ("GB",), ("US-NY",)), int(self.rng.integers(5, 60)), begins,
            begins + timedelta(days=int(self.rng.integers(35, 800))), self.pick(None, None, 3, 50, 1000),
            self.pick("use", "use", "day", "second"), self.pick(0, 0, 0, 50_000), self.now,
        )  # fmt: skip
        self.desk.add_person(person)
        for event in sign_up(truth, self.rulebook):
            self.desk.add_event(event)
            truth.events.append(event)
        if truth.advance and self.rng.random() < 0.7:
            self.pay(truth)
        return truth

    def pay(self, truth: Truth) -> None:
        """Pay an advance."""
        self.desk.add_payment(truth.agreement_id, 50_000, "USD")
        truth.paid += 50_000

    def happen(self, truth: Truth) -> None:
        """Let something happen outside the gate."""
        kind = self.pick("revoke", "strike", "peace", "peace", "pay", "die", "younger", "new", "new", "new")
        if kind == "new":
            self.agree(1)
        elif kind == "revoke" and not truth.is_revoked:
            standing = fold(truth.events)
            if standing is not None:
                self.desk.add_event(revoke(standing, by="them", reason="", now=self.now))
            truth.is_revoked = True
        elif kind in {"strike", "peace"}:
            union = self.pick(*UNIONS)
            self.strikes[union] = kind == "strike"
            self.desk.add_union(union, is_on_strike=kind == "strike")
        elif kind == "pay":
            self.pay(truth)
        elif kind in {"die", "younger"}:
            day = self.now.date()
            truth.person = replace(truth.person, died_on=day) if kind == "die" else replace(truth.person, born_on=CHILD)
            self.desk.add_person(truth.person)


def sign_up(truth: Truth, rulebook: Rulebook) -> list[Event]:
    """Offer and sign what a truth says."""
    permit = {
        "actions": [truth.action],
        "of": [truth.kind],
        "project": list(truth.projects),
        "medium": ["series"],
        "territory": list(truth.territories),
        "from": truth.begins,
        "until": truth.ends - timedelta(microseconds=1),
        "seconds": truth.longest,
        "pay": [{"amount": "10.50", "currency": "USD", "per": truth.unit}],
    }
    permit |= {"count": truth.limit} if truth.limit is not None else {}
    permit |= {"advance": {"amount": "500", "currency": "USD"}} if truth.advance else {}
    form = {
        "person": truth.person.person_id, "producer": "studio", "represented-by": "counsel", "notice-hours": 72,
        "description": "The crowd and the dialogue of scene 12, as in the script", "apart": True,
        "transferable": False, "in-place-of-background": False, "synthetic": False, "union-notice": True,
        "credits-ai": False, "requires-ai": False, "discloses-ai": True, "permit": [permit],
    }  # fmt: skip
    policy, problems = write_policy(form, truth.agreement_id, 1)
    context = Context(truth.signed, truth.person, dict.fromkeys(UNIONS, False), rulebook)
    offered = propose(policy or {}, None, by="studio", context=context)
    standing = fold([offered.event]) if offered.event else None
    if offered.event is None or standing is None:
        raise SystemExit(f"bench: {truth.agreement_id} is turned down: {problems}, {offered}")
    signed = sign(standing, sign_text(KEY, offered.event.policy), context=context)
    if signed.event is None:
        raise SystemExit(f"bench: {truth.agreement_id} is not signed: {signed}")
    return [offered.event, signed.event]


def make_request(world: World, truth: Truth, number: int) -> dict[str, Any]:
    """Ask for what was agreed to."""
    duration = int(world.rng.integers(1, truth.longest + 1))
    amount = {"use": 1, "second": duration, "day": int(world.rng.integers(1, 5))}[truth.unit]
    return {
        "use_id": f"u{number}",
        "agreement_id": truth.agreement_id,
        "person_id": truth.person.person_id,
        "producer_id": "studio",
        "kind": truth.kind,
        "action": truth.action,
        "project": truth.projects[0],
        "medium": "series",
        "territories": list(truth.territories[:1]),
        "language": "en",
        "model": "m1",
        "duration": duration,
        "media_hash": f"sha256:{number:064x}",
        "amount": amount,
        "unit": truth.unit,
        "currency": "USD",
        "at": world.now.isoformat(),
    }


SPOILT: dict[str, tuple[Any, ...]] = {
    "agreement_id": ("a999999", "", None),
    "person_id": ("p1", "p2", ""),
    "producer_id": ("rival",),
    "kind": ("face", "voice", "writing", "style", "soul"),
    "action": ("replicate-face", "replicate-voice", "dub", "adapt-text", "train-model", "use"),
    "project": ("film0", "film1", "film9", None),
    "medium": ("game",),
    "territories": (["MX"], ["US", "MX"], ["US-CA"], ["GB"], []),
    "duration": (61, -1, 7.5, None),
    "amount": (0, 2, 7),
    "unit": ("use", "day", "second", "smile"),
    "currency": ("EUR", "usd"),
    "at": ("2026-01-01T00:00:00+00:00", "2031-01-01T00:00:00+00:00", "noon", None),
    "extra": ("x",),
}


def spoil_request(world: World, said: dict[str, Any]) -> None:
    """Change or leave out one attribute."""
    name = world.pick(*SPOILT)
    if name != "extra" and world.rng.random() < 0.4:
        del said[world.pick(*[each for each in said if each != "use_id"])]
    else:
        said[name] = world.pick(*SPOILT[name])


def draw_fault(world: World) -> Faults:
    """Draw what goes wrong with the store."""
    kind = world.pick("error", "timeout", "kill", "spoil")
    if kind != "spoil":
        return Faults(int(world.rng.integers(1, 8)), kind)
    place, letter = world.rng.random(), chr(int(world.rng.integers(33, 127)))

    def spoil(record: Record) -> Record:
        at = int(place * len(record.text))
        changed = record.text[:at] + (letter if record.text[at] != letter else "~") + record.text[at + 1 :]
        return Record(changed, record.digest)

    return Faults(kind="spoil", spoil=spoil)


def attempt(world: World, number: int, counted: Counter[str]) -> None:
    """Make one attempt, compare it with the oracle, count what came of it."""
    truth = world.pick(*world.truths[-ALIVE:])
    chance = world.rng.random()
    world.now += STEP * float(world.rng.random())
    if world.rng.random() < 0.004:
        world.happen(truth)
    said = make_request(world, truth, number)
    whole = set(said)
    later, is_back = world.now, 0.45 < chance < 0.5
    if chance < 0.35:
        spoil_request(world, said)
    elif chance < 0.45:
        world.desk.faults = draw_fault(world)
    elif is_back:
        world.now -= timedelta(microseconds=int(10 ** world.rng.uniform(0, 11)))
    faults, clock = world.desk.faults, world.now
    is_back = world.seen is not None and clock < world.seen
    try:
        answer = world.gate.request(said)
    except Killed:
        answer = None
        counted["killed"] += 1
    world.desk.faults = Faults()
    agreed = (
        set(said) == whole
        and said["agreement_id"] == truth.agreement_id
        and truth.consents(said, clock, world.strikes)
        and not is_back
    )
    is_permitted = answer is not None and answer.is_permitted
    if faults.was_felt:
        counted["faults"] += 1
    counted["attempts"] += 1
    counted["permitted"] += is_permitted
    counted["without consent"] += is_permitted and (not agreed or faults.was_felt)
    counted["refused in error"] += agreed and not is_permitted and not faults.was_felt
    kept = world.desk._counts.get(f"urn:matinee:agreement:{truth.agreement_id}:1#permission-1", 0)
    counted["not on record"] += is_permitted and kept != truth.used + 1
    truth.used = kept
    world.seen = world.desk._last
    if answer is not None and answer.token is not None:
        take_up(world, answer.token, said["media_hash"], counted)
    world.now = max(later, world.now)
    world.desk.attempts.clear()


def take_up(world: World, token: str, media: str, counted: Counter[str]) -> None:
    """Take a permit up, or try what must not work."""
    kind = world.pick("well", "late", "other media", "twice")
    if kind == "late":
        world.now += timedelta(seconds=1, microseconds=1)
    reasons = world.gate.take_up(token, f"sha256:{'f' * 64}" if kind == "other media" else media)
    is_wrong = not reasons if kind in {"late", "other media"} else bool(reasons)
    if kind == "twice":
        is_wrong |= not world.gate.take_up(token, media)
    counted["taken up"] += not reasons
    counted["taken up wrongly"] += is_wrong


def run(attempts: int, *, seed: int, rulebook: Rulebook, agreements: int = ALIVE) -> Counter[str]:
    """Make attempts in a world of this seed."""
    world = World(np.random.default_rng(seed), rulebook)
    world.agree(agreements)
    counted: Counter[str] = Counter({
        "without consent": 0,
        "refused in error": 0,
        "not on record": 0,
        "taken up wrongly": 0,
    })
    for number in range(attempts):
        attempt(world, number, counted)
    return counted
