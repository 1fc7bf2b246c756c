from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.recommend.test_next_title import TITLES, UNWATCHED, draw_log

from matinee.recommend.following import Following, compare_following, dump_following, restore_following
from matinee.recommend.next_title import LONGEST, fit_next

IDS = np.array([f"t{row}" for row in range(TITLES)])


@pytest.fixture(scope="module")
def following() -> Following:
    return Following(fit_next(draw_log(), TITLES, reg=1.0), IDS, np.arange(TITLES))


@settings(max_examples=50)
@given(latest=st.lists(st.integers(0, TITLES - 1), max_size=TITLES, unique=True))
def test_the_shares_of_every_title_add_up_to_its_score(following, latest):
    ahead = following.look_ahead(latest)
    shares, popular = following.share(ahead, range(TITLES))
    assert shares.shape == (len(latest), TITLES)
    np.testing.assert_allclose(shares.sum(axis=0) + popular, ahead.scores, rtol=1e-4, atol=1e-4)


def test_only_what_was_watched_last_has_a_share():
    n = LONGEST + 10
    following = Following(fit_next(draw_log(), n), np.arange(n).astype(str), np.arange(n))
    ahead = following.look_ahead(range(n))
    shares, popular = following.share(ahead, [3])
    assert shares.shape == (LONGEST, 1)
    np.testing.assert_allclose(shares.sum() + popular[0], ahead.scores[3], rtol=1e-4)


def test_what_was_watched_last_speaks_most_for_what_mostly_follows(following):
    ahead = following.look_ahead([7, 3, 20])
    shares, _ = following.share(ahead, [8])
    assert ahead.scores.argmax() == 8
    assert shares[:, 0].argmax() == 0
    assert shares[0, 0] > 0


def test_popularity_alone_is_left_for_who_watched_nothing(following):
    ahead = following.look_ahead([])
    shares, popular = following.share(ahead, [0, UNWATCHED])
    assert shares.shape == (0, 2)
    np.testing.assert_array_equal(popular, ahead.scores[[0, UNWATCHED]])


def test_titles_that_came_since_have_no_score_and_say_nothing(following):
    ids = ["new", *IDS[5:].tolist(), *IDS[:4].tolist()]  # one came, one went, all have other rows
    moved = restore_following(dump_following(following), ids)
    assert moved is not None
    ahead, before = moved.look_ahead([0, ids.index("t7")]), following.model.score_sequences
    assert np.isneginf(ahead.scores[0])
    recent = np.full((1, LONGEST), -1, np.int32)
    recent[0, 1] = 7  # the newcomer keeps its place
    expected = before(recent)[0][[int(title[1:]) for title in ids[1:]]]
    np.testing.assert_allclose(ahead.scores[1:], expected, rtol=1e-5, atol=1e-6)
    assert moved.share(ahead, [1])[0][0, 0] == 0


def test_a_model_without_has_none():
    assert restore_following({"weights": np.zeros(3)}, IDS.tolist()) is None


def test_what_does_not_fit_together_is_refused(following):
    arrays = dump_following(following)
    with pytest.raises(ValueError, match="its next title has 23 titles and arrays of shapes"):
        restore_following(arrays | {"next_title_ids": IDS[:-1]}, IDS.tolist())
    del arrays["next_lift"]
    with pytest.raises(ValueError, match="a NextTitle needs the arrays"):
        restore_following(arrays, IDS.tolist())


def test_two_are_compared_by_their_largest_difference(following):
    ridge = following.model.ridge.copy()
    ridge[2, 3] += 0.25
    other = replace(following, model=replace(following.model, ridge=ridge))
    assert compare_following(following, following) == 0
    assert compare_following(following, other) == pytest.approx(0.25, rel=1e-3)
    assert compare_following(following, replace(following, title_ids=IDS[::-1])) == np.inf
    assert compare_following(following, None) == np.inf
