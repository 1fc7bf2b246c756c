import numpy as np
import pytest
from scipy.special import logsumexp

from matinee.recommend.ranker import logit
from matinee.recommend.ranker.features import FEATURES
from matinee.recommend.ranker.logit import fit_logit

SIZE = 12


def draw_choices(members, seed=1):
    """Choices by a multinomial logit: the blend, and a taste for what is old."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(members * SIZE, len(FEATURES))).astype(np.float32)
    blended = rng.normal(size=len(x)).astype(np.float32)
    utility = blended + x[:, FEATURES.index("age")] + rng.gumbel(size=len(x))
    best = utility.reshape(members, SIZE).argmax(axis=1) + np.arange(members) * SIZE
    chosen = np.zeros(len(x), np.bool_)
    chosen[best] = True
    return x, chosen, np.full(members, SIZE), blended


def test_what_the_blend_missed_is_found_and_nothing_else(monkeypatch):
    monkeypatch.setattr(logit, "REG", 1e-4)
    weights = fit_logit(*draw_choices(3_000)).weights
    age = FEATURES.index("age")
    assert weights[age] == pytest.approx(1, abs=0.1)
    np.testing.assert_allclose(np.delete(weights, age), 0, atol=0.12)


def test_no_step_away_is_likelier():
    x, chosen, _, blended = draw_choices(200)
    model = fit_logit(x, chosen, np.full(200, SIZE), blended)
    z = model._expand(x)

    def loss(v):
        scores = (blended + z @ v).reshape(200, SIZE)
        return logsumexp(scores, axis=1).mean() - scores[chosen.reshape(200, SIZE)].mean() + logit.REG * v @ v

    least = loss(model.weights)
    for place in range(0, len(model.weights), 5):
        for step in (-0.1, 0.1):
            assert loss(model.weights + step * (np.arange(len(model.weights)) == place)) > least


def test_contributions_sum_to_the_correction_also_where_a_feature_is_constant():
    x, chosen, sizes, blended = draw_choices(100)
    x[:, 3] = 7
    model = fit_logit(x, chosen, sizes, blended)
    np.testing.assert_allclose(model.contribute(x).sum(axis=1), model.predict(x), atol=1e-5)
    assert not model.contribute(x)[:, 3].any()


def test_far_values_are_cut_off():
    model = fit_logit(*draw_choices(100))
    far = np.full((1, len(FEATURES)), 1e6, np.float32)
    np.testing.assert_allclose(model.predict(far), model.predict(100 * far))
