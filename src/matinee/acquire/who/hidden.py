"""The way from a log to chances: hide titles of an earlier year, learn on them, then say who watches those to come.

Covers own members and titles that have metadata. Nothing here looks at a view of a title that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.acquire.who.about import describe_titles
from matinee.acquire.who.audience import LEAST, predict_audience
from matinee.acquire.who.chances import Chances, Signals, fit_chances, reconcile
from matinee.acquire.who.kin import flag_values, measure_kin
from matinee.acquire.who.past import describe_past, find_late, list_names
from matinee.acquire.who.since import find_last, share_there
from matinee.recommend.cold import fill_cold
from matinee.recommend.histories import build_histories
from matinee.recommend.linear import LinearSettings, fit_events

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

LINEAR = LinearSettings(reg=300.0, dropout=0.5, audience_power=0.15)
COLD_REG = 3.0

RECENT_YEARS = 3
"""So many years up to the latest known one are the latest years."""

LEAD_YEARS = 2
"""A title that comes out more years than that after the latest known ones counts as of then; practice tells no more."""

_FLOOR = 0.005


@dataclass(frozen=True)
class Evidence:
    """What is known.

    Attributes:
        events: frame of `matinee.tables.log.EVENTS`: every viewing, enjoyed or not.
        members: how many there are.
        titles: rows of the table titles, n, in the order of `title_row`; those asked about among them.
        credits: rows of the table credits.
        metadata: float32 (n, features), of `recommend.metadata`.
        since: float64 (n,), unix seconds from which each could be watched, of `since`; minus infinity for a title that
            is asked about as if it had been out all along.
    """

    events: pl.DataFrame
    members: int
    titles: pl.DataFrame
    credits: pl.DataFrame
    metadata: csr_array
    since: Floats

    @property
    def counts(self) -> Floats:
        """Members who watched each title: (n,)."""
        return np.bincount(self.events["title_row"].to_numpy(), minlength=self.titles.height).astype(np.float64)

    @property
    def years(self) -> Floats:
        """Year of each title, the middle one where unknown: (n,)."""
        years = self.titles.select(pl.coalesce("year", pl.col("released_on").dt.year())).to_series()
        return years.fill_null(years.median()).to_numpy().astype(np.float64)


def find_signals(evidence: Evidence, rows: NDArray[np.int64], hidden: Mask) -> Signals:
    """Gather the signals of titles without a look at hidden ones.

    Args:
        evidence: what is known.
        rows: int (k,), titles asked about, all of them hidden.
        hidden: bool (n,), titles whose views must not be looked at.

    Returns:
        the signals of all members for these titles.

    Raises:
        ValueError: a title asked about is not hidden.
    """
    if not hidden[rows].all():
        raise ValueError("rows: got titles that are not hidden")
    n, known = evidence.titles.height, ~hidden & (evidence.counts > 0)
    late = find_late(evidence.years[known])
    years = np.minimum(evidence.years, late + LEAD_YEARS)
    events = evidence.events.filter(pl.Series(known[evidence.events["title_row"].to_numpy()]))
    weights = fill_cold(fit_events(events, n, LINEAR, now=0).weights, evidence.metadata, known, reg=COLD_REG)[:, rows]
    histories = build_histories(events, np.arange(evidence.members), n)
    taste = np.log(np.maximum(histories @ weights, 0) + _FLOOR)
    watched, last = histories.sum(axis=1, dtype=np.float64), find_last(events, evidence.members)
    there = share_there(last, evidence.since, watched)
    recent = known & (years > late - RECENT_YEARS)
    return Signals(
        taste=taste,
        kin=np.stack([measure_kin(histories, flags, rows) for flags in _flag_kin(evidence)]),
        is_gone=last[:, None] < evidence.since[rows],
        activity=np.log1p(watched),
        recent=np.log(histories @ recent.astype(np.float64) + 0.5),
        usual=taste.mean(axis=0, dtype=np.float64),
        audience=_forecast(evidence, years, known, rows, np.log10(there)),
    )


def _flag_kin(evidence: Evidence) -> list[csr_array]:
    """Flag the genres, the people and the franchise of titles."""
    genres = dict(enumerate(evidence.titles["genres"].fill_null([]).to_list()))
    *_, people, franchises = list_names(evidence.titles, evidence.credits)
    return [flag_values(each, evidence.titles.height) for each in (genres, people, franchises)]


def _forecast(evidence: Evidence, years: Floats, known: Mask, rows: NDArray[np.int64], there: Floats) -> Floats:
    """Forecast log10 audiences by those of known titles, had everybody been there when they came out."""
    counts = evidence.counts
    logs = np.log10(np.maximum(counts, 0.5)) - there
    past = describe_past(evidence.titles, evidence.credits, years, logs, known)
    described = np.column_stack([past, describe_titles(evidence.titles, evidence.credits, years)])
    learned = np.flatnonzero(known & (counts >= LEAST))
    return predict_audience(described, evidence.metadata, logs, years, learned=learned, rows=rows) + there[rows]


def learn_chances(evidence: Evidence, practice: Mask, hidden: Mask, *, rng: np.random.Generator) -> Chances:
    """Learn chances on titles hidden for practice.

    Args:
        evidence: what is known.
        practice: bool (n,), titles to practise on: of the last year known, say. Those with fewer than `LEAST` members
            are not.
        hidden: bool (n,), titles not to look at in any case.
        rng: draws the pairs learned from.

    Returns:
        the model.

    Raises:
        ValueError: nothing to practise on.
    """
    rows = np.flatnonzero(practice & ~hidden & (evidence.counts >= LEAST))
    if not len(rows):
        raise ValueError("practice: got no title that anybody watched")
    signals = find_signals(evidence, rows, practice | hidden)
    return fit_chances(signals, find_watched(evidence, rows), rng=rng)


def predict_chances(model: Chances, signals: Signals) -> Floats:
    """Say who would watch titles: chances whose sum is what the forecast of each title's audience lets expect.

    Args:
        model: of `learn_chances`.
        signals: of `find_signals`, of all members for k titles.

    Returns:
        float64 (members, k) in (0, 1); their sum over members is the audience.
    """
    chances = model.predict(signals)
    return reconcile(chances, np.minimum(model.expect(signals), 0.99 * len(chances)))


def find_watched(evidence: Evidence, rows: NDArray[np.int64]) -> Mask:
    """Lay out who watched titles: bool (members, k)."""
    watched = build_histories(evidence.events, np.arange(evidence.members), evidence.titles.height)
    return np.asarray(watched[:, rows].toarray() > 0)
