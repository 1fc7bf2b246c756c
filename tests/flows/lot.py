"""A studio lot: a service whose gate permits uses at a time of the test's choosing, with titles and viewings."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from tests.rights.signing import ADA, FORM, NOON, PERSON, REQUEST, Office, make_key, make_policy

from matinee.flows.imports import import_batches
from matinee.flows.pay import run_period
from matinee.flows.records import keep_event, keep_person
from matinee.flows.rules import load_rulebook
from matinee.flows.uses import open_gate
from matinee.rights.pay.periods import Period
from matinee.rights.rulebook.rules import Rulebook
from matinee.store.readers.batch import Batch
from matinee.store.rights.database import open_rights, writing
from matinee.store.rights.ledger import read_ledger
from matinee.store.service import Service, create_service

Q3 = Period(2026, 3)
OFTEN = {"count": None}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def person(person_id):
    """Somebody who signs with the key that all share, in no union."""
    return replace(PERSON, person_id=person_id, name=person_id.title(), union=None, keys=(make_key(ADA, "self"),))


@dataclass
class Lot:
    """A service, its clock, and whoever signs."""

    service: Service
    now: datetime = NOON
    rulebook: Rulebook = field(default_factory=load_rulebook)

    def agree(self, agreement_id="ag1", person_id="ada", form=None, **permit):
        """Register a person and sign an agreement of theirs."""
        who = person(person_id)
        policy = make_policy(
            agreement_id, form={**FORM, "person": person_id, **(form or {})}, **{"count": None, **permit}
        )
        for event in Office(self.rulebook, who).agree(policy):
            self.write(lambda connection, event=event: keep_event(connection, event))
        return self.register(person_id)

    def register(self, person_id):
        self.write(lambda connection: keep_person(connection, person(person_id), self.now))
        return self

    def write(self, what):
        with open_rights(self.service) as engine, writing(engine) as connection:
            what(connection)

    def use(self, *use_ids, is_taken=True, **changes):
        """Ask for uses, a minute apart, and take them up unless told otherwise."""
        with open_gate(self.service, clock=lambda: self.now, rulebook=self.rulebook) as gate:
            for use_id in use_ids:
                self.now += timedelta(minutes=1)
                answer = gate.request({**REQUEST, "use_id": use_id, "at": self.now.isoformat(), **changes})
                assert answer.is_permitted, answer.reasons
                assert not is_taken or gate.take_up(str(answer.token), str(REQUEST["media_hash"])) == ()
        return self

    def put(self, table, *rows):
        """Import rows of a table."""
        frame = pl.DataFrame(list(rows)).with_row_index("row", 1).with_columns(pl.col("row").cast(pl.Int64))
        import_batches(self.service, [Batch(table, "test", frame)], strict=True)
        return self

    def watch(self, title_id, *seconds, day=date(2026, 8, 1), country="US"):
        """Put viewings of some seconds each; None = unknown."""
        return self.put("views", *(
            {"member_id": f"m{n}", "title_id": title_id, "started_at": f"{day}T20:00:00", "seconds": each,
             "country": country} for n, each in enumerate(seconds)
        ))  # fmt: skip

    def pay(self, period=Q3, **options):
        """Pay a quarter, as `pay run` does."""
        return run_period(self.service, period, **{"rulebook": self.rulebook, "now": NOW, **options})

    def entries(self, kind=None):
        """The ledger's entries, payments and reversals unless told otherwise."""
        with open_rights(self.service) as engine, read_ledger(engine) as book:
            return [leaf for leaf in book.leaves() if leaf.kind in ([kind] if kind else ["payment", "reversal"])]

    def balances(self):
        with open_rights(self.service) as engine, read_ledger(engine) as book:
            return book.balances()


def make_lot(folder: Path):
    """A new lot in a folder."""
    return Lot(create_service(folder))
