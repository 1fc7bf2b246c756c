from dataclasses import replace

import numpy as np
import pytest

from matinee.world import Truth, affinity, choice_probabilities, true_utility
from matinee.world.clock import START

DAY = 86_400


def two_works() -> Truth:
    """One member, two works: released 10 days before the log and on its day 5."""
    return Truth(
        seed=0,
        tastes=np.array([[1.0, 2.0]]),
        vectors=np.array([[0.5, 0.25], [-1.0, 1.0]]),
        quality=np.array([0.5, 0.0]),
        country_shifts=np.array([[0.0, 0.0], [0.1, 0.2]]),
        countries=np.array([1]),
        released=np.array([-10, 5]),
        taste=2.0,
        freshness=4.0,
        half_life_days=10.0,
        outside=1.0,
        first_days=np.array([0]),
        visits=np.array([1]),
        first_parts=np.array([0, 1]),
        parts=np.array([1, 1]),
    )


def test_utility_is_taste_quality_country_and_freshness_added_up():
    found = true_utility(two_works(), [0], [0, 1], START + 15 * DAY)
    old = 2 * 1.0 + 0.5 + 0.1 + 4 * 2 ** (-25 / 10)
    new = 2 * 1.0 + 0.0 + 0.2 + 4 / 2
    assert found == pytest.approx(np.array([[old, new]]))


def test_a_work_cannot_be_chosen_before_its_day_of_release():
    truth = two_works()
    assert true_utility(truth, [0], [1], START + 5 * DAY - 1)[0, 0] == -np.inf
    assert true_utility(truth, [0], [1], START + 5 * DAY)[0, 0] == pytest.approx(2 + 0.2 + 4)


def test_probabilities_are_those_of_a_logit_with_an_outside_option():
    truth = replace(two_works(), freshness=0.0)
    weights = np.exp([2.6, 2.2, 1.0])
    found = choice_probabilities(truth, [0], START + 15 * DAY)
    assert found[0] == pytest.approx(weights[:2] / weights.sum())


def test_what_is_taken_out_goes_to_the_others_in_proportion(small):
    at = START + 30 * DAY
    with_all = choice_probabilities(small.truth, [0, 5], at)
    without = choice_probabilities(small.truth, [0, 5], at, without=[3, 40])
    kept = np.setdiff1d(np.flatnonzero(with_all[0]), [3, 40])
    ratio = without[:, kept] / with_all[:, kept]
    assert without[:, [3, 40]].max() == 0
    assert ratio == pytest.approx(np.repeat(1 / (1 - with_all[:, [3, 40]].sum(1)), len(kept)).reshape(2, -1))


def test_probabilities_stay_finite_where_everything_is_taken_out(small):
    found = choice_probabilities(small.truth, [0], START, without=np.arange(120))
    assert (found == 0).all()


def test_affinities_have_mean_zero_and_variance_about_one(mixed):
    found = affinity(mixed.truth, np.arange(3_000), np.arange(700))
    assert abs(found.mean()) < 0.1
    assert 0.8 < found.var() < 1.3


@pytest.mark.parametrize(
    ("members", "titles", "message"),
    [([400], [0], "member_rows is .*, wanted a list of rows from 0 to 399"), ([0], [-1], "title_rows is .* 0 to 119")],
)
def test_rows_that_do_not_exist_are_refused(small, members, titles, message):
    with pytest.raises(ValueError, match=message):
        true_utility(small.truth, members, titles, START)
