"""A split laid out for judging: who is asked, what they saw, what they chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.measure.ranking import ndcg_at
from matinee.measure.splits import Split
from matinee.recommend.histories import build_histories
from matinee.recommend.rank import rank_fairly


@dataclass(frozen=True)
class Exam:
    """A split as matrices; n test members.

    Attributes:
        split: the split.
        titles: number of titles of the log.
        seen: (n, titles); an entry = in the history.
        relevant: (n, titles); an entry = to be found.
        known: bool (titles,); titles with an event in training.
        allowed: bool (titles,); titles that may be ranked.
    """

    split: Split
    titles: int
    seen: csr_array
    relevant: csr_array
    known: NDArray[np.bool_]
    allowed: NDArray[np.bool_]

    def histories(self, *, weighted: bool) -> csr_array:
        """Lay out what models are told: float32 (n, titles)."""
        if not weighted:
            return self.seen
        return build_histories(self.split.history, self.split.member_rows, self.titles, weighted=True)

    def rank(self, scores: NDArray[np.float32], k: int) -> NDArray[np.int32]:
        """Rank what may be ranked and was not seen: int32 (n, k), from scores float32 (n, titles)."""
        return rank_fairly(scores, k, seen=self.seen, allowed=self.allowed)

    def measure(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Measure the NDCG@100 of each member, float64 (n,), by scores, float32 (n, titles)."""
        return ndcg_at(100, self.rank(scores, 100), self.relevant)

    def judge(self, scores: NDArray[np.float32]) -> float:
        """Measure the mean NDCG@100 of scores, float32 (n, titles)."""
        return float(np.mean(self.measure(scores)))

    def parts(self, size: int) -> Iterator[Exam]:
        """Cut into exams of at most `size` members, in order."""
        for start in range(0, len(self.split.member_rows), size):
            rows = pl.Series(self.split.member_rows[start : start + size], dtype=pl.UInt32)
            of_rows = pl.col("member_row").is_in(rows.implode())
            split = replace(
                self.split, target=self.split.target.filter(of_rows), history=self.split.history.filter(of_rows)
            )
            stop = start + size
            yield replace(self, split=split, seen=self.seen[start:stop], relevant=self.relevant[start:stop])


def lay_out(split: Split, titles: int) -> Exam:
    """Turn a split into an exam; `titles` is the number of titles of the log."""
    allowed = np.zeros(titles, dtype=np.bool_)
    allowed[split.title_rows] = True
    seen = build_histories(split.history, split.member_rows, titles)
    return Exam(split, titles, seen, split.relevant(titles), split.is_known(titles), allowed)


def draw_members(split: Split, most: int, *, rng: np.random.Generator) -> Split:
    """Leave at most `most` test members, drawn at random."""
    rows = split.member_rows
    if len(rows) <= most:
        return split
    drawn = pl.Series(np.sort(rng.choice(rows, most, replace=False)), dtype=pl.UInt32)
    return replace(split, target=split.target.filter(pl.col("member_row").is_in(drawn.implode())))
