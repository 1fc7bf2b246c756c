"""Estimators against a world in which the true reward of any policy is known."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from matinee.measure.off_policy import (
    Estimate,
    estimate_doubly_robust,
    estimate_ips,
    estimate_snips,
    importance_weights,
)
from matinee.world import WorldSettings, affinity, choice_probabilities
from matinee.world.clock import START
from matinee.world.service import build_world

Floats = npt.NDArray[np.float64]
SEEDS = 100
DECISIONS = 1_500


@dataclass(frozen=True)
class Bandit:
    """One title is shown to a member who comes; the reward is 1 if they choose it rather than nothing.

    All arrays are (members, titles): chance of the reward, of being shown by the logging and by the new policy, and
    what a flawed model of the reward says.
    """

    reward: Floats
    logging: Floats
    target: Floats
    model: Floats

    @property
    def truth(self) -> float:
        return float((self.target * self.reward).sum(axis=1).mean())

    def log(self, seed: int, *, clip: float = math.inf) -> tuple[Floats, Floats, Floats, Floats]:
        """Draw decisions: rewards, weights, predicted, expected."""
        rng = np.random.default_rng(seed)
        members = rng.integers(len(self.reward), size=DECISIONS)
        shown = (rng.random((DECISIONS, 1)) > np.cumsum(self.logging[members], axis=1)).sum(axis=1)
        shown = np.minimum(shown, self.reward.shape[1] - 1)
        rewards = (rng.random(DECISIONS) < self.reward[members, shown]).astype(float)
        weights = importance_weights(self.target[members, shown], self.logging[members, shown], clip=clip)
        expected = (self.target * self.model)[members].sum(axis=1)
        return rewards, weights, self.model[members, shown], expected


def softmax(utility: Floats) -> Floats:
    weights = np.exp(utility - utility.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@pytest.fixture(scope="module")
def bandit() -> Bandit:
    settings = WorldSettings(members=300, titles=12, days=30, new_titles=0.0, freshness=0.0, views_per_member=4)
    truth = build_world(settings, np.random.default_rng(5)).truth
    members, titles = np.arange(300), np.arange(12)
    alone = [choice_probabilities(truth, members, START, without=np.delete(titles, row))[:, row] for row in titles]
    reward = np.stack(alone, axis=1)
    popular = np.tile(truth.quality, (300, 1))
    return Bandit(
        reward=reward,
        logging=0.8 * softmax(popular) + 0.2 / 12,
        target=softmax(1.5 * affinity(truth, members, titles)),
        model=0.6 * reward + 0.4 * reward.mean() + 0.03,
    )


@pytest.fixture(scope="module")
def estimates(bandit: Bandit) -> dict[str, list[Estimate]]:
    found: dict[str, list[Estimate]] = {"ips": [], "snips": [], "dr": []}
    for seed in range(SEEDS):
        rewards, weights, predicted, expected = bandit.log(seed)
        found["ips"].append(estimate_ips(rewards, weights))
        found["snips"].append(estimate_snips(rewards, weights))
        found["dr"].append(estimate_doubly_robust(rewards, weights, predicted=predicted, expected=expected))
    return found


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_intervals_hold_the_true_reward_about_95_times_in_100(bandit, estimates, name):
    covered = sum(each.low <= bandit.truth <= each.high for each in estimates[name])
    assert 90 <= covered <= 99


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_the_average_estimate_is_the_true_reward(bandit, estimates, name):
    values = np.array([each.value for each in estimates[name]])
    assert values.mean() == pytest.approx(bandit.truth, abs=3 * values.std() / SEEDS**0.5)


def test_a_model_of_the_reward_makes_the_estimate_steadier_even_where_it_is_wrong(estimates):
    spread = {name: np.std([each.value for each in found]) for name, found in estimates.items()}
    width = {name: np.mean([each.high - each.low for each in found]) for name, found in estimates.items()}
    assert spread["dr"] < 0.9 * spread["ips"]
    assert width["dr"] < 0.9 * width["ips"]


def test_what_was_logged_would_mislead(bandit):
    rewards = bandit.log(0)[0]
    assert abs(rewards.mean() - bandit.truth) > 5 * rewards.std() / DECISIONS**0.5


def test_doubly_robust_forgives_wrong_propensities_where_the_model_is_right(bandit):
    rewards, weights, _, _ = bandit.log(0)
    exact = Bandit(bandit.reward, bandit.logging, bandit.target, bandit.reward)
    _, _, predicted, expected = exact.log(0)
    found = estimate_doubly_robust(rewards, 2 * weights, predicted=predicted, expected=expected)
    assert found.low < bandit.truth < found.high
    assert estimate_ips(rewards, 2 * weights).low > bandit.truth


def test_clipping_is_steadier_and_biased(bandit, estimates):
    clipped = [estimate_ips(*bandit.log(seed, clip=2.0)[:2]).value for seed in range(SEEDS)]
    assert np.std(clipped) < np.std([each.value for each in estimates["ips"]])
    assert np.mean(clipped) < bandit.truth - 5 * np.std(clipped) / SEEDS**0.5


def test_small_tables_come_out_as_worked_by_hand():
    rewards, weights = np.array([1.0, 0.0, 1.0]), np.array([2.0, 1.0, 0.0])
    assert estimate_ips(rewards, weights).value == pytest.approx(2 / 3)
    assert estimate_snips(rewards, weights).value == pytest.approx(2 / 3)
    assert estimate_ips(rewards, weights).effective == pytest.approx(9 / 5)
    predicted, expected = np.full(3, 0.5), np.full(3, 0.25)
    found = estimate_doubly_robust(rewards, weights, predicted=predicted, expected=expected)
    assert found.value == pytest.approx(1 / 4 + (2 * 0.5 - 1 * 0.5) / 3)


def test_the_interval_of_self_normalised_scoring_is_as_worked_by_hand():
    """Influences 4 (1 - 2/3) / 2, 2 (0 - 2/3) / 2 and 0 have a deviation of 2/3."""
    found = estimate_snips(np.array([1.0, 0.0, 1.0]), np.array([4.0, 2.0, 0.0]))
    half = 1.96 * (2 / 3) / 3**0.5
    assert [found.low, found.value, found.high] == pytest.approx([2 / 3 - half, 2 / 3, 2 / 3 + half], rel=1e-3)


def test_the_same_policy_has_weights_of_one_and_its_plain_mean():
    chances, rewards = np.array([0.2, 0.5, 0.3]), np.array([1.0, 0.0, 0.5])
    weights = importance_weights(chances, chances, clip=math.inf)
    assert estimate_snips(rewards, weights).value == estimate_ips(rewards, weights).value == pytest.approx(0.5)
    assert estimate_ips(rewards, weights).effective == pytest.approx(3)


def test_self_normalised_scoring_moves_along_with_a_constant():
    rewards, weights = np.array([1.0, 0.0, 2.0]), np.array([0.5, 3.0, 1.0])
    moved = estimate_snips(rewards + 10, weights)
    assert moved.value == pytest.approx(estimate_snips(rewards, weights).value + 10)


def test_what_was_never_tried_stays_undefined():
    with pytest.warns(RuntimeWarning, match="too few logged decisions"):
        found = estimate_snips(np.ones(5), np.zeros(5))
    assert math.isnan(found.value)
    assert math.isnan(found.high)
    with pytest.warns(RuntimeWarning, match="too few logged decisions"):
        assert math.isnan(estimate_ips(np.ones(1), np.ones(1)).low)


@pytest.mark.parametrize(
    ("chances", "propensities", "clip", "match"),
    [
        ([0.5], [0.0], 1, r"propensities: want probabilities in \(0, 1\]"),
        ([0.5], [1.5], 1, "propensities: want"),
        ([1.5], [0.5], 1, "chances: want"),
        ([0.5], [0.5, 0.5], 1, r"propensities: got shape \(2,\)"),
        ([float("nan")], [0.5], 1, "not finite"),
        ([0.5], [0.5], 0, "clip: got 0"),
    ],
)
def test_what_is_no_probability_is_refused(chances, propensities, clip, match):
    with pytest.raises(ValueError, match=match):
        importance_weights(np.array(chances), np.array(propensities), clip=clip)
