"""Slates and who would watch: MovieLens 1M with titles of 1999 and 2000 hidden, and simulated worlds."""

import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import rankdata, spearmanr

from bench.data import shared
from bench.page import Row, write_section
from matinee.acquire.slate.problem import Problem, Worth, count_hours, count_reach
from matinee.acquire.slate.reach import lay_out_reach
from matinee.acquire.slate.solve import solve
from matinee.acquire.who.audience import LEAST
from matinee.acquire.who.hidden import Evidence, find_signals, find_watched, learn_chances, predict_chances
from matinee.acquire.who.segments import calibrate_deciles
from matinee.flows.imports import import_movielens
from matinee.flows.logs import load_log
from matinee.store.service import create_service

Floats = NDArray[np.float64]
RESAMPLES, TITLES, SHARE = 30, 200, 0.12
ADDITIVE, PERFECT = "additive, point forecasts", "perfect forecast"


def main() -> None:
    """Measure who would watch, then choose slates by it."""
    evidence = load_evidence()
    hidden = evidence.years >= 1999
    model = learn_chances(evidence, evidence.years == 1998, hidden, rng=np.random.default_rng(0))
    rows = np.flatnonzero(hidden & (evidence.counts >= LEAST))
    chances, point = predict_chances(model, find_signals(evidence, rows, hidden))
    watched = find_watched(evidence, rows)
    extra = "\n".join(
        f"| {each['decile']} | {each['said']:.4f} | {each['watched']:.4f} |"
        for each in calibrate_deciles(chances, watched).iter_rows(named=True)
    )
    write_section(
        "slate",
        f"MovieLens 1M, {len(rows)} titles of 1999 and 2000 with {LEAST} viewings or more in the part given, hidden; "
        f"weights learned on 1998 hidden. Slates: {RESAMPLES} draws of {TITLES} of them, prices simulated "
        f"(forecast^0.8 x lognormal noise of .4), a budget of {SHARE:.0%} of all prices; "
        "reach = members who watched at least one.",
        [*who_rows(point, chances, watched), *slate_rows(point, chances, watched)],
        f"| decile of P(watch) | said | watched |\n|---|---|---|\n{extra}",
    )


def load_evidence() -> Evidence:
    """Import MovieLens 1M and load every viewing."""
    with tempfile.TemporaryDirectory() as scratch:
        service = create_service(Path(scratch) / "service")
        import_movielens(service, shared() / "data" / "movielens-1m")
        loaded = load_log(service, min_rating=0.0)
        credits = service.read("credits")
    return Evidence(loaded.log.events, len(loaded.log.member_ids), loaded.titles, credits, loaded.features)


def who_rows(point: Floats, chances: Floats, watched: NDArray[np.bool_]) -> list[Row]:
    """Compare chances and audiences with what happened."""
    true = np.log10(watched.sum(axis=0))
    rows = [
        Row("who would watch: AUC across members, mean over titles", ">= .80", f"{mean_auc(chances, watched):.4f}"),
        Row("who would watch: AUC across titles, per member", ">= .78", f"{mean_auc(chances.T, watched.T):.4f}"),
    ]
    for name, audience in (("forecast (median)", point), ("sum of chances (mean)", chances.sum(axis=0))):
        error = np.sqrt(np.mean((np.log10(audience) - true) ** 2))
        rho = spearmanr(audience, true).statistic
        rows.append(Row(f"audience, {name}: RMSE of log10, Spearman", "<= .40, >= .62", f"{error:.3f}, {rho:.3f}"))
    return rows


def mean_auc(said: Floats, did: NDArray[np.bool_]) -> float:
    """Average over columns the chance that one who did was given more than one who did not."""
    found = []
    for column, truth in zip(said.T, did.T, strict=True):
        n = int(truth.sum())
        if 0 < n < len(truth):
            found.append((rankdata(column)[truth].sum() - n * (n + 1) / 2) / (n * (len(truth) - n)))
    return float(np.mean(found))


