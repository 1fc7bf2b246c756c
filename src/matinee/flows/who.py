"""The verb `who`: which members would watch candidates, as chances to add up, told as counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.offers import note_undated
from matinee.acquire.people import credit_offers
from matinee.acquire.who.audience import LEAST
from matinee.acquire.who.hidden import Evidence, find_signals, learn_chances, predict_chances
from matinee.acquire.who.segments import count_segments
from matinee.acquire.who.since import find_since
from matinee.errors import NothingToLearn
from matinee.flows.logs import LoadedLog, load_log
from matinee.flows.offers import read_offers
from matinee.recommend.metadata import build_features
from matinee.report.numbers import show_count
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
        others: how many more members there are, who asked not to be profiled: they count at the average chance.
        practice: how many titles were hidden to learn on.
    """

    candidates: pl.DataFrame
    chances: NDArray[np.float64]
    labels: pl.DataFrame
    others: int
    practice: int

    @property
    def members(self) -> int:
        """How many members there are, those who asked not to be profiled included."""
        return len(self.chances) + self.others

    def to_dict(self) -> dict[str, Any]:
        """Give counts as JSON can say it; no member is in it."""
        found = []
        for column, (candidate_id, name) in zip(self.chances.T, self.candidates.iter_rows(), strict=True):
            segments = {each: count_segments(column, self.labels[each]).to_dicts() for each in SEGMENTS}
            found.append({
                "candidate_id": candidate_id,
                "name": name,
                "audience": float(column.mean() * self.members),
                **segments,
            })
        return {
            "members": self.members,
            "not_profiled": self.others,
            "practice_titles": self.practice,
            "candidates": found,
        }


@dataclass(frozen=True)
class Asked:
    """A service's log with candidates beside its titles.

    Attributes:
        offers: rows of the table candidates, k of them.
        evidence: of the log of members who may be profiled; its last k titles are the candidates.
        hidden: bool (titles,), what must not be looked at: the candidates, and titles of ours that they name as theirs.
        member_ids: of the rows of members.
        countries: of each member; null = unknown.
        others: how many members asked not to be profiled.
        watched: how many of all members watched the title of ours that each candidate names; None without one.
    """

    offers: pl.DataFrame
    evidence: Evidence
    hidden: NDArray[np.bool_]
    member_ids: pl.Series
    countries: pl.Series
    others: int
    watched: list[int | None]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the candidates among the titles."""
        return np.arange(len(self.hidden) - self.offers.height, len(self.hidden), dtype=np.int64)


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
    return watch(ask_log(service, offers)), notes + note_undated(offers)


def ask_log(service: Service, offers: pl.DataFrame) -> Asked:
    """Put candidates beside the titles of a service's log.

    Args:
        service: whose log.
        offers: rows of the table candidates.

    Raises:
        NothingToLearn: there is no viewing of a member who may be profiled.
    """
    loaded = load_log(service, min_rating=0.0)
    asked_not = service.read("members").filter(~pl.col("personalised"))["member_id"]
    is_profiled = ~loaded.log.member_ids.is_in(asked_not.implode())
    events = _keep_members(loaded.log.events, is_profiled)
    if events.is_empty():
        raise NothingToLearn("every member who watched asked not to be profiled", where=str(service.path))
    named = offers.with_columns(candidate_id=pl.concat_str(pl.lit("candidate:"), "candidate_id"))
    of_offers = _describe_offers(named, events).select(loaded.titles.columns)
    titles, people, known = pl.concat([loaded.titles, of_offers]), service.read("people"), service.read("credits")
    credits = pl.concat([known, credit_offers(named, people, known)[0]], how="diagonal")
    metadata = build_features(titles, people, credits)
    since = np.append(find_since(loaded.titles, service.read("windows")), np.full(offers.height, -np.inf))
    evidence = Evidence(events, int(is_profiled.sum()), titles, credits, metadata, since)
    ours = loaded.titles["title_id"].is_in(offers["title_id"].drop_nulls().to_list()).to_numpy()
    hidden = np.concatenate([ours, np.ones(offers.height, dtype=np.bool_)])
    return Asked(
        offers,
        evidence,
        hidden,
        loaded.log.member_ids.filter(is_profiled),
        loaded.countries.filter(is_profiled),
        int((~is_profiled).sum()),
        _count_watched(loaded, offers),
    )


def _describe_offers(offers: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Describe candidates as a log's titles are: seasons as series, whose length nobody adds up, and all with a year.

    A candidate comes out in its year, or that of its first day or window; where nothing tells, it is new as the log
    ends. The window's first day is its release unless its year is another.
    """
    newest = pl.lit(events.select(pl.from_epoch(pl.col("at").max()).dt.year()).item())
    window, is_season = pl.col("window_starts_on"), pl.col("kind") == "season"
    year = pl.coalesce("year", pl.col("released_on").dt.year(), window.dt.year(), newest).cast(offers.schema["year"])
    return offers.with_columns(
        title_id="candidate_id",
        year=year,
        released_on=pl.coalesce("released_on", pl.when(window.dt.year() == year).then(window)),
        kind=pl.when(is_season).then(pl.lit("series", offers.schema["kind"])).otherwise("kind"),
        runtime_minutes=pl.when(~is_season).then("runtime_minutes"),
    )


def _keep_members(events: pl.DataFrame, is_kept: pl.Series) -> pl.DataFrame:
    """Keep the events of some members, and number those anew."""
    new_rows = is_kept.cum_sum().cast(pl.UInt32) - 1
    kept = events.filter(is_kept.gather(events["member_row"]))
    return kept.with_columns(member_row=new_rows.gather(kept["member_row"]))


def _count_watched(loaded: LoadedLog, offers: pl.DataFrame) -> list[int | None]:
    rows = np.bincount(loaded.log.events["title_row"].to_numpy(), minlength=loaded.titles.height)
    counts = dict(zip(loaded.titles["title_id"], rows, strict=True))
    return [None if each is None else int(counts.get(each, 0)) for each in offers["title_id"]]


def watch(asked: Asked) -> Watchers:
    """Find out who would watch candidates.

    Raises:
        NothingToLearn: the log is too small.
    """
    evidence, hidden = asked.evidence, asked.hidden
    practice = _choose_practice(evidence, hidden)
    model = learn_chances(evidence, practice, hidden, rng=np.random.default_rng(0))
    chances = predict_chances(model, find_signals(evidence, asked.rows, hidden))
    labels = pl.DataFrame({"taste": _find_tastes(evidence), "country": asked.countries})
    return Watchers(asked.offers.select("candidate_id", "name"), chances, labels, asked.others, int(practice.sum()))


def _choose_practice(evidence: Evidence, hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Choose the titles of the latest years, at most half of all, to hide for practice."""
    able = (evidence.counts >= LEAST) & ~hidden
    for year in np.unique(evidence.years[able])[::-1]:
        practice: NDArray[np.bool_] = able & (evidence.years >= year)
        if practice.sum() >= MIN_PRACTICE and 2 * practice.sum() <= able.sum():
            return practice
    found = show_count(int(able.sum()), "title")
    said = f"{found} with {LEAST} members or more: too few to hide {MIN_PRACTICE} of the latest years"
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
