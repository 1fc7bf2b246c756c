"""The commit: finished files take their places, then one file says that they are live.

A process killed before the manifest is replaced leaves files that nothing names; killed after it, files that nothing
names any more. Both go with the next commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from matinee.store.disk import sync_folder
from matinee.store.snapshot import Snapshot, write_snapshot


def publish(before: Snapshot, after: Snapshot, moves: Mapping[Path, Path]) -> None:
    """Make `after` the committed state.

    Args:
        before: the state that is live now; its files stay, for readers that are at work.
        after: the state to come.
        moves: finished file -> its place, on the same disk; the files of `after` that are new, and any others that must
            be in place before it counts.
    """
    _move_all(moves)
    if after == before:
        return
    after.folder.mkdir(parents=True, exist_ok=True)
    write_snapshot(after)
    remove_unnamed(after.folder, before.paths() | after.paths())


def remove_files(paths: Iterable[Path]) -> None:
    """Delete files that nobody needs; one that is already gone, or open on a system that minds, is left to itself."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _move_all(moves: Mapping[Path, Path]) -> None:
    for finished, place in moves.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        finished.replace(place)
    for folder in {place.parent for place in moves.values()}:
        sync_folder(folder)
        sync_folder(folder.parent)


def remove_unnamed(folder: Path, named: set[Path]) -> None:
    """Delete the data files below `folder` that are not `named`, and months without any."""
    remove_files(path for path in folder.rglob("*.parquet") if path not in named)
    for month in folder.glob("*/*/"):
        with suppress(OSError):  # it holds files
            month.rmdir()
