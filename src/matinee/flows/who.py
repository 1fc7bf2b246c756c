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
from matinee.acquire.who.hidden import Evidence, find_signals, learn_chances, predict_chances
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
        forecast: float64 (k,), the audience that the title's metadata promise, which chances agree with half-way.
        labels: taste (favourite genre) and country of each member; null = unknown.
        practice: how many titles were hidden to learn on.
    """

    candidates: pl.DataFrame
    chances: NDArray[np.float64]
    forecast: NDArray[np.float64]
    labels: pl.DataFrame
    practice: int

    def to_dict(self) -> dict[str, Any]:
        """Give counts as JSON can say it; no member is in it."""
        found = []
        for column, (candidate_id, name) in zip(self.chances.T, self.candidates.iter_rows(), strict=True):
            segments = {each: count_segments(column, self.labels[each]).to_dicts() for each in SEGMENTS}
            found.append({"candidate_id": candidate_id, "name": name, "audience": float(column.sum()), **segments})
        return {"members": len(self.chances), "practice_titles": self.practice, "candidates": found}


@dataclass(frozen=True)
class Asked:
    """A service's log with candidates beside its titles.

    Attributes:
        offers: rows of the table candidates, k of them.
        evidence: of the log; its last k titles are the candidates.
        hidden: bool (titles,), what must not be looked at: the candidates, and titles of ours that they name as theirs.
        member_ids: of the rows of members.
        countries: of each member; null = unknown.
    """

    offers: pl.DataFrame
    evidence: Evidence
    hidden: NDArray[np.bool_]
    member_ids: pl.Series
    countries: pl.Series

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the candidates among the titles."""
        return np.arange(len(self.hidden) - self.offers.height, len(self.hidden), dtype=np.int64)

    @property
    def watched(self) -> list[int | None]:
        """How many members watched the title of ours that each candidate names; None without one."""
        counts = dict(zip(self.evidence.titles["title_id"], self.evidence.counts, strict=True))
        return [None if each is None else int(counts.get(each, 0)) for each in self.offers["title_id"]]


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
    return watch(ask_log(service, offers)), notes


def ask_log(service: Service, offers: pl.DataFrame) -> Asked:
    """Put candidates beside the titles of a service's log.

    Args:
        service: whose log.
        offers: rows of the table candidates.

    Raises:
        NothingToLearn: there is no viewing.
    """
    loaded = load_log(service, min_rating=0.0)
    ids = pl.concat_str(pl.lit("candidate:"), "candidate_id").alias("title_id")
    titles = pl.concat([loaded.titles, offers.select(ids, *loaded.titles.columns[1:])])
    credits = service.read("credits")
    metadata = build_features(titles, service.read("people"), credits)
    evidence = Evidence(loaded.log.events, len(loaded.log.member_ids), titles, credits, metadata)
    ours = loaded.titles["title_id"].is_in(offers["title_id"].drop_nulls().to_list()).to_numpy()
    hidden = np.concatenate([ours, np.ones(offers.height, dtype=np.bool_)])
    return Asked(offers, evidence, hidden, loaded.log.member_ids, loaded.countries)


def watch(asked: Asked) -> Watchers:
    """Find out who would watch candidates.

    Raises:
        NothingToLearn: the log is too small.
    """
    evidence, hidden = asked.evidence, asked.hidden
    practice = _choose_practice(evidence, hidden)
    model = learn_chances(evidence, practice, hidden, rng=np.random.default_rng(0))
    chances, forecast = predict_chances(model, find_signals(evidence, asked.rows, hidden))
    labels = pl.DataFrame({"taste": _find_tastes(evidence), "country": asked.countries})
    return Watchers(asked.offers.select("candidate_id", "name"), chances, forecast, labels, int(practice.sum()))


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
