"""Made-up facts: two half-year reports and a chart, in which long series of known names do better."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from matinee.acquire.features.facts import THEMES, gather_facts
from matinee.tables.schemas import TABLES

NOBODY = (TABLES["people"].create_empty(), TABLES["credits"].create_empty())
PERIODS = (date(2023, 1, 1), date(2023, 7, 1), date(2024, 1, 1))
ENDS = (date(2023, 6, 30), date(2023, 12, 31), date(2024, 6, 30))
WORDS = ["storm", "river", "glass", "night", "garden", "stone", "winter", "harbour", "mirror", "copper"]


def make_tables(debuts=70, seed=0):
    """Make titles and audience: a report lists its own debuts and everything before."""
    rng = np.random.default_rng(seed)
    titles, audience = [], []
    for period in range(len(PERIODS)):
        for place in range(debuts):
            is_film, number = place % 2 == 0, period + 1
            stem = f"{WORDS[place % 10]} {WORDS[place // 7 % 10]} {place}"
            name = f"{stem.title()}" + (f" {number}" if is_film else f": Season {number}")
            minutes = float(rng.integers(80, 130) if is_film else rng.integers(200, 600))
            title_id = f"t{period}-{place:03}"
            released = PERIODS[period] + timedelta(days=int(rng.integers(0, 170)))
            titles.append((title_id, name, "film" if is_film else "season", None if is_film else number, minutes))
            log_hours = 5 + minutes / 500 + place / 100 + 0.2 * rng.standard_normal()
            for later in range(period, len(PERIODS)):
                hours = 10 ** (log_hours - 0.4 * (later - period))
                audience.append((title_id, PERIODS[later], ENDS[later], hours, released, name))
    return _titles(titles), _audience(audience)


def _titles(rows):
    names = ["title_id", "name", "kind", "number", "runtime_minutes"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None).with_columns(
        pl.col("number").cast(pl.Int32),
        original_name=pl.lit(None, pl.String),
        parent_id=pl.lit(None, pl.String),
        synopsis=pl.lit(None, pl.String),
        **{name: pl.lit(None, pl.List(pl.String)) for name in ("languages", *THEMES)},
    )


def _audience(rows):
    names = ["title_id", "starts_on", "ends_on", "hours", "available_from", "listed_as"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        territory=pl.lit("world"), origin=pl.lit("netflix-report"), worldwide=pl.lit(value=True), category=pl.lit("TV"),
        views=pl.lit(None, pl.Float64),
    )  # fmt: skip


@pytest.fixture(scope="session")
def facts():
    titles, audience = make_tables()
    return gather_facts(audience, titles, *NOBODY)
