"""A copy of a service whose ledger somebody has changed behind its back, to show that this is found.

Covers copying and one edit in SQLite's file. Nothing here touches the service itself.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from matinee.store.disk import plain_disk_errors
from matinee.store.rights.database import FILE


def copy_with_edit(service: Path, copy: Path, *, key: str, old: str, new: str) -> None:
    """Copy a service, drop the trigger that refuses changes, and replace a text in the body of an entry.

    Args:
        service: the folder of a service that keeps its ledger in SQLite; nobody has it open.
        copy: a folder that does not exist yet.
        key: of the entry.
        old: what stands in its body.
        new: what shall stand there.

    Raises:
        ValueError: no entry of that key has `old` in its body.
        StoreError: the disk said no.
    """
    with plain_disk_errors(copy):
        shutil.copytree(service, copy)
    with closing(sqlite3.connect(copy / FILE)) as connection, connection:
        connection.execute("DROP TRIGGER leaves_no_update")
        edit = "UPDATE leaves SET body = replace(body, ?, ?) WHERE key = ? AND instr(body, ?) > 0"
        if connection.execute(edit, (old, new, key, old)).rowcount != 1:
            raise ValueError(f"key: got {key!r}, want an entry with {old!r} in its body")
