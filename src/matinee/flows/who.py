"""The verb `who`: which members would watch candidates, as chances to add up, told as counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.who.audience import LEAST
from matinee.acquire.who.hidden import Evidence, learn_chances, predict_chances
from matinee.acquire.who.segments import count_segments
from matinee.errors import NothingToLearn
from matinee.flows.logs import load_log
from matinee.flows.offers import read_offers
from matinee.recommend.metadata import build_features
from matinee.store.service import Service

MIN_PRACTICE = 20
"""Titles that are hidden for practice: those of the latest years, until they are this many."""

SEGMENTS = ("taste", "country")


@dataclass(frozen=True)
class Watchers:
    """Who would watch.

    Attributes:
        candidates: candidate_id and name of k candidates.
        chances: float64 (members, k), P(watch).
        labels: taste (favourite genre) and country of each member; null = unknown.
        practice: how many titles were hidden to learn on.
    """

    candidates: pl.DataFrame
    chances: NDArray[np.float64]
    labels: pl.DataFrame
    practice: int

    def to_dict(self) -> dict[str, Any]:
        """Give counts as JSON can say it; no member is in it."""
        found = []
        for column, (candidate_id, name) in zip(self.chances.T, self.candidates.iter_rows(), strict=True):
            segments = {each: count_segments(column, self.labels[each]).to_dicts() for each in SEGMENTS}
            found.append({"candidate_id": candidate_id, "name": name, "audience": float(column.sum()), **segments})
        return {"members": len(self.chances), "practice_titles": self.practice, "candidates": found}


def find_watchers(service: Service, path: Path, *, now: datetime) -> tuple[Watchers, list[str]]:
    """Find out who of a service's members would watch the candidates of a file.

    Args:
        service: whose log is learned from.
        path: a file as `import_candidates` takes it.
        now: a window that is over by then is set aside.

    Returns:
        the chances, and sentences on what was set aside.

    Raises:
        BadFile: the file is not what it was said to be.
        NothingToLearn: the log is too small.
    """
    offers, notes = read_offers(service, path, now=now)
    loaded = load_log(service, min_rating=0.0)
    new = offers.select(
        pl.concat_str(pl.lit("candidate:"), "candidate_id").alias("title_id"), *loaded.titles.columns[1:]
    )
    titles, credits = pl.concat([loaded.titles, new]), service.read("credits")
    metadata = build_features(titles, service.read("people"), credits)
    evidence = Evidence(loaded.log.events, len(loaded.log.member_ids), titles, credits, metadata)
    hidden = np.arange(titles.height) >= loaded.titles.height
    practice = _choose_practice(evidence, hidden)
    model = learn_chances(evidence, practice, hidden, rng=np.random.default_rng(0))
    chances = predict_chances(evidence, model, np.flatnonzero(hidden), hidden)
    labels = pl.DataFrame({"taste": _find_tastes(evidence), "country": loaded.countries})
    return Watchers(offers.select("candidate_id", "name"), chances, labels, int(practice.sum())), notes


def _choose_practice(evidence: Evidence, hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Choose the titles of the latest years, at most half of all, to hide for practice."""
    able = (evidence.counts >= LEAST) & ~hidden
    for year in np.unique(evidence.years[able])[::-1]:
        practice: NDArray[np.bool_] = able & (evidence.years >= year)
        if practice.sum() >= MIN_PRACTICE and 2 * practice.sum() <= able.sum():
            return practice
    said = f"{able.sum()} titles have {LEAST} members or more, too few to hide {MIN_PRACTICE} of the latest years"
    raise NothingToLearn(said, where="views", todo="import more views")


def _find_tastes(evidence: Evidence) -> pl.Series:
    """Find each member's most watched genre, weighed against how common it is: null without one."""
    genres = evidence.titles.select("genres").with_row_index("title_row").explode("genres").drop_nulls()
    own = evidence.events.join(genres, on="title_row").group_by("member_row", "genres").len()
    lift = (
        pl.col("len")
        / pl.col("len").sum().over("member_row")
        / (pl.col("len").sum().over("genres") / pl.col("len").sum())
    )
    best = (
        own.with_columns(lift=lift).sort("lift", "genres", descending=[True, False]).unique("member_row", keep="first")
    )
    rows = pl.DataFrame({"member_row": pl.int_range(evidence.members, dtype=pl.UInt32, eager=True)})
    return rows.join(best, on="member_row", how="left", maintain_order="left")["genres"]
