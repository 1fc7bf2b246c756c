"""Numbers: kind, length, deal and calendar of a work.

Covers what the offer itself says. Unknown is NaN, never zero; what earlier titles drew is in `history`.
"""

from __future__ import annotations

import polars as pl

from matinee.acquire.features.language import LANGUAGES

FRIDAY = 5
"""Number of the day from which a weekend's audience starts, Monday = 1."""

_FAST, _SLOW = 10.0, 30.0
"""Days in which about two thirds of an audience come, for titles watched at once and for others."""


def compute_numbers(works: pl.DataFrame) -> pl.DataFrame:
    """Describe works by what their offers say.

    Args:
        works: from `describe_works`, with kind, runtime_minutes, worldwide, released_on, days (exposure, days > 0).

    Returns:
        A row a work, Float64, null where unknown: flags are 0 or 1, lengths and exposure log10.
    """
    kind = pl.col("kind").cast(pl.String)
    is_film, is_english = kind == "film", pl.col("language") == "en"
    runtime, days, weekday = pl.col("runtime_minutes").log10(), pl.col("days"), pl.col("released_on").dt.weekday()
    stem = pl.col("english").str.replace(r"[:：]\s*[^:：]*$", "")
    columns = {
        "is_film": is_film,
        "is_special": (kind == "series"),
        "is_season": (kind == "season"),
        "is_limited": pl.col("is_limited"),
        "season": pl.col("season"),
        "is_later_season": pl.col("season") > 1,
        "runtime": runtime,
        "runtime_off": (runtime - 2.1) ** 2,
        "film_runtime": pl.when(is_film).then(runtime).otherwise(0.0),
        "worldwide": pl.col("worldwide"),
        "days": days.log10(),
        "days_plain": days / 182,
        "days_fast": (1 - (-days / _FAST).exp()).log10(),
        "days_slow": (1 - (-days / _SLOW).exp()).log10(),
        "out_for": (pl.col("decided_on") - pl.col("released_on")).dt.total_days().clip(0).log1p(),
        "weekday": weekday,
        "is_friday": weekday == FRIDAY,
        "is_early_week": weekday <= 2,
        "words": pl.col("english").str.split(" ").list.len(),
        "has_subtitle": stem.str.contains(":", literal=True),
        "has_number": stem.str.contains(r"\d"),
        "is_capitals": (stem == stem.str.to_uppercase()) & stem.str.contains(r"\p{L}"),
        "has_original": pl.col("original") != pl.col("english"),
        "english_film": is_film & is_english,
        "english_first": (pl.col("season") == 1) & is_english,
        "english_limited": pl.col("is_limited") & is_english,
    }
    languages = {f"language_{code}": pl.col("language") == code for code in LANGUAGES}
    return works.select(**{name: each.cast(pl.Float64) for name, each in (columns | languages).items()})
