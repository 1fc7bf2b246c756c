"""What candidates would replace: the way from a log and visits to the titles that would lose plays.

Covers a sample of members and the most watched titles, so that a large log costs no more than a middling one. The
model and what it rests on are in `diversion`; where visits are not known, only the order of the titles can be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.acquire.diversion import (
    Choice,
    Split,
    anchor,
    fit_choice,
    gather_alternatives,
    split_plays,
    weigh_taste,
)
from matinee.acquire.who.hidden import COLD_REG, LINEAR, Evidence
from matinee.recommend.cold import fill_cold
from matinee.recommend.histories import build_histories
from matinee.recommend.linear import fit_events
from matinee.recommend.popular import DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

PERIOD_DAYS = 28
"""The choices of so many last days are learned from."""

MOST_MEMBERS, MOST_TITLES = 1_000, 800
_OLD_DAYS = 3_650.0


@dataclass(frozen=True)
class Scene:
    """What members can choose from at a moment.

    Attributes:
        titles: int64 (t,) rows of titles.
        signals: float64 (signals, members, t), of `gather_alternatives`.
        seen: (members, t), 1 where the member has watched the title.
        taste: float32 (members, n), scores of the item model for every title, candidates too.
    """

    titles: Ints
    signals: Floats
    seen: csr_array
    taste: NDArray[np.float32]


def find_start(evidence: Evidence) -> int:
    """Find the second at which the last `PERIOD_DAYS` of the log begin."""
    return _end(evidence) - PERIOD_DAYS * int(DAY)


@dataclass(frozen=True)
class Switching:
    """What a sample of members would give up for a new title.

    Attributes:
        model: of what they choose.
        scene: what there is to choose from today.
        members: int64 (m,) their rows.
        visits: (m,) how often each will come.
    """

    model: Choice
    scene: Scene
    members: Ints
    visits: Floats

    def split(self, row: int, chances: Floats) -> Split:
        """Split the audience of a candidate into plays that replace nothing and plays that replace titles.

        Args:
            row: of the candidate among the titles.
            chances: float64 (members of the service,) P(watch).

        Returns:
            the split over `scene.titles`: its shares hardly depend on how many plays there are, which are those of the
            sample, at most half of its visits.
        """
        return split_plays(self.model, self.scene.signals, self.visits, **self._ask(row, chances))

    def anchored(self, row: int, chances: Floats, *, share: float) -> Switching:
        """Set the share of a title's plays that replaces nothing to what a holdout measured, for all titles.

        Args:
            row: of that title.
            chances: as in `split`.
            share: in (0, 1).

        Raises:
            ValueError: no share between 0 and 1.
        """
        asked = self._ask(row, chances)
        model = anchor(self.model, self.scene.signals, self.visits, share=share, **asked)
        return replace(self, model=model)

    def _ask(self, row: int, chances: Floats) -> _Asked:
        plays = min(float(chances[self.members].sum()), float(self.visits.sum()) / 2)
        return {"taste": weigh_taste(self.scene.taste[:, row]), "plays": plays}


class _Asked(TypedDict):
    taste: Floats
    plays: float


def learn_switching(evidence: Evidence, hidden: Mask, *, visits: Floats, rng: np.random.Generator) -> Switching:
    """Learn from the last days of a log what members choose.

    Args:
        evidence: what is known.
        hidden: bool (n,) titles not to look at, the candidates among them.
        visits: (members,) how often each came in the period that `find_start` begins.
        rng: draws the members looked at, of those who came.

    Returns:
        what they would give up.

    Raises:
        ValueError: nobody came or chose in the period, or nothing was watched before.
    """
    members = _draw(np.flatnonzero(visits > 0), rng)
    came = visits[members]
    known = evidence.events.filter(pl.Series(~hidden[evidence.events["title_row"].to_numpy()]))
    start, end = find_start(evidence), _end(evidence)
    past = known.filter(pl.col("at") < start)
    if past.is_empty() or not len(members):
        raise ValueError(f"visits, evidence: got nothing before or in the last {PERIOD_DAYS} days, want both")
    before = _look(evidence, past, members, now=start)
    picked = build_histories(known.filter(pl.col("at") >= start), members, evidence.titles.height)
    others = np.asarray(picked.sum(axis=1)).ravel() - np.asarray(picked[:, before.titles].sum(axis=1)).ravel()
    left = np.maximum(came - others, 0)  # choices of titles that came out within the period are no part of it
    model = fit_choice(before.signals, picked[:, before.titles], left, before.seen)
    return Switching(model, _look(evidence, known, members, now=end), members, came)


def _look(evidence: Evidence, events: pl.DataFrame, members: Ints, *, now: int) -> Scene:
    """Lay out the titles watched before a moment; events are those before it."""
    n = evidence.titles.height
    counts = np.bincount(events["title_row"].to_numpy(), minlength=n)
    weights = fill_cold(fit_events(events, n, LINEAR, now=0).weights, evidence.metadata, counts > 0, reg=COLD_REG)
    histories = build_histories(events, members, n)
    taste = np.asarray(histories @ weights, dtype=np.float32)
    titles = np.sort(np.argsort(-counts, kind="stable")[: min(MOST_TITLES, int((counts > 0).sum()))]).astype(np.int64)
    places = pl.DataFrame({"title_row": titles, "place": np.arange(len(titles))}).cast(pl.UInt32)
    among = events.join(places, on="title_row").with_columns(title_row="place").drop("place")
    seen = histories[:, titles]
    signals = gather_alternatives(among, taste[:, titles], _ages(evidence, now)[titles], seen, now=now)
    return Scene(titles, signals, seen, taste)


def _ages(evidence: Evidence, now: int) -> Floats:
    """Tell how many days each title has been out, (n,); one of which no day is known is old."""
    released = evidence.titles["released_on"].cast(pl.Datetime("us")).dt.epoch("s")
    return ((now - released) / DAY).fill_null(_OLD_DAYS).to_numpy().astype(np.float64)


def _end(evidence: Evidence) -> int:
    return int(evidence.events["at"].to_numpy().max(initial=0)) + 1


def _draw(members: Ints, rng: np.random.Generator) -> Ints:
    if len(members) <= MOST_MEMBERS:
        return members.astype(np.int64)
    return np.sort(rng.choice(members, MOST_MEMBERS, replace=False)).astype(np.int64)
