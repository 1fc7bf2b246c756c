"""Rows that wait on disk, sorted into bins, because they may not fit into memory.

Covers collecting frames by bin (a month of views, the problems of a file) and reading one bin back. It knows nothing
of what the rows mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

Bin = tuple[Any, ...]


class Spill:
    """A growing set of rows, in memory up to a limit and in `folder` beyond it.

    Args:
        folder: an empty folder of its own, made when it is first needed.
        by: columns whose values name a row's bin.
        limit: rows to hold in memory.
    """

    def __init__(self, folder: Path, by: list[str], *, limit: int) -> None:
        self.rows = 0
        self._folder = folder
        self._by = by
        self._limit = limit
        self._waiting: list[pl.DataFrame] = []
        self._files: dict[Bin, list[Path]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows, all frames with the same columns."""
        if frame.is_empty():
            return
        self._waiting.append(frame)
        self.rows += frame.height
        if sum(waiting.height for waiting in self._waiting) >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Write what waits in memory to disk, a file a bin."""
        if not self._waiting:
            return
        frame = pl.concat(self._waiting)
        self._waiting = []
        self._folder.mkdir(parents=True, exist_ok=True)
        for key, rows in frame.partition_by(self._by, as_dict=True).items():
            files = self._files.setdefault(key, [])
            path = self._folder / f"{list(self._files).index(key)}-{len(files)}.parquet"
            rows.write_parquet(path, compression="lz4", statistics=False)
            files.append(path)

    def bins(self) -> list[Bin]:
        """List the bins, in order."""
        self.flush()
        return sorted(self._files)

    def scan(self, key: Bin) -> pl.LazyFrame:
        """Scan the rows of a bin, in the order they were added."""
        self.flush()
        return pl.scan_parquet(self._files[key], glob=False)
