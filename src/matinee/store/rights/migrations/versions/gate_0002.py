"""The tables of agreements and the gate: events, people, unions, advances, attempts, permits, takes; their triggers."""

import sqlalchemy as sa
from alembic import op

from matinee.store.rights.triggers import append_only_triggers

revision = "gate_0002"
down_revision = "ledger_0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REPLACED = {
    "agreement_events": "number = NEW.number",
    "advances": "number = NEW.number",
    "attempts": "position = NEW.position",
    "permits": "use_id = NEW.use_id OR (rule = NEW.rule AND nth = NEW.nth)",
    "takes": "use_id = NEW.use_id",
}


def upgrade() -> None:
    """Make them all. There is no way back: a signature is not unmade."""
    _make_numbered("agreement_events", sa.Column("agreement_id", sa.Text, nullable=False))
    op.create_index("ix_agreement_events_agreement_id", "agreement_events", ["agreement_id"])
    _make_numbered(
        "registered",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.CheckConstraint("kind IN ('person', 'union')", name="kind_known"),
    )
    op.create_index("ix_registered_name", "registered", ["name"])
    _make_numbered("advances", sa.Column("agreement_id", sa.Text, nullable=False))
    op.create_index("ix_advances_agreement_id", "advances", ["agreement_id"])
    _make_attempts()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in append_only_triggers(REPLACED, is_sqlite=is_sqlite):
        op.get_bind().exec_driver_sql(trigger)


def _make_numbered(table: str, *columns: sa.Column[str] | sa.CheckConstraint) -> None:
    texts = (sa.Column("text", sa.Text, nullable=False), sa.Column("digest", sa.Text, nullable=False))
    op.create_table(table, sa.Column("number", WHOLE, primary_key=True), *columns, *texts, sqlite_strict=True)


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("position", WHOLE, sa.ForeignKey("leaves.position"), primary_key=True, autoincrement=False),
        sa.Column("at", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_attempts_at", "attempts", ["at"])
    op.create_table(
        "permits",
        sa.Column("use_id", sa.Text, primary_key=True),
        sa.Column("position", WHOLE, sa.ForeignKey("leaves.position"), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("nth", WHOLE, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.CheckConstraint("nth >= 1", name="nth_from_1"),
        sa.UniqueConstraint("rule", "nth", name="uq_permits_rule"),
        sqlite_strict=True,
    )
    op.create_table(
        "takes",
        sa.Column("use_id", sa.Text, sa.ForeignKey("permits.use_id"), primary_key=True),
        sa.Column("at", WHOLE, nullable=False),
        sqlite_strict=True,
    )
