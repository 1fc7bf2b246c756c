import warnings
from math import log2

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from scipy import sparse

from matinee.measure.ranking import coverage_at, member_metrics, ndcg_at, recall_at, summarise

N_TITLES = 12


def relevant_of(*titles: list[int], n_titles: int = N_TITLES) -> "sparse.csr_array[np.bool_]":
    rows = np.repeat(np.arange(len(titles)), [len(some) for some in titles])
    columns = np.concatenate([np.array(some, dtype=np.int64) for some in titles])
    return sparse.csr_array((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(len(titles), n_titles))


def test_recall_divides_hits_by_what_k_places_could_hold():
    top = np.array([[3, 1, 2, 0], [0, 1, 2, 3], [5, 6, 7, 8]])
    relevant = relevant_of([1, 2, 9], [3], [0, 1])
    assert recall_at(2, top, relevant).tolist() == [1 / 2, 0 / 1, 0 / 2]
    assert recall_at(3, top, relevant).tolist() == [2 / 3, 0 / 1, 0 / 2]
    assert recall_at(4, top, relevant).tolist() == [2 / 3, 1 / 1, 0 / 2]


def test_ndcg_discounts_by_rank_and_divides_by_the_best_order():
    top = np.array([[3, 1, 2, 0], [0, 1, 2, 3]])
    relevant = relevant_of([1, 2, 9], [0])
    second, third = 1 / log2(3), 1 / log2(4)
    expected = [(second + third) / (1 + second + third), 1.0]
    np.testing.assert_allclose(ndcg_at(4, top, relevant), expected, rtol=1e-15)


def test_ndcg_is_ideal_when_k_places_are_all_hits_though_more_was_relevant():
    top = np.array([[4, 5, 0]])
    assert ndcg_at(2, top, relevant_of([4, 5, 6, 7])).tolist() == [1.0]


def test_an_empty_place_is_never_a_hit():
    top = np.array([[-1, -1, -1], [0, -1, -1]])
    relevant = relevant_of([N_TITLES - 1], [0, 11])
    assert recall_at(3, top, relevant).tolist() == [0.0, 1 / 2]


def test_relevant_titles_may_be_stored_in_any_order():
    stored = sparse.csr_array((np.ones(3, dtype=bool), np.array([9, 1, 4]), np.array([0, 3])), shape=(1, N_TITLES))
    assert recall_at(3, np.array([[1, 9, 4]]), stored).tolist() == [1.0]


def test_a_title_relevant_to_one_member_is_no_hit_for_another():
    top = np.array([[0, 1], [0, 1]])
    assert recall_at(2, top, relevant_of([2], [0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("metric", [recall_at, ndcg_at])
def test_a_member_with_nothing_relevant_is_undefined_and_not_zero(metric):
    top = np.array([[0, 1], [0, 1]])
    with pytest.warns(RuntimeWarning, match="1 members have nothing relevant"):
        values = metric(2, top, relevant_of([], [0]))
    np.testing.assert_array_equal(values, [np.nan, 1])


def test_nobody_with_anything_relevant_is_all_undefined():
    with pytest.warns(RuntimeWarning, match="2 members have nothing relevant"):
        assert np.isnan(recall_at(1, np.array([[0], [1]]), relevant_of([], []))).all()


def test_coverage_counts_candidate_titles_in_anybodys_first_places():
    top = np.array([[0, 1, 9], [1, 2, -1]])
    candidates = np.arange(8)
    assert coverage_at(2, top, candidates) == pytest.approx(3 / 8)
    assert coverage_at(1, top, candidates) == pytest.approx(2 / 8)


def test_coverage_without_candidates_is_undefined():
    with pytest.warns(RuntimeWarning, match="without candidates"):
        assert np.isnan(coverage_at(1, np.array([[0]]), np.array([], dtype=np.int64)))


def test_member_metrics_are_the_four_of_the_protocols():
    rng = np.random.default_rng(0)
    top = np.stack([rng.permutation(150)[:100] for _ in range(7)])
    relevant = relevant_of(*[list(rng.permutation(150)[:30]) for _ in range(7)], n_titles=150)
    metrics = member_metrics(top, relevant)
    assert list(metrics) == ["recall@20", "recall@50", "ndcg@10", "ndcg@100"]
    np.testing.assert_array_equal(metrics["recall@50"], recall_at(50, top, relevant))
    np.testing.assert_array_equal(metrics["ndcg@10"], ndcg_at(10, top, relevant))


def test_summary_gives_the_mean_and_its_standard_error_over_defined_members():
    summary = summarise({"recall@20": np.array([0.0, 1.0, np.nan, 0.5])})
    assert summary["recall@20"] == pytest.approx(1.5 / 3)
    assert summary["se"]["recall@20"] == pytest.approx((1 / 4) ** 0.5 / 3**0.5)


def test_summary_of_one_member_has_no_standard_error():
    with pytest.warns(RuntimeWarning, match="too few members"):
        summary = summarise({"recall@20": np.array([1.0])})
    assert summary["recall@20"] == 1
    assert np.isnan(summary["se"]["recall@20"])


@pytest.mark.parametrize(
    ("top", "match"),
    [
        (np.array([[0]]), r"top: got shape \(1, 1\), want"),
        (np.array([[0, 1], [0, 1]]), "top: got 2 rows, want 1"),
        (np.array([[0, N_TITLES]]), f"top: got title row {N_TITLES}, want less than {N_TITLES}"),
        (np.array([[1, 1]]), "top: got a title twice"),
    ],
)
def test_a_top_that_does_not_fit_is_refused(top, match):
    with pytest.raises(ValueError, match=match):
        recall_at(2, top, relevant_of([1]))


@st.composite
def rankings(draw):
    """A top of every title for a few members, and something relevant to each."""
    n = draw(st.integers(1, 4))
    stored = draw(st_numpy.arrays(bool, (n, N_TITLES)))
    stored[:, draw(st.integers(0, N_TITLES - 1))] = True
    top = np.array([draw(st.permutations(range(N_TITLES))) for _ in range(n)])
    return top, sparse.csr_array(stored), draw(st.integers(1, N_TITLES))


@given(rankings())
def test_metrics_lie_between_nothing_and_everything(drawn):
    top, relevant, k = drawn
    for values in (recall_at(k, top, relevant), ndcg_at(k, top, relevant)):
        assert ((values >= 0) & (values <= 1)).all()


@given(rankings(), st.data())
def test_putting_a_hit_in_place_of_a_miss_never_lowers_a_metric(drawn, data):
    top, relevant, k = drawn
    is_hit = np.take(relevant.toarray()[0], top[0])
    place = data.draw(st.integers(0, N_TITLES - 1))
    later_hits = [other for other in range(place, N_TITLES) if is_hit[other]]
    better = top.copy()
    if later_hits and not is_hit[place]:
        better[0, [place, later_hits[0]]] = top[0, [later_hits[0], place]]
    assert recall_at(k, better, relevant)[0] >= recall_at(k, top, relevant)[0]
    assert ndcg_at(k, better, relevant)[0] >= ndcg_at(k, top, relevant)[0] - 1e-12


@given(rankings())
def test_the_order_of_misses_among_themselves_does_not_matter(drawn):
    top, relevant, k = drawn
    misses = ~np.take_along_axis(relevant.toarray(), top, axis=1)
    turned = top.copy()
    for row, is_miss in enumerate(misses):
        turned[row, is_miss] = top[row, is_miss][::-1]
    np.testing.assert_array_equal(recall_at(k, turned, relevant), recall_at(k, top, relevant))
    np.testing.assert_array_equal(ndcg_at(k, turned, relevant), ndcg_at(k, top, relevant))


@given(rankings())
def test_metrics_are_those_of_the_definition_written_out(drawn):
    top, relevant, k = drawn
    for row, wanted in enumerate(relevant.toarray()):
        ranks = [rank for rank, title in enumerate(top[row, :k], start=1) if wanted[title]]
        best = min(k, wanted.sum())
        ideal = sum(1 / log2(rank + 1) for rank in range(1, best + 1))
        assert recall_at(k, top, relevant)[row] == pytest.approx(len(ranks) / best)
        assert ndcg_at(k, top, relevant)[row] == pytest.approx(sum(1 / log2(rank + 1) for rank in ranks) / ideal)


def test_metrics_agree_with_ranx(monkeypatch):
    rng = np.random.default_rng(1)
    top = np.stack([rng.permutation(60)[:50] for _ in range(20)])
    wanted = [rng.permutation(60)[: rng.integers(1, 10)].tolist() for _ in range(20)]
    relevant = relevant_of(*wanted, n_titles=60)
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)  # to compile ranx would take half a minute
    with warnings.catch_warnings(action="ignore"):
        import ranx

        qrels = ranx.Qrels({str(row): {str(title): 1 for title in some} for row, some in enumerate(wanted)})
        run = ranx.Run({str(row): {str(title): -i for i, title in enumerate(titles)} for row, titles in enumerate(top)})
        ranx.evaluate(qrels, run, ["recall@20", "ndcg@10", "ndcg@50"])
    ours = {"recall@20": recall_at(20, top, relevant), "ndcg@10": ndcg_at(10, top, relevant)}
    for name, values in (ours | {"ndcg@50": ndcg_at(50, top, relevant)}).items():
        np.testing.assert_allclose(values, [run.scores[name][str(row)] for row in range(20)], rtol=1e-12)
