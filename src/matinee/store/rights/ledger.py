"""The ledger in the database: what a transaction can read of it and add to it.

Covers rows in, rows out. What an entry says, how it is hashed, and what makes it right are the business of
`matinee.rights.ledger`, whose `Book` and `Records` these classes are.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    union_all,
)

from matinee.store.rights import schema
from matinee.store.rights.database import reading, writing
from matinee.store.rights.schema import leaves, nodes, private, registered, subjects, transfers
from matinee.tables.ledger import Leaf, Node, Opening, Private, Subject

PAGE = 5_000
"""Rows that are read, and keys that are asked for, at a time."""

TILE = 256

T = TypeVar("T")

# Statements of every append, made once: to make them anew costs as much as to run them.
_NAMED: BindParameter[Any] = bindparam("named", expanding=True)
_LAST = select(func.max(leaves.c.position))
_BY_KEY = select(leaves).where(leaves.c.key.in_(_NAMED))
_TAKEN_BACK = select(leaves.c.reverses, leaves.c.key).where(leaves.c.reverses.in_(_NAMED))
_OF_PERSONS = select(subjects).where(subjects.c.person_id.in_(_NAMED))
_BELOW = select(nodes.c.below).where(nodes.c.level == bindparam("above"), nodes.c.position == bindparam("place"))


@contextmanager
def read_ledger(engine: Engine) -> Generator[LedgerReader]:
    """Read one state of the ledger; errors as in `database.reading`."""
    with reading(engine) as connection:
        yield LedgerReader(connection)


@contextmanager
def write_ledger(engine: Engine) -> Generator[LedgerWriter]:
    """Write alone, all or nothing; errors as in `database.writing`.

    What decides and what is recorded can stand in one such block.
    """
    with writing(engine) as connection:
        yield LedgerWriter(connection)


class LedgerReader:
    """One state of the ledger."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def size(self) -> int:
        """Count the entries."""
        last = self._connection.execute(_LAST).scalar()
        return 0 if last is None else last + 1

    def tile(self, level: int, index: int) -> list[bytes]:
        """Read up to 256 hashes of complete subtrees of 2 ** `level` entries, from the (256 x `index`)-th on."""
        if (level, index) not in self._tiles:
            below = self._connection.execute(_BELOW, {"above": level + 8, "place": index}).scalar()
            self._tiles[level, index] = self._read_tile(level, index) if below is None else _cut(below)
        return self._tiles[level, index]

    def find(self, keys: Collection[str]) -> dict[str, Leaf]:
        """Find entries by key; those that are not there are left out."""
        found: dict[str, Leaf] = {}
        for some in _pages(keys):
            found |= {leaf.key: leaf for leaf in self._read(_BY_KEY, {"named": some})}
        return found

    def find_reversals(self, keys: Collection[str]) -> dict[str, str]:
        """Map the keys that were taken back to the keys of the entries that did."""
        found: dict[str, str] = {}
        for some in _pages(keys):
            found |= {row.reverses: row.key for row in self._connection.execute(_TAKEN_BACK, {"named": some})}
        return found

    def leaves(self, subject: str | None = None, *, kind: str | None = None) -> Iterator[Leaf]:
        """Read the entries by position: all, or those about a subject, or those of a kind."""
        wanted = select(leaves).order_by(leaves.c.position).limit(PAGE)
        wanted = wanted if subject is None else wanted.where(leaves.c.subject == subject)
        wanted = wanted if kind is None else wanted.where(leaves.c.kind == kind)
        after: int | None = None
        while True:
            page = self._read(wanted if after is None else wanted.where(leaves.c.position > after))
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].position

    def nodes(self) -> Iterator[Node]:
        """Read the stored nodes of the tree."""
        return (Node(*row) for row in self._connection.execute(select(nodes)))

    def checkpoints(self) -> list[str]:
        """Read the signed checkpoints, the smallest size first."""
        kept = schema.checkpoints
        return list(self._connection.execute(select(kept.c.note).order_by(kept.c.size)).scalars())

    def last_checkpoint(self) -> str | None:
        """Read the signed checkpoint of the largest size; None if there is none."""
        kept = schema.checkpoints
        return self._connection.execute(select(kept.c.note).order_by(kept.c.size.desc()).limit(1)).scalar()

    def strays(self) -> list[int]:
        """List the positions that transfers name and no entry has."""
        asked = select(transfers.c.position).outerjoin(leaves, leaves.c.position == transfers.c.position)
        found = asked.where(leaves.c.position.is_(None)).distinct().order_by(transfers.c.position)
        return list(self._connection.execute(found).scalars())

    def subjects(self) -> Iterator[Subject]:
        """Read who the pseudonyms stand for."""
        return (Subject(*row) for row in self._connection.execute(select(subjects)))

    def find_subjects_of(self, kind: str) -> list[Subject]:
        """Find whom the entries of a kind are about, by pseudonym; who was erased is left out."""
        about = select(leaves.c.subject).where(leaves.c.kind == kind)
        asked = select(subjects).where(subjects.c.subject.in_(about)).order_by(subjects.c.person_id)
        return [Subject(*row) for row in self._connection.execute(asked)]

    def find_subject(self, person_id: str) -> Subject | None:
        """Find the pseudonym of a person; None if there is none, or it was erased."""
        row = self._connection.execute(select(subjects).where(subjects.c.person_id == person_id)).first()
        return Subject(*row) if row else None

    def find_private(self, position: int) -> Private | None:
        """Find the personal data of an entry; None if there are none, or they were erased."""
        row = self._connection.execute(select(private).where(private.c.position == position)).first()
        return Private(*row) if row else None

    def openings(self) -> Iterator[Opening]:
        """Read commitments and personal data side by side, with what lacks the other."""
        here, there = leaves.c, private.c
        beside = leaves.outerjoin(private, there.position == here.position)
        given = select(here.position, here.key, here.commitment, func.coalesce(there.subject, here.subject), there.data)
        asked = given.select_from(beside).where(or_(here.commitment.is_not(None), there.data.is_not(None)))
        lost = private.outerjoin(leaves, here.position == there.position)
        alone = select(there.position, here.key, here.commitment, there.subject, there.data).select_from(lost)
        for query in (asked, alone.where(here.position.is_(None))):
            yield from (Opening(*row) for row in self._connection.execute(query))

    def balances(self) -> dict[tuple[str, str], int]:
        """Sum every account in every currency: (account, currency) -> minor units, debits above zero."""
        sides = union_all(
            select(transfers.c.debit.label("account"), transfers.c.currency, transfers.c.amount),
            select(transfers.c.credit, transfers.c.currency, -transfers.c.amount),
        ).subquery()
        groups = (sides.c.account, sides.c.currency)
        asked = select(*groups, func.sum(sides.c.amount)).group_by(*groups).order_by(*groups)
        return {(account, currency): int(total) for account, currency, total in self._connection.execute(asked)}

    def _read_tile(self, level: int, index: int) -> list[bytes]:
        """Read the hashes of a row that is not full yet."""
        table = nodes if level else leaves
        place = table.c.position.between(TILE * index, TILE * index + TILE - 1)
        asked = select(table.c.hash).where(place).order_by(table.c.position)
        asked = asked.where(nodes.c.level == level) if level else asked
        return [row[0] for row in self._connection.execute(asked).all()]

    def _read(self, asked: Select[Any], named: dict[str, Any] | None = None) -> list[Leaf]:
        """Read entries with their transfers."""
        rows = self._connection.execute(asked, named).mappings().all()
        lines: dict[int, tuple[tuple[str, str, int, str], ...]] = {}
        for some in _pages(row["position"] for row in rows):
            of = transfers.c
            here = of.position.between(some[0], some[-1]) if _is_run(some) else of.position.in_(some)
            found = self._connection.execute(select(transfers).where(here).order_by(of.position, of.line))
            for position, group in groupby(found, key=lambda row: row.position):
                lines[position] = tuple(tuple(row[2:]) for row in group)
        return [Leaf(**row, transfers=lines.get(row["position"], ())) for row in rows]


