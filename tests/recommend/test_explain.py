import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.recommend.blend import build_blend
from matinee.recommend.explain import explain_score

TITLES = 30
KNOWN = np.arange(TITLES) % 5 > 0


@pytest.fixture(scope="module")
def blend():
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(TITLES, TITLES)).astype(np.float32)
    weights[~KNOWN] = 0
    np.fill_diagonal(weights, 0)
    log_counts = rng.normal(size=(2, TITLES)).astype(np.float32)
    return build_blend(weights, KNOWN, log_counts, taste=0.7, popular_weights=np.array([1, -0.4], np.float32))


def history(**values):
    row = np.zeros((1, TITLES), dtype=np.float32)
    for name, value in values.items():
        row[0, int(name[1:])] = value
    return csr_array(row)


watched = st.dictionaries(st.integers(0, TITLES - 1).map("t{}".format), st.sampled_from([0.25, 0.5, 1.0]))


@settings(deadline=None)
@given(values=watched, title_row=st.integers(0, TITLES - 1))
def test_contributions_add_up_to_the_score(blend, values, title_row):
    parts = explain_score(blend, history(**values), title_row)
    score = blend.score(history(**values))[0, title_row]
    size = sum(abs(part.value) for part in parts)
    assert sum(part.value for part in parts) == pytest.approx(score, abs=1e-4 * max(size, 1))


@settings(deadline=None)
@given(values=watched, title_row=st.integers(0, TITLES - 1))
def test_each_watched_title_and_popularity_speak_once_the_loudest_first(blend, values, title_row):
    parts = explain_score(blend, history(**values), title_row)
    assert sorted(part.title_row for part in parts) == sorted([-1, *(int(name[1:]) for name in values)])
    sizes = [abs(part.value) for part in parts]
    assert sizes == sorted(sizes, reverse=True)


def test_a_known_title_is_explained_by_what_was_watched_and_a_new_one_by_metadata(blend):
    for title_row, kind in ((4, "watched"), (5, "metadata")):
        kinds = {part.title_row: part.kind for part in explain_score(blend, history(t1=1, t2=1), title_row)}
        assert kinds == {1: kind, 2: kind, -1: "popular"}


def test_an_empty_history_is_explained_by_popularity_alone(blend):
    (only,) = explain_score(blend, history(), 3)
    assert (only.kind, only.title_row) == ("popular", -1)
    assert only.value == pytest.approx(float(blend.shelf[3]))


def test_a_history_that_says_nothing_contributes_nothing(blend):
    parts = {part.title_row: part.value for part in explain_score(blend, history(t0=1), 3)}
    assert parts == {0: 0, -1: pytest.approx(float(blend.shelf[3]))}


def test_a_title_that_speaks_against_is_negative():
    weights = np.array([[0, 1, -1], [0, 0, 0], [0, 0, 0]], dtype=np.float32)
    model = build_blend(
        weights, np.ones(3, np.bool_), np.zeros((1, 3), np.float32), taste=2.0, popular_weights=np.ones(1, np.float32)
    )
    parts = explain_score(model, csr_array(np.array([[1, 0, 0]], dtype=np.float32)), 2)
    assert parts[0].value == pytest.approx(-2 / np.sqrt(2 / 3), rel=1e-5)
