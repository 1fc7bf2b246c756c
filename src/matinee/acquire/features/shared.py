"""Shared: what earlier titles of the same genres, keywords, countries and people drew, before the decision date.

Covers debuts that had ended by then, by the rate of `history`, hours over days^0.45, in log10. Of a value of n debuts

    drew = sum (rate - mean rate of all) / (n + s2 / t2)

where s2 is how much debuts of one value differ and t2 how much values do, as far as was known by then (Buehlmann 1967,
"Experience Rating and Credibility"): where genres tell nothing, all are the usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from matinee.acquire.features.facts import OWN, THEMES
from matinee.acquire.features.history import is_week, rate_debut
from matinee.acquire.people import ROLES

SHARED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "shared_themes": THEMES,
    "shared_people": tuple(ROLES.values()),
})
"""Feature -> lists of values whose parts it adds up."""


def compute_shared(works: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Describe each work by what debuts that share something with it drew.

    Args:
        works: from `describe_works`, with decided_on and the lists of `SHARED`.
        facts: from `gather_facts`.

    Returns:
        A row a work, Float64, log10 of hours more than usual: of each list the mean over the values that any debut
        had, added up; null where no debut shares any.
    """
    debuts = _rate_debuts(facts)
    asked = works.with_row_index("row").sort("decided_on")
    columns = {}
    for feature, lists in SHARED.items():
        parts = pl.concat([_measure(asked, debuts, name) for name in lists])
        sums = parts.group_by("row").agg(pl.col("drew").sum())
        rows = asked.select("row").join(sums, on="row", how="left").sort("row")
        columns[feature] = rows["drew"].cast(pl.Float64)
    return pl.DataFrame(columns)


def _rate_debuts(facts: pl.DataFrame) -> pl.DataFrame:
    """Rate each title of our own by the first total of its first days to end, by that day."""
    own = facts.filter(pl.col("origin") == OWN, pl.col("hours") > 0, ~is_week())
    debuts = own.with_columns(rate=rate_debut()).drop_nulls("rate").sort("ends_on", "title_id")
    return debuts.unique("title_id", keep="first", maintain_order=True)


def _measure(asked: pl.DataFrame, debuts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Measure what the values of one list drew: row and drew, no row where no debut had any."""
    known = _add_up(_list_values(debuts, name, "ends_on", "rate"))
    own = _list_values(asked, name, "row", "decided_on")
    own = _join_before(own, known.select("ends_on", "value", "n", "total"), by="value").drop_nulls("n")
    own = _join_before(own, known.select("ends_on", "mean", "ratio"))
    drew = (pl.col("total") - pl.col("n") * pl.col("mean")) / (pl.col("n") + pl.col("ratio"))
    return own.group_by("row").agg(drew.mean().alias("drew"))


def _add_up(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up what was known once each row had ended.

    Args:
        rows: value, rate, by day.

    Returns:
        The rows with n and total of their value so far, and mean and ratio of all: s2 / t2 by the moments of the
        analysis of variance, infinite where t2 is not above 0 or cannot be told.
    """
    number, rate = pl.int_range(1, pl.len() + 1), pl.col("rate")
    rows = rows.with_columns(count=number, n=number.over("value"), total=rate.cum_sum().over("value"))
    n, total, count = pl.col("n"), pl.col("total"), pl.col("count")
    between_before = pl.when(n > 1).then((total - rate) ** 2 / (n - 1)).otherwise(0.0)
    rows = rows.with_columns(
        mean=rate.cum_sum() / count,
        values=(n == 1).cum_sum(),
        between=(total**2 / n - between_before).cum_sum(),
        sizes=(2 * n - 1).cum_sum(),
        squares=(rate**2).cum_sum(),
    )
    between, values = pl.col("between"), pl.col("values")
    s2 = (pl.col("squares") - between) / (count - values)
    t2 = (between - count * pl.col("mean") ** 2 - (values - 1) * s2) / (count - pl.col("sizes") / count)
    tells = (t2 > 0) & t2.is_finite()  # NaN where no value had two debuts, or all had the same one
    return rows.with_columns(ratio=pl.when(tells).then(s2 / t2).otherwise(float("inf")))


def _list_values(rows: pl.DataFrame, name: str, *others: str) -> pl.DataFrame:
    """List the values of a list, a row each, in the order of the rows."""
    listed = rows.select(*others, value=pl.col(name).cast(pl.List(pl.String))).explode("value").drop_nulls("value")
    return listed.with_columns(pl.col("value").str.to_lowercase())


def _join_before(asked: pl.DataFrame, known: pl.DataFrame, *, by: str | None = None) -> pl.DataFrame:
    """Join the last row that ended before each decision; both come sorted by their days."""
    return asked.join_asof(
        known, left_on="decided_on", right_on="ends_on", by=by, allow_exact_matches=False, check_sortedness=False
    )
