"""What is owed by the thousand views, and how views of a period are counted.

Covers films, seasons and series: what belongs to a title counts for it. A view is a whole runtime watched, as in the
rules of success: hours in tenths, divided by the runtime, cut to whole views. Viewings of unknown length are no hours;
they are named, and paid by a correction once their length is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from matinee.errors import Unpayable
from matinee.rights.money import show_exact
from matinee.rights.odrl import Problem
from matinee.rights.pay.contracts import Contracts
from matinee.rights.pay.owed import Owed, key_of
from matinee.rights.pay.periods import Period
from matinee.rights.pay.uses import Viewed, check_person
from matinee.rights.rulebook.audience import TENTHS
from matinee.rights.rulebook.due import Due, price_by_unit

_DEPTH = 2
"""Steps from an episode by way of its season to its series."""


def list_parts(titles: pl.DataFrame, title_ids: Iterable[str]) -> pl.DataFrame:
    """List what counts for titles: a title itself, its seasons and its episodes.

    Args:
        titles: title_id, parent_id.
        title_ids: what is paid for.

    Returns:
        frame of unit_id (what is paid for), title_id (what is watched); each pair once, sorted.
    """
    level = titles.select("title_id").filter(pl.col("title_id").is_in(sorted(set(title_ids))))
    level = level.select(pl.col("title_id").alias("unit_id"), "title_id")
    found = [level]
    for _ in range(_DEPTH):
        below = titles.select("title_id", "parent_id").filter(pl.col("parent_id") != pl.col("title_id"))
        level = below.join(level.rename({"title_id": "parent_id"}), on="parent_id").select("unit_id", "title_id")
        found.append(level)
    return pl.concat(found).unique().sort("unit_id", "title_id")


def count_watched(views: pl.LazyFrame, parts: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Count what was watched of titles in a period; a viewing belongs to the period in which it starts.

    Args:
        views: rows of the table `views`: title_id, started_at, seconds.
        parts: as `list_parts` gives them.
        period: which.

    Returns:
        frame of unit_id (each of `parts` once, sorted), seconds (Int64), unknown (UInt32: viewings without seconds).
    """
    starts_at, ends_at = pl.lit(period.starts_at), pl.lit(period.ends_at)
    counted = (
        views
        .filter(pl.col("started_at") >= starts_at, pl.col("started_at") < ends_at)
        .group_by("title_id")
        .agg(pl.col("seconds").cast(pl.Int64).sum(), pl.col("seconds").is_null().sum().cast(pl.UInt32).alias("unknown"))
        .collect(engine="streaming")
    )
    every = parts.join(counted, on="title_id", how="left").with_columns(pl.col("seconds", "unknown").fill_null(0))
    return every.group_by("unit_id").agg(pl.col("seconds", "unknown").sum()).sort("unit_id")


def count_parts(views: pl.LazyFrame, parts: pl.DataFrame) -> pl.LazyFrame:
    """Let viewings count for what is paid for: title_id becomes the unit_id of `parts`; others are left out."""
    units = parts.lazy().select("title_id", "unit_id")
    return views.join(units, on="title_id").drop("title_id").rename({"unit_id": "title_id"})


def find_runtime(titles: pl.DataFrame, title_id: str) -> Decimal:
    """Find the runtime of a film, season or series, in minutes: its own, or else the sum of what it consists of.

    Args:
        titles: title_id, parent_id, runtime_minutes (null = unknown).
        title_id: one of them.

    Raises:
        Unpayable: it is not known, or 0.
    """
    own = titles.filter(pl.col("title_id") == title_id)["runtime_minutes"].to_list()
    found = [own[0]] if own and own[0] is not None else []
    below = titles.filter(pl.col("parent_id") == title_id, pl.col("title_id") != title_id)
    if not found and below.height:
        deeper = below.filter(pl.col("runtime_minutes").is_null())["title_id"].to_list()
        found = [*below["runtime_minutes"].drop_nulls().to_list(), *(find_runtime(titles, each) for each in deeper)]
    minutes = sum((Decimal(str(each)) for each in found), Decimal(0))
    if minutes <= 0:
        raise Unpayable(f"the runtime of {title_id} is not known", todo="import it with the title, above 0")
    return minutes


@dataclass
class ViewPricer:
    """Prices views of a period.

    Attributes:
        period: which.
        contracts: what was agreed.
        people: whether a person is known.
        titles: title_id, parent_id, runtime_minutes of all titles.
        watched: of all projects that are paid for, as `count_watched` gives it.
        problems: what cannot be paid, added as it is met.
    """

    period: Period
    contracts: Contracts
    people: Callable[[str], bool]
    titles: pl.DataFrame
    watched: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)

    def price(self, viewed: Iterable[Viewed]) -> list[Owed]:
        """Price the views of projects that permissions were used for."""
        counts = {unit: (seconds, unknown) for unit, seconds, unknown in self.watched.iter_rows()}
        owed = []
        for agreement_id, version, rule, project in sorted(viewed):
            try:
                owed.append(self._price((agreement_id, version), rule, project, counts.get(project)))
            except Unpayable as error:
                self.problems.append(Problem(f"views of {project} for {rule}", str(error)))
        return owed

    def _price(self, agreement: tuple[str, int], rule: str, project: str, counted: tuple[int, int] | None) -> Owed:
        terms, grant = self.contracts.find_grant(*agreement, rule, None)
        check_person(terms.person_id, terms, self.people)
        if counted is None:
            todo = "import it with that title_id, or correct what is paid by hand"
            raise Unpayable(f"project {project} is no title of this service", todo=todo)
        seconds, unknown = counted
        minutes = find_runtime(self.titles, project)
        hours = TENTHS.round(Fraction(seconds, 3600))
        views = int(hours * 60 / Fraction(minutes))
        if unknown:
            what = f"{unknown:,} viewings lack their seconds and are not paid"
            self.problems.append(Problem(f"views of {project} for {rule}", f"{what}; complete them, and run again"))
        cited = (self.contracts.cite(terms, rule),)
        dues = [
            price_by_unit(price.amount, price.currency, unit=price.per, count=views, terms=cited)
            for price in grant.prices
            if price.per == "thousand views"
        ]
        counting = f"{show_exact(hours)} h × 60 / {show_exact(Fraction(minutes))} min: {views:,} views; "
        return Owed(
            key=key_of(str(self.period), "views", rule, project),
            what="views",
            at=self.period.ends_at - timedelta(microseconds=1),
            person_id=terms.person_id,
            dues=tuple(Due(each.money, counting + each.text, each.citations) for each in dues),
            about=_say_views(terms.agreement_id, project, self.period),
        )


def _say_views(agreement_id: str, project: str, period: Period) -> dict[str, Any]:
    return {"agreement": agreement_id, "project": project, "period": str(period)}
