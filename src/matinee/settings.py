"""The settings of a service: what `matinee.toml` holds.

Covers their names, defaults, and reading and writing them as text. It touches no file (`matinee.store.service` does).
Settings are read once, at the rim, and never change afterwards.
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class Settings:
    """What the owner of a service decides once.

    Attributes:
        min_rating: a rated viewing is positive from this rating, on the log's own scale.
        seed: start of everything random, 0 or more.
        database_url: where agreements and the ledger are kept, such as postgresql://user@host/name; empty =
            in rights.db of the folder.
    """

    min_rating: float = field(default=4.0, metadata={"doc": "a rated viewing is positive from this rating"})
    seed: int = field(default=0, metadata={"doc": "start of everything random, 0 or more"})
    database_url: str = field(
        default="", metadata={"doc": "PostgreSQL for agreements and the ledger; empty = rights.db in this folder"}
    )


def parse_settings(text: str) -> Settings:
    """Read settings from the text of a `matinee.toml`; what it leaves out keeps its default.

    Args:
        text: TOML with at most the names of `Settings`.

    Returns:
        The settings.

    Raises:
        ValueError: the text is not TOML, or names an unknown key or a value of the wrong type (all of them are named).
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML: {error}") from error
    known = {each.name: str(each.type) for each in fields(Settings)}
    wrong = [f"unknown setting {name!r}" for name in given if name not in known]
    wrong += [
        f"{name} = {value!r} is no {_WORDS[known[name]]}"
        for name, value in given.items()
        if name in known and not _FITS[known[name]](value)
    ]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}; known settings: {', '.join(known)}")
    return Settings(**given)


def settings_text(settings: Settings) -> str:
    """Write settings as the text of a `matinee.toml`, each under a comment that says what it is."""
    lines = [
        f"# {each.metadata['doc']}\n{each.name} = {_write(getattr(settings, each.name))}\n" for each in fields(settings)
    ]
    return "\n".join(lines)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _write(value: object) -> str:
    """Write a value as TOML does; its texts are quoted as those of JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


_WORDS = {"float": "number", "int": "whole number, 0 or more", "str": "text"}
_FITS = {"float": _is_number, "int": _is_count, "str": _is_text}
