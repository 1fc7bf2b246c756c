"""The gate on a real database: what it promises holds there, with 64 at the door at once."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from bench.crowd import WORKERS, overspend, revoke_in_between
from sqlalchemy import text
from tests.rights.signing import GATE, NOON, REQUEST, Office, make_policy

from matinee.flows.desk import LedgerDesk
from matinee.flows.rules import load_rulebook
from matinee.rights.agreements.canonical import seal
from matinee.rights.gate.desk import Attempt, Taken
from matinee.rights.gate.gate import Gate
from matinee.rights.gate.memory import MemoryDesk
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import reading, writing


@dataclass
class Clock:
    """A clock that runs on from noon."""

    started: float = 0.0

    def __call__(self):
        return NOON + timedelta(seconds=time.monotonic() - self.started)


@pytest.fixture
def clock():
    return Clock(time.monotonic())


@pytest.fixture(scope="module")
def office():
    return Office(load_rulebook())


def keep(engine, *events):
    with writing(engine) as connection:
        consents = Consents(connection)
        for event in events:
            consents.add_event(event.agreement_id, event.seal())


@pytest.fixture
def gate(engine, office, clock):
    """A gate on a database in which Ada has agreed to seven uses of her face."""
    with writing(engine) as connection:
        consents = Consents(connection)
        consents.add_registered("person", "ada", seal(office.person.as_json()))
        consents.add_registered("union", "SAG-AFTRA", seal({"name": "SAG-AFTRA", "on-strike": False}))
    keep(engine, *office.agree(make_policy(count=7)))
    return Gate(LedgerDesk(engine), clock, GATE, office.rulebook)


def ask(gate, use_id, **changes):
    return gate.request({**REQUEST, "use_id": use_id, **changes})


def codes(answer):
    return sorted({reason.code for reason in answer.reasons})


def test_a_use_is_permitted_recorded_and_taken_up_once(engine, gate):
    answer = ask(gate, "u1")
    assert (answer.is_permitted, answer.is_recorded, answer.nth) == (True, True, 1)
    assert gate.take_up(answer.token, REQUEST["media_hash"]) == ()
    assert [reason.code for reason in gate.take_up(answer.token, REQUEST["media_hash"])] == ["taken"]
    assert codes(ask(gate, "u1")) == ["taken"]
    with reading(engine) as connection:
        assert connection.execute(text("SELECT key FROM leaves ORDER BY position")).scalars().all() == [
            "u1",
            "refused/1/u1",
        ]


def test_entries_hold_no_name_of_the_person(engine, gate):
    ask(gate, "u1")
    ask(gate, "u2", project="other")
    with reading(engine) as connection:
        bodies = connection.execute(text("SELECT body FROM leaves")).scalars().all()
    assert len(bodies) == 2
    assert "ada" not in "".join(bodies)


def test_an_advance_that_is_paid_opens_the_door(engine, gate, office):
    keep(engine, *office.agree(make_policy("ag2", advance={"amount": "500", "currency": "USD"})))
    assert "advance" in codes(ask(gate, "u1", agreement_id="ag2"))
    with writing(engine) as connection:
        Consents(connection).add_advance("ag2", seal({"minor": 50_000, "currency": "USD"}))
    assert ask(gate, "u2", agreement_id="ag2").is_permitted


def test_a_clock_that_went_back_is_seen_in_the_database(engine, gate, office):
    assert ask(gate, "u1").is_permitted
    behind = Gate(LedgerDesk(engine), lambda: NOON - timedelta(seconds=1), GATE, office.rulebook)
    assert codes(ask(behind, "u2")) == ["clock"]


@pytest.mark.parametrize("table", ["agreement_events", "advances", "attempts", "permits", "takes"])
def test_nothing_that_is_kept_can_be_changed(engine, gate, table):
    answer = ask(gate, "u1")
    gate.take_up(answer.token, REQUEST["media_hash"])
    with writing(engine) as connection:
        Consents(connection).add_advance("ag1", seal({"minor": 1, "currency": "USD"}))
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {_COLUMNS[table]}"):
        with pytest.raises(Exception, match="append-only"), writing(engine) as connection:
            connection.execute(text(change))


_COLUMNS = {
    "agreement_events": "text = ''",
    "advances": "text = ''",
    "attempts": "at = 0",
    "permits": "nth = 9",
    "takes": "at = 0",
}


@pytest.mark.parametrize("make", [LedgerDesk, lambda _: MemoryDesk()])
@pytest.mark.parametrize(
    ("use_id", "nth", "said"), [("u1", 2, "use u1 was permitted before"), ("u2", 1, "use 1 of rule is taken")]
)
def test_a_desk_gives_no_use_and_no_place_in_a_count_twice(engine, make, use_id, nth, said):
    desk = make(engine)
    first = Attempt("u1", NOON, True, "rule", 1, None, {}, {})
    with desk.turn("ag1") as turn:
        turn.keep(first)
    with pytest.raises(Taken, match=said), desk.turn("ag1") as turn:
        turn.keep(replace(first, use_id=use_id, nth=nth, body={"other": True}))
    with desk.turn("ag1") as turn:
        assert turn.uses("rule") == 1


def test_a_kept_event_that_was_damaged_refuses(engine, gate):
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO agreement_events (agreement_id, text, digest) VALUES ('ag1', '{}', 'x')"))
    assert codes(ask(gate, "u1")) == ["damaged"]


def test_64_workers_do_not_overspend_a_count(engine, url, office):
    assert overspend(url, office.rulebook, uses=7, tries=2) == 7
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM leaves")).scalar() == 2 * WORKERS
        nth = connection.execute(text("SELECT nth FROM permits ORDER BY nth")).scalars().all()
    assert nth == [1, 2, 3, 4, 5, 6, 7]


def test_64_workers_get_no_permit_after_an_acknowledged_revocation(url, office):
    permits, requests = revoke_in_between(url, office.rulebook, tries=4)
    assert permits == 0
    assert requests >= WORKERS
