"""Blocks: read a text file of any size piece by piece, whole records each.

Covers opening (also .gz), the byte order mark, files that are no text, and cutting between records. It does not
parse them (`fields`, `json_lines`).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from matinee.errors import BadFile

SAMPLE = 1 << 16
"""Bytes read to learn how long lines are."""

LONGEST_RECORD = 1 << 20
"""A quoted field that is still open after this many bytes is a stray quote."""

_BOM = b"\xef\xbb\xbf"
_COMPRESSED = ".gz"


@dataclass(frozen=True)
class Block:
    """Whole records of a text file.

    Attributes:
        line: number of the first line, from 1.
        data: the bytes, ending in a newline, without a byte order mark.
    """

    line: int
    data: bytes


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, unpacked if its name ends in .gz.

    Raises:
        BadFile: it is not there, is a folder, or may not be read.
    """
    try:
        if path.is_dir():
            raise BadFile("is a folder, not a file", where=str(path), todo="name a file in it")
        if path.suffix.lower() == _COMPRESSED:
            return cast(BinaryIO, gzip.open(path, "rb"))
        return path.open("rb")
    except FileNotFoundError:
        raise BadFile("no such file", where=str(path), todo="check the name") from None
    except OSError as problem:
        raise BadFile(f"cannot be opened ({problem.strerror})", where=str(path), todo="check its permissions") from None


def read_blocks(path: Path, *, lines: int, quoted: bool) -> Iterator[Block]:
    """Cut a text file into blocks of about `lines` lines.

    Args:
        path: the file.
        lines: how many lines a block should have, about.
        quoted: a newline between double quotes does not end a record.

    Yields:
        Blocks in the order of the file, those of empty lines passed over; memory stays within a few times one block.

    Raises:
        BadFile: missing, empty, not text, or a damaged .gz.
    """
    line, rest, size, is_empty = 1, b"", SAMPLE, True
    with open_bytes(path) as file:
        while data := _read(file, size, path):
            if line == 1 and not rest:  # the head of the file
                data = data.removeprefix(_BOM)
            line_bytes = max(1, len(data) // max(1, data.count(b"\n")))
            rest += data
            cut = _last_cut(rest, quoted=quoted)
            block, rest = Block(line, rest[:cut]), rest[cut:]
            size = max(line_bytes * lines, len(rest))  # so that a long record takes few reads
            line += block.data.count(b"\n")
            if block.data.strip():
                is_empty = False
                yield _checked(block, path)
    if rest.strip():
        yield _checked(Block(line, rest + b"\n"), path)
    elif is_empty:
        raise BadFile("is empty", where=str(path), todo="export it again")


def _read(file: BinaryIO, size: int, path: Path) -> bytes:
    try:
        return file.read(size)
    except (OSError, EOFError, zlib.error) as problem:
        raise BadFile(
            f"cannot be read ({problem})", where=str(path), todo="it may be damaged; fetch it again"
        ) from None


def _last_cut(data: bytes, *, quoted: bool) -> int:
    """Find the place behind the last newline that ends a record; 0 if there is none yet."""
    cut = last = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, cut) if quoted else 0
    while cut and quotes % 2:
        if last - cut > LONGEST_RECORD:
            return last
        earlier = data.rfind(b"\n", 0, cut - 1) + 1
        quotes -= data.count(b'"', earlier, cut)
        cut = earlier
    return cut


def _checked(block: Block, path: Path) -> Block:
    if b"\0" not in block.data:
        return block
    line = block.line + block.data.count(b"\n", 0, block.data.index(b"\0"))
    raise BadFile(
        f"is not a text file (a zero byte in line {line})",
        where=str(path),
        todo="export it as UTF-8 text or as Parquet",
    )
