"""The ranker of trees: LambdaRank on top of the blend, by LightGBM.

Boosting starts from the blend's scores, so that a few small trees say where it errs, and no tree at all is the blend.
Burges, "From RankNet to LambdaRank to LambdaMART", 2010; Ke et al., "LightGBM", NIPS 2017; contributions are TreeSHAP,
Lundberg et al. 2018. LightGBM needs an OpenMP library (libgomp1 on Debian, libomp on macOS); where there is none, trees
are not tried. It grows the trees; what they say is read off tables (`forest`) without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.ranker.features import FEATURES
from matinee.recommend.ranker.forest import MOST_SPLITS, Forest, read_forest

Floats = NDArray[np.float32]

ROUNDS = 40
_SETTINGS = {
    "objective": "lambdarank",
    "learning_rate": 0.1,
    "num_leaves": MOST_SPLITS + 1,
    "min_data_in_leaf": 100,
    "lambda_l2": 1.0,
    "lambdarank_truncation_level": 30,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 0,
    "verbose": -1,
}
"""Small trees, and no draws: the same rows give the same trees."""


@dataclass(frozen=True)
class Trees:
    """A correction by trees.

    Attributes:
        text: uint8 (bytes,), LightGBM's own text of the model; what is no such text is a ValueError at first use.
    """

    text: NDArray[np.uint8]

    def predict(self, x: Floats) -> Floats:
        """Correct the blend: float32 (pairs,), from float32 (pairs, features)."""
        return self._forest.predict(x).astype(np.float32)

    def contribute(self, x: Floats) -> Floats:
        """Split the corrections: float32 (pairs, features + 1), the last column is of no feature; rows sum to it."""
        return self._forest.contribute(x).astype(np.float32)

    @cached_property
    def _forest(self) -> Forest:
        return read_forest(self.text.tobytes().decode(errors="replace"), len(FEATURES))


def load_lightgbm() -> Any:  # ruff: ignore[any-type] - it has no types
    """Load LightGBM when it is first needed.

    Raises:
        ValueError: if it cannot be loaded, as where there is no OpenMP library.
    """
    try:
        return import_module("lightgbm")
    except (ImportError, OSError) as error:
        raise ValueError(f"LightGBM cannot be loaded ({error}); install libgomp1 (Debian) or libomp (macOS)") from error


def fit_trees(x: Floats, chosen: NDArray[np.bool_], sizes: NDArray[np.int64], blended: Floats) -> Trees:
    """Grow the trees; arguments as `fit_logit`.

    Raises:
        ValueError: if LightGBM cannot be loaded.
    """
    lightgbm = load_lightgbm()
    rows = lightgbm.Dataset(
        x,
        chosen.astype(np.int32),
        group=sizes,
        init_score=blended.astype(np.float64),
        feature_name=list(FEATURES),
        params=_SETTINGS,
    )
    booster = lightgbm.train(_SETTINGS, rows, ROUNDS)
    return Trees(np.frombuffer(booster.model_to_string().encode(), dtype=np.uint8))
