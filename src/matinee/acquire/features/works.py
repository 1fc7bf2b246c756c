"""Works: titles to forecast, and titles in the facts, in one form: what their names and their deal say.

Covers series, franchise, season, language and whether a title is broadcast live. It uses only what is known before
release: no ratings, no presence in another's catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from matinee.acquire.features.language import tell_language
from matinee.acquire.names import franchise, read_name, split_listing

_LIVE = re.compile(
    r"\b(?:WWE|Royal Rumble|WrestleMania|NFL|UFC|NBA|MLB|NHL|FIFA|Gameday|Netflix (?:Cup|Slam)|Awards|Roast of)\b"
    r"|: (?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, 20\d\d$"
    r"|^[\w. ]+ vs\. [\w. ]+$|^[\w. ]+ vs\. [\w. ]+: Unfinished",
    re.IGNORECASE,
)
_LIMITED = re.compile(r"limit|mini", re.IGNORECASE)

NAMED = pl.Schema({
    "english": pl.String, "original": pl.String, "work_key": pl.String, "original_key": pl.String,
    "family_key": pl.String, "season": pl.Int32, "is_limited": pl.Boolean, "is_live": pl.Boolean,
    "language": pl.String,
})  # fmt: skip
"""Columns that `describe_works` adds."""


def describe_works(titles: pl.DataFrame) -> pl.DataFrame:
    """Add what the names of titles say.

    Args:
        titles: columns `name` (may hold "name // original name"), `original_name`, `kind`, `number` and, if there,
            `languages`; others pass through. Names of seasons hold the name of their series.

    Returns:
        The same rows in the same order with the columns of `NAMED`: the name and the original name (the name where
        there is none), keys of series and franchise, season (0 = none), flags and language.
    """
    columns = [titles[name].to_list() for name in ("name", "original_name", "kind", "number")]
    languages = titles["languages"].to_list() if "languages" in titles.columns else [None] * titles.height
    seen: dict[tuple[object, ...], dict[str, object]] = {}
    rows = []
    for name, original, kind, number, spoken in zip(*columns, languages, strict=True):
        key = (name, original, kind, number, tuple(spoken or ()))
        if key not in seen:
            seen[key] = _describe(name, original, kind, number, spoken)
        rows.append(seen[key])
    return titles.hstack(pl.DataFrame(rows, schema=NAMED))


def _describe(
    name: str, original_name: str | None, kind: str | None, number: int | None, languages: Sequence[str] | None
) -> dict[str, object]:
    english, original = split_listing(name)
    original = original or original_name
    read = read_name(english)
    season = read.season.number if read.season else number if kind == "season" and number is not None else 0
    return {
        "english": english,
        "original": original or english,
        "work_key": read.key,
        "original_key": read_name(original).key if original else None,
        "family_key": franchise(english),
        "season": season,
        "is_limited": bool(read.season and _LIMITED.search(read.season.label)),
        "is_live": kind == "live" or bool(_LIVE.search(english)),
        "language": tell_language(original, languages),
    }
