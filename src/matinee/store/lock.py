"""One writer at a time.

Covers the lock that a writer holds on a folder; the system lets go of it when the process ends, however it ends.
Readers need no lock (`snapshot`).
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from matinee.errors import StoreError
from matinee.store.disk import plain_disk_errors

PATIENCE = 600.0
"""Seconds to wait for another writer: longer than an import of a large log takes."""


@contextmanager
def writer_lock(folder: Path, *, patience: float = PATIENCE) -> Generator[None]:
    """Hold the writer's lock of `folder`, which is made if it does not exist.

    Args:
        folder: what is being written.
        patience: seconds to wait for another writer.

    Yields:
        Nothing.

    Raises:
        StoreError: another writer kept the lock too long, or the disk said no.
    """
    with plain_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=patience)
        try:
            lock.acquire()
        except Timeout as error:
            raise StoreError(
                f"another process has been writing here for {patience:g} seconds",
                where=str(folder),
                todo="wait until it has ended and run the same command again",
            ) from error
    try:
        yield
    finally:
        lock.release()
