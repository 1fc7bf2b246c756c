import math

import numpy as np
import pytest

from matinee.measure import trials
from matinee.measure.trials import adjust_by_before, difference_interval, mean_interval, sample_ratio


def test_intervals_are_about_two_standard_errors_either_side():
    rng = np.random.default_rng(0)
    first, second = rng.poisson(2.0, 900).astype(float), rng.poisson(1.5, 400).astype(float)
    se = (first.var(ddof=1) / 900 + second.var(ddof=1) / 400) ** 0.5
    found = difference_interval(first, second, rng=rng, n=20_000)
    assert found.value == pytest.approx(first.mean() - second.mean())
    assert [found.low, found.high] == pytest.approx([found.value - 1.96 * se, found.value + 1.96 * se], abs=0.1 * se)
    alone, half = mean_interval(first, rng=rng, n=20_000), 1.96 * first.std(ddof=1) / 30
    assert [alone.low, alone.high] == pytest.approx([alone.value - half, alone.value + half], abs=0.1 * half)


def test_intervals_hold_the_true_difference_about_95_times_in_100():
    rng, covered = np.random.default_rng(1), 0
    for _ in range(400):
        first, second = rng.poisson(0.9, 300).astype(float), rng.poisson(0.6, 150).astype(float)
        found = difference_interval(first, second, rng=rng, n=500)
        covered += found.low <= 0.3 <= found.high
    assert 0.92 * 400 <= covered <= 0.98 * 400


def test_resamples_that_do_not_fit_in_memory_at_once_are_as_good_as_those_that_do(monkeypatch):
    values = np.random.default_rng(0).normal(size=50)
    whole = mean_interval(values, rng=np.random.default_rng(7), n=100)
    monkeypatch.setattr(trials, "DRAWS_IN_MEMORY", 500)
    assert mean_interval(values, rng=np.random.default_rng(7), n=100) == whole


def test_too_few_members_have_no_interval():
    rng = np.random.default_rng(0)
    with pytest.warns(RuntimeWarning, match="too few members"):
        found = mean_interval(np.array([3.0]), rng=rng)
    assert found.value == 3
    assert math.isnan(found.low)
    with pytest.warns(RuntimeWarning, match="too few members"):
        assert math.isnan(mean_interval(np.array([]), rng=rng).value)
    with pytest.warns(RuntimeWarning, match="too few members"):
        assert math.isnan(difference_interval(np.array([3.0]), np.array([1.0, 2.0]), rng=rng).value)


def test_the_sample_ratio_is_a_chi_square_test():
    """(60 - 50)^2 / 50 twice is 4 with one degree of freedom: p = erfc(sqrt(2))."""
    assert sample_ratio({"a": 60, "b": 40}, {"a": 0.5, "b": 0.5}) == pytest.approx(math.erfc(2**0.5))
    assert sample_ratio({"a": 60, "b": 40}, {"b": 0.4, "a": 0.6}) == pytest.approx(1)
    assert sample_ratio({"a": 600, "b": 400, "c": 0}, {"a": 0.5, "b": 0.4, "c": 0.1}) < 1e-20
    assert sample_ratio({"a": 7}, {"a": 1.0}) == 1


def test_a_ratio_of_nobody_is_undefined():
    with pytest.warns(RuntimeWarning, match="nobody was seen"):
        assert math.isnan(sample_ratio({"a": 0, "b": 0}, {"a": 0.5, "b": 0.5}))


def test_a_ratio_needs_the_same_arms():
    with pytest.raises(ValueError, match=r"shares: got arms \['a'\], want those of `counts`: \['a', 'b'\]"):
        sample_ratio({"a": 1, "b": 1}, {"a": 1.0})


def test_what_the_past_foretold_is_taken_out_without_moving_the_mean():
    rng = np.random.default_rng(0)
    before = rng.poisson(3, 2_000).astype(float)
    values = 0.8 * before + rng.normal(0, 0.5, 2_000)
    adjusted = adjust_by_before(values, before)
    assert adjusted.mean() == pytest.approx(values.mean())
    assert adjusted.var() == pytest.approx(values.var() - np.cov(values, before)[0, 1] ** 2 / before.var(), rel=1e-2)
    assert np.corrcoef(adjusted, before)[0, 1] == pytest.approx(0, abs=1e-9)


def test_a_past_that_is_the_same_for_all_foretells_nothing():
    values = np.array([1.0, 2.0, 4.0])
    assert (adjust_by_before(values, np.ones(3)) == values).all()
    with pytest.raises(ValueError, match=r"before: got shape \(2,\)"):
        adjust_by_before(values, np.ones(2))
