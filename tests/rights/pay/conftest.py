"""A gate whose uses are paid."""

from tests.rights.gate.conftest import bare, door

__all__ = ["bare", "door"]
