from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from matinee.errors import MatineeError
from matinee.measure.compare import compare_paired
from matinee.measure.ranking import ndcg_at
from matinee.measure.splits import Split, split_by_time, split_cold, split_inner, split_next
from matinee.recommend import recipe as recipes
from matinee.recommend import thin, weigh
from matinee.recommend import tune as tuning
from matinee.recommend.histories import build_histories
from matinee.recommend.linear import LinearSettings, fit_events
from matinee.recommend.metadata import build_features
from matinee.recommend.model import Model
from matinee.recommend.popular import DAY, HALF_LIVES, Popular, decayed_counts
from matinee.recommend.rank import rank_titles
from matinee.recommend.recipe import Recipe, fit_recipe, name_popular
from matinee.recommend.tune import tune, tune_linear
from matinee.tables.log import EVENTS, build_log
from matinee.world import WorldSettings, simulate


def make_split(settings, seed=1):
    world = simulate(settings, np.random.default_rng(seed))
    log = build_log(world.members, world.titles, world.views.lazy(), min_rating=4)
    return split_by_time(log.events), len(log.title_ids)


def tune_inside(split, titles, features=None):
    rng = np.random.default_rng(0)
    return tune(split_inner(split, rng=rng), titles, features, rng=rng)


def judge(model: Model, split: Split, titles: int, *, weighted: bool) -> np.ndarray:
    """NDCG@100 of each test member."""
    seen = build_histories(split.history, split.member_rows, titles)
    histories = build_histories(split.history, split.member_rows, titles, weighted=weighted)
    allowed = np.isin(np.arange(titles), split.title_rows)
    return ndcg_at(100, rank_titles(model.score(histories), 100, seen=seen, allowed=allowed), split.relevant(titles))


@dataclass(frozen=True)
class Outcome:
    """What was tuned inside the training part, and how it does on what came after."""

    recipe: Recipe
    live: np.ndarray
    parts: dict[str, np.ndarray]


def find_outcome(preset) -> Outcome:
    split, titles = make_split(preset)
    recipe = tune_inside(split, titles)
    weighted = recipe.linear.weighted
    linear = fit_events(split.train, titles, recipe.linear, now=split.now)
    parts = {"linear": judge(linear, split, titles, weighted=weighted)}
    for half_life, counts in zip(HALF_LIVES, decayed_counts(split.train, titles, now=split.now), strict=True):
        parts[name_popular(half_life)] = judge(Popular(counts), split, titles, weighted=False)
    live = fit_recipe(split.train, titles, recipe, now=split.now)
    return Outcome(recipe, judge(live, split, titles, weighted=weighted), parts)


PRESETS = {
    "taste": WorldSettings.taste_ruled(),
    "freshness": WorldSettings.freshness_ruled(),
    "mixed": WorldSettings.mixed(),
}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {name: find_outcome(preset) for name, preset in PRESETS.items()}


@pytest.fixture(scope="module")
def small():
    return make_split(WorldSettings(members=300, titles=60, days=60, views_per_member=12))


def compare(outcome: Outcome, part: str):
    return compare_paired(outcome.live, outcome.parts[part], rng=np.random.default_rng(0))


@pytest.mark.parametrize("name", list(PRESETS))
def test_the_live_model_is_not_worse_than_the_part_that_proves_best(outcomes, name):
    parts = outcomes[name].parts
    best = max(parts, key=lambda part: parts[part].mean())
    assert compare(outcomes[name], best).high >= 0


def test_where_both_matter_the_live_model_beats_every_part(outcomes):
    for part in outcomes["mixed"].parts:
        assert compare(outcomes["mixed"], part).low > 0


def test_taste_rules_one_log_and_freshness_the_other(outcomes):
    assert compare(outcomes["taste"], "popular-1d").low > 0.05
    assert compare(outcomes["freshness"], "linear").low > 0.05
    assert outcomes["freshness"].recipe.half_life <= 3


def test_where_taste_rules_titles_of_large_audiences_are_held_back(outcomes):
    assert outcomes["taste"].recipe.linear.audience_power > 0


def test_a_recipe_tells_how_each_part_was_judged(outcomes):
    names = ["linear", *map(name_popular, HALF_LIVES), "blend"]
    for outcome in outcomes.values():
        judged = outcome.recipe.judged
        assert list(judged) == names
        assert all(0 < value < 1 for value in judged.values())


def test_a_blend_that_did_not_beat_the_best_part_is_that_part_alone(outcomes):
    for recipe in (outcome.recipe for outcome in outcomes.values()):
        *parts, blend = recipe.judged.values()
        weights = [recipe.taste, *recipe.popular_weights]
        alone = np.eye(len(parts))[int(np.argmax(parts))].tolist()
        assert (weights == alone) is (blend <= max(parts))


def test_the_test_part_is_not_looked_at(small):
    split, titles = small
    scrambled = split.target.with_columns(title_row=(titles - 1 - pl.col("title_row")).cast(pl.UInt32))
    assert tune_inside(replace(split, target=scrambled.head(50)), titles) == tune_inside(split, titles)


def test_the_same_seed_gives_the_same_recipe_though_members_are_drawn(small, monkeypatch):
    split, titles = small
    for module in (thin, tuning):
        monkeypatch.setattr(module, "MOST_JUDGED", 60)
    assert tune_inside(split, titles) == tune_inside(split, titles)


