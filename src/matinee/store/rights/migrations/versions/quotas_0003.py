"""The table quotas goes: the gate counts by its permits."""

from alembic import op

revision = "quotas_0003"
down_revision = "gate_0002"


def upgrade() -> None:
    """Drop it; nothing of it was ever counted by."""
    op.drop_table("quotas")
