from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from matinee.recommend.model import dump_arrays, restore_model
from matinee.recommend.next_title import FIRST_WEIGHTS, LONGEST, PRIOR, NextTitle, fit_next
from matinee.recommend.tune_next import score_exam, tune_next
from matinee.store.models import load_model, save_model
from matinee.tables.log import EVENTS

TITLES = 24
UNWATCHED = 23


def draw_log(members=200, length=10, seed=0):
    """Mostly walks around a circle of titles: after 7 comes 8; now and then a jump."""
    rng = np.random.default_rng(seed)
    rows = []
    for member in range(members):
        title = int(rng.integers(UNWATCHED))
        walk: list[int] = []
        while len(walk) < length:
            walk.append(title)
            title = (title + 1) % UNWATCHED if rng.random() < 0.8 else int(rng.integers(UNWATCHED))
            if title in walk:
                break
        rows += [(member, title, 100 + place, 1.0) for place, title in enumerate(walk)]
    return pl.DataFrame(rows, schema=EVENTS, orient="row")


def lay_recent(*lines):
    recent = np.full((len(lines), LONGEST), -1, dtype=np.int32)
    for row, line in enumerate(lines):
        recent[row, : len(line)] = line
    return recent


@pytest.fixture(scope="module")
def model() -> NextTitle:
    return fit_next(draw_log(), TITLES, reg=1.0)


def test_what_mostly_comes_next_is_ranked_first(model):
    scores = model.score_sequences(lay_recent([7, 6, 5], [15], [2, 1]))
    assert scores.argmax(axis=1).tolist() == [8, 16, 3]
    assert scores.dtype == np.float32


def test_the_order_of_what_was_watched_counts(model):
    forwards, backwards = model.score_sequences(lay_recent([7, 3], [3, 7]))
    assert (forwards.argmax(), backwards.argmax()) == (8, 4)


def test_the_ridge_is_the_plain_solution():
    log = draw_log(members=12)
    model = fit_next(log, TITLES, reg=2.0)
    features, following = [], []
    for _, events in log.group_by("member_row"):
        line = events.sort("at")["title_row"].to_numpy()
        for end in range(1, len(line)):
            recent = line[:end][::-1]
            f = np.zeros((3, TITLES))
            f[0, recent[:1]] = 1
            f[1, recent[:6]] = 2.0 ** (-np.arange(len(recent[:6])) / 2)
            f[2, recent[:30]] = 2.0 ** (-np.arange(len(recent[:30])) / 12)
            features.append(f.ravel())
            following.append(np.eye(TITLES)[line[end]])
    F, Y = np.array(features), np.array(following)
    np.testing.assert_allclose(model.ridge, np.linalg.solve(F.T @ F + 2 * np.eye(72), F.T @ Y), atol=1e-4)


def test_lift_is_the_logarithm_of_how_much_likelier_a_title_is_after_another():
    log = pl.DataFrame([(0, 0, 1, 1.0), (0, 1, 2, 1.0), (1, 0, 1, 1.0), (1, 2, 2, 1.0)], schema=EVENTS, orient="row")
    lift = fit_next(log, 3).lift
    share = np.array([3, 2, 2]) / 7
    likely = (np.array([0, 1, 1]) + PRIOR * share) / (2 + PRIOR)
    np.testing.assert_allclose(lift[0], np.log(likely / share), rtol=1e-5)
    np.testing.assert_allclose(lift[1], 0, atol=1e-6)


def test_who_watched_nothing_gets_what_is_popular(model):
    scores = model.score_sequences(lay_recent([]))[0]
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(np.argsort(scores, kind="stable"), np.argsort(model.popular, kind="stable"))


def test_nobody_at_all_and_titles_that_nobody_watched_are_scored_finite(model):
    assert model.score_sequences(lay_recent()).shape == (0, TITLES)
    assert np.isfinite(model.score_sequences(lay_recent([UNWATCHED]))).all()


def test_one_member_alone_scores_as_in_a_batch(model):
    recent = lay_recent([7, 6], [1], [], [20, 3, 9, 4])
    batch = model.score_sequences(recent)
    alone = np.concatenate([model.score_sequences(recent[[row]]) for row in range(4)])
    np.testing.assert_allclose(alone, batch, rtol=1e-5, atol=1e-5)


def test_a_shorter_table_of_recent_titles_scores_the_same(model):
    recent = lay_recent([7, 6], [3, 9])
    np.testing.assert_allclose(model.score_sequences(recent[:, :2]), model.score_sequences(recent), rtol=1e-6)


def test_rows_lie_together_so_that_a_request_reads_few_of_them(model):
    assert model.ridge.flags.c_contiguous
    assert model.lift.flags.c_contiguous


def test_the_same_events_give_the_same_model_in_any_order(model):
    again = fit_next(draw_log().sample(fraction=1.0, shuffle=True, seed=3), TITLES, reg=1.0)
    for name, array in dump_arrays(model).items():
        np.testing.assert_array_equal(dump_arrays(again)[name], array)


def test_a_saved_and_loaded_model_scores_the_same(model, tmp_path):
    save_model(tmp_path, dump_arrays(model), {"kind": "any"}, now=datetime(2025, 1, 1, tzinfo=UTC))
    loaded = restore_model(NextTitle, load_model(tmp_path)[0])
    recent = lay_recent([7, 6], [1])
    np.testing.assert_array_equal(loaded.score_sequences(recent), model.score_sequences(recent))


def test_weights_are_learned_and_judged_on_different_members():
    log = draw_log()
    trial = tune_next(log, TITLES, rng=np.random.default_rng(1))
    assert trial is not None
    tuned = fit_next(log, TITLES, weights=trial.weights)
    first = fit_next(log, TITLES, weights=(0.0, 0.0, 1.0, 0.0))
    assert ((trial.values >= 0) & (trial.values <= 1)).all()
    assert trial.exam.judge(score_exam(tuned, trial.exam)) > trial.exam.judge(score_exam(first, trial.exam)) + 0.2
    assert len(trial.values) == len(trial.exam.split.member_rows)
    assert len(trial.exam.split.member_rows) == pytest.approx(draw_log()["member_row"].n_unique() / 2, abs=10)


def test_a_log_too_small_to_learn_from_has_no_trial():
    log = pl.DataFrame([(0, 0, 1, 1.0), (1, 1, 2, 1.0)], schema=EVENTS, orient="row")
    assert tune_next(log, 3, rng=np.random.default_rng(0)) is None
    assert np.isfinite(fit_next(log, 3, weights=FIRST_WEIGHTS).score_sequences(lay_recent([0]))).all()


@pytest.mark.parametrize("reg", [0.0, -1.0, np.nan, np.inf])
def test_a_ridge_out_of_range_is_refused(reg):
    with pytest.raises(ValueError, match="reg must be finite and > 0, got "):
        fit_next(draw_log(members=3), TITLES, reg=reg)


def test_a_log_without_events_is_refused():
    with pytest.raises(ValueError, match="events: got none"):
        fit_next(draw_log(members=1).clear(), TITLES)
