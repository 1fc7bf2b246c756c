import numpy as np
import pytest

from matinee.measure.forecasts import compute_spearman, score_forecast

TRUTH = np.array([1.0, 2.0, 3.0, 4.0])


def score(mean, low, high):
    return score_forecast(TRUTH, np.array(mean), np.array(low), np.array(high), rng=np.random.default_rng(0))


def test_scores_worked_by_hand():
    told = score([1.0, 2.0, 3.0, 6.0], [0.0, 2.5, 2.0, 3.0], [2.0, 3.5, 4.0, 9.0])
    assert told.rmse == pytest.approx((4 / 4) ** 0.5)
    assert told.spearman == pytest.approx(1)
    assert (told.precision, told.coverage) == pytest.approx((1, 3 / 4))
    assert told.width == pytest.approx((2 + 1 + 2 + 6) / 4)


def test_rank_correlation_of_one_swap_in_four():
    assert compute_spearman(TRUTH, np.array([1.0, 3.0, 2.0, 4.0])) == pytest.approx(1 - 6 * 2 / (4 * 15))


def test_a_constant_forecast_scores_no_better_than_chance():
    truth = np.arange(1000.0)
    flat = np.zeros(1000)
    told = score_forecast(truth, flat, flat, flat, rng=np.random.default_rng(0))
    assert np.isnan(told.spearman)
    assert told.precision < 0.2


def test_nothing_to_score_is_undefined():
    none = np.array([])
    assert all(map(np.isnan, score_forecast(none, none, none, none, rng=np.random.default_rng(0))))


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        score([1.0], [1.0], [1.0])
