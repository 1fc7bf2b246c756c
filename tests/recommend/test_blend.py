import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.special import logsumexp

from matinee.recommend.blend import build_blend, learn_weights, standardise_scores

TRUE = np.array([1.2, 0.8, -0.5])


def draw_choices(members, titles=40, targets=1, seed=1):
    """Parts, what was seen, and what members then chose by a multinomial logit whose weights are `TRUE`."""
    rng = np.random.default_rng(seed)
    linear = rng.normal(size=(members, titles)).astype(np.float32)
    log_counts = rng.normal(size=(2, titles)).astype(np.float32)
    seen = rng.random((members, titles)) < 0.2
    utility = np.where(seen, -np.inf, TRUE[0] * linear + TRUE[1:] @ log_counts)
    order = np.argsort(-(utility + rng.gumbel(size=utility.shape)), axis=1)
    relevant = np.zeros_like(seen)
    np.put_along_axis(relevant, order[:, :targets], values=True, axis=1)
    return linear, log_counts, csr_array(seen.astype(np.float32)), csr_array(relevant)


def loss(w, parts, reg):
    """The formula of the module, in float64 and member by member."""
    linear, log_counts, seen, relevant = parts
    scores = np.where(seen.toarray() > 0, -np.inf, w[0] * linear.astype(np.float64) + w[1:] @ log_counts)
    likelihoods = [
        np.mean(row[chosen] - logsumexp(row))
        for row, chosen in zip(scores, relevant.toarray(), strict=True)
        if any(chosen)
    ]
    return -np.mean(likelihoods) + reg * w @ w


def slope(w, parts, reg, step=1e-5):
    return [(loss(w + d, parts, reg) - loss(w - d, parts, reg)) / (2 * step) for d in step * np.eye(len(w))]


def test_the_weights_that_made_the_choices_are_found_again():
    w = learn_weights(*draw_choices(8_000), reg=0.0)
    np.testing.assert_allclose(w, TRUE, atol=0.08)  # standard errors are about .02
    assert w.dtype == np.float32


@pytest.mark.parametrize("reg", [0.0, 1e-3, 0.1])
@pytest.mark.parametrize("targets", [1, 5])
def test_at_the_weights_found_the_likelihood_is_flat(reg, targets):
    case = draw_choices(300, targets=targets)
    w = learn_weights(*case, reg=reg).astype(np.float64)
    np.testing.assert_allclose(slope(w, case, reg), 0, atol=1e-4)
    assert np.abs(slope(w + 0.1, case, reg)).max() > 1e-2


def test_no_step_away_is_likelier():
    case = draw_choices(300)
    w = learn_weights(*case, reg=1e-3).astype(np.float64)
    for step in 0.02 * np.vstack([np.eye(3), -np.eye(3)]):
        assert loss(w + step, case, 1e-3) > loss(w, case, 1e-3)


def test_members_who_chose_nothing_do_not_count():
    linear, log_counts, seen, relevant = draw_choices(300)
    chosen = relevant.toarray()
    chosen[100:] = False
    everybody = learn_weights(linear, log_counts, seen, csr_array(chosen), reg=0.1)
    first = learn_weights(linear[:100], log_counts, seen[:100], relevant[:100], reg=0.1)
    np.testing.assert_allclose(everybody, first, atol=1e-4)


def test_where_nobody_chose_anything_no_part_has_weight():
    linear, log_counts, seen, _ = draw_choices(5)
    nothing = csr_array(np.zeros((5, 40), dtype=np.bool_))
    assert learn_weights(linear, log_counts, seen, nothing, reg=0.1).tolist() == [0, 0, 0]


def test_a_member_who_saw_everything_but_what_was_chosen_does_no_harm():
    linear, log_counts, _, _ = draw_choices(1)
    chosen = np.arange(40)[None, :] == 7
    w = learn_weights(linear, log_counts, csr_array((~chosen).astype(np.float32)), csr_array(chosen), reg=0.1)
    np.testing.assert_allclose(w, 0, atol=1e-3)


def test_scores_are_standardised_over_known_titles_only():
    known = np.array([True, False, True, True])
    z = standardise_scores(np.array([[1, 9, 2, 3], [10, 0, 20, 30]], dtype=np.float32), known)
    unit = np.sqrt(3 / 2)
    np.testing.assert_allclose(z, [[-unit, 7 * unit, 0, unit], [-unit, -2 * unit, 0, unit]], rtol=1e-6)


@settings(deadline=None)
@given(score=st.floats(-1e6, 1e6, width=32), n=st.integers(1, 2_000))
def test_a_flat_row_becomes_zero_even_for_a_title_that_differs(score, n):
    scores = np.append(np.full(n, score, dtype=np.float32), np.float32(0))[None, :]
    assert not standardise_scores(scores, np.arange(n + 1) < n).any()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-12, 6))
def test_scores_of_any_size_standardise_alike(seed, power):
    scores = np.random.default_rng(seed).normal(size=(3, 30)).astype(np.float32)
    known = np.ones(30, dtype=np.bool_)
    scaled = standardise_scores(scores * np.float32(10.0**power), known)
    np.testing.assert_allclose(scaled, standardise_scores(scores, known), atol=1e-4)


KNOWN = np.array([True, True, True, False])
COUNTS = np.array([[4, 3, 2, 1], [-1, 1, 0, -4]], dtype=np.float32)
WEIGHTS = np.array([[0, 1, 2, 3], [1, 0, 1, 0], [2, 2, 0, 1], [0, 0, 0, 0]], dtype=np.float32)


def blend(taste=2.0, popular_weights=(1.0, 0.5)):
    return build_blend(WEIGHTS, KNOWN, COUNTS, taste=taste, popular_weights=np.array(popular_weights, np.float32))


def test_a_score_is_standardised_taste_and_the_shelf():
    unit = np.sqrt(3 / 2)
    scores = blend().score(csr_array(np.array([[1, 0, 0, 0]], dtype=np.float32)))
    np.testing.assert_allclose(scores, [[0.5 - 2 * unit, 0.5, -1 + 2 * unit, -4 + 4 * unit]], rtol=1e-5)


def test_an_empty_history_gets_the_shelf_alone_whose_mean_is_zero():
    model = blend()
    np.testing.assert_allclose(model.score(csr_array(np.zeros((1, 4), np.float32))), [model.shelf])
    np.testing.assert_allclose(model.shelf, [0.5, 0.5, -1, -4])


def test_row_means_are_taken_over_known_titles():
    np.testing.assert_allclose(blend().row_means, [1, 2 / 3, 4 / 3, 0], rtol=1e-6)


def test_a_negative_weight_lifts_no_title_for_having_no_past():
    np.testing.assert_allclose(blend(popular_weights=(0, -1)).shelf, [1, -1, 0, -1])


def test_what_was_given_stays_as_it_was():
    weights, counts = WEIGHTS.copy(), COUNTS.copy()
    blend().score(csr_array(np.eye(4, dtype=np.float32)))
    np.testing.assert_array_equal(weights, WEIGHTS)
    np.testing.assert_array_equal(counts, COUNTS)
