"""Every error that Matinee raises on purpose, as one shallow tree.

    MatineeError                 exit code 1
    ├── UsageError               exit code 2: a wrong argument, a folder that is no service
    │   ├── NotAService
    │   └── UnknownId            a member or title that the service does not have
    ├── BadFile                  a file that cannot be read as what it was said to be
    ├── BadRows                  rows that break the rules, where the user asked for `--strict`
    ├── BadModel                 a saved model that is damaged or not ours
    ├── Unpayable                an amount that no verified rule gives, or that lacks a figure
    ├── Refused              what the ledger does not record: other content under a known key, a false reversal
    ├── NothingToLearn           a log without a single positive viewing
    └── StoreError               the disk said no: full, locked, read-only
        └── DamagedRecord        an event, a person or a union that is not what was stored

Errors carry fields; the words are made from them. One place, the door, turns them into one line and an exit code.
A wrong argument inside the library is a plain ValueError or TypeError, never one of these.
"""

from __future__ import annotations


class MatineeError(Exception):
    """Something that the user can act on: what was wrong, where, and what to do.

    Args:
        what: what was wrong, as one clause.
        where: the file, folder or id it was wrong in; empty if nowhere in particular.
        todo: what to do about it, as one clause.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what = what
        self.where = where
        self.todo = todo
        super().__init__(what, where, todo)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.todo}" if self.todo else ""
        return f"{place}{self.what}{advice}"


class UsageError(MatineeError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class NotAService(UsageError):
    """A folder without matinee.toml was given as a service."""


class UnknownId(UsageError):
    """An id that the service does not have."""


class BadFile(MatineeError):
    """A file cannot be read as what it was said to be."""


class BadRows(MatineeError):
    """Rows break the rules and the user asked to stop instead of setting them aside."""


class BadModel(MatineeError):
    """A saved model is damaged, incomplete or not made by Matinee."""


class Unpayable(MatineeError):
    """An amount cannot be computed: no rule in force, one not verified, a figure missing, currencies that differ."""


class Refused(MatineeError):
    """The ledger does not record it: other content under a known key, or a reversal that is none."""


class NothingToLearn(MatineeError):
    """No viewing of the log is positive."""


class StoreError(MatineeError):
    """The disk said no."""


class DamagedRecord(StoreError):
    """What is kept of an agreement, a person or a union is not what was stored."""
