from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from matinee.recommend.exam import lay_out
from matinee.recommend.ranker.features import FEATURES, describe_members
from matinee.recommend.ranker.ranker import build_ranker, compare_rankers, dump_ranker, restore_ranker
from matinee.recommend.ranker.trees import Trees
from matinee.recommend.recipe import fit_recipe


@pytest.fixture(scope="module")
def ranker(case):
    blend = fit_recipe(case.split.train, case.titles, case.recipe, now=case.split.now)
    return build_ranker(blend, case.split.train, case.trial.correction, now=case.split.now)


@pytest.fixture(scope="module")
def asked(case, ranker):
    """Histories, and what is known of the members."""
    exam = lay_out(case.split, case.titles)
    return exam.seen, describe_members(ranker.facts, case.split.history, case.split.member_rows)


def test_scores_are_finite_float32_and_one_member_alone_scores_as_in_a_batch(ranker, asked):
    histories, members = asked
    scores = ranker.score(histories, members)
    assert (scores.shape, scores.dtype) == (histories.shape, np.float32)
    assert np.isfinite(scores).all()
    alone = ranker.score(histories[[3]], members[3:4])
    np.testing.assert_allclose(alone[0], scores[3], rtol=1e-5, atol=1e-5)


def test_candidates_are_corrected_and_the_others_stay_behind_in_the_order_of_the_blend(ranker, asked, monkeypatch):
    monkeypatch.setattr("matinee.recommend.ranker.candidates.TOP", 10)
    histories, members = asked
    few = replace(ranker, hot=ranker.hot[:3])
    slate = few.lay_out(histories, members)
    scores = few.score(histories, members)
    np.testing.assert_allclose(scores[slate.pairs] - slate.blended[slate.pairs], few.correct(slate.x), atol=1e-5)
    others = np.delete(np.arange(scores.shape[1]), slate.pairs[1][slate.pairs[0] == 0])
    others = others[few.blend.known[others] & (histories[[0]].toarray()[0, others] == 0)]
    gaps = scores[0, others] - slate.blended[0, others]
    np.testing.assert_allclose(gaps, few.correct(slate.x)[slate.pairs[0] == 0].min(), atol=1e-5)
    best = np.sort(slate.blended[0, slate.pairs[1][slate.pairs[0] == 0]])[-10]
    assert (slate.blended[0, others] <= best).all()


def test_a_title_without_events_keeps_the_score_of_the_blend(ranker, asked):
    histories, members = asked
    unknown = ~ranker.blend.known
    assert unknown.any()
    np.testing.assert_array_equal(
        ranker.score(histories, members)[:, unknown], ranker.blend.score(histories)[:, unknown]
    )


def test_nobody_and_an_empty_history_score_finite(ranker):
    titles = len(ranker.blend.known)
    nothing = csr_array((1, titles), dtype=np.float32)
    assert np.isfinite(ranker.score(nothing, np.zeros((1, 5), np.float32))).all()
    nobody = csr_array((0, titles), dtype=np.float32)
    assert ranker.score(nobody, np.zeros((0, 5), np.float32)).shape == (0, titles)


def test_a_saved_and_restored_ranker_scores_the_same(ranker, asked):
    again = restore_ranker(ranker.blend, dump_ranker(ranker))
    assert again is not None
    np.testing.assert_array_equal(again.score(*asked), ranker.score(*asked))
    assert restore_ranker(ranker.blend, {}) is None


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("ranker_features", np.array(FEATURES[::-1])),
        ("ranker_kind", np.array(["forest"])),
        ("ranker_table", np.zeros((3, 2), np.float32)),
        ("ranker_hot", None),
    ],
)
def test_a_ranker_of_another_version_is_refused(ranker, name, array):
    arrays = dump_ranker(ranker) | {name: array}
    if array is None:
        del arrays[name]
    with pytest.raises(ValueError, match="its ranker"):
        restore_ranker(ranker.blend, arrays)


def test_trees_that_are_no_trees_are_refused_when_they_are_loaded(ranker):
    arrays = dump_ranker(replace(ranker, correction=Trees(np.frombuffer(b"tree\nno", np.uint8))))
    with pytest.raises(ValueError, match="its trees are damaged"):
        restore_ranker(ranker.blend, arrays)


def test_rankers_differ_by_their_largest_number_or_altogether(ranker):
    table = ranker.facts.table.copy()
    table[3, 1] += 0.5
    assert compare_rankers(ranker, ranker) == 0
    assert compare_rankers(ranker, replace(ranker, facts=replace(ranker.facts, table=table))) == pytest.approx(0.5)
    assert compare_rankers(ranker, replace(ranker, hot=ranker.hot[:-1])) == np.inf
    assert compare_rankers(ranker, None) == np.inf