def test_the_linear_search_on_the_most_watched_titles_is_the_search_on_a_log_of_these_alone(small, monkeypatch):
    split, titles = small
    counts = np.bincount(split.train["title_row"].to_numpy(), minlength=titles)
    kept = np.sort(np.argsort(-counts, kind="stable")[:20]).astype(np.uint32)
    row_of = dict(zip(kept.tolist(), range(20), strict=True))
    parts = {
        name: getattr(split, name)
        .filter(pl.col("title_row").is_in(kept))
        .with_columns(pl.col("title_row").replace_strict(row_of, return_dtype=pl.UInt32))
        for name in ("train", "history", "target")
    }
    alone = tune_linear(replace(split, **parts), 20, rng=np.random.default_rng(0))
    monkeypatch.setattr(thin, "MOST_TITLES", 20)
    assert tune_linear(split, titles, rng=np.random.default_rng(0)) == alone


def test_the_linear_search_on_some_members_scales_reg_up_to_all(small, monkeypatch):
    split, titles = small
    members = split.train["member_row"].n_unique()
    monkeypatch.setattr(thin, "MOST_TRAINED", members // 2)
    half = tune_linear(split, titles, rng=np.random.default_rng(0)).reg
    steps = np.log10(half * (members // 2) / members / 300) * 2
    assert steps == pytest.approx(round(steps), abs=1e-6)


def test_the_linear_search_keeps_the_defaults_where_only_rare_titles_were_watched_later(monkeypatch):
    monkeypatch.setattr(thin, "MOST_TITLES", 3)
    rows = [(m, t, 0, 1.0) for m in range(6) for t in (0, 1, 2)] + [(m, 5, DAY, 1.0) for m in range(2)]
    split = split_by_time(pl.DataFrame(rows, schema=EVENTS, orient="row"))
    assert tune_linear(split, 6, rng=np.random.default_rng(0)) == LinearSettings()


def test_cold_titles_are_ranked_by_what_they_share_with_watched_ones():
    world = simulate(replace(WorldSettings.taste_ruled(), members=800, titles=200), np.random.default_rng(1))
    log = build_log(world.members, world.titles, world.views.lazy(), min_rating=4)
    named = pl.DataFrame({"title_id": log.title_ids}).join(world.titles, on="title_id", maintain_order="left")
    features = build_features(named, world.people, world.credits)
    split, titles = split_cold(log.events, rng=np.random.default_rng(2)), len(log.title_ids)
    recipe = tune_inside(split, titles, features)
    live = fit_recipe(split.train, titles, recipe, now=split.now, features=features)
    unaware = fit_recipe(split.train, titles, recipe, now=split.now)
    scores = [judge(model, split, titles, weighted=recipe.linear.weighted) for model in (live, unaware)]
    assert recipe.judged["linear"] > 1.2 * recipe.judged["popular"]
    assert compare_paired(*scores, rng=np.random.default_rng(0)).low > 0.02


def log_of(*rows):
    events = pl.DataFrame([(*row, 1.0) for row in rows], schema=EVENTS, orient="row")
    return events.sort("at", "member_row", "title_row")


TINY = {
    "one event": log_of((0, 0, 0)),
    "one member": log_of(*[(0, t, t * DAY) for t in range(3)]),
    "one member, many titles": log_of(*[(0, t, t * DAY) for t in range(30)]),
    "one title": log_of(*[(m, 0, m * DAY) for m in range(20)]),
    "two members": log_of((0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 2, 3), (0, 3, 4), (1, 3, 5)),
    "one second": log_of(*[(m, t, 5) for m in range(9) for t in range(5)]),
    "all alike, then new titles": log_of(*[(m, t, DAY * (t // 4)) for m in range(9) for t in range(6)]),
    "saw everything": log_of(*[(m, t, t) for m in range(20) for t in range(4)], (0, 4, 10), (0, 5, DAY), (1, 4, DAY)),
}


@pytest.mark.parametrize("name", list(TINY))
@pytest.mark.parametrize("split_log", [split_by_time, split_next])
def test_a_tiny_log_is_too_small_to_split_or_gives_finite_scores(name, split_log):
    titles = TINY[name]["title_row"].max() + 1
    try:
        split = split_log(TINY[name])
    except MatineeError:
        return
    recipe = tune(split, titles, rng=np.random.default_rng(0))
    model = fit_recipe(split.train, titles, recipe, now=split.now)
    assert np.isfinite(model.score(build_histories(split.history, split.member_rows, titles))).all()
    assert np.abs([recipe.taste, *recipe.popular_weights]).max() < 100


def test_where_no_part_finds_anything_the_blend_stays_as_in_the_default_recipe():
    recipe = tune(split_by_time(TINY["one member"]), 3, rng=np.random.default_rng(0))
    assert replace(recipe, judged={}) == Recipe()
    assert set(recipe.judged.values()) == {0}


def test_weights_may_be_learned_among_the_most_watched_titles_alone(small, monkeypatch):
    split, titles = small
    everything = tune_inside(split, titles)
    monkeypatch.setattr(weigh, "MOST_CHOICES", titles)
    assert tune_inside(split, titles) == everything
    monkeypatch.setattr(weigh, "MOST_CHOICES", titles // 2)
    some = tune_inside(split, titles)
    assert some.popular_weights != everything.popular_weights
    assert some.judged["popular"] == everything.judged["popular"]
    assert some.judged["blend"] > 0.8 * everything.judged["blend"]


def test_a_large_catalogue_is_tuned_with_factors(small, monkeypatch):
    split, titles = small
    monkeypatch.setattr(recipes, "MOST_DENSE", titles - 1)
    recipe = tune_inside(split, titles)
    assert recipe.item_model == "factors"
    assert next(iter(recipe.judged)) == "factors"
    assert recipe == tune_inside(split, titles)


def test_fewer_members_are_judged_on_where_there_are_more_titles():
    assert [thin.count_judged(titles) for titles in (1, 20_000, 60_000, 10**9)] == [1_500, 1_500, 500, 1]
