"""A service folder: making one, opening one, and reading its tables.

    service/
      matinee.toml            settings
      tables/manifest.json    which data files are live (`snapshot`)
      tables/<table>/…        Parquet; views a folder a month
      quarantine/             rejected rows (`intake`)
      models/                 trained arrays (`models`)
      reports/                HTML and JSON
      experiments.json        how experiments were assigned (`experiments`)

It writes nothing but `matinee.toml`: rows come in through `intake`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from matinee.errors import BadFile, NotAService, UsageError
from matinee.settings import Settings, parse_settings, settings_text
from matinee.store.disk import plain_disk_errors, write_file
from matinee.store.snapshot import Snapshot, read_snapshot

SETTINGS = "matinee.toml"


@dataclass(frozen=True)
class Service:
    """An open service. Each call sees the state last committed when it is made.

    Who reads several tables that must fit together takes one `snapshot` and reads from that.

    Attributes:
        path: the folder.
        settings: what its matinee.toml said when it was opened.
    """

    path: Path
    settings: Settings

    def snapshot(self) -> Snapshot:
        """Take the last committed state, which later imports do not change."""
        return read_snapshot(self.path)

    def scan(self, table: str) -> pl.LazyFrame:
        """Scan a table lazily, as `Snapshot.scan`."""
        return self.snapshot().scan(table)

    def read(self, table: str) -> pl.DataFrame:
        """Load a whole table, as `Snapshot.read`."""
        return self.snapshot().read(table)

    def data_hash(self) -> str:
        """Name the state of all tables, as `Snapshot.data_hash`."""
        return self.snapshot().data_hash()

    def counts(self) -> dict[str, int]:
        """Count the rows of every table."""
        return self.snapshot().counts()


def create_service(path: Path) -> Service:
    """Make `path` a service with default settings; a folder that is one already is left as it is.

    Args:
        path: a folder that is empty, or a service, or does not exist yet.

    Returns:
        The service, open.

    Raises:
        UsageError: the folder holds something else, or the path is a file.
        StoreError: the disk said no.
    """
    with plain_disk_errors(path):
        if (path / SETTINGS).is_file():
            return open_service(path)
        if path.exists() and not path.is_dir():
            raise UsageError("this is a file, not a folder", where=str(path), todo="give the path of a new folder")
        if path.is_dir() and any(each.name != f".{SETTINGS}.new" for each in path.iterdir()):
            raise UsageError("the folder is not empty", where=str(path), todo="give the path of a new folder")
        path.mkdir(parents=True, exist_ok=True)
        write_file(path / SETTINGS, settings_text(Settings()).encode())
    return open_service(path)


def open_service(path: Path) -> Service:
    """Open the service in the folder `path`.

    Raises:
        NotAService: the folder has no matinee.toml.
        BadFile: its matinee.toml says what cannot be.
        StoreError: the disk said no.
    """
    file = path / SETTINGS
    with plain_disk_errors(file):
        if not file.is_file():
            raise NotAService("this folder is no service", where=str(path), todo=f"make one with `matinee init {path}`")
        content = file.read_bytes()
    try:
        return Service(path, parse_settings(content.decode()))
    except ValueError as error:
        raise BadFile(str(error), where=str(file), todo="mend it in an editor") from error
