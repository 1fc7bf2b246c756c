"""What the comparison with peers is made of, without the peers: cases on disk, lists, grids, settings, labels."""

import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bench.cases import NO_FEATURES, Problem, judge_lists, lay_out_case
from bench.chart import spread_apart
from bench.peers.job import Case, best_rows, load_case, save_case
from bench.tune import spread_grid, write_toml
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matinee.measure.splits import split_by_time
from matinee.tables.log import EVENTS


@pytest.fixture
def problem() -> Problem:
    """Title 1 stands in no training event, title 3 in none at all; member 0 takes up titles 1 and 2 in the end."""
    rows = [(0, 0, 1, 1.0), (1, 0, 2, 1.0), (1, 2, 3, 1.0), (1, 4, 4, 1.0), (0, 1, 9, 1.0), (0, 2, 9, 1.0)]
    events = pl.DataFrame(rows, schema=EVENTS, orient="row")
    return Problem(split_by_time(events, quantile=0.7), 5, NO_FEATURES)


def test_a_case_has_the_titles_of_training_alone_and_knows_where_its_members_are(problem):
    case, kept = lay_out_case(problem)
    assert kept.tolist() == [0, 2, 4]
    assert case.train.toarray().tolist() == [[1, 0, 0], [1, 1, 1]]
    assert case.asked.toarray().tolist() == [[1, 0, 0]]
    assert case.asked_rows.tolist() == [0]


def test_lists_of_a_case_are_measured_with_targets_that_training_never_saw(problem):
    _, kept = lay_out_case(problem)
    top = np.array([[1, 2] + 98 * [-1]])
    metrics, coverage = judge_lists(problem, kept, top)
    assert metrics["recall@20"].tolist() == [1 / 2]
    assert coverage == pytest.approx(2 / 3)


def test_a_case_comes_back_from_disk_as_it_was(problem, tmp_path: Path):
    case, _ = lay_out_case(problem)
    save_case(case, tmp_path / "case.npz")
    again = load_case(tmp_path / "case.npz")
    assert again.train.toarray().tolist() == case.train.toarray().tolist()
    assert again.features.shape == (3, 0)
    assert again.at.tolist() == case.at.tolist()
    assert int(again.now) == problem.split.now


def test_a_case_of_which_a_part_is_taken_asks_for_that_part_alone():
    eye = csr_matrix(np.eye(3, dtype=np.float32))
    case = Case(eye, np.zeros(3, np.int64), np.array(0), eye, np.array([0, 1, -1]), np.arange(3), csr_matrix((3, 0)))
    assert not case.is_known
    assert case.take(slice(0, 2)).is_known
    assert case.take(slice(1, 2)).asked.indices.tolist() == [1]


def test_what_was_watched_is_never_among_the_best_rows():
    scores = np.array([[5.0, 4.0, 3.0, 2.0]])
    assert best_rows(scores, csr_matrix([[1, 0, 0, 0]]), 2).tolist() == [[1, 2]]
    assert scores.tolist() == [[5, 4, 3, 2]]


def test_chosen_settings_come_back_from_toml():
    chosen = {"time": {"peer": {"model": {"reg": 0.5, "k": 3, "sign": False, "kind": "implicit"}}}}
    assert tomllib.loads(write_toml(chosen)) == chosen


def test_a_grid_is_every_combination():
    assert spread_grid({"a": [1, 2], "b": [3]}) == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_labels_stand_apart_in_their_order_within_the_panel(values):
    places = spread_apart(sorted(values), 0.0, 1.0, gap=0.05)
    assert min(np.diff(places), default=1.0) >= 0.05 - 1e-9
    assert -1e-9 <= places[0] <= places[-1] <= 1 + 1e-9
