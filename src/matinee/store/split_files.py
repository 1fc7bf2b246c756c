"""Reading published split files: a table of parts, a list of cold titles, or a folder of lines."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from matinee.errors import BadFile, UsageError

_TODO = "give a Parquet or CSV file with a column `part`, or a folder with train_input.txt"


def read_split_file(path: Path) -> pl.DataFrame | dict[str, list[str]]:
    """Read a split that was made elsewhere.

    Args:
        path: a Parquet or CSV file with a column `part`, or a folder of text files, one line a member.

    Returns:
        the table; or, of a folder, each file's lines by the file's stem.

    Raises:
        UsageError: there is no such file.
        BadFile: it is no split.
    """
    if not path.exists():
        raise UsageError("no such split", where=str(path), todo="give time, members, next, cold or a path")
    try:
        if path.is_dir():
            return {file.stem: file.read_text(encoding="utf-8").splitlines() for file in sorted(path.glob("*.txt"))}
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise BadFile(f"cannot be read as a split ({type(error).__name__})", where=str(path), todo=_TODO) from error
    if "part" not in frame.columns:
        raise BadFile(f"has the columns {', '.join(frame.columns)}, not `part`", where=str(path), todo=_TODO)
    return frame
