import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.recommend.pages.select import diverge, mix_genres, pick_titles

NONE = np.full(40, -1, np.int32)


def one_hot(*genres):
    return np.eye(3, dtype=np.float32)[list(genres)]


def pick(relevance, count, genres, *, taste=(0, 0, 0), diversity=0.0, calibration=0.0, franchises=NONE):
    scores = np.asarray(relevance, np.float32)
    own = np.asarray(taste, np.float32)
    return pick_titles(
        scores, count, genres, franchises[: len(scores)], own, diversity=diversity, calibration=calibration
    )


def test_divergence_is_as_worked_out_by_hand():
    p = np.array([0.75, 0.25, 0], np.float32)
    q = np.array([[0.75, 0.25, 0], [0, 1, 0]], np.float32)
    by_hand = 0.75 * np.log(0.75 / 0.0075) + 0.25 * np.log(0.25 / (0.99 + 0.0025))
    assert diverge(p, q).tolist() == pytest.approx([0, by_hand], abs=1e-5)


def test_genres_mix_by_weight_and_unknown_ones_do_not_count():
    genres = np.array([[1, 0, 0], [0, 0.5, 0.5], [0, 0, 0]], np.float32)
    mixed = mix_genres(genres, np.array([2, 1, 9], np.float32))
    assert mixed.tolist() == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert not mix_genres(genres[[2]], np.ones(1, np.float32)).any()


def test_without_dials_the_order_is_that_of_the_scores():
    assert pick([3, 2, 1], 2, one_hot(0, 0, 1)) == [0, 1]


def test_diversity_prefers_another_genre_and_another_franchise():
    assert pick([3, 2.9, 2.8], 2, one_hot(0, 0, 1), diversity=0.5) == [0, 2]
    franchises = np.array([7, 7, -1], np.int32)
    assert pick([3, 2.9, 2.8], 2, one_hot(0, 1, 2), diversity=0.5, franchises=franchises) == [0, 2]


def test_titles_without_a_franchise_are_not_alike():
    assert pick([3, 2.9, 2.8], 2, one_hot(0, 1, 2), diversity=0.5) == [0, 1]


def test_full_calibration_takes_genres_in_the_members_proportions():
    genres = one_hot(*[0] * 20, *[1] * 20)
    chosen = pick(range(40, 0, -1), 10, genres, taste=(0.7, 0.3, 0), calibration=1.0)
    assert [sum(place >= 20 for place in chosen), len(chosen)] == [3, 10]


def test_without_a_taste_nothing_is_calibrated():
    assert pick([3, 2, 1], 3, one_hot(0, 0, 1), calibration=1.0) == [0, 1, 2]


@settings(deadline=None, max_examples=60)
@given(
    scores=st.lists(st.floats(-5, 5, width=32), max_size=25),
    count=st.integers(0, 30),
    dials=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_titles_are_picked_once_and_as_many_as_there_are(scores, count, dials):
    scores = sorted(scores, reverse=True)
    genres = one_hot(*(place % 3 for place in range(len(scores)))).reshape(-1, 3)
    chosen = pick(scores, count, genres, taste=(0.5, 0.5, 0), diversity=dials[0], calibration=dials[1])
    assert len(chosen) == len(set(chosen)) == min(count, len(scores))


def test_the_dial_of_diversity_goes_from_score_alone_to_unlike_alone():
    genres = one_hot(0, 0, 0, 1, 2)
    assert pick([10, 9, 8, 5, 0], 3, genres, diversity=0.0) == [0, 1, 2]
    assert pick([10, 9, 8, 5, 0], 3, genres, diversity=0.4) == [0, 3, 1]
    assert pick([10, 9, 8, 5, 0], 3, genres, diversity=1.0) == [0, 3, 4]
