"""One committed state of a service's tables: which files are live.

`tables/manifest.json` names them; replacing it is the moment a change becomes true. A data file's name is the hash of
what it holds, so a named file never changes. This module reads and writes manifests; it makes no data file
(`publish`) and never merges rows (`intake`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from matinee.errors import StoreError
from matinee.store.disk import hash_file, plain_disk_errors, write_file
from matinee.tables.schemas import TABLES

FORMAT = 1
"""Version of the manifest's layout."""

MANIFEST = Path("tables", "manifest.json")

ALL = ""
"""The one part of a table that is not cut into months."""


@dataclass(frozen=True)
class DataFile:
    """A live file.

    Attributes:
        part: "2000-12" for a month of views, `ALL` for a table of one file.
        path: below `tables/`, with forward slashes.
        rows: number of rows, 1 or more.
        sha256: of the file, hexadecimal.
    """

    part: str
    path: str
    rows: int
    sha256: str

    @classmethod
    def named(cls, table: str, part: str, *, rows: int, sha256: str) -> DataFile:
        """Name a file after its table, its month and what it holds."""
        folder = f"{table}/month={part}" if part else table
        return cls(part, f"{folder}/{sha256[:32]}.parquet", rows, sha256)


@dataclass(frozen=True)
class Snapshot:
    """One committed state of all tables; it does not see later imports.

    The files stay readable through the next commit and go with the one after it.

    Attributes:
        folder: the service's `tables` folder.
        files: table -> part -> live file.
    """

    folder: Path
    files: Mapping[str, Mapping[str, DataFile]]

    def scan(self, table: str) -> pl.LazyFrame:
        """Scan a table lazily; it has the declared columns, and no rows if nothing was imported.

        Args:
            table: one of `TABLES`.

        Returns:
            The rows. Views come in order of `started_at`, `member_id`, `title_id`; other tables in order of their key.

        Raises:
            ValueError: no such table.
        """
        return self._scan_paths(table, [self.folder / file.path for file in self.parts(table).values()])

    def load(self, frame: pl.LazyFrame) -> pl.DataFrame:
        """Load what was made of `scan` into memory.

        Raises:
            StoreError: a data file is missing or damaged.
        """
        with self.reading():
            return frame.collect()

    def read(self, table: str) -> pl.DataFrame:
        """Load a whole table into memory, as `scan` orders it.

        Raises:
            StoreError: a data file is missing or damaged.
        """
        return self.load(self.scan(table))

    def scan_part(self, table: str, part: str) -> pl.LazyFrame:
        """Scan one month of views, or one whole other table (part `ALL`); no rows if there is no such part."""
        file = self.parts(table).get(part)
        return self._scan_paths(table, [self.folder / file.path] if file else [])

    @contextmanager
    def reading(self) -> Generator[None]:
        """Make one line of whatever goes wrong while scans of this state are collected.

        Yields:
            Nothing.

        Raises:
            StoreError: a data file is missing or damaged.
        """
        try:
            with plain_disk_errors(self.folder):
                yield
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            self.verify()  # it names the file
            raise

    def count_part(self, table: str, part: str, wanted: pl.Expr) -> int:
        """Count the rows of a part for which `wanted` holds, without loading them.

        Raises:
            StoreError: the data file is missing or damaged.
        """
        path = self.folder / self.parts(table)[part].path
        return int(self.load(self._scan_paths(table, [path]).select(wanted.sum())).item())

    def parts(self, table: str) -> dict[str, DataFile]:
        """List the live files of a table by part, in order of part."""
        if table not in TABLES:
            raise ValueError(f"table must be one of {', '.join(TABLES)}, got {table!r}")
        return dict(sorted(self.files.get(table, {}).items()))

    def counts(self) -> dict[str, int]:
        """Count the rows of every table."""
        return {table: sum(file.rows for file in self.parts(table).values()) for table in TABLES}

    def data_hash(self, tables: Collection[str] | None = None) -> str:
        """Name this state, of all tables or of some: the same files give the same 64 hexadecimal digits."""
        files = self.files if tables is None else {table: self.files[table] for table in tables if table in self.files}
        return hashlib.sha256(_manifest_text(files).encode()).hexdigest()

    def verify(self) -> None:
        """Compare every live file with the hash it was written with.

        Raises:
            StoreError: a file is missing or not as it was written.
        """
        for path, file in self._live():
            with plain_disk_errors(path):
                if hash_file(path) != file.sha256:
                    raise _damaged(path, "a data file")

    def replaced(self, changed: Iterable[tuple[str, DataFile]]) -> Snapshot:
        """Make the state in which the given (table, file) pairs stand where their parts stood."""
        files = {table: dict(parts) for table, parts in self.files.items()}
        for table, file in changed:
            files.setdefault(table, {})[file.part] = file
        return Snapshot(self.folder, files)

    def without(self, emptied: Iterable[tuple[str, str]]) -> Snapshot:
        """Make the state in which the given (table, part) pairs have no rows."""
        gone = {*emptied}
        files = {
            table: {part: file for part, file in parts.items() if (table, part) not in gone}
            for table, parts in self.files.items()
        }
        return Snapshot(self.folder, {table: parts for table, parts in files.items() if parts})

    def paths(self) -> set[Path]:
        """List every live file."""
        return {path for path, _ in self._live()}

    def _live(self) -> list[tuple[Path, DataFile]]:
        return [(self.folder / file.path, file) for parts in self.files.values() for file in parts.values()]

    @staticmethod
    def _scan_paths(table: str, paths: list[Path]) -> pl.LazyFrame:
        if not paths:
            return TABLES[table].create_empty().lazy()
        schema = TABLES[table].create_empty().schema  # a file of before a column came in lacks it
        return pl.scan_parquet(paths, hive_partitioning=False, glob=False, schema=schema, missing_columns="insert")


def read_snapshot(service: Path) -> Snapshot:
    """Read the last committed state of the service folder `service`.

    Raises:
        StoreError: the manifest cannot be read, is damaged, or was written by a newer Matinee.
    """
    path = service / MANIFEST
    try:
        with plain_disk_errors(path):
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        return Snapshot(path.parent, _parse_manifest(text) if text else {})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, "the list of data files") from error


def write_snapshot(snapshot: Snapshot) -> None:
    """Commit: replace the manifest, so that from now on every reader sees `snapshot`."""
    write_file(snapshot.folder / MANIFEST.name, _manifest_text(snapshot.files).encode())


def _manifest_text(files: Mapping[str, Mapping[str, DataFile]]) -> str:
    tables = {table: [asdict(parts[part]) for part in sorted(parts)] for table, parts in sorted(files.items())}
    return json.dumps({"format": FORMAT, "tables": tables}, indent=1) + "\n"


def _parse_manifest(text: str) -> dict[str, dict[str, DataFile]]:
    manifest: dict[str, Any] = json.loads(text)
    if manifest["format"] > FORMAT:
        raise StoreError("the service was written by a newer Matinee", todo="update Matinee")
    tables = {table: [DataFile(**file) for file in files] for table, files in manifest["tables"].items()}
    return {table: {file.part: file for file in files} for table, files in tables.items()}


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(f"{what} is damaged", where=str(path), todo="restore the folder from a copy")