class LedgerWriter(LedgerReader):
    """The ledger in a transaction in which nobody else writes."""

    def find_subjects(self, person_ids: Collection[str]) -> dict[str, Subject]:
        """Find the pseudonyms of persons, by person_id; those without one get one."""
        found: dict[str, Subject] = {}
        for some in _pages(person_ids):
            rows = self._connection.execute(_OF_PERSONS, {"named": some})
            found |= {row.person_id: Subject(*row) for row in rows}
        new = [
            Subject(secrets.token_hex(16), person_id, secrets.token_bytes(32))
            for person_id in sorted(set(person_ids) - found.keys())
        ]
        if new:
            made = [{"subject": each.subject, "person_id": each.person_id, "key": each.key} for each in new]
            self._connection.execute(insert(subjects), made)
        return found | {each.person_id: each for each in new}

    def add(self, added: Sequence[Leaf], grown: Sequence[Node], data: Sequence[Private]) -> None:
        """Add entries in their order, nodes of the tree, and personal data."""
        self._add(leaves, map(attrgetter(*leaves.columns.keys()), added))
        self._add(
            transfers, ((leaf.position, line, *each) for leaf in added for line, each in enumerate(leaf.transfers))
        )
        self._add(nodes, map(attrgetter(*nodes.columns.keys()), grown))
        self._add(private, map(attrgetter(*private.columns.keys()), data))
        self._tiles.clear()

    def keep_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint; where there is one of that size, it stays as it is."""
        kept = schema.checkpoints
        if self._connection.execute(select(kept.c.size).where(kept.c.size == size)).first() is None:
            self._connection.execute(insert(kept), {"size": size, "note": note})

    def _add(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows, each in the order of the columns, in the driver's own words: SQLAlchemy's cost as much again."""
        every = list(rows)
        if every:
            dialect = self._connection.dialect
            names = [dialect.identifier_preparer.quote(column.name) for column in table.columns]
            marks = ["?" if dialect.paramstyle == "qmark" else "%s"] * len(names)
            into = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(marks)})"
            self._connection.exec_driver_sql(into, every)


def erase_person(engine: Engine, person_id: str) -> int | None:
    """Delete the personal data of a person, their key, whom the pseudonym stands for, and what is registered of them.

    Returns:
        Entries whose personal data went; None if the ledger does not know the person.
    """
    with writing(engine) as connection:
        found = LedgerReader(connection).find_subject(person_id)
        if found is None:
            return None
        gone = connection.execute(private.delete().where(private.c.subject == found.subject)).rowcount
        connection.execute(subjects.delete().where(subjects.c.subject == found.subject))
        who = (registered.c.kind == "person") & (registered.c.name == person_id)
        connection.execute(registered.delete().where(who))
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))  # or it stays in the log beside the file
    return gone


def _cut(below: bytes) -> list[bytes]:
    return [below[at : at + 32] for at in range(0, len(below), 32)]


def _pages(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut what is asked for into pieces that one statement can hold."""
    every = list(values)
    return (every[at : at + PAGE] for at in range(0, len(every), PAGE))


def _is_run(positions: Sequence[int]) -> bool:
    return len(positions) > 1 and positions[-1] - positions[0] == len(positions) - 1
