"""Where rejected rows wait: problems found during an import, the files that keep them, and what lies there and why.

    quarantine/<table>-<file>-<hash>.parquet    the problems of one source file in one table, columns `PROBLEMS`

The place is made of the source's name, without its folder, and not of what it holds: importing a mended file of the
same name replaces the problems of the one before, or removes them once all is well.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.disk import plain_disk_errors, sync_file
from matinee.store.readers.slug import slug
from matinee.store.spill import Spill
from matinee.tables.problems import PROBLEMS, concat_problems

FOLDER = "quarantine"
SAMPLE = 20
"""Problems to keep at hand for a summary."""

Source = tuple[str, str]
"""A table, and the name of the file its rows came from."""

_READABLE = 40
"""Characters of a file's name that are kept; its hash tells names apart."""


REASONS = pl.Schema({
    **{name: PROBLEMS[name] for name in ("table", "file", "column", "wanted")},
    "problems": pl.UInt32(),
    "examples": pl.List(pl.Struct({name: PROBLEMS[name] for name in ("row", "value", "wanted", "record")})),
})
"""Columns of what `read_reasons` gives."""


class Quarantine:
    """The problems of one import, until it commits.

    Attributes:
        rows: number of rejected rows by table.
        problems: number of problems, at least one a rejected row.
        sample: the first `SAMPLE` problems found, columns `PROBLEMS`.

    Args:
        service: the service folder.
        staging: an empty folder of the import's own.
    """

    def __init__(self, service: Path, staging: Path) -> None:
        self.rows: Counter[str] = Counter()
        self.problems = 0
        self.sample = concat_problems([])
        self._folder = service / FOLDER
        self._staging = staging
        self._spill = Spill(staging / "problems", ["table", "file"], limit=100_000)
        self._seen: set[Source] = set()

    def see(self, table: str, file: str) -> None:
        """Note that this import reads a source: what lies here of it is out of date."""
        self._seen.add((table, file))

    def add(self, problems: pl.DataFrame) -> None:
        """Take problems; all problems of a row must come together."""
        if problems.is_empty():
            return
        self._spill.add(problems)
        self.problems += problems.height
        counts = problems.group_by("table").agg(pl.struct("file", "row").n_unique().alias("rows"))
        self.rows.update(dict(counts.iter_rows()))
        if self.sample.height < SAMPLE:
            self.sample = pl.concat([self.sample, problems]).head(SAMPLE)

    def finish(self) -> dict[Path, Path]:
        """Write the quarantine files into staging.

        Returns:
            Finished file -> the place it is to be moved to.
        """
        moves = {}
        for number, (table, file) in enumerate(self._spill.bins()):
            finished = self._staging / f"quarantine-{number}.parquet"
            self._spill.scan((table, file)).sink_parquet(finished, row_group_size=1 << 16)
            sync_file(finished)
            moves[finished] = self._place(table, file)
        return moves

    def settled(self) -> list[Path]:
        """List where files of earlier imports would lie whose sources no longer have a problem."""
        return [self._place(table, file) for table, file in sorted(self._seen - {*self._spill.bins()})]

    def _place(self, table: str, file: str) -> Path:
        digest = hashlib.sha256(file.encode()).hexdigest()[:8]
        return self._folder / f"{table}-{slug(file)[:_READABLE]}-{digest}.parquet"


def read_reasons(service: Path, *, examples: int) -> pl.DataFrame:
    """Count what lies in quarantine by file and reason, the most frequent reason of a file first.

    Args:
        service: the service folder.
        examples: how many problems to give of each reason, 1 or more.

    Returns:
        table, file, column, wanted (without what differs from row to row), problems, and examples: a list of structs of
        row, value, wanted and record, in order of row.

    Raises:
        BadFile: a file in the folder is no quarantine of ours.
    """
    files = sorted((service / FOLDER).glob("*.parquet"))
    if not files:
        return pl.DataFrame(schema=REASONS)
    reason = pl.col("wanted").str.replace(r" \(row \d+ has it\)$", "")
    counted = (
        pl
        .scan_parquet(files, glob=False)
        .group_by("table", "file", "column", reason.alias("reason"))
        .agg(problems=pl.len(), examples=pl.struct("row", "value", "wanted", "record").sort_by("row").head(examples))
        .sort("table", "file", "problems", "column", "reason", descending=[False, False, True, False, False])
    )
    try:
        with plain_disk_errors(service / FOLDER):
            return counted.rename({"reason": "wanted"}).collect().match_to_schema(REASONS)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        todo = "delete the damaged file there and import its source again"
        raise BadFile("a file of rejected rows is damaged", where=str(service / FOLDER), todo=todo) from error
