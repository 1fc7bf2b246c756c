"""Agreements and people changed behind the ledger's back, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.flows.lot import make_lot
from tests.rights.signing import NOON

from matinee.flows.agreements import pay_advance, revoke_agreement
from matinee.flows.ledger import erase, verify_ledger
from matinee.flows.records import keep_union
from matinee.rights.agreements.canonical import digest_of
from matinee.rights.ledger.audit import Finding
from matinee.rights.money import Money
from matinee.store.rights.database import open_rights, writing
from matinee.store.rights.triggers import append_only_triggers

EDIT = "UPDATE registered SET text = :text, digest = :digest WHERE kind = 'person'"
ATTACKS = {
    "a revocation is deleted": ("DELETE FROM agreement_events WHERE number = 3", "agreement_events/3", "is gone"),
    "an event is moved": (
        "UPDATE agreement_events SET agreement_id = '' WHERE number = 3", "agreement_events/3", "is not",
    ),
    "an offer is worded anew": (
        "UPDATE agreement_events SET text = :text, digest = :digest WHERE number = 1", "agreement_events/1", "not",
    ),
    "an advance is made up": (
        "INSERT INTO advances (agreement_id, text, digest) VALUES ('ag1', :text, :digest)", "advances/2", "no note",
    ),
    "an advance is deleted": ("DELETE FROM advances", "advances/1", "is gone"),
    "keys of a person are changed": (EDIT, "registered/1", "not what was noted"),
    "a strike is deleted": ("DELETE FROM registered WHERE kind = 'union'", "registered/2", "is gone"),
}  # fmt: skip


@pytest.fixture
def lot(url, tmp_path):
    """An agreement with an advance that was revoked, a union on strike."""
    lot = make_lot(tmp_path / "service")
    lot.service = replace(lot.service, settings=replace(lot.service.settings, database_url=url))
    lot.agree()
    lot.write(lambda connection: keep_union(connection, "SAG-AFTRA", True, NOON))
    pay_advance(lot.service, "ag1", Money(100, "USD"), now=NOON)
    revoke_agreement(lot.service, "ag1", by="Ada", reason="enough", now=NOON)
    return lot


def drop_guards(connection):
    for table in ("agreement_events", "advances"):
        for trigger in append_only_triggers({table: ""}, is_sqlite=connection.dialect.name == "sqlite"):
            name = trigger.split()[2]
            on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
            connection.execute(text(f"DROP TRIGGER {name}{on}"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_record_changed_by_who_owns_the_database_is_found(lot, attack):
    assert verify_ledger(lot.service)["findings"] == []
    change, where, said = ATTACKS[attack]
    forged = {"text": "{}", "digest": digest_of("{}")} if ":text" in change else {}
    with open_rights(lot.service) as engine, writing(engine) as connection:
        drop_guards(connection)
        assert connection.execute(text(change), forged).rowcount == 1
    (found,) = (Finding(**each) for each in verify_ledger(lot.service)["findings"])
    assert (found.what, found.where) == ("record", f"record/{where}")
    assert said in found.said


def test_who_is_erased_is_registered_no_more_and_nothing_looks_changed(lot):
    assert erase(lot.service, "ada") == 1
    assert verify_ledger(lot.service)["findings"] == []
    with open_rights(lot.service) as engine, writing(engine) as connection:
        left = connection.execute(text("SELECT name FROM registered")).scalars().all()
    assert left == ["SAG-AFTRA"]
    lot.register("ada")
    assert verify_ledger(lot.service)["findings"] == []
