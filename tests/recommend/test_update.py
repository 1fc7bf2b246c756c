from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.recommend.logs import RECIPE, SmallLog, change_of, draw_log, weights_of

from matinee.recommend import update
from matinee.recommend.factors import FactorsSettings
from matinee.recommend.linear import LinearSettings
from matinee.recommend.live import compare_live, fit_live
from matinee.recommend.popular import DAY
from matinee.recommend.update import find_difference, find_drift, fold_in, sample_drift, update_live

MOST = 1e-6

SETTINGS = [
    LinearSettings(reg=2.0),
    LinearSettings(reg=2.0, dropout=0.5),
    LinearSettings(reg=2.0, half_life=3.0),
    LinearSettings(reg=2.0, dropout=0.25, length_power=0.5),
    LinearSettings(reg=2.0, audience_power=0.3),
    LinearSettings(reg=2.0, weighted=True),
    LinearSettings(reg=1.0, dropout=0.5, half_life=20.0, length_power=0.75, audience_power=0.2, weighted=True),
]


def recipe_with(linear):
    return replace(RECIPE, linear=linear)


def fold(live, old, new, recipe):
    """Fold the change of a log in, whatever share of titles it concerns."""
    change, evidence = change_of(old, new), new.evidence()
    difference = find_difference(change, evidence.titles, recipe.linear, reference=live.state.reference)
    same = old.titles == new.titles
    return fold_in(live, change, difference, evidence, recipe, country_places=np.arange(2), has_same_features=same)


def move(live, old, new, recipe):
    return update_live(
        live,
        change_of(old, new),
        new.evidence(),
        recipe,
        country_places=np.arange(2),
        has_same_features=old.titles == new.titles,
        rng=np.random.default_rng(0),
    )


def refit(live, log, recipe):
    return fit_live(log.evidence(), recipe, reference=live.state.reference)


def worst(live, other):
    return max(compare_live(live, other).values())


TITLES = st.integers(0, 11)
edits = st.one_of(
    st.tuples(st.just("watch"), st.integers(0, 15), TITLES, st.integers(0, 400), st.integers(0, 2)),
    st.tuples(st.just("unwatch"), st.integers(0, 15), TITLES),
    st.tuples(st.just("forget"), st.integers(0, 15)),
    st.tuples(st.just("retire"), TITLES),
    st.tuples(st.just("offer"), st.integers(12, 15)),
    st.tuples(st.just("rename"), st.integers(0, 15), st.sampled_from(["BE", "FR", None])),
)


def edit(log: SmallLog, what: str, *of) -> SmallLog:
    """Change a log in one way; episodes of a life of a service."""
    match what:
        case "watch":
            titles = log.titles | {of[1]}
            return replace(log, views=log.views | {(of[0], of[1]): (of[2], of[3])}, titles=titles)
        case "unwatch":
            return replace(log, views={cell: view for cell, view in log.views.items() if cell != of})
        case "forget":
            return log.without_member(of[0])
        case "retire":
            views = {cell: view for cell, view in log.views.items() if cell[1] != of[0]}
            return replace(log, views=views, titles=log.titles - {of[0]})
        case "offer":
            return replace(log, titles=log.titles | {of[0]})
        case _:
            return replace(log, countries=log.countries | {of[0]: of[1]})


@pytest.mark.parametrize("linear", SETTINGS, ids=range(len(SETTINGS)))
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), steps=st.lists(st.lists(edits, min_size=1, max_size=4), max_size=4))
def test_a_log_changed_in_any_order_gives_what_a_fit_on_it_gives(linear, seed, steps):
    recipe, log = recipe_with(linear), draw_log(16, 12, seed=seed)
    live = fit_live(log.evidence(), recipe)
    for step in steps:
        new = log
        for what in step:
            new = edit(new, *what)
        if not new.views:
            return
        live, log = fold(live, log, new, recipe), new
        assert worst(live, refit(live, log, recipe)) < MOST


@pytest.mark.parametrize("linear", SETTINGS[1:], ids=range(1, len(SETTINGS)))
def test_a_member_who_leaves_leaves_no_trace(linear):
    recipe, log = recipe_with(linear), draw_log()
    without = log.without_member(7)
    live = fit_live(log.evidence(), recipe)
    assert worst(live, refit(live, without, recipe)) > 1e-4  # there is something to forget
    assert worst(fold(live, log, without, recipe), refit(live, without, recipe)) < MOST


