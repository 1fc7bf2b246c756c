import numpy as np
from scipy.sparse import csr_array

from matinee.recommend.ranker import candidates
from matinee.recommend.ranker.candidates import find_hot, pick_candidates

KNOWN = np.arange(10) < 9


def pick(monkeypatch, seen=()):
    monkeypatch.setattr(candidates, "TOP", 2)
    linear = np.arange(10, dtype=np.float32)[None]
    watched = np.zeros((1, 10), np.float32)
    watched[0, list(seen)] = 1
    rows, titles = pick_candidates(linear, -linear, np.array([4], np.int32), csr_array(watched), KNOWN)
    assert (rows == 0).all()
    return titles.tolist()


def test_candidates_are_the_best_of_each_part_and_what_is_hot_but_unknown_titles_are_none(monkeypatch):
    assert pick(monkeypatch) == [0, 1, 4, 7, 8]


def test_what_was_seen_is_no_candidate_and_takes_no_place(monkeypatch):
    assert pick(monkeypatch, seen=(0, 4, 8)) == [1, 2, 6, 7]


def test_hot_titles_are_the_best_of_any_half_life(monkeypatch):
    monkeypatch.setattr(candidates, "TOP", 1)
    counts = np.array([[0, 3, 1, 9], [5, 0, 1, 9]], np.float32)
    assert find_hot(counts, np.array([True, True, True, False])).tolist() == [0, 1]
