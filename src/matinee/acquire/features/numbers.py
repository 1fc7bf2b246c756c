"""Numbers: kind, length, deal and calendar of a work, and what it comes out beside.

Covers what the offer itself says. Unknown is NaN, never zero; what earlier titles drew is in `history`.
"""

from __future__ import annotations

import polars as pl

from matinee.acquire.features.language import LANGUAGES

FRIDAY = 5
"""Number of the day from which a weekend's audience starts, Monday = 1."""

_NEAR_DAYS = 3
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
    is_alone = pl.col("work_key").is_duplicated().not_()
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
        "is_alone": is_alone,
        "same_day": pl.when(pl.col("released_on").is_not_null()).then(pl.len().over("released_on")),
    }
    languages = {f"language_{code}": pl.col("language") == code for code in LANGUAGES}
    table = works.select(**{name: each.cast(pl.Float64) for name, each in (columns | languages).items()})
    return table.with_columns(beside=_count_beside(works))


def _count_beside(works: pl.DataFrame) -> pl.Series:
    """Count the works that come out within three days; null where the day is unknown."""
    counts = works.drop_nulls("released_on").group_by("released_on").len()
    near = counts.join(counts, how="cross", suffix="_other").filter(
        (pl.col("released_on") - pl.col("released_on_other")).dt.total_days().abs() <= _NEAR_DAYS
    )
    near = near.group_by("released_on").agg(beside=pl.col("len_other").sum().cast(pl.Float64))
    return works.select("released_on").join(near, on="released_on", how="left", maintain_order="left")["beside"]