def test_the_last_member_of_a_title_leaves_it_cold_and_filled_from_metadata():
    log = draw_log()
    watchers = [member for member, title in log.views if title == 9]
    without = replace(log, views={cell: view for cell, view in log.views.items() if cell[0] not in watchers})
    live = fit_live(log.evidence(), RECIPE)
    live = fold(live, log, without, RECIPE)
    assert not live.blend.known[9]
    assert weights_of(live)[:, 9].any()
    assert worst(live, refit(live, without, RECIPE)) < MOST
    again = fold(live, without, log, RECIPE)
    assert worst(again, refit(again, log, RECIPE)) < MOST


def test_a_title_that_left_concerns_no_other_where_weights_of_members_stay():
    log = draw_log()
    without = replace(log, titles=log.titles - {4})
    live, change = fit_live(log.evidence(), RECIPE), change_of(log, without)
    difference = find_difference(change, 19, RECIPE.linear, reference=live.state.reference)
    assert change.members > 0
    assert len(difference.title_rows) == 0
    assert worst(fold(live, log, without, RECIPE), refit(live, without, RECIPE)) < MOST


def test_when_the_last_event_goes_popularity_goes_back_in_time():
    views = {(0, 0): (0, 2), (1, 1): (1, 2), (2, 0): (30_000, 2), (2, 1): (30_000, 2)}
    log = SmallLog(views, frozenset({0, 1}))
    live = fit_live(log.evidence(), RECIPE)
    assert live.state.counts[0, 0] < 1.1
    live = fold(live, log, log.without_member(2), RECIPE)
    assert live.state.now == 10 * DAY + 3_600
    assert worst(live, refit(live, log.without_member(2), RECIPE)) < MOST


def test_two_hundred_updates_drift_less_than_is_promised():
    recipe, log = recipe_with(LinearSettings(reg=20.0, dropout=0.5, audience_power=0.2)), draw_log(220, 50, density=0.2)
    live = fit_live(log.evidence(), recipe)
    for member in range(200):
        log, before = log.without_member(member), log
        live = fold(live, before, log, recipe)
    drift = find_drift(live, log.evidence(), recipe.linear, rng=np.random.default_rng(0))
    assert live.state.updates == 200
    assert drift < worst(live, refit(live, log, recipe)) * 1.1 < MOST
    sampled = sample_drift(live, log.evidence(), recipe.linear, rng=np.random.default_rng(0))
    assert drift / 2 < sampled < drift * 2


@pytest.mark.parametrize("look", [find_drift, sample_drift])
def test_the_drift_found_is_the_error_there_is(look):
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    weights = weights_of(live)
    weights[:] += np.random.default_rng(1).normal(size=weights.shape) * 1e-5
    np.fill_diagonal(weights, 0)
    drift = look(live, log.evidence(), RECIPE.linear, rng=np.random.default_rng(0))
    assert 1e-5 < drift < 1e-4


SMALL_CHANGE = SmallLog({(0, 0): (1, 2), (0, 1): (2, 2)}, frozenset(range(20)))


def grown(log):
    return replace(log, views=log.views | {(70, 3): (401, 1), (70, 5): (401, 1)})


def test_a_small_change_is_folded_in():
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    updated = move(live, log, grown(log), RECIPE)
    assert updated.solved == ""
    assert updated.drift < 1e-7
    assert updated.live.state.updates == 1
    assert worst(updated.live, refit(live, grown(log), RECIPE)) < MOST


@pytest.mark.parametrize("look", [find_drift, sample_drift])
@pytest.mark.parametrize("linear", SETTINGS, ids=range(len(SETTINGS)))
def test_a_model_of_the_log_of_now_has_drifted_nowhere_and_one_of_another_log_has(look, linear):
    recipe, log = recipe_with(linear), draw_log()
    live, other = fit_live(log.evidence(), recipe), log.without_member(7).evidence()
    assert look(live, log.evidence(), linear, rng=np.random.default_rng(0)) < 1e-7
    assert look(live, other, linear, rng=np.random.default_rng(0)) > update.MOST_DRIFT


@pytest.mark.parametrize(("updates", "look"), [(18, sample_drift), (19, find_drift), (20, sample_drift)])
def test_every_twentieth_update_looks_at_whole_columns(updates, look):
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    moved = move(replace(live, state=replace(live.state, updates=updates)), log, grown(log), RECIPE)
    assert moved.drift == look(moved.live, grown(log).evidence(), RECIPE.linear, rng=np.random.default_rng(0))


