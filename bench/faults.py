"""A desk in memory that goes wrong: calls that fail or time out, damaged records, a process that is killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from matinee.rights.gate.memory import MemoryDesk, MemoryTurn
from matinee.tables.consent import Record


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Faults:
    """What goes wrong in the next turn."""

    fail_at: int = -1
    kind: str = ""
    spoil: Callable[[Record], Record] | None = None
    was_felt: bool = False
    calls: int = 0

    def touch(self) -> None:
        """Count a call of the store; go wrong if it is the one."""
        self.calls += 1
        if self.calls == self.fail_at:
            self.was_felt = True
            if self.kind == "kill":
                raise Killed
            raise (TimeoutError("no answer") if self.kind == "timeout" else OSError("disk gone"))

    def pass_on(self, record: Record | None) -> Record | None:
        """Hand a record out, damaged if that is the fault."""
        if record is None or self.spoil is None:
            return record
        self.was_felt = True
        return self.spoil(record)


class FaultyTurn(MemoryTurn):
    """A turn in which calls fail and records come damaged."""

    faults: Faults

    def last_time(self) -> datetime | None:
        """As the desk, or not."""
        self.faults.touch()
        return super().last_time()

    def events(self, agreement_id: str) -> list[Record]:
        """As the desk, or not."""
        self.faults.touch()
        return [self.faults.pass_on(each) or each for each in super().events(agreement_id)]

    def person(self, person_id: str) -> Record | None:
        """As the desk, or not."""
        self.faults.touch()
        return self.faults.pass_on(super().person(person_id))

    def uses(self, rule: str) -> int:
        """As the desk, or not."""
        self.faults.touch()
        return super().uses(rule)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None and self.faults.kind != "timeout":  # fails before it is kept
                self.faults.touch()
        except BaseException as error:
            super().__exit__(type(error), *rest)
            raise
        super().__exit__(kind, *rest)
        if kind is None and self.faults.kind == "timeout":  # kept, and nobody hears of it
            self.faults.touch()


class FaultyDesk(MemoryDesk):
    """A desk whose next turn may go wrong."""

    faults = Faults()

    def turn(self, agreement_id: str) -> MemoryTurn:
        """Begin a turn with the faults that are set; a second turn of the same request goes well."""
        del agreement_id
        turn = FaultyTurn(self)
        turn.faults, self.faults = self.faults, Faults()
        turn.faults.touch()
        return turn
