"""Opening the rights database: SQLite or PostgreSQL, brought up to the newest schema, its errors in one line.

Covers how transactions begin. A writer is alone from its first statement on: BEGIN IMMEDIATE on SQLite, an exclusive
lock on the entries on PostgreSQL (who reads is not stopped); what it has committed is on the disk. A reader sees one
state from beginning to end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from matinee.errors import StoreError, UsageError
from matinee.store.service import Service

HEAD = "quotas_0003"
"""The newest revision of `migrations`."""

FILE = "rights.db"
PATIENCE = 60
"""Seconds to wait for another writer."""

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "secure_delete = ON",  # what is erased leaves the file, too
    f"busy_timeout = {1000 * PATIENCE}",
)


@contextmanager
def open_rights(service: Service) -> Generator[Engine]:
    """Open the rights database of a service: `database_url` of its settings, or rights.db in its folder.

    Yields:
        The database; its connections are closed at the end of the block.

    Raises:
        UsageError: `database_url` is none, or names a database other than SQLite and PostgreSQL.
        StoreError: the database said no.
    """
    engine = open_database(service.settings.database_url or f"sqlite:///{(service.path / FILE).absolute()}")
    try:
        yield engine
    finally:
        engine.dispose()


def open_database(url: str) -> Engine:
    """Open a database, made or brought up to the newest schema if need be; errors as in `open_rights`."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        todo = "write it like postgresql://user@host/name"
        raise UsageError("database_url cannot be read", where="matinee.toml", todo=todo) from error
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"))
    elif parsed.drivername == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": PATIENCE, "check_same_thread": False})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        todo = "give one of sqlite:///FILE or postgresql://…"
        raise UsageError(f"no database of the kind {parsed.drivername!r}", where="matinee.toml", todo=todo)
    try:
        _bring_up(engine)
    except StoreError:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """Read one state of the database."""
    options: dict[str, Any] = {} if _is_sqlite(engine) else {"isolation_level": "REPEATABLE READ"}
    with plain_database_errors(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """Write alone; what the block did is committed at its end, and undone if it raises."""
    with plain_database_errors(engine), _begin(engine) as connection:
        if not _is_sqlite(engine):
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
            connection.execute(text("LOCK TABLE leaves IN EXCLUSIVE MODE"))
        yield connection


@contextmanager
def plain_database_errors(engine: Engine) -> Generator[None]:
    """Turn what the database says into a StoreError of one line.

    Yields:
        Nothing.

    Raises:
        StoreError: the database said no.
    """
    try:
        yield
    except SQLAlchemyError as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
        is_busy = "locked" in said or "lock timeout" in said
        todo = "wait until the other writer has ended and run the same command again" if is_busy else ""
        where = str(engine.url.database) if _is_sqlite(engine) else engine.url.render_as_string(hide_password=True)
        raise StoreError(f"the database said: {said}", where=where, todo=todo) from error


@contextmanager
def _begin(engine: Engine) -> Generator[Connection]:
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        yield connection


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own; `_begin_sqlite` does
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _bring_up(engine: Engine) -> None:
    """Run the migrations that the database has not seen."""
    with plain_database_errors(engine):
        with engine.connect() as connection:
            if _find_revision(connection) == HEAD:
                return
        with _begin(engine) as connection:
            if not _is_sqlite(engine):  # two that come first at once make it one after the other
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('matinee rights schema'))"))
            _migrate(connection)


def _find_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(revision) if revision is not None else None


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        todo = "use the version of Matinee that made it, or a newer one"
        raise StoreError("its schema is of a version that is not known here", where=FILE, todo=todo) from error