def slate_rows(point: Floats, chances: Floats, watched: NDArray[np.bool_]) -> list[Row]:
    """Choose slates on resamples and count whom they really reached."""
    rng, luck = (np.random.default_rng(seed) for seed in (0, 1))
    reached: dict[str, list[int]] = {}
    took = []
    for _ in range(RESAMPLES):
        drawn = rng.choice(len(point), TITLES, replace=False)
        prices = np.round(1e4 * point[drawn] ** 0.8 * np.exp(rng.normal(0, 0.4, TITLES))).astype(np.int64)
        budget, seen = int(prices.sum() * SHARE), watched[:, drawn]
        choices = {"top by forecast": take_top(point[drawn], prices, budget)}
        for name, worth in make_worths(point[drawn], chances[:, drawn], seen, luck).items():
            began = time.process_time()
            choices[name] = choose(worth, prices, budget)
            took += [time.process_time() - began] if name == "reach" else []
        for name, chosen in choices.items():
            reached.setdefault(name, []).append(int(seen[:, chosen].any(axis=1).sum()))
    return tell_slates({name: np.array(values, dtype=np.float64) for name, values in reached.items()}, took)


def choose(worth: Worth, prices: NDArray[np.int64], budget: int) -> NDArray[np.bool_]:
    """Find the best slate, proved."""
    nothing = np.zeros(0)
    found = solve(Problem(worth, prices, budget, csr_array((0, len(prices))), nothing, nothing))
    if found is None or not found.is_proved:
        raise SystemExit("bench: a slate was not proved")
    return found.chosen


def make_worths(point: Floats, chances: Floats, seen: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, Worth]:
    """Make what each slate counts: forecasts, reach as served, and better forecasts than there are."""
    ids, true = [f"{row:03}" for row in range(len(point))], seen.sum(axis=0) * 1.0
    groups = lay_out_reach(ids, chances, point).pivot("candidate_id", index=["segment", "members"], values="chance")
    reach = count_reach(groups["members"].to_numpy().astype(np.float64), groups.select(ids).to_numpy())
    better = {f"a forecast of {left:.0%} of the error": sharpen(point, true, left, rng) for left in (0.9, 0.75, 0.5)}
    worths = {ADDITIVE: count_hours(point), "reach": reach}
    return worths | {name: count_hours(audience) for name, audience in (better | {PERFECT: true}).items()}


def sharpen(point: Floats, true: Floats, left: float, rng: np.random.Generator) -> Floats:
    """Make the forecast that one would give who knew more, so that a part of the error is left.

    The mean of the error e (of log, sd s) given e and noise: R e + sqrt(R (1 - R)) s noise, with R = 1 - left^2.
    """
    error = np.log(true / point)
    error -= error.mean()
    known = 1 - left**2
    noise = rng.normal(0, np.sqrt(known * (1 - known)) * error.std(), len(point))
    return np.asarray(point * np.exp(known * error + noise), dtype=np.float64)


def take_top(point: Floats, prices: NDArray[np.int64], budget: int) -> NDArray[np.bool_]:
    """Buy the largest forecasts first, passing over what no longer fits."""
    chosen, left = np.zeros(len(point), np.bool_), budget
    for row in np.argsort(-point):
        if prices[row] <= left:
            chosen[row], left = True, left - int(prices[row])
    return chosen


def tell_slates(reached: dict[str, Floats], took: list[float]) -> list[Row]:
    """Say what each way reached beside the additive one."""
    base, best = reached[ADDITIVE], reached[PERFECT]
    rows = []
    for name, values in reached.items():
        gain, closed = values / base - 1, (values - base).sum() / (best - base).sum()
        said = (
            f"{values.mean():.0f} members, {gain.mean():+.1%} (sd {gain.std():.1%}), lowest {gain.min():+.1%}, "
            f"below in {(gain < 0).sum()} of {len(gain)}; {closed:.0%} of the gap"
        )
        goal = "never below; >= 50% of the gap (stretch)" if name == "reach" else ""
        rows.append(Row(f"slate by {name}: reach, against additive", goal, said))
    regret = 1 - reached["reach"] / best
    rows.append(Row("slate by reach: regret against the perfect forecast", "", f"{regret.mean():.1%}"))
    rows.append(Row("200 titles by reach, proved: CPU s", "<= 10", f"{max(took):.1f} at most"))
    return rows
