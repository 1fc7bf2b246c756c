"""The tables of the ledger: entries, transfers, nodes, checkpoints, subjects, private, quotas; their triggers."""

import sqlalchemy as sa
from alembic import op

from matinee.store.rights.triggers import postgresql_triggers, sqlite_triggers

revision = "ledger_0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them all. There is no way back: a ledger is not unmade."""
    _make_entries()
    _make_tree()
    _make_persons()
    op.create_table(
        "quotas",
        sa.Column("quota", sa.Text, primary_key=True),
        sa.Column("used", WHOLE, nullable=False),
        sa.CheckConstraint("used >= 0", name="used_from_0"),
        sqlite_strict=True,
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in sqlite_triggers() if is_sqlite else postgresql_triggers():
        op.get_bind().exec_driver_sql(trigger.replace("%", "%%") if not is_sqlite else trigger)


def _make_entries() -> None:
    op.create_table(
        "leaves",
        sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("commitment", sa.LargeBinary),
        sa.Column("reverses", sa.Text),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("position >= 0", name="position_from_0"),
        sa.CheckConstraint("length(hash) = 32", name="hash_of_32"),
        sa.UniqueConstraint("key", name="uq_leaves_key"),
        sa.UniqueConstraint("reverses", name="uq_leaves_reverses"),
        sqlite_strict=True,
    )
    op.create_index("ix_leaves_subject", "leaves", ["subject"])
    op.create_table(
        "transfers",
        sa.Column("position", WHOLE, sa.ForeignKey("leaves.position"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("debit", sa.Text, nullable=False),
        sa.Column("credit", sa.Text, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.CheckConstraint("amount > 0", name="amount_above_0"),
        sa.CheckConstraint("debit <> credit", name="two_accounts"),
        sa.CheckConstraint("length(currency) = 3", name="currency_of_3"),
        sqlite_strict=True,
    )


def _make_tree() -> None:
    op.create_table(
        "nodes",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("below", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash_of_32"),
        sa.CheckConstraint("length(below) = 8192", name="below_of_8192"),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _make_persons() -> None:
    op.create_table(
        "subjects",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(key) = 32", name="key_of_32"),
        sa.UniqueConstraint("person_id", name="uq_subjects_person_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "private",
        sa.Column("position", WHOLE, sa.ForeignKey("leaves.position"), primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text, sa.ForeignKey("subjects.subject"), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_private_subject", "private", ["subject"])
