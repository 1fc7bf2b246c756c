"""What candidates would replace among a service's own titles, from its views and exposures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.replaced import Switching, find_start, learn_switching
from matinee.errors import NothingToLearn, UnknownId, UsageError
from matinee.flows.who import Asked, Watchers
from matinee.store.service import Service

SHOWN = 10
"""Titles named a candidate."""

COVERED = 0.9
"""Visits count as recorded if on so many of the days on which members watched something they were shown something."""


@dataclass(frozen=True)
class Loss:
    """A title that a candidate would take plays from.

    Attributes:
        title_id: which.
        name: its name.
        share: in [0, 1], of all plays that the candidate would take from titles.
    """

    title_id: str
    name: str
    share: float


@dataclass(frozen=True)
class Holdout:
    """What an experiment found that withheld a title of ours from some members.

    Attributes:
        title_id: which.
        share: in (0, 1), the part of its plays that replaced nothing.
    """

    title_id: str
    share: float


@dataclass(frozen=True)
class Diverted:
    """What a candidate would replace.

    Attributes:
        incremental: in [0, 1], the share of its plays that would replace nothing; None where visits are not recorded
            (`COVERED`) and no holdout tells, which leaves it open.
        titles: the largest losses first.
    """

    incremental: float | None
    titles: list[Loss]


def divert(service: Service, asked: Asked, watchers: Watchers, holdout: Holdout | None = None) -> list[Diverted]:
    """Find out what candidates would replace.

    Args:
        service: whose exposures say who came, also where nothing was watched.
        asked: the log with the candidates.
        watchers: who would watch them.
        holdout: sets how much is added, for all candidates.

    Returns:
        one a candidate.

    Raises:
        NothingToLearn: too little was watched of late.
        UnknownId: the holdout is of no title of ours.
        UsageError: it is of one that hardly anybody watched.
    """
    evidence = asked.evidence
    held = _find_held(asked, holdout)
    start = find_start(evidence)
    shown = _find_shown(service, asked, start)
    played = evidence.events.filter(pl.col("at") >= start).select("member_row", day=pl.col("at") // 86_400)
    has_visits = played.unique().join(shown, on=["member_row", "day"], how="semi").height >= COVERED * played.n_unique()
    days = pl.concat([played, shown]).unique().group_by("member_row").len()
    visits = np.zeros(evidence.members)
    visits[days["member_row"].to_numpy()] = days["len"].to_numpy()
    try:
        learned = learn_switching(evidence, asked.hidden | held, visits=visits, rng=np.random.default_rng(0))
    except ValueError as error:
        raise NothingToLearn(f"too little was watched of late ({error})", where="views") from error
    if holdout:
        learned = _anchor(learned, asked, held, holdout)
    splits = [learned.split(row, column) for row, column in zip(asked.rows, watchers.chances.T, strict=True)]
    named = evidence.titles[learned.scene.titles].select("title_id", "name").rows()
    return [
        Diverted(each.incremental / each.plays if has_visits or holdout else None, _list_losses(each.diverted, named))
        for each in splits
    ]


def _find_held(asked: Asked, holdout: Holdout | None) -> NDArray[np.bool_]:
    """Mark the title that was withheld; none without a holdout."""
    if holdout is None:
        return np.zeros_like(asked.hidden)
    held = (asked.evidence.titles["title_id"] == holdout.title_id).to_numpy()
    if not held.any():
        raise UnknownId(f"no title {holdout.title_id!r}", where="--holdout", todo="name a title_id of the service")
    return held


def _anchor(learned: Switching, asked: Asked, held: NDArray[np.bool_], holdout: Holdout) -> Switching:
    """Set the model to a holdout, as if the title were new and watched by those who did watch it."""
    watched = np.zeros(asked.evidence.members)
    title_row = int(np.flatnonzero(held)[0])
    watched[asked.evidence.events.filter(pl.col("title_row") == title_row)["member_row"].to_numpy()] = 1
    if not watched[learned.members].any():
        what = f"none of the members asked watched {holdout.title_id!r}"
        raise UsageError(what, where="--holdout", todo="name a title that many watched")
    return learned.anchored(title_row, watched, share=holdout.share)


def _find_shown(service: Service, asked: Asked, start: int) -> pl.DataFrame:
    """Find the days on which members were shown something, since a second: member_row, day."""
    members = pl.LazyFrame({"member_id": asked.member_ids}).with_row_index("member_row")
    late = service.scan("exposures").filter(pl.col("shown_at") >= datetime.fromtimestamp(start, UTC))
    days = late.select("member_id", day=pl.col("shown_at").dt.epoch("s") // 86_400).unique()
    return days.join(members, on="member_id").select("member_row", "day").collect()


def _list_losses(diverted: NDArray[np.float64], named: list[tuple[str, str]]) -> list[Loss]:
    shares = diverted / diverted.sum()
    largest = np.argsort(-shares, kind="stable")[:SHOWN]
    return [Loss(named[place][0], named[place][1], float(shares[place])) for place in largest]
