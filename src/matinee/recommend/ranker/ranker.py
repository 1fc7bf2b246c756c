"""The learned ranker: the blend's candidates, put in order again.

    s(u, t) = blend(u, t) + g(x(u, t))              for candidates,
    s(u, t) = blend(u, t) + min over candidates g   for other titles: they stay behind, in the blend's order,
    s(u, t) = blend(u, t)                           for titles without events, of which the ranker knows nothing

g is a `Logit` or `Trees`. Covers scoring, and arrays for the store; it is learned in `learn`, explained in `explain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.blend import Blend
from matinee.recommend.model import dump_arrays, restore_model
from matinee.recommend.popular import decayed_counts, standardise_log
from matinee.recommend.ranker.candidates import Pairs, find_hot, pick_candidates
from matinee.recommend.ranker.features import FEATURES, TITLE_FEATURES, TitleFacts, describe_titles, lay_out
from matinee.recommend.ranker.logit import Logit
from matinee.recommend.ranker.trees import Trees

Floats = NDArray[np.float32]

KINDS: dict[str, type[Logit] | type[Trees]] = {"logit": Logit, "trees": Trees}
PREFIX = "ranker_"
_OWN = {field.name for kind in (TitleFacts, *KINDS.values()) for field in fields(kind)}
ARRAYS = tuple(PREFIX + name for name in sorted({"kind", "hot", "features"} | _OWN))
"""Names of all arrays that a ranker of any kind may have in the store."""


class Correction(Protocol):
    """What corrects the blend."""

    def predict(self, x: Floats) -> Floats:
        """Correct the blend: float32 (pairs,), from float32 (pairs, len(FEATURES))."""
        ...

    def contribute(self, x: Floats) -> Floats:
        """Split the corrections: float32 (pairs, len(FEATURES) + 1), the last column is of no feature."""
        ...


@dataclass(frozen=True)
class Slate:
    """Some members' candidates, as a ranker sees them.

    Attributes:
        linear: float32 (n, titles), standardised scores of the item model.
        deviation: float32 (n, 1), what they were divided by.
        blended: float32 (n, titles), scores of the blend.
        pairs: rows of members, ascending, and of titles: the candidates.
        x: float32 (pairs, len(FEATURES)).
    """

    linear: Floats
    deviation: Floats
    blended: Floats
    pairs: Pairs
    x: Floats

    def add_up(self, corrections: Floats, known: NDArray[np.bool_]) -> Floats:
        """Add corrections, float32 (pairs,), to the blend: float32 (n, titles)."""
        floors = np.full(len(self.linear), np.inf, np.float32)
        np.minimum.at(floors, self.pairs[0], corrections)
        floors[np.isinf(floors)] = 0
        scores = self.blended + np.where(known, floors[:, None], np.float32(0))
        scores[self.pairs] = self.blended[self.pairs] + corrections
        return scores


@dataclass(frozen=True)
class Judged:
    """Some members' scores by a ranker, and what they are made of.

    Attributes:
        slate: the candidates.
        corrections: float32 (pairs,), g.
        scores: float32 (n, titles).
    """

    slate: Slate
    corrections: Floats
    scores: Floats


@dataclass(frozen=True)
class Ranker:
    """The live model, where it beats the blend.

    Attributes:
        blend: what it corrects.
        facts: of titles, at the time of the log's last event.
        hot: int32 (n,), as `find_hot` gives them.
        correction: g.
    """

    blend: Blend
    facts: TitleFacts
    hot: NDArray[np.int32]
    correction: Correction

    def lay_out(self, histories: csr_array, members: Floats) -> Slate:
        """Pick candidates and lay out what is known of them.

        Args:
            histories: float32 (n, titles), as the blend takes them.
            members: float32 (n, len(MEMBER_FEATURES)), as `describe_members` gives them.

        Returns:
            the candidates.
        """
        linear, deviation = self.blend.measure_taste(histories)
        blended = np.float32(self.blend.taste) * linear + self.blend.shelf
        pairs = pick_candidates(linear, blended, self.hot, histories, self.blend.known)
        return Slate(linear, deviation, blended, pairs, lay_out(self.facts, members, linear, blended, pairs))

    def judge(self, histories: csr_array, members: Floats) -> Judged:
        """Score all titles, and keep what an explanation needs; arguments as `lay_out`."""
        slate = self.lay_out(histories, members)
        corrections = self.correct(slate.x)
        return Judged(slate, corrections, slate.add_up(corrections, self.blend.known))

    def score(self, histories: csr_array, members: Floats) -> Floats:
        """Score all titles: float32 (n, titles); arguments as `lay_out`."""
        return self.judge(histories, members).scores

    def correct(self, x: Floats) -> Floats:
        """Correct the blend: float32 (pairs,), from float32 (pairs, len(FEATURES))."""
        return self.correction.predict(x) if len(x) else np.zeros(0, np.float32)


def build_ranker(blend: Blend, events: pl.DataFrame, correction: Correction, *, now: int) -> Ranker:
    """Put a correction on top of a blend.

    Args:
        blend: fitted to the events.
        events: frame of `matinee.tables.log.EVENTS`.
        correction: as `choose_ranker` learned it.
        now: unix seconds at which the forecast is made.

    Returns:
        the model.
    """
    log_counts = standardise_log(decayed_counts(events, len(blend.known), now=now), blend.known)
    facts = describe_titles(events, log_counts, now=now)
    return Ranker(blend, facts, find_hot(log_counts, blend.known), correction)


def dump_ranker(ranker: Ranker) -> dict[str, NDArray[Any]]:
    """Lay out what a ranker has beside its blend as arrays, for the store."""
    kind = next(name for name, made in KINDS.items() if isinstance(ranker.correction, made))
    arrays = dump_arrays(ranker.facts) | dump_arrays(ranker.correction)
    arrays |= {"kind": np.array([kind]), "hot": ranker.hot, "features": np.array(FEATURES)}
    return {PREFIX + name: array for name, array in arrays.items()}


def restore_ranker(blend: Blend, arrays: Mapping[str, NDArray[Any]]) -> Ranker | None:
    """Make a ranker from the arrays that `dump_ranker` gave.

    Args:
        blend: what it corrects.
        arrays: of the whole model.

    Returns:
        the ranker; None if the model was saved without one.

    Raises:
        ValueError: if an array is missing or damaged, or it was learned from other features than ours.
    """
    own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
    if not own:
        return None
    missing = sorted({"kind", "hot", "features"} - set(own))
    if missing or own["features"].tolist() != list(FEATURES) or own["kind"].item() not in KINDS:
        raise ValueError(f"its ranker is of another version, or lacks arrays: {missing}")
    facts = restore_model(TitleFacts, own)
    if facts.table.shape != (len(blend.known), len(TITLE_FEATURES)):
        raise ValueError(f"its ranker knows {facts.table.shape} facts of titles, {len(blend.known)} titles are there")
    correction = restore_model(KINDS[own["kind"].item()], own)
    correction.predict(np.zeros((1, len(FEATURES)), np.float32))  # so that what cannot work says so now
    return Ranker(blend, facts, own["hot"], correction)


def compare_rankers(ranker: Ranker, other: Ranker | None) -> float:
    """Find the largest difference of two rankers' numbers, beside their blends; infinity where more than that differs.

    Trees are compared by the bytes of their text, any difference of which is 1 or more.
    """
    ours, theirs = dump_ranker(ranker), dump_ranker(other) if other else {}
    shapes, wanted = ({n: (a.shape, a.dtype) for n, a in arrays.items()} for arrays in (ours, theirs))
    names = [name for name, array in ours.items() if array.dtype.kind != "U"]
    if shapes != wanted or any((ours[name] != theirs[name]).any() for name in ours.keys() - names):
        return float("inf")
    return max(float(np.abs(ours[name].astype(np.float64) - theirs[name]).max(initial=0)) for name in names)