def test_a_suspicious_sample_is_looked_at_again_in_whole_columns():
    log, rng = draw_log(), np.random.default_rng(0)
    live = fit_live(log.evidence(), RECIPE)
    weights_of(live)[:] += np.random.default_rng(1).normal(size=(20, 20)) * 5e-8
    np.fill_diagonal(weights_of(live), 0)
    updated = move(live, log, grown(log), RECIPE)
    evidence, looks = grown(log).evidence(), (sample_drift, find_drift)
    sampled, whole = (look(updated.live, evidence, RECIPE.linear, rng=rng) for look in looks)
    assert updated.solved == ""
    assert sampled > update.MOST_SAMPLED
    assert updated.drift == whole


def solve_again(live, log, new, recipe, because):
    updated = move(live, log, new, recipe)
    assert because in updated.solved
    assert updated.live.state.updates == 0
    assert worst(updated.live, fit_live(new.evidence(), recipe)) == 0


def test_many_titles_are_solved_again():
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    new = replace(log, views=log.views | {(70, title): (401, 1) for title in range(7)})
    solve_again(live, log, new, RECIPE, "7 of 20 titles were concerned")


def test_after_many_updates_it_is_solved_again():
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    live = replace(live, state=replace(live.state, updates=update.MOST_UPDATES))
    solve_again(live, log, grown(log), RECIPE, "updated 200 times")


def test_weights_older_than_a_half_life_are_solved_again():
    recipe, log = recipe_with(LinearSettings(reg=2.0, half_life=2.0)), draw_log()
    live = fit_live(log.evidence(), recipe)
    new = replace(log, views=log.views | {(70, 3): (500, 1)})
    solve_again(live, log, new, recipe, "weighed more than 2 days before")


def test_an_inverse_that_is_none_is_solved_again():
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    live.state.diagonal[3] *= -1
    solve_again(live, log, grown(log), RECIPE, "no longer positive definite")


def test_factors_have_no_inverse_to_update():
    log, recipe = draw_log(), replace(RECIPE, factors=FactorsSettings(embedding_size=4))
    live = fit_live(log.evidence(), recipe)
    with pytest.raises(ValueError, match="live must have dense item weights, got factors"):
        find_drift(live, log.evidence(), recipe.linear, rng=np.random.default_rng(0))


def test_factors_are_fitted_again_to_the_log_of_now():
    log, recipe = draw_log(), replace(RECIPE, factors=FactorsSettings(embedding_size=4), seed=8)
    updated = move(fit_live(log.evidence(), recipe), log, grown(log), recipe)
    assert updated.solved == "factors have no exact update"
    differences = compare_live(updated.live, fit_live(grown(log).evidence(), recipe))
    assert set(differences) == {"left", "right", "row_means", "known", "shelf", "taste", "newcomers"}
    assert max(differences.values()) == 0
    other = fit_live(grown(log).evidence(), replace(recipe, seed=9))
    assert compare_live(updated.live, other)["right"] > 0


def test_models_of_two_kinds_are_not_alike():
    log = draw_log()
    ours, theirs = (fit_live(log.evidence(), replace(RECIPE, factors=f)) for f in (None, FactorsSettings()))
    differences = compare_live(ours, theirs)
    assert np.isinf([differences[name] for name in ("weights", "left", "right")]).all()


def test_a_model_that_drifted_is_solved_again():
    log = draw_log()
    live = fit_live(log.evidence(), RECIPE)
    weights_of(live)[:] *= np.float32(1 + 1e-4)
    solve_again(live, log, grown(log), RECIPE, "it had drifted by")


def test_what_the_model_knew_stays_as_it_was_but_for_the_weights():
    log = draw_log()
    live, same = (fit_live(log.evidence(), RECIPE) for _ in range(2))
    fold(live, log, grown(log), RECIPE)
    for name in ("diagonal", "audiences", "counts", "own_counts", "mixture"):
        np.testing.assert_array_equal(getattr(live.state, name), getattr(same.state, name))
    np.testing.assert_array_equal(live.blend.shelf, same.blend.shelf)


def test_models_of_other_shapes_are_unlike():
    log = draw_log()
    live, other = (fit_live(of.evidence(), RECIPE) for of in (log, replace(log, titles=log.titles | {20})))
    assert compare_live(live, live) == {**dict.fromkeys(compare_live(live, live), 0.0)}
    assert compare_live(live, other)["weights"] == np.inf
