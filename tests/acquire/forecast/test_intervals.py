import numpy as np
import pytest

from matinee.acquire.forecast.intervals import fit_intervals


@pytest.fixture
def noisy():
    rng = np.random.default_rng(0)
    loud = rng.uniform(0, 1, 4000)
    return loud[:, None], rng.standard_normal(4000) * np.exp(2 * loud)


def test_the_interval_covers_four_fifths_and_a_little_more(noisy):
    signs, errors = noisy
    groups = np.zeros(4000, dtype=np.int64)
    intervals = fit_intervals(errors[:2000], signs[:2000], groups[:2000], errors[:2000])
    told = intervals.quantiles_of(np.zeros(2000), signs[2000:], groups[2000:], np.zeros(2000, dtype=bool))
    covered = (told[:, 0] <= errors[2000:]) & (errors[2000:] <= told[:, -1])
    assert covered.mean() == pytest.approx(0.81, abs=0.02)
    assert covered[signs[2000:, 0] > 0.8].mean() == pytest.approx(0.81, abs=0.05)


def test_a_group_with_larger_errors_gets_wider_intervals(noisy):
    _, errors = noisy
    groups = (np.arange(4000) % 2).astype(np.int64)
    intervals = fit_intervals(errors * (1 + 3 * groups), np.zeros((4000, 1)), groups, errors)
    told = intervals.quantiles_of(np.zeros(2), np.zeros((2, 1)), np.array([0, 1]), np.zeros(2, dtype=bool))
    assert np.ptp(told[1]) > 3 * np.ptp(told[0])


def test_a_strange_title_gets_more_than_the_spread_of_everything(noisy):
    signs, errors = noisy
    groups = np.zeros(4000, dtype=np.int64)
    intervals = fit_intervals(errors / 100, signs, groups, 7 + errors)
    told = intervals.quantiles_of(np.full(1, 7.0), signs[:1], groups[:1], np.ones(1, dtype=bool))
    spread = np.quantile(errors, 0.9) - np.quantile(errors, 0.1)
    assert np.ptp(told[0]) == pytest.approx(1.5 * spread, rel=0.1)
