import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.sparse import csr_array

from matinee.recommend.blend import build_blend
from matinee.recommend.explain import explain_score, weigh_history
from matinee.recommend.pages.reasons import NAMED, name_shares, split_scores, trace_anchors

TITLES = 20


@pytest.fixture(scope="module")
def blend():
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(TITLES, TITLES)).astype(np.float32)
    known = np.arange(TITLES) != 7
    return build_blend(
        weights,
        known,
        rng.normal(size=(1, TITLES)).astype(np.float32),
        taste=0.7,
        popular_weights=np.ones(1, np.float32),
    )


@pytest.fixture(scope="module")
def history():
    row = np.zeros((1, TITLES), np.float32)
    row[0, [1, 4, 5, 9, 12]] = [1, 0.5, 1, 0.75, 1]
    return csr_array(row)


def test_shares_add_up_to_the_score_and_are_those_of_explain(blend, history):
    rows = np.array([0, 3, 7])
    for row, shares in zip(rows, split_scores(blend, history, weigh_history(blend, history), rows), strict=True):
        assert [share.kind for share in shares[-2:]] == ["rest", "popular"]
        assert sum(share.value for share in shares) == pytest.approx(blend.score(history)[0, row], abs=1e-5)
        exact = {part.title_row: (part.kind, part.value) for part in explain_score(blend, history, row)}
        best = sorted((value for _, value in exact.values() if _ != "popular"), reverse=True)[:3]
        assert [share.value for share in shares[:3]] == pytest.approx(best, abs=1e-5)
        assert all(exact[share.title_row][0] == share.kind for share in shares[:3])


def test_what_is_not_to_be_named_goes_into_the_rest(blend, history):
    nameable = np.zeros(TITLES, np.bool_)
    nameable[9] = True
    (shares,) = split_scores(blend, history, weigh_history(blend, history), np.array([3]), nameable=nameable)
    assert [(share.kind, share.title_row) for share in shares] == [("watched", 9), ("rest", -1), ("popular", -1)]
    assert sum(share.value for share in shares) == pytest.approx(blend.score(history)[0, 3], abs=1e-5)


def test_an_anchor_adds_to_each_score_what_explain_says(blend, history):
    ((row, shares),) = trace_anchors(blend, history, weigh_history(blend, history), [4])
    exact = {part.title_row: part.value for part in explain_score(blend, history, 3)}
    assert (row, shares[3]) == (4, pytest.approx(exact[4], abs=1e-5))


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.sampled_from([-1, 0, 0.5, 2])))
def test_those_named_are_the_first_of_a_stable_sort(shares):
    rows = np.arange(len(shares)) + 30
    named = name_shares(rows, shares, ["watched"] * shares.shape[1])
    for own, split in zip(shares.T, named, strict=True):
        first = np.argsort(-own, kind="stable")[:NAMED]
        assert [share.title_row for share in split if share.kind == "watched"] == rows[first].tolist()
        assert sum(share.value for share in split) == pytest.approx(own.sum(), abs=1e-5)
