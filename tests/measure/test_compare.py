import numpy as np
import pytest

from matinee.measure.compare import DRAWS_IN_MEMORY, compare_paired


def test_a_constant_difference_is_certain():
    second = np.linspace(0, 0.5, 40)
    comparison = compare_paired(second + 0.25, second, rng=np.random.default_rng(0))
    assert comparison.difference == pytest.approx(1 / 4)
    assert [comparison.low, comparison.high] == pytest.approx([1 / 4, 1 / 4])
    assert comparison.share_not_better == 0


def test_equal_models_are_never_better():
    values = np.random.default_rng(0).random(30)
    comparison = compare_paired(values, values, rng=np.random.default_rng(1))
    assert (comparison.difference, comparison.low, comparison.high, comparison.share_not_better) == (0, 0, 0, 1)


def test_the_interval_is_about_two_standard_errors_either_side():
    differences = np.random.default_rng(0).normal(0.1, 1, 2000)
    comparison = compare_paired(differences, np.zeros(2000), rng=np.random.default_rng(1), n=4000)
    se = differences.std(ddof=1) / 2000**0.5
    assert comparison.low == pytest.approx(differences.mean() - 1.96 * se, abs=0.1 * se)
    assert comparison.high == pytest.approx(differences.mean() + 1.96 * se, abs=0.1 * se)


def test_pairing_sees_a_small_gain_that_members_differences_would_drown():
    rng = np.random.default_rng(0)
    second = rng.normal(0, 10, 500)
    first = second + rng.normal(0.1, 0.1, 500)
    assert compare_paired(first, second, rng=rng).low > 0


def test_members_undefined_under_either_model_are_left_out():
    first, second = np.array([1.0, np.nan, 0.5]), np.array([0.5, 0.5, np.nan])
    comparison = compare_paired(first, second, rng=np.random.default_rng(0))
    assert (comparison.difference, comparison.n) == (1 / 2, 1)


def test_the_same_rng_gives_the_same_interval():
    values = np.random.default_rng(0).normal(size=50)
    once, again = (compare_paired(values, np.zeros(50), rng=np.random.default_rng(7)) for _ in range(2))
    assert once == again


def test_resamples_that_do_not_fit_in_memory_at_once_are_as_good_as_those_that_do():
    n_members = DRAWS_IN_MEMORY // 30
    values = np.random.default_rng(0).normal(0, 1, n_members)
    blocks = compare_paired(values, np.zeros(n_members), rng=np.random.default_rng(7), n=70)
    drawn = np.random.default_rng(7).integers(n_members, size=(70, n_members))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    assert (blocks.low, blocks.high) == (low, high)


@pytest.mark.parametrize(
    ("first", "second", "n", "match"),
    [
        (np.zeros(3), np.zeros(2), 10, r"second: got shape \(2,\)"),
        (np.zeros(3), np.zeros(3), 0, "n: got 0"),
        (np.array([np.nan]), np.zeros(1), 10, "no member for whom both are defined"),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, n, match):
    with pytest.raises(ValueError, match=match):
        compare_paired(first, second, rng=np.random.default_rng(0), n=n)
