"""The next title as it is served: beside a live model whose titles may have come and gone since it was fitted.

Covers one member's scores and their exact shares, and arrays for the store. Each addend of the score but the second is
linear in the titles watched last, so that their shares are its terms; the second is a concave function of the sum r,
shared in proportion to what each title adds to r (`unfold`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.blend import measure_spread
from matinee.recommend.live import differ
from matinee.recommend.model import dump_arrays, restore_model
from matinee.recommend.next_title import LONGEST, MEMORY, SCALES, NextTitle, emphasise, weigh_ages
from matinee.recommend.ranker.explain import unfold
from matinee.recommend.sequences import NOTHING, Rows

Floats = NDArray[np.float32]

PREFIX = "next_"
_IDS = PREFIX + "title_ids"
ARRAYS = (*(PREFIX + field.name for field in fields(NextTitle)), _IDS)
"""Names of its arrays in the store."""


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

    def score(self, latest: Sequence[int]) -> Floats:
        """Score the live model's titles as the next one.

        Args:
            latest: their rows, what the member watched last first; the first `LONGEST` are read.

        Returns:
            float32 (titles,); -inf for titles that came after the fit.
        """
        scores = self.model.score_sequences(self._lay_out(latest)[None])[0]
        return np.where(self.places >= 0, scores[self.places], np.float32(-np.inf))

    def share(self, latest: Sequence[int], title_rows: Sequence[int]) -> tuple[Floats, Floats]:
        """Split the scores of some titles.

        Args:
            latest: as in `score`.
            title_rows: k rows of the live model, of titles with a score.

        Returns:
            float32 (n, k), what each of `latest` adds, of the first `LONGEST` at most; and float32 (k,), what
            popularity does. Together they are the scores.
        """
        model, recent = self.model, self._lay_out(latest)
        columns, age = self.places[np.asarray(title_rows, np.int64)], np.flatnonzero(recent != NOTHING)
        by_taste, by_size, by_popularity, by_memory = model.weights
        added = _add_scales(model.ridge, recent, age)
        r = added.sum(axis=0, keepdims=True)
        mean, deviation = added[:, model.known].mean(axis=1, keepdims=True), measure_spread(r, model.known)[1]
        own = added[:, columns]
        shares = by_taste * (own - mean) / deviation
        shares += by_size * unfold(own, emphasise(r[0, columns]).astype(np.float64))
        weights = np.zeros(LONGEST, np.float32)
        weights[: MEMORY[0][0]] = weigh_ages(MEMORY)[0]
        shares += by_memory * weights[age, None] * model.lift[recent[age, None], columns]
        whole = np.zeros((min(len(latest), LONGEST), len(columns)), np.float32)
        whole[age] = shares
        return whole, np.asarray(by_popularity * model.popular[columns], dtype=np.float32)

    def _lay_out(self, latest: Sequence[int]) -> Rows:
        """Lay out what was watched last in rows of `model`; one that it does not know keeps its place, empty."""
        recent = np.full(LONGEST, NOTHING, np.int32)
        known = self.places[np.asarray(latest[:LONGEST], np.int64)]
        recent[: len(known)] = known
        return recent


def _add_scales(ridge: Floats, recent: Rows, age: NDArray[np.intp]) -> Floats:
    """Compute what each title watched last adds to r, over all scales: float32 (n, titles)."""
    titles = ridge.shape[1]
    added = np.zeros((len(age), titles), np.float32)
    for scale, weights in enumerate(weigh_ages(SCALES)):
        read = np.flatnonzero(weights[age])
        added[read] += weights[age[read], None] * ridge[scale * titles + recent[age[read]]]
    return added


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
