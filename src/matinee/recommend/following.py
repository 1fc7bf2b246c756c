"""The next title as it is served: beside a live model whose titles may have come and gone since it was fitted.

Covers one member's scores and their exact shares, and arrays for the store. Each addend of the score but the second is
linear in the titles watched last, so that their shares are its terms; the second is a concave function of the sum r,
shared in proportion to what each title adds to r (`unfold`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.blend import measure_spread
from matinee.recommend.live import differ
from matinee.recommend.mixture import mix
from matinee.recommend.model import dump_arrays, restore_model
from matinee.recommend.next_title import LONGEST, MEMORY, SCALES, NextTitle, emphasise, weigh_ages
from matinee.recommend.ranker.explain import unfold

Floats = NDArray[np.float32]

PREFIX = "next_"
_IDS = PREFIX + "title_ids"
ARRAYS = (*(PREFIX + field.name for field in fields(NextTitle)), _IDS)
"""Names of its arrays in the store."""


class Reading(NamedTuple):
    """Rows of a matrix that were read for what was watched last.

    Attributes:
        ages: int64 (reads,), which of the titles watched last each row is of; 0 = the last.
        rows: float32 (reads, titles), weighed by age; their sum is what they say together.
    """

    ages: NDArray[np.intp]
    rows: Floats

    def share(self, columns: NDArray[np.integer]) -> Floats:
        """Add up what each of the titles watched last says of some titles: float32 (LONGEST, k)."""
        return self.gather(self.rows[:, columns])

    def gather(self, said: Floats) -> Floats:
        """Add up float32 (reads, k) by age: float32 (LONGEST, k)."""
        sums = np.zeros((LONGEST, said.shape[1]), np.float32)
        np.add.at(sums, self.ages, said)
        return sums


@dataclass(frozen=True)
class Ahead:
    """What may come next for one member, and what that is made of.

    Attributes:
        scores: float32 (titles,), of the live model's titles; -inf for those that came after the fit.
        count: titles watched last that were looked at.
        ridge: what was read of the ridge.
        lift: what was read of who follows whom.
    """

    scores: Floats
    count: int
    ridge: Reading
    lift: Reading


@dataclass(frozen=True)
class Following:
    """The next title, beside a live model.

    Attributes:
        model: what scores.
        title_ids: str (n,), the titles of `model` in row order.
        places: int64 (titles,), the row in `model` of each title of the live model; -1 = it does not know it.
    """

    model: NextTitle
    title_ids: NDArray[np.str_]
    places: NDArray[np.int64]

    def look_ahead(self, latest: Sequence[int]) -> Ahead:
        """Score the live model's titles as the next one.

        Args:
            latest: their rows, what the member watched last first; the first `LONGEST` are read. One that `model` does
                not know keeps its place and says nothing.

        Returns:
            the scores, and what `share` needs.
        """
        model, recent = self.model, self.places[np.asarray(latest[:LONGEST], np.int64)]
        ridge, lift = _read(model.ridge, recent, weigh_ages(SCALES)), _read(model.lift, recent, weigh_ages(MEMORY))
        r, follow = (reading.rows.sum(axis=0, keepdims=True) for reading in (ridge, lift))
        scores = mix(model.lay_out(r, follow), list(model.weights))[0]
        scores = np.where(self.places >= 0, scores[self.places], np.float32(-np.inf))
        return Ahead(scores, len(recent), ridge, lift)

    def share(self, ahead: Ahead, title_rows: Sequence[int]) -> tuple[Floats, Floats]:
        """Split the scores of some titles.

        Args:
            ahead: as `look_ahead` gives it.
            title_rows: k rows of the live model, of titles with a score.

        Returns:
            float32 (n, k), what each of the titles watched last adds, of the first `LONGEST` at most; and float32 (k,),
            what popularity does. Together they are the scores.
        """
        model, columns = self.model, self.places[np.asarray(title_rows, np.int64)]
        by_taste, by_size, by_popularity, by_memory = model.weights
        r, own = ahead.ridge.rows.sum(axis=0, keepdims=True), ahead.ridge.share(columns)
        known = model.known.astype(np.float32)
        means = ahead.ridge.gather((ahead.ridge.rows @ known / known.sum())[:, None])
        shares = by_taste * (own - means) / measure_spread(r, model.known)[1]
        shares += by_size * unfold(own, emphasise(r[0, columns]).astype(np.float64))
        shares += by_memory * ahead.lift.share(columns)
        return shares[: ahead.count], np.asarray(by_popularity * model.popular[columns], dtype=np.float32)


def _read(matrix: Floats, recent: NDArray[np.int64], decays: Floats) -> Reading:
    """Read the rows of some titles, most recent first, in each block of a matrix; -1 = none.

    Args:
        matrix: float32 (scales * titles, titles).
        recent: int64 (n,), title rows.
        decays: float32 (scales, window).
    """
    scale, age = np.nonzero(decays[:, : len(recent)])
    is_known = recent[age] >= 0
    scale, age = scale[is_known], age[is_known]
    return Reading(age, decays[scale, age][:, None] * matrix[scale * matrix.shape[1] + recent[age]])


def dump_following(following: Following) -> dict[str, NDArray[np.generic]]:
    """Lay it out as arrays, for the store."""
    arrays = {PREFIX + name: array for name, array in dump_arrays(following.model).items()}
    return arrays | {_IDS: following.title_ids}


def restore_following(arrays: Mapping[str, NDArray[np.generic]], title_ids: Sequence[str]) -> Following | None:
    """Make it from the arrays that `dump_following` gave.

    Args:
        arrays: of the whole model.
        title_ids: the live model's titles in row order.

    Returns:
        the next title; None if the model was saved without.

    Raises:
        ValueError: if an array is missing or not of one entry a title.
    """
    own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
    if not own:
        return None
    model, known_ids = restore_model(NextTitle, own), own.get("title_ids", np.zeros(0, np.str_))
    n = len(known_ids)
    shapes = model.ridge.shape, model.lift.shape, model.popular.shape, model.known.shape
    if shapes != ((len(SCALES) * n, n), (n, n), (n,), (n,)):
        raise ValueError(f"its next title has {n} titles and arrays of shapes {shapes}")
    row_of = {title_id: row for row, title_id in enumerate(known_ids.tolist())}
    places = np.array([row_of.get(title_id, -1) for title_id in title_ids], dtype=np.int64)
    return Following(model, np.asarray(known_ids, dtype=np.str_), places)


def compare_following(following: Following, other: Following | None) -> float:
    """Find the largest difference of two next titles' numbers, as `compare_live` measures it; infinity of others."""
    if other is None or following.title_ids.tolist() != other.title_ids.tolist():
        return float("inf")
    ours, theirs = dump_arrays(following.model), dump_arrays(other.model)
    return max(differ(ours[name], theirs[name]) for name in ours)
