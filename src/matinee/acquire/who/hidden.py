"""The way from a log to chances: hide titles of an earlier year, learn on them, then say who watches those to come.

Covers own members and titles that have metadata. Nothing here looks at a view of a title that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.acquire.who.audience import LEAST, predict_audience
from matinee.acquire.who.chances import RECENT_YEARS, Chances, agree, fit_chances, gather_signals, reconcile
from matinee.acquire.who.past import describe_past
from matinee.recommend.cold import fill_cold
from matinee.recommend.histories import build_histories
from matinee.recommend.linear import LinearSettings, fit_events

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

LINEAR = LinearSettings(reg=300.0, dropout=0.5)
COLD_REG = 3.0


@dataclass(frozen=True)
class Evidence:
    """What is known.

    Attributes:
        events: frame of `matinee.tables.log.EVENTS`: every viewing, enjoyed or not.
        members: how many there are.
        titles: rows of the table titles, n, in the order of `title_row`; those asked about among them.
        credits: rows of the table credits.
        metadata: float32 (n, features), of `recommend.metadata`.
    """

    events: pl.DataFrame
    members: int
    titles: pl.DataFrame
    credits: pl.DataFrame
    metadata: csr_array

    @property
    def counts(self) -> Floats:
        """Members who watched each title: (n,)."""
        return np.bincount(self.events["title_row"].to_numpy(), minlength=self.titles.height).astype(np.float64)

    @property
    def years(self) -> Floats:
        """Year of each title, the middle one where unknown: (n,)."""
        years = self.titles.select(pl.coalesce("year", pl.col("released_on").dt.year())).to_series()
        return years.fill_null(years.median()).to_numpy().astype(np.float64)


def find_signals(evidence: Evidence, rows: NDArray[np.int64], hidden: Mask) -> Floats:
    """Gather the signals of titles without a look at hidden ones.

    Args:
        evidence: what is known.
        rows: int (k,), titles asked about, all of them hidden.
        hidden: bool (n,), titles whose views must not be looked at.

    Returns:
        float64 (4, members, k).

    Raises:
        ValueError: a title asked about is not hidden.
    """
    if not hidden[rows].all():
        raise ValueError("rows: got titles that are not hidden")
    n, counts, years = evidence.titles.height, evidence.counts, evidence.years
    known = ~hidden & (counts > 0)
    events = evidence.events.filter(pl.Series(known[evidence.events["title_row"].to_numpy()]))
    weights = fill_cold(fit_events(events, n, LINEAR, now=0).weights, evidence.metadata, known, reg=COLD_REG)[:, rows]
    histories = build_histories(events, np.arange(evidence.members), n)
    past = describe_past(evidence.titles, evidence.credits, np.log10(np.maximum(counts, 0.5)), known)
    audiences = predict_audience(past, evidence.metadata, counts, years, known=known, rows=rows)
    recent = known & (years >= years[rows].min() - RECENT_YEARS)
    return gather_signals(histories, weights, recent, audiences)


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


def predict_chances(model: Chances, signals: Floats) -> tuple[Floats, Floats]:
    """Say who would watch titles: chances whose sum agrees with the forecast of each title's audience.

    Args:
        model: of `learn_chances`.
        signals: (4, members, k), of `find_signals`.

    Returns:
        float64 (members, k) in (0, 1), whose sum over members is the audience, and the forecast (k,) by itself.
    """
    chances, forecast = model.predict(signals), 10.0 ** signals[-1, 0]
    return settle(chances, forecast), forecast


def settle(chances: Floats, forecast: Floats) -> Floats:
    """Shift chances (members, k) half the way to the forecast audiences (k,), as `agree` does, the total staying."""
    audiences = agree(forecast, chances.sum(axis=0))
    return reconcile(chances, np.minimum(audiences, 0.99 * len(chances)))


def find_watched(evidence: Evidence, rows: NDArray[np.int64]) -> Mask:
    """Lay out who watched titles: bool (members, k)."""
    watched = build_histories(evidence.events, np.arange(evidence.members), evidence.titles.height)
    return np.asarray(watched[:, rows].toarray() > 0)
