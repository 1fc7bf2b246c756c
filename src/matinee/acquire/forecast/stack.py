"""Stack: the forecast that is served: boosted trees, comparable titles and a ridge, with an interval.

Covers fitting on known debuts, cross-fitting for the interval, novelty, and the words in which a forecast abstains.
The target is log10 of the hours of a period; which period is a feature (`days`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.features.build import Features
from matinee.acquire.forecast.intervals import Intervals, fit_intervals
from matinee.acquire.forecast.kernel import Kernel, fit_kernel
from matinee.acquire.forecast.prior import Prior, fit_prior
from matinee.acquire.forecast.trees import Trees, fit_trees

SHARES = np.array([0.5, 0.25, 0.25])
"""Of trees, comparable titles and ridge in the forecast."""

MANY_SHARES = np.array([0.8, 0.1, 0.1])
"""The same where `MANY` debuts or more are known: trees learn more from more."""

MANY = 1500

LEAST_KNOWN = 20
"""Fewer known titles of a kind, live ones or ones that have a feature are none: nothing is learned from them.

Of such a kind, and of live ones, forecasts abstain.
"""

LEAST_DEBUTS = 60
FOLDS = 6
NOVELTY_LIMIT = 1.25
"""A title so many times as far from known titles as the farthest of them is from the others is strange."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """Forecasts of n works.

    Attributes:
        mean: float64 (n,) log10 hours.
        quantiles: float64 (n, LEVELS) log10 hours, rising.
        novelty: float64 (n,) in [0, 1]: share of what is usually known that is not known of this title.
        abstains: why no number should be relied on, one a work; None where it may.
    """

    mean: Floats
    quantiles: Floats
    novelty: Floats
    abstains: list[str | None]


@dataclass(frozen=True)
class Forecaster:
    """A fitted stack.

    Attributes:
        known: features of the n debuts learned from, priors among them; unknown where too few titles know them.
        targets: float64 (n,) their log10 hours.
        priors: of titles out before, and of all others.
        trees: boosted trees.
        alike: comparable titles.
        line: ridge.
        shares: float64 (3,) of trees, comparable titles and ridge.
        intervals: what the errors teach.
        far: novelty of the known title that is farthest from the others.
    """

    known: Features
    targets: Floats
    priors: tuple[Prior | None, Prior | None]
    trees: Trees
    alike: Kernel
    line: Kernel
    shares: Floats
    intervals: Intervals
    far: float

    def predict(self, features: Features) -> Forecast:
        """Forecast works.

        Args:
            features: from `build_features`, with the columns that were learned from.
        """
        full = self.complete(features)
        members = np.column_stack([self.trees.predict(full.values), self.alike.predict(full), self.line.predict(full)])
        mean, novelty = members @ self.shares, self.alike.novelty(full)
        abstains = [
            self._abstain(row, float(v)) for row, v in zip(full.works.iter_rows(named=True), novelty, strict=True)
        ]
        strange = np.array([why is not None for why in abstains], dtype=bool)
        signs = _signs(full, mean, members, novelty)
        return Forecast(mean, self.intervals.quantiles_of(mean, signs, _groups(full), strange), novelty, abstains)

    def complete(self, features: Features) -> Features:
        """Add the guesses of the priors, and hide what too few known titles have."""
        return _add_priors(features, self.priors).hide(np.asarray(np.isnan(self.known.values).all(axis=0)))

    def _abstain(self, work: dict[str, object], novelty: float) -> str | None:
        """Say why the known titles tell too little of a work; None if they tell enough."""
        kinds = self.known.works["kind"].cast(pl.String)
        n = self.known.works.height
        if work["is_live"] and int(self.known.works["is_live"].sum()) < LEAST_KNOWN:
            return f"a live event, and fewer than {LEAST_KNOWN} of the {n:,} titles learned from are live"
        if int((kinds == work["kind"]).sum()) < LEAST_KNOWN:
            return f"fewer than {LEAST_KNOWN} of the {n:,} titles learned from are of kind {work['kind']}"
        if novelty > NOVELTY_LIMIT * self.far:
            farthest = f"novelty {novelty:.2f}, and {self.far:.2f} for the farthest of them"
            return f"none of the {n:,} titles learned from is like it: {farthest}"
        return None


def fit_forecaster(known: Features, targets: Floats, older: pl.DataFrame, *, rng: np.random.Generator) -> Forecaster:
    """Fit the stack.

    Args:
        known: n debuts.
        targets: (n,) log10 of their hours.
        older: titles out before they were counted, of the same facts, from `find_older`; may be empty.
        rng: of folds and seeds.

    Raises:
        ValueError: fewer than `LEAST_DEBUTS` debuts.
    """
    if len(targets) < LEAST_DEBUTS:
        raise ValueError(f"known must hold at least {LEAST_DEBUTS} debuts, got {len(targets)}")
    usable = _find_usable(known.works)
    known, targets = known.take(usable), targets[usable]
    priors = (fit_prior(older), fit_prior(older.with_columns(pl.col("age").fill_null(0.0))))
    full = _add_priors(known, priors)
    full = full.hide(_count_known(full) < LEAST_KNOWN)
    members, novelty = _cross_fit(full, targets, rng)
    shares = MANY_SHARES if len(targets) >= MANY else SHARES
    mean = members @ shares
    signs = _signs(full, mean, members, novelty)
    intervals = fit_intervals(targets - mean, signs, _groups(full), targets)
    trees = fit_trees(full.values, targets, rng=rng)
    alike, line = fit_kernel(full, targets), fit_kernel(full, targets, is_line=True)
    return Forecaster(full, targets, priors, trees, alike, line, shares, intervals, float(novelty.max()))


def _add_priors(features: Features, priors: tuple[Prior | None, Prior | None]) -> Features:
    """Add the guesses of the priors that there are as columns."""
    named = zip(("prior_dated", "prior_all"), priors, strict=True)
    guesses = {name: prior.guess(features.works) for name, prior in named if prior is not None}
    values = np.column_stack([features.values, *guesses.values()])
    return Features(features.works, (*features.names, *guesses), values)


def _count_known(features: Features) -> NDArray[np.int64]:
    """Count the titles of which each column is known, (f,); a title may stand in several rows."""
    codes = np.unique(features.works["title_id"].to_numpy(), return_inverse=True)[1]
    known = ~np.isnan(features.values).T
    return np.array([len(np.unique(codes[rows])) for rows in known], dtype=np.int64)


def _find_usable(works: pl.DataFrame) -> NDArray[np.intp]:
    """Find the rows of kinds of which enough are known; live ones only if there are enough."""
    enough = (pl.len().over("kind", "is_live") >= LEAST_KNOWN) & pl.col("kind").is_not_null()
    rows = works.with_row_index("row").filter(enough)["row"].to_numpy().astype(np.intp)
    return rows if len(rows) >= LEAST_DEBUTS else np.arange(works.height, dtype=np.intp)


def _cross_fit(known: Features, targets: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Forecast each title by a model that has not seen it: (n, members), and its novelty (n,)."""
    folds = fold_titles(known.works["title_id"], rng)
    members, novelty = np.zeros((len(targets), len(SHARES))), np.zeros(len(targets))
    for fold in range(FOLDS):
        rest, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        part, asked = known.take(rest), known.take(held)
        alike = fit_kernel(part, targets[rest])
        line = fit_kernel(part, targets[rest], is_line=True)
        trees = fit_trees(part.values, targets[rest], rng=rng, seeds=2)
        members[held] = np.column_stack([trees.predict(asked.values), alike.predict(asked), line.predict(asked)])
        novelty[held] = alike.novelty(asked)
    return members, novelty


def fold_titles(ids: pl.Series, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw the fold of each row: all horizons of a title in one, for each of them nearly tells the others."""
    first = ids.to_frame("id").with_row_index("row").select(pl.col("row").min().over("id")).to_series()
    places = first.rank("dense") - 1
    drawn = rng.permutation(places.n_unique()) % FOLDS
    return np.asarray(drawn[places.to_numpy()], dtype=np.int64)


def _signs(features: Features, mean: Floats, members: Floats, novelty: Floats) -> Floats:
    """Gather what tells large errors from small ones."""
    column = dict(zip(features.names, features.values.T, strict=True))
    has_family = ~np.isnan(column["family_titles"])
    flags = [np.nan_to_num(column[name]) for name in ("is_film", "is_special", "worldwide")]
    dissent = np.abs(members[:, 0] - members[:, 1])
    return np.column_stack([
        novelty,
        mean,
        np.nan_to_num(column["days"]),
        np.nan_to_num(column["days_fast"]),
        has_family,
        dissent,
        *flags,
    ])


def _groups(features: Features) -> NDArray[np.int64]:
    """Part films from series."""
    return np.nan_to_num(features.values[:, features.names.index("is_film")]).astype(np.int64)
