"""Small text files that a user names: editors' pins."""

from __future__ import annotations

from pathlib import Path

from matinee.errors import BadFile, UsageError


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        UsageError: there is no such file.
        BadFile: it cannot be read as UTF-8 text.
    """
    if not path.is_file():
        raise UsageError("no such file", where=str(path), todo="give the path of a file")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"cannot be read as text ({type(error).__name__})", where=str(path), todo="save it as UTF-8"
        ) from error
