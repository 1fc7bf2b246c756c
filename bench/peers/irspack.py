"""irspack: iALS (with features for titles without events), RP3beta and EDLAE, as in its README and examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from irspack.recommenders import EDLAERecommender, IALSRecommender, RP3betaRecommender
from numpy.typing import NDArray
from scipy.sparse.linalg import svds

from bench.peers.job import Case, best_rows, serve


def prepare(case: Case) -> Case:
    return case


def fit(case: Case, name: str, settings: dict[str, Any]) -> Any:
    if name == "features":
        return fit_features(case, **settings)
    made = {
        "ials": lambda: IALSRecommender(case.train, **settings, n_threads=1),
        "rp3beta": lambda: RP3betaRecommender(case.train, **settings, n_threads=1),
        "edlae": lambda: EDLAERecommender(case.train, **settings),
    }
    return made[name]().learn()


def fit_features(case: Case, *, sketch: int, warmup: int, **settings: Any) -> Any:
    """Fit on the titles with events; the others get vectors from their features, `sketch` directions of them."""
    features = case.features @ svds(case.features, sketch, random_state=0)[2].T
    warm = np.setdiff1d(np.arange(case.train.shape[1]), case.candidates)
    model = IALSRecommender(
        case.train[:, warm], **settings, feature_warmup_epochs=warmup, item_features=features[warm], n_threads=1
    )
    model.learn()
    return model, warm, model.compute_item_embedding_from_features(features[case.candidates])


def rank(model: Any, case: Case, k: int) -> NDArray[np.integer]:
    if isinstance(model, tuple):
        model, warm, vectors = model
        scores = model.compute_user_embedding(case.asked[:, warm]) @ vectors.T
        return np.asarray(case.candidates[best_rows(scores, case.asked[:, case.candidates], k)])
    scores = model.get_score(case.asked_rows) if case.is_known else model.get_score_cold_user(case.asked)
    return best_rows(scores, case.asked, k)


if __name__ == "__main__":
    serve(prepare, fit, rank)
