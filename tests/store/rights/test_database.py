from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from matinee.errors import StoreError, UsageError
from matinee.rights.ledger.audit import audit
from matinee.rights.ledger.entries import Entry, append
from matinee.store.rights import database
from matinee.store.rights.database import HEAD, open_database, reading, writing
from matinee.store.rights.ledger import read_ledger, write_ledger
from matinee.store.rights.schema import metadata

AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_an_empty_database_becomes_what_the_schema_says(engine):
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_code_knows():
    folder = Path(database.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_opening_twice_changes_nothing(engine, url):
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO checkpoints VALUES (3, 'q')"))
    again = open_database(url)
    with reading(again) as connection:
        assert connection.execute(text("SELECT size FROM checkpoints")).scalar() == 3
    again.dispose()


def test_a_database_of_before_is_brought_up_and_keeps_what_it_holds(engine, url):
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO checkpoints VALUES (3, 'q')"))
        connection.execute(text("CREATE TABLE quotas (quota TEXT)"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'gate_0002'"))
    again = open_database(url)
    with reading(again) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT size FROM checkpoints")).scalar() == 3
    again.dispose()


def test_a_database_of_a_version_from_the_future_is_left_alone(engine, url):
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later_0009'"))
    with pytest.raises(
        StoreError, match="its schema is of a version that is not known here; use the version of Matinee"
    ):
        open_database(url)


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name"])
def test_an_address_of_no_known_database_is_misuse(address):
    with pytest.raises(
        UsageError, match=r"matinee.toml: (database_url cannot be read|no database of the kind 'mysql')"
    ):
        open_database(address)


def test_what_a_block_did_is_undone_if_it_fails(engine):
    def fail():
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO checkpoints VALUES (3, 'q')"))
            raise KeyError("on the way")

    with pytest.raises(KeyError, match="on the way"):
        fail()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM checkpoints")).scalar() == 0


def test_a_reader_sees_one_state_while_a_writer_commits(engine):
    count = text("SELECT count(*) FROM checkpoints")
    with reading(engine) as connection:
        before = connection.execute(count).scalar()
        with writing(engine) as other:
            other.execute(text("INSERT INTO checkpoints VALUES (3, 'q')"))
        assert connection.execute(count).scalar() == before == 0


def test_writers_who_come_together_leave_no_gap(engine):
    def attempt(number):
        with write_ledger(engine) as book:
            (leaf,) = append(book, [Entry(kind="use", key=f"use-{number}", at=AT)])
        return leaf.position

    with ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(attempt, range(40)))
    assert sorted(positions) == [*range(40)]
    with read_ledger(engine) as book:
        assert (book.size(), audit(book).findings) == (40, [])


def test_two_who_open_an_empty_database_at_once_both_can(url):
    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(open_database, [url] * 4))
    for each in engines:
        with reading(each) as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
        each.dispose()


def test_a_writer_who_waits_too_long_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_PRAGMAS", ("journal_mode = WAL", "busy_timeout = 50"))
    engine = open_database(f"sqlite:///{tmp_path / 'rights.db'}")
    other = open_database(f"sqlite:///{tmp_path / 'rights.db'}")
    with writing(engine), pytest.raises(StoreError, match="database is locked; wait until the other writer"):
        writing(other).__enter__()
    engine.dispose()
    other.dispose()
