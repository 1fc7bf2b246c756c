"""A made-up evaluation and page, of the shape that the verbs give."""

import copy

import pytest

EVALUATION = {
    "protocol": "time",
    "split": {"train_events": 900, "test_members": 40, "target_events": 100, "candidate_titles": 60},
    "models": {
        "popular": {
            "recall@20": 0.1, "recall@50": 0.2, "ndcg@10": 0.1, "ndcg@100": 0.2, "coverage@20": 0.04, "fit_cpu_s": 0.0,
            "se": {"recall@20": 0.01, "recall@50": 0.01, "ndcg@10": 0.01, "ndcg@100": 0.01},
            "live_minus_this": {"metric": "ndcg@100", "difference": 0.05, "low": 0.03, "high": 0.07, "n": 40},
        },
        "blend": {
            "recall@20": 0.2, "recall@50": 0.3, "ndcg@10": 0.2, "ndcg@100": 0.25, "coverage@20": 0.14, "fit_cpu_s": 1.5,
            "se": {"recall@20": 0.01, "recall@50": 0.01, "ndcg@10": 0.01, "ndcg@100": None},
        },
    },
    "live": "blend",
    "segments": {"history": [{"segment": "1-5", "n": 30, "mean": 0.2, "se": 0.01},
                             {"segment": "6-20", "n": 10, "mean": None, "se": None}]},
    "depth": {"popular": [0.5] * 100, "blend": [0.3] * 99 + [None]},
    "recipe": {"linear": {"reg": 300.0, "dropout": 0.5, "half_life": "infinity", "weighted": False}, "cold_reg": 3.0,
               "taste": 0.5, "popular_weights": [0.1] * 9, "half_life": 3.0, "judged": {"linear": 0.2, "blend": 0.25}},
    "seed": 0,
    "data_hash": "abc",
}  # fmt: skip


@pytest.fixture
def evaluation():
    return copy.deepcopy(EVALUATION)


@pytest.fixture
def page():
    because = [
        {"kind": "watched", "title_id": "1", "name": "Heat", "share": 0.75},
        {"kind": "watched", "title_id": "2", "name": "Alien", "share": -0.25},
        {"kind": "popular", "title_id": None, "name": None, "share": 0.25},
    ]
    title = {"title_id": "3", "name": "Ronin", "score": 0.75, "because": because}
    watched = [{"title_id": "1", "name": "Heat", "year": 1995}]
    return {"member_id": "m-7", "note": None, "watched": watched, "titles": [title]}
