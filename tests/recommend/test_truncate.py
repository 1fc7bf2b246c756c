import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.recommend.blend import DenseBlend
from matinee.recommend.truncate import truncate_blend


def draw_blend(titles, seed=0):
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(titles, titles)).astype(np.float32)
    shelf = rng.normal(size=titles).astype(np.float32)
    return DenseBlend(B, B.mean(axis=1), np.ones(titles, np.bool_), shelf, 0.8)


@given(st.integers(0, 1000), st.integers(1, 40), st.integers(1, 50))
def test_each_row_keeps_what_is_farthest_from_its_mean(seed, titles, keep):
    blend = draw_blend(titles, seed)
    truncated = truncate_blend(blend, keep)
    apart = blend.weights - blend.row_means[:, None]
    for row in range(titles):
        expected = np.sort(np.argsort(-np.abs(apart[row]), kind="stable")[:keep])
        assert truncated.columns[row].tolist() == expected.tolist()
        np.testing.assert_allclose(truncated.values[row], apart[row, expected], rtol=2**-8)


def test_it_takes_four_bytes_a_weight():
    truncated = truncate_blend(draw_blend(700), 50)  # more titles than are cut at once
    assert truncated.packed.nbytes == 700 * 50 * 4


def test_the_highest_title_has_room_beside_its_weight():
    titles = 2**16
    B = np.lib.stride_tricks.as_strided(np.arange(titles, dtype=np.float32), (titles, titles), (0, 4))  # rows are one
    few = DenseBlend(B[:2], np.zeros(titles, np.float32)[:2], np.ones(2, np.bool_), np.zeros(2, np.float32), 1.0)
    truncated = truncate_blend(few, 2)
    assert truncated.columns.tolist() == [[titles - 2, titles - 1]] * 2
    assert truncated.values.tolist() == [[titles, titles]] * 2


def test_the_blend_stays_as_it_was():
    blend = draw_blend(10)
    truncate_blend(blend, 3)
    np.testing.assert_array_equal(blend.weights, draw_blend(10).weights)


def test_nothing_kept_and_too_many_titles_are_refused():
    with pytest.raises(ValueError, match="keep must be >= 1, got 0"):
        truncate_blend(draw_blend(3), 0)
    none = np.empty((2**16 + 1, 0), np.float32)
    with pytest.raises(ValueError, match="at most 65536 titles to be truncated, got 65537"):
        truncate_blend(DenseBlend(none, none, none.astype(np.bool_), none, 1.0), 1)
