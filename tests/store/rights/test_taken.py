"""Uses that were taken up, on SQLite and on PostgreSQL."""

import pytest
from tests.store.rights.uses import record, use

from matinee.store.rights.consents import Consents
from matinee.store.rights.database import reading, writing
from matinee.store.rights.ledger import erase_person
from matinee.store.rights.taken import iterate_taken_of, read_first_taken, read_taken
from matinee.tables.consent import Record

HOUR = 3_600_000_000


@pytest.fixture
def filled(engine):
    """Uses 1 to 4 of two permissions, an hour apart, of which 3 is not taken up."""
    for number, leaf in enumerate(record(engine, *(use(n, person_id="ann") for n in range(1, 5))), start=1):
        with writing(engine) as connection:
            consents, rule = Consents(connection), "odd" if number % 2 else "even"
            consents.add_permit(leaf.key, position=leaf.position, rule=rule, nth=number, record=Record("{}", ""))
            if number != 3:
                consents.add_take(leaf.key, HOUR * number)
    return engine


def read(engine, page, *arguments, **asked):
    with reading(engine) as connection:
        return [taken.use_id for taken in page(connection, *arguments, **asked)]


def test_uses_of_a_time_come_a_page_at_a_time(filled):
    asked = {"since": HOUR, "until": 4 * HOUR, "limit": 1}
    assert read(filled, read_taken, after="", **asked) == ["use-1"]
    assert read(filled, read_taken, after="use-1", **asked) == ["use-2"]
    assert read(filled, read_taken, after="use-2", **asked) == []


def test_uses_of_permissions_come_from_all_times_before(filled):
    assert read(filled, iterate_taken_of, ["odd"], until=9 * HOUR) == ["use-1"]
    assert sorted(read(filled, iterate_taken_of, ["odd", "even"], until=4 * HOUR)) == ["use-1", "use-2"]
    assert read(filled, read_first_taken, until=9 * HOUR) == ["use-1", "use-2"]
    assert read(filled, read_first_taken, until=2 * HOUR) == ["use-1"]


def test_who_it_is_about_is_read_until_they_are_erased(filled):
    with reading(filled) as connection:
        (first, *_) = read_taken(connection, since=0, until=9 * HOUR, after="", limit=9)
    assert (first.person_id, first.at, first.rule, first.body) == ("ann", HOUR, "odd", '{"decision":"refuse"}')
    erase_person(filled, "ann")
    with reading(filled) as connection:
        (first, *_) = read_taken(connection, since=0, until=9 * HOUR, after="", limit=9)
    assert first.person_id is None
