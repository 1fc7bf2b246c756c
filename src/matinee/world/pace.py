"""How often members must come so that the log has about the wanted length, and what watching nothing is worth.

Both are solved on a sample of members and days, so the mean number of views is met within some per cent, not exactly.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matinee.world.clock import DAY_SECONDS, START
from matinee.world.truth import Truth, affinity, choice_probabilities, true_utility
from matinee.world.watching import expected_parts

Floats = npt.NDArray[np.float64]

OUTSIDE_ODDS = 1 / 3
"""Odds of choosing nothing against choosing something, for the middle member and day."""

_SAMPLE = 150
_DAYS = 24
_HALVINGS = 30


def price_outside(truth: Truth, days: int) -> float:
    """Return the utility of watching nothing at which the middle member chooses it with odds `OUTSIDE_ODDS`, logits."""
    rows, moments = _sample(truth, days)
    titles = np.arange(len(truth.quality))
    totals = [np.exp(true_utility(truth, rows, titles, at)).sum(axis=1) for at in moments]
    return float(np.log(np.median(totals) * OUTSIDE_ODDS))


def pace_visits(truth: Truth, activity: Floats, days: int, wanted: float) -> Floats:
    """Return the mean number of visits of each member that gives `wanted` views a member on average.

    With m visits a member views a work of mean probability p with probability 1 - exp(-m p).

    Args:
        truth: with `outside` set; its `visits` are not used.
        activity: (n,) how often a member comes compared to others.
        days: length of the log.
        wanted: mean rows of views a member.

    Returns:
        (n,) float64.

    Raises:
        ValueError: if the catalogue is too small for that many views.
    """
    rows, moments = _sample(truth, days)
    chance = np.zeros((len(rows), len(truth.quality)))
    for at in moments:
        chance += choice_probabilities(truth, rows, at) / len(moments)
    lengths = expected_parts(truth, affinity(truth, rows, np.arange(len(truth.quality))))
    frequency = activity * (days - truth.first_days) / days
    sampled = frequency[rows, None] * (frequency.mean() / frequency[rows].mean())
    low, high = 0.0, 1e6
    for _ in range(_HALVINGS):
        pace = np.sqrt(max(low, 1e-3) * high)
        views = ((1 - np.exp(-pace * sampled * chance)) * lengths).sum(axis=1).mean()
        low, high = (low, pace) if views > wanted else (pace, high)
    if high >= 1e6:
        raise ValueError(f"views_per_member is {wanted}, wanted fewer: {len(truth.quality)} titles do not give as many")
    return high * frequency


def _sample(truth: Truth, days: int) -> tuple[npt.NDArray[np.int64], list[int]]:
    rows = np.unique(np.linspace(0, len(truth.tastes) - 1, _SAMPLE).astype(np.int64))
    return rows, [START + int(days * (part + 0.5) / _DAYS) * DAY_SECONDS for part in range(_DAYS)]
