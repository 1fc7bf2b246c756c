"""What is really so: utilities and choice probabilities, which a log only shows the draws of.

Each time member i comes on day t, they choose one released work j or nothing (multinomial logit, McFadden 1974):

    V_ijt = taste <p_i, v_j> + quality_j + shift_{c(i), j} + freshness 2^(-age_jt / half_life),
    P_ijt = exp(V_ijt) / S_it,
    S_it = exp(outside) + sum of exp(V_ikt) over released works k.

A choice that falls on a work already chosen ends without a viewing, so P needs no history; given that somebody watches
something new, the odds among the works still new to them are those of the logit without the others. Works are films and
series: what is watched of a series is not a choice of its own (`viewing`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matinee.world.clock import day_number

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Truth:
    """The hidden state of a world of n members and J works; d is the length of a taste.

    Attributes:
        seed: seed of every viewing.
        tastes: (n, d) float64, standard normal.
        vectors: (J, d) float64.
        quality: (J,) float64, logits.
        country_shifts: (countries, J) float64, logits.
        countries: (n,) int64 row of the member's country in `country_shifts`.
        released: (J,) int64 day of release, ascending, 0 = first day of the log.
        taste: weight of a member's taste, logits.
        freshness: what a title is worth more on its first day, logits.
        half_life_days: age at which half of the freshness is gone.
        outside: utility of watching nothing, logits.
        first_days: (n,) int64 first day on which the member may watch.
        visits: (n,) int64 how often the member comes during the log.
        first_parts: (J,) int64 row in titles of what is watched first when the work is chosen.
        parts: (J,) int64 number of rows from there on that can be watched.
    """

    seed: int
    tastes: Floats
    vectors: Floats
    quality: Floats
    country_shifts: Floats
    countries: Ints
    released: Ints
    taste: float
    freshness: float
    half_life_days: float
    outside: float
    first_days: Ints
    visits: Ints
    first_parts: Ints
    parts: Ints


def affinity(truth: Truth, member_rows: npt.ArrayLike, title_rows: npt.ArrayLike) -> Floats:
    """Return <p_i, v_j>: how much works are to members' taste, whatever their quality and age.

    Args:
        truth: of the world.
        member_rows: (m,) rows of members.
        title_rows: (k,) rows of works, 0 <= row < J.

    Returns:
        (m, k) float64 of mean 0 and variance about 1 over random pairs.

    Raises:
        ValueError: if a row is not one of a member, or of a film or series.
    """
    members, titles = _rows(member_rows, "member_rows", len(truth.tastes)), _title_rows(truth, title_rows)
    return truth.tastes[members] @ truth.vectors[titles].T


def true_utility(truth: Truth, member_rows: npt.ArrayLike, title_rows: npt.ArrayLike, at: int) -> Floats:
    """Return the utility V of works to members at a time; sorting by it gives the best possible ranking.

    Args:
        truth: of the world.
        member_rows: (m,) rows of members.
        title_rows: (k,) rows of works, 0 <= row < J.
        at: unix seconds.

    Returns:
        (m, k) float64, logits; -inf where the work is not yet released.

    Raises:
        ValueError: if a row is not one of a member, or of a film or series.
    """
    titles = _title_rows(truth, title_rows)
    ages = day_number(at) - truth.released[titles]
    utility = truth.taste * affinity(truth, member_rows, titles) + truth.quality[titles]
    utility += truth.country_shifts[truth.countries[np.asarray(member_rows)]][:, titles]
    return utility + np.where(ages >= 0, fresh_bonus(truth, ages), -np.inf)


def fresh_bonus(truth: Truth, ages: Ints) -> Floats:
    """Return freshness * 2^(-age / half_life), logits, of works `ages` days old (0 or more, else taken as 0)."""
    return truth.freshness * np.exp2(-np.maximum(ages, 0) / truth.half_life_days)


def choice_probabilities(
    truth: Truth, member_rows: npt.ArrayLike, at: int, *, without: npt.ArrayLike | None = None
) -> Floats:
    """Return the probability P that a member who comes at a time chooses each work.

    The difference between a call with `without` and one without it is the true diversion of those works.

    Args:
        truth: of the world.
        member_rows: (m,) rows of members.
        at: unix seconds.
        without: rows of works taken out of the catalogue; none by default.

    Returns:
        (m, J) float64; what a row lacks to 1 is the probability of choosing nothing. 0 where not released or taken out.

    Raises:
        ValueError: if a row is not one of a member, or of a film or series.
    """
    utility = true_utility(truth, member_rows, np.arange(len(truth.quality)), at)
    if without is not None:
        utility[:, _title_rows(truth, without)] = -np.inf
    top = np.maximum(utility.max(axis=1, keepdims=True), truth.outside)
    weights = np.exp(utility - top)
    chances: Floats = weights / (weights.sum(axis=1, keepdims=True) + np.exp(truth.outside - top))
    return chances


def _title_rows(truth: Truth, title_rows: npt.ArrayLike) -> Ints:
    return _rows(title_rows, "title_rows", len(truth.quality))


def _rows(rows: npt.ArrayLike, name: str, count: int) -> Ints:
    found = np.asarray(rows, dtype=np.int64)
    if found.ndim != 1 or (found.size and (found.min() < 0 or found.max() >= count)):
        raise ValueError(f"{name} is {rows!r}, wanted a list of rows from 0 to {count - 1}")
    return found
