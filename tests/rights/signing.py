"""An agreement in a few words, signed, and a request for a use of it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from matinee.rights.agreements.canonical import write_canonical
from matinee.rights.agreements.form import write_policy
from matinee.rights.agreements.keys import public_text, sign_text
from matinee.rights.agreements.people import Key, Person
from matinee.rights.agreements.register import Context, propose, sign
from matinee.rights.agreements.states import fold
from matinee.rights.agreements.terms import read_terms
from matinee.rights.rulebook.rules import Rulebook

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def key_of(number):
    """A key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


ADA, AGENT, MOTHER, HEIR, GATE = map(key_of, range(1, 6))


def make_key(private, role, since=date(2026, 1, 1), until=None):
    return Key(public_text(private), role, f"the {role}", since, until)


PERSON = Person(
    "ada",
    "Ada Diaz",
    date(1990, 1, 31),
    union="SAG-AFTRA",
    keys=(make_key(ADA, "self"), make_key(AGENT, "representative"), make_key(HEIR, "successor")),
)
PERMIT = {
    "actions": ["replicate-face"],
    "project": ["harbour"],
    "medium": ["series"],
    "territory": ["US", "CA"],
    "from": date(2026, 9, 1),
    "until": date(2027, 8, 31),
    "count": 3,
    "seconds": 30,
    "pay": [{"amount": "250", "currency": "USD", "per": "use"}],
}
FORM = {
    "person": "ada",
    "producer": "studio",
    "description": "Her face in the crowd of scene 12 of The Harbour",
    "represented-by": "SAG-AFTRA",
    "notice-hours": 72,
    "apart": True,
    "transferable": False,
    "in-place-of-background": False,
    "synthetic": False,
    "permit": [PERMIT],
}
REQUEST = {
    "use_id": "u1",
    "agreement_id": "ag1",
    "person_id": "ada",
    "producer_id": "studio",
    "kind": "face",
    "action": "replicate-face",
    "project": "harbour",
    "medium": "series",
    "territories": ["US"],
    "language": "en",
    "model": "faces-2",
    "duration": 12,
    "media_hash": f"sha256:{'0' * 64}",
    "amount": 1,
    "unit": "use",
    "currency": "USD",
    "at": NOON.isoformat(),
}


def make_policy(agreement_id="ag1", version=1, form=FORM, **permit):
    """The policy of a form, its first permission changed; a word given as None is left out."""
    first = {name: value for name, value in {**form["permit"][0], **permit}.items() if value is not None}
    policy, problems = write_policy({**form, "permit": [first, *form["permit"][1:]]}, agreement_id, version)
    assert problems == []
    return policy


@dataclass(frozen=True)
class Office:
    """Where agreements are made: a person, the rules, no strike, an hour before noon unless said otherwise."""

    rulebook: Rulebook
    person: Person = PERSON
    strike: bool = False
    now: datetime = NOON - timedelta(hours=1)

    @property
    def context(self):
        return Context(self.now, self.person, {"SAG-AFTRA": self.strike}, self.rulebook)

    def but(self, **changes):
        return replace(self, **changes)

    def propose(self, policy, standing=None):
        return propose(policy, standing, by="studio", context=self.context)

    def sign(self, standing, private=ADA):
        text = standing.policies[standing.latest].policy
        return sign(standing, sign_text(private, text), context=self.context)

    def agree(self, policy=None, private=ADA):
        """Offer and sign; the events."""
        offered = self.propose(policy or make_policy())
        assert offered.event, [*offered.problems, *offered.findings]
        signed = self.sign(stand([offered.event]), private)
        assert signed.event, [*signed.problems, *signed.findings]
        return [offered.event, signed.event]


def stand(events):
    """What stands because of events."""
    return fold(events)


def terms_of(policy):
    """The terms of a policy that is in order."""
    terms, problems = read_terms(write_canonical(policy))
    assert problems == []
    return terms
