"""The tables of the rights database as they are now; `migrations` says how they came to be so.

Covers columns, keys and checks, the same on SQLite and PostgreSQL. The triggers that refuse changes are in `triggers`.

Entries, transfers, nodes and checkpoints are append-only, and so are events of agreements, advances, attempts, permits
and takes. Subjects and private are what erasing a person deletes, and so is what is registered of them.
Times are microseconds since 1970 in UTC, for SQLite keeps no zones.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

NAMES = {"ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}

metadata = MetaData(naming_convention=NAMES)

_Whole = BigInteger().with_variant(Integer(), "sqlite")

leaves = Table(
    "leaves",
    metadata,
    Column("position", _Whole, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", _Whole, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Column("commitment", LargeBinary),
    Column("reverses", Text),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("position >= 0", name="position_from_0"),
    CheckConstraint("length(hash) = 32", name="hash_of_32"),
    UniqueConstraint("key"),
    UniqueConstraint("reverses"),
    Index(None, "subject"),
    sqlite_strict=True,
)

transfers = Table(
    "transfers",
    metadata,
    Column("position", _Whole, ForeignKey("leaves.position"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("amount", _Whole, nullable=False),
    Column("currency", Text, nullable=False),
    CheckConstraint("amount > 0", name="amount_above_0"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    CheckConstraint("length(currency) = 3", name="currency_of_3"),
    sqlite_strict=True,
)

nodes = Table(
    "nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", _Whole, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("below", LargeBinary, nullable=False),
    CheckConstraint("length(hash) = 32", name="hash_of_32"),
    CheckConstraint("length(below) = 8192", name="below_of_8192"),
    sqlite_strict=True,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", _Whole, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    sqlite_strict=True,
)

subjects = Table(
    "subjects",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    CheckConstraint("length(key) = 32", name="key_of_32"),
    UniqueConstraint("person_id"),
    sqlite_strict=True,
)

private = Table(
    "private",
    metadata,
    Column("position", _Whole, ForeignKey("leaves.position"), primary_key=True, autoincrement=False),
    Column("subject", Text, ForeignKey("subjects.subject"), nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "subject"),
    sqlite_strict=True,
)


def _records(name: str, *of: SchemaItem) -> Table:
    """Lay out a table of records, numbered as they come: whose each is, its text and its digest."""
    texts = (Column(each, Text, nullable=False) for each in ("text", "digest"))
    return Table(name, metadata, Column("number", _Whole, primary_key=True), *of, *texts, sqlite_strict=True)


agreement_events = _records("agreement_events", Column("agreement_id", Text, nullable=False, index=True))
advances = _records("advances", Column("agreement_id", Text, nullable=False, index=True))
registered = _records(
    "registered",
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, index=True),
    CheckConstraint("kind IN ('person', 'union')", name="kind_known"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("position", _Whole, ForeignKey("leaves.position"), primary_key=True, autoincrement=False),
    Column("at", _Whole, nullable=False),
    Index(None, "at"),
    sqlite_strict=True,
)

permits = Table(
    "permits",
    metadata,
    Column("use_id", Text, primary_key=True),
    Column("position", _Whole, ForeignKey("leaves.position"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("nth", _Whole, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    CheckConstraint("nth >= 1", name="nth_from_1"),
    UniqueConstraint("rule", "nth"),
    sqlite_strict=True,
)

takes = Table(
    "takes",
    metadata,
    Column("use_id", Text, ForeignKey("permits.use_id"), primary_key=True),
    Column("at", _Whole, nullable=False),
    sqlite_strict=True,
)
