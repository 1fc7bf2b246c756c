import numpy as np
import polars as pl

from matinee.measure.splits import split_by_time
from matinee.recommend.exam import lay_out
from matinee.recommend.popular import DAY
from matinee.recommend.ranker import learn
from matinee.recommend.ranker.features import describe_members
from matinee.recommend.ranker.learn import choose_ranker
from matinee.recommend.ranker.ranker import build_ranker
from matinee.recommend.recipe import fit_recipe
from matinee.tables.log import EVENTS


def choose(train, case):
    return choose_ranker(train, case.titles, case.recipe, rng=np.random.default_rng(2))


def test_where_the_blend_misses_something_a_ranker_learns_it_from_the_past_and_wins(case):
    assert case.trial.wins
    assert set(case.trial.judged) == {"blend", "logit", "trees"}
    assert case.trial.judged[case.trial.best] == max(case.trial.judged.values())
    assert case.trial.judged[case.trial.best] > 1.5 * case.trial.judged["blend"]


def test_the_ranker_that_wins_ranks_better_what_came_after_all_that_it_knew(case):
    blend = fit_recipe(case.split.train, case.titles, case.recipe, now=case.split.now)
    ranker = build_ranker(blend, case.split.train, case.trial.correction, now=case.split.now)
    exam = lay_out(case.split, case.titles)
    members = describe_members(ranker.facts, case.split.history, case.split.member_rows)
    assert exam.judge(ranker.score(exam.seen, members)) > 1.5 * exam.judge(blend.score(exam.seen))


def test_what_was_judged_of_the_blend_is_its_ndcg_on_a_far_and_a_near_window(case):
    values = []
    for cut in learn.JUDGED:
        split = split_by_time(case.split.train, quantile=cut)
        exam = lay_out(split, case.titles)
        blend = fit_recipe(split.train, case.titles, case.recipe, now=split.now)
        values.append((exam.judge(blend.score(exam.seen)), len(split.member_rows)))
    ndcg, members = np.array(values).T
    np.testing.assert_allclose(case.trial.judged["blend"], ndcg @ members / members.sum(), atol=1e-6)


def test_what_is_judged_on_a_window_was_learned_before_it(case, monkeypatch):
    learned = []

    def keep(x, *_rest):
        learned.append(x)
        return learn._Nothing()

    monkeypatch.setattr(learn, "_list_fits", lambda: {"logit": keep})
    choose(case.split.train, case)
    is_later = pl.col("at") >= split_by_time(case.split.train, quantile=0.6).now
    choose(case.split.train.with_columns(weight=pl.when(is_later).then(0.5).otherwise(1.0).cast(pl.Float32)), case)
    np.testing.assert_array_equal(learned[0], learned[3])
    assert not np.array_equal(learned[1], learned[4])


def test_where_viewing_is_chance_no_ranker_wins(case):
    rng = np.random.default_rng(5)
    rows = [(m, int(t), int(rng.integers(60 * DAY)), 1.0) for m in range(300) for t in rng.permutation(120)[:20]]
    trial = choose(pl.DataFrame(rows, schema=EVENTS, orient="row").sort("at", "member_row", "title_row"), case)
    assert trial is not None
    assert not trial.wins


def test_the_same_seed_gives_the_same_ranker(case):
    again = choose(case.split.train, case)
    assert again.judged == case.trial.judged
    np.testing.assert_array_equal(again.correction.text, case.trial.correction.text)


def test_where_lightgbm_cannot_be_loaded_the_line_is_tried_alone(case, monkeypatch):
    def refuse():
        raise ValueError("no OpenMP")

    monkeypatch.setattr(learn, "load_lightgbm", refuse)
    assert set(choose(case.split.train, case).judged) == {"blend", "logit"}


def test_a_log_of_few_members_or_of_two_seconds_is_too_small(case, few):
    assert choose(few.train, case) is None
    rows = [(member, title, title // 4, 1.0) for member in range(150) for title in range(8)]
    assert choose(pl.DataFrame(rows, schema=EVENTS, orient="row"), case) is None
