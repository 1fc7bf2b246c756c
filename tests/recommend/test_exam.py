import numpy as np
import polars as pl
import pytest

from matinee.measure.splits import Split
from matinee.recommend.exam import draw_members, lay_out
from matinee.recommend.rank import rank_fairly, rank_titles
from matinee.tables.log import EVENTS


@pytest.fixture
def split():
    train = [(m, t, 0, 0.5) for m in range(10) for t in range(8) if (m + t) % 3]
    target = [(m, t, 9, 1.0) for m in range(10) for t in range(8) if not (m + t) % 3]
    frames = [pl.DataFrame(rows, schema=EVENTS, orient="row") for rows in (train, target)]
    return Split("time", frames[0], frames[0], frames[1], None, 5)


def test_an_exam_cut_in_parts_asks_the_same(split):
    exam = lay_out(split, 8)
    scores = np.random.default_rng(0).random((10, 8), dtype=np.float32)
    parts = list(exam.parts(3))
    tops = [part.rank(scores[3 * i : 3 * i + 3], 4) for i, part in enumerate(parts)]
    np.testing.assert_array_equal(np.concatenate(tops), exam.rank(scores, 4))
    told = [part.histories(weighted=True).toarray() for part in parts]
    np.testing.assert_array_equal(np.concatenate(told), exam.histories(weighted=True).toarray())


def test_drawing_members_leaves_their_targets_whole(split):
    drawn = draw_members(split, 4, rng=np.random.default_rng(0))
    assert len(drawn.member_rows) == 4
    kept = split.target.filter(pl.col("member_row").is_in(drawn.member_rows))
    assert drawn.target.equals(kept)
    assert drawn.train.equals(split.train)


def test_a_model_that_ties_is_not_credited_with_the_order_of_titles():
    flat = np.zeros((1, 1000), dtype=np.float32)
    assert abs(rank_fairly(flat, 100).mean() - 500) < 100
    np.testing.assert_array_equal(rank_titles(flat, 100)[0], np.arange(100))


def test_a_model_that_does_not_tie_is_ranked_as_ever():
    rng = np.random.default_rng(1)
    scores = rng.permuted(np.tile(np.arange(50, dtype=np.float32), (3, 1)), axis=1)
    allowed = rng.random(50) < 0.7
    np.testing.assert_array_equal(rank_fairly(scores, 20, allowed=allowed), rank_titles(scores, 20, allowed=allowed))
