"""Who would watch: MovieLens 1M with titles of 1999 and 2000 hidden, beside the protocol's goals and baselines."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

from bench.data import shared
from bench.page import Row, write_section
from matinee.acquire.who.audience import LEAST
from matinee.acquire.who.hidden import Evidence, find_signals, find_watched, learn_chances, predict_chances
from matinee.acquire.who.segments import calibrate_deciles
from matinee.acquire.who.since import find_since
from matinee.flows.imports import import_movielens
from matinee.flows.logs import load_log
from matinee.store.service import create_service

Floats = NDArray[np.float64]
AUC_TITLE, AUC_MEMBER = ">= .80 (baseline .780)", ">= .78 (baseline .753)"
AUDIENCE = "<= .40, >= .62 (baseline .420, .579)"


@dataclass(frozen=True)
class Hidden:
    """What is said of k hidden titles and what happened.

    Attributes:
        point: (k,) forecast audience, in the median.
        chances: (members, k) P(watch).
        watched: bool (members, k).
    """

    point: Floats
    chances: Floats
    watched: NDArray[np.bool_]

    @property
    def about(self) -> str:
        """Say which titles these are."""
        return (
            f"MovieLens 1M, {len(self.point)} titles of 1999 and 2000 with {LEAST} viewings or more in the part given, "
            "hidden; weights learned on 1998 hidden."
        )


def main() -> None:
    """Compare what is said of hidden titles with what happened."""
    said = ask_hidden()
    extra = "\n".join(
        f"| {each['decile']} | {each['said']:.4f} | {each['watched']:.4f} |"
        for each in calibrate_deciles(said.chances, said.watched).iter_rows(named=True)
    )
    write_section(
        "who",
        f"{said.about} The baselines are those of the protocol.",
        who_rows(said),
        f"| decile of P(watch) | said | watched |\n|---|---|---|\n{extra}",
    )


def ask_hidden() -> Hidden:
    """Hide the titles of 1999 and 2000 and ask who would watch them."""
    evidence = load_evidence()
    hidden = evidence.years >= 1999
    model = learn_chances(evidence, evidence.years == 1998, hidden, rng=np.random.default_rng(0))
    rows = np.flatnonzero(hidden & (evidence.counts >= LEAST))
    signals = find_signals(evidence, rows, hidden)
    return Hidden(10**signals.audience, predict_chances(model, signals), find_watched(evidence, rows))


def load_evidence() -> Evidence:
    """Import MovieLens 1M and load every viewing."""
    with tempfile.TemporaryDirectory() as scratch:
        service = create_service(Path(scratch) / "service")
        import_movielens(service, shared() / "data" / "movielens-1m")
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
