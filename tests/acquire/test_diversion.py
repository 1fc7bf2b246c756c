import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array
from scipy.special import softmax

from matinee.acquire.diversion import Choice, anchor, fit_choice, gather_alternatives, split_plays
from matinee.tables.log import EVENTS

MEMBERS, TITLES = 400, 12


@pytest.fixture(scope="module")
def signals():
    return np.random.default_rng(0).standard_normal((2, MEMBERS, TITLES))


def test_weights_that_made_the_choices_are_found(signals):
    rng = np.random.default_rng(1)
    V = -2.0 + 0.5 * signals[0] + 1.0 * signals[1]
    chances = softmax(np.column_stack([np.zeros(MEMBERS), V]), axis=1)
    picks = np.zeros((MEMBERS, TITLES + 1))
    for row, chance in zip(picks, chances, strict=True):
        for title in set(rng.choice(TITLES + 1, 3, p=chance)) - {0}:
            row[title] = 1
    model = fit_choice(signals, csr_array(picks[:, 1:]), np.full(MEMBERS, 3.0), csr_array((MEMBERS, TITLES)))
    assert model.weights == pytest.approx([-2.0, 0.5, 1.0], abs=0.2)


def test_of_a_signal_that_is_the_same_for_all_nothing_is_learned(signals):
    flat = np.concatenate([signals, np.full((1, MEMBERS, TITLES), 4.499809670330265)])
    chosen = csr_array((np.random.default_rng(3).random((MEMBERS, TITLES)) < 0.1) * 1.0)
    model = fit_choice(flat, chosen, np.full(MEMBERS, 3.0), csr_array((MEMBERS, TITLES)))
    assert abs(model.weights[-1]) < 1e-3


def test_visits_that_fall_on_a_title_seen_are_not_taken_for_nothing(signals):
    seen = csr_array(np.ones((MEMBERS, TITLES)) * (np.arange(TITLES) < 6))
    picks = csr_array((np.arange(TITLES) >= 6) * (np.random.default_rng(2).random((MEMBERS, TITLES)) < 0.05) * 1.0)
    visits = np.full(MEMBERS, 3.0)
    knowing, blind = (fit_choice(signals, picks, visits, each) for each in (seen, csr_array((MEMBERS, TITLES))))
    assert knowing.weights[0] > blind.weights[0]


def test_the_split_adds_up_and_takes_from_alike_members_by_share(signals):
    model, visits = Choice(np.array([-2.0, 0.5, 1.0])), np.full(MEMBERS, 2.0)
    alike = np.repeat(signals[:, :1], MEMBERS, axis=1)
    made = split_plays(model, alike, visits, taste=np.zeros(MEMBERS), plays=80.0)
    W = np.exp(model.utilities(alike))[0]
    assert made.diverted == pytest.approx(80 * W / (1 + W.sum()))
    assert made.incremental == pytest.approx(80 / (1 + W.sum()))


def test_fans_of_the_new_title_give_up_what_they_would_have_watched(signals):
    model, visits = Choice(np.array([-2.0, 0.0, 1.0])), np.full(MEMBERS, 2.0)
    fans = np.where(signals[1, :, 0] > 1, 2.0, -2.0)
    loyal, others = (
        split_plays(model, signals, visits, taste=taste, plays=80.0).diverted[0] for taste in (fans, np.zeros(MEMBERS))
    )
    assert loyal > 1.5 * others


def test_an_anchored_model_gives_the_share_that_the_holdout_measured(signals):
    model, visits, taste = Choice(np.array([-2.0, 0.5, 1.0])), np.full(MEMBERS, 2.0), np.zeros(MEMBERS)
    anchored = anchor(model, signals, visits, taste=taste, plays=80.0, share=0.3)
    assert split_plays(anchored, signals, visits, taste=taste, plays=80.0).incremental == pytest.approx(24, rel=1e-4)
    with pytest.raises(ValueError, match=r"share must lie in \(0, 1\), got 1"):
        anchor(model, signals, visits, taste=taste, plays=80.0, share=1)


def test_signals_say_popularity_exposure_freshness_and_taste():
    rows = {"member_row": [0, 1], "title_row": [0, 0], "at": [0, 86_400 * 3], "weight": [1.0, 1.0]}
    events = pl.DataFrame(rows, schema_overrides=EVENTS)
    seen = csr_array(np.array([[1.0, 0.0], [1.0, 0.0]]))
    taste = np.array([[0.0, 1.0], [0.0, -1.0]], np.float32)
    made = gather_alternatives(events, taste, np.array([3.0, 0.0]), seen, now=86_400 * 3)
    assert made[0, 0] == pytest.approx(np.log([1.6, 0.1]))
    assert made[4, 0] == pytest.approx(np.log1p([3, 0]))
    assert made[5, 0].tolist() == pytest.approx([2 ** (-3 / 7), 1])
    assert made[-2].tolist() == [[1, 0], [1, 0]]
    assert made[-1] == pytest.approx(np.log([[0.005, 1.005], [0.005, 0.005]]))


def test_what_cannot_be_split_is_named(signals):
    with pytest.raises(ValueError, match=r"plays must lie in \(0, 800\)"):
        split_plays(Choice(np.zeros(3)), signals, np.full(MEMBERS, 2.0), taste=np.zeros(MEMBERS), plays=900.0)
    nothing = csr_array((MEMBERS, TITLES))
    with pytest.raises(ValueError, match="want members who came and chose"):
        fit_choice(signals, nothing, np.ones(MEMBERS), nothing)
