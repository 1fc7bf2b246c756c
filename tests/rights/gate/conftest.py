"""A gate at noon, with one agreement signed an hour ago."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from tests.rights.signing import GATE, NOON, REQUEST, Office, make_policy, stand

from matinee.rights.agreements.states import read_event
from matinee.rights.gate.gate import Gate
from matinee.rights.gate.memory import MemoryDesk


@dataclass
class Door:
    """A gate, its desk, and its clock, which tests set."""

    office: Office
    desk: MemoryDesk = field(default_factory=MemoryDesk)
    now: datetime = NOON

    def __post_init__(self):
        self.gate = Gate(self.desk, lambda: self.now, GATE, self.office.rulebook)
        self.desk.add_person(self.office.person)
        self.desk.add_union("SAG-AFTRA", is_on_strike=False)

    def agree(self, policy=None, office=None, **signer):
        for event in (office or self.office).agree(policy, **signer):
            self.desk.add_event(event)
        return self

    def standing(self):
        return stand([read_event(record) for record in self.desk._events["ag1"]])

    def ask(self, **changes):
        said = {**REQUEST, "use_id": f"u{len(self.desk.attempts)}", "at": self.now.isoformat()}
        asked = {name: value for name, value in {**said, **changes}.items() if value is not ...}
        return self.gate.request(asked)

    def codes(self, **changes):
        """Why a use is refused; empty if it is permitted."""
        answer = self.ask(**changes)
        assert answer.is_permitted == (answer.token is not None) == (answer.price is not None)
        return [] if answer.is_permitted else sorted({reason.code for reason in answer.reasons})


@pytest.fixture
def bare(office):
    """A gate without agreements."""
    return Door(office)


@pytest.fixture
def door(bare):
    """A gate with one agreement: three uses of Ada's face at $250."""
    return bare.agree(make_policy())
