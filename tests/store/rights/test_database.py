from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from matinee.store.rights import database
from matinee.store.rights.database import HEAD, open_database, reading, writing
from matinee.store.rights.schema import metadata


def test_an_empty_database_becomes_what_the_schema_says(engine):
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_code_knows():
    folder = Path(database.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_opening_twice_changes_nothing(engine, url):
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO quotas VALUES ('q', 3)"))
    again = open_database(url)
    with reading(again) as connection:
        assert connection.execute(text("SELECT used FROM quotas")).scalar() == 3
    again.dispose()
