"""Who would watch: MovieLens 1M with titles of 1999 and 2000 hidden, beside the protocol's goals and baselines.

Once on all ratings, where the titles of 20 viewings or more are the protocol's, and once on the part given.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

from bench.data import shared
from bench.page import Row, write_section
from bench.whole import complete
from matinee.acquire.who.audience import LEAST
from matinee.acquire.who.hidden import Evidence, find_signals, find_watched, learn_chances, predict_chances
from matinee.acquire.who.segments import calibrate_deciles
from matinee.acquire.who.since import find_since
from matinee.flows.imports import import_movielens
from matinee.flows.logs import load_log
from matinee.store.service import create_service

Floats = NDArray[np.float64]
PART_LEAST = 12
"""Viewings in the part given of the titles that have 20 or so in all."""

AUC_TITLE, AUC_MEMBER = ">= .80 (baseline .780)", ">= .78 (baseline .753)"
AUDIENCE = "<= .40, >= .62 (baseline .420, .579)"


@dataclass(frozen=True)
class Hidden:
    """What is said of k hidden titles and what happened.

    Attributes:
        point: (k,) forecast audience, in the median.
        chances: (members, k) P(watch).
        watched: bool (members, k).
        least: viewings that each of them has.
    """

    point: Floats
    chances: Floats
    watched: NDArray[np.bool_]
    least: int

    @property
    def about(self) -> str:
        """Say which titles these are."""
        return f"{len(self.point)} titles of 1999 and 2000 with {self.least} viewings or more"


def main() -> None:
    """Compare what is said of hidden titles with what happened."""
    folder = shared() / "data" / "movielens-1m"
    part = load_evidence(folder)
    told = {"all ratings": ask_hidden(complete(part, folder), LEAST), "part given": ask_hidden(part, PART_LEAST)}
    about = "; ".join(f"{name}: {said.about}" for name, said in told.items())
    write_section(
        "who",
        f"MovieLens 1M, hidden. {about}. Weights learned on 1998 hidden. The baselines are those of the protocol.",
        [Row(f"{name}: {row.what}", row.goal, row.measured) for name, said in told.items() for row in who_rows(said)],
        "\n\n".join(_tell_deciles(name, said) for name, said in told.items()),
    )


def _tell_deciles(name: str, said: Hidden) -> str:
    deciles = calibrate_deciles(said.chances, said.watched).iter_rows(named=True)
    lines = [f"| {each['decile']} | {each['said']:.4f} | {each['watched']:.4f} |" for each in deciles]
    return "\n".join([f"| {name}: decile of P(watch) | said | watched |", "|---|---|---|", *lines])


def ask_hidden(evidence: Evidence, least: int) -> Hidden:
    """Hide the titles of 1999 and 2000 and ask who would watch those of so many viewings or more."""
    hidden = evidence.years >= 1999
    model = learn_chances(evidence, evidence.years == 1998, hidden, rng=np.random.default_rng(0))
    rows = np.flatnonzero(hidden & (evidence.counts >= least))
    signals = find_signals(evidence, rows, hidden)
    return Hidden(10**signals.audience, predict_chances(model, signals), find_watched(evidence, rows), least)


def load_evidence(folder: Path) -> Evidence:
    """Import MovieLens 1M and load every viewing that it has."""
    with tempfile.TemporaryDirectory() as scratch:
        service = create_service(Path(scratch) / "service")
        import_movielens(service, folder)
        loaded = load_log(service, min_rating=0.0)
        credits, windows = service.read("credits"), service.read("windows")
    since = find_since(loaded.titles, windows)
    return Evidence(loaded.log.events, len(loaded.log.member_ids), loaded.titles, credits, loaded.features, since)


def who_rows(said: Hidden) -> list[Row]:
    """Compare chances and audiences with what happened."""
    across, within = mean_auc(said.chances, said.watched), mean_auc(said.chances.T, said.watched.T)
    true = np.log10(said.watched.sum(axis=0))
    rows = [
        Row("AUC across members, mean over titles", AUC_TITLE, f"{across:.4f}"),
        Row("AUC across titles, mean over members", AUC_MEMBER, f"{within:.4f}"),
    ]
    for name, audience in (("forecast (median)", said.point), ("sum of chances (mean)", said.chances.sum(axis=0))):
        error = np.sqrt(np.mean((np.log10(audience) - true) ** 2))
        rho = spearmanr(audience, true).statistic
        rows.append(Row(f"audience, {name}: RMSE of log10, Spearman", AUDIENCE, f"{error:.3f}, {rho:.3f}"))
    spread = f"{true.std():.3f}"
    return [*rows, Row("standard deviation of the true log10 audience: RMSE of the best constant", "", spread)]


def mean_auc(said: Floats, did: NDArray[np.bool_]) -> float:
    """Average over columns the chance that one who did was given more than one who did not."""
    found = []
    for column, truth in zip(said.T, did.T, strict=True):
        n = int(truth.sum())
        if 0 < n < len(truth):
            found.append((rankdata(column)[truth].sum() - n * (n + 1) / 2) / (n * (len(truth) - n)))
    return float(np.mean(found))
