import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import logsumexp

from matinee.recommend.mixture import learn_mixture

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


def learn(own, shared, seen, relevant, *, reg):
    return learn_mixture([own], shared, seen, relevant, reg=reg)


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
    w = learn(*draw_choices(8_000), reg=0.0)
    np.testing.assert_allclose(w, TRUE, atol=0.08)  # standard errors are about .02
    assert w.dtype == np.float32


@pytest.mark.parametrize("reg", [0.0, 1e-3, 0.1])
@pytest.mark.parametrize("targets", [1, 5])
def test_at_the_weights_found_the_likelihood_is_flat(reg, targets):
    case = draw_choices(300, targets=targets)
    w = learn(*case, reg=reg).astype(np.float64)
    np.testing.assert_allclose(slope(w, case, reg), 0, atol=1e-4)
    assert np.abs(slope(w + 0.1, case, reg)).max() > 1e-2


def test_no_step_away_is_likelier():
    case = draw_choices(300)
    w = learn(*case, reg=1e-3).astype(np.float64)
    for step in 0.02 * np.vstack([np.eye(3), -np.eye(3)]):
        assert loss(w + step, case, 1e-3) > loss(w, case, 1e-3)


def test_members_who_chose_nothing_do_not_count():
    linear, log_counts, seen, relevant = draw_choices(300)
    chosen = relevant.toarray()
    chosen[100:] = False
    everybody = learn(linear, log_counts, seen, csr_array(chosen), reg=0.1)
    first = learn(linear[:100], log_counts, seen[:100], relevant[:100], reg=0.1)
    np.testing.assert_allclose(everybody, first, atol=1e-4)


def test_where_nobody_chose_anything_no_part_has_weight():
    linear, log_counts, seen, _ = draw_choices(5)
    nothing = csr_array(np.zeros((5, 40), dtype=np.bool_))
    assert learn(linear, log_counts, seen, nothing, reg=0.1).tolist() == [0, 0, 0]


def test_a_member_who_saw_everything_but_what_was_chosen_does_no_harm():
    linear, log_counts, _, _ = draw_choices(1)
    chosen = np.arange(40)[None, :] == 7
    w = learn(linear, log_counts, csr_array((~chosen).astype(np.float32)), csr_array(chosen), reg=0.1)
    np.testing.assert_allclose(w, 0, atol=1e-3)


def test_a_part_that_is_the_same_for_all_may_be_shared_or_laid_out_for_each():
    linear, log_counts, seen, relevant = draw_choices(300)
    laid_out = [linear, *(np.tile(row, (300, 1)) for row in log_counts)]
    w = learn_mixture(laid_out, log_counts[:0], seen, relevant, reg=0.01)
    np.testing.assert_allclose(w, learn_mixture([linear], log_counts, seen, relevant, reg=0.01), atol=1e-3)
