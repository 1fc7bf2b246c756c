"""Slates of titles that nobody has watched: MovieLens 1M with titles of 1999 and 2000 hidden, prices simulated."""

import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bench.data import shared
from bench.page import Row, write_section
from bench.who import ask_hidden, load_evidence
from bench.whole import complete
from matinee.acquire.slate.problem import Problem, Worth, count_hours, count_reach
from matinee.acquire.slate.reach import lay_out_reach
from matinee.acquire.slate.solve import solve
from matinee.acquire.who.audience import LEAST

Floats = NDArray[np.float64]
RESAMPLES, TITLES, SHARE = 30, 200, 0.12
ADDITIVE, PERFECT = "additive, point forecasts", "perfect forecast"


def main() -> None:
    """Say who would watch the hidden titles, then choose slates by it."""
    folder = shared() / "data" / "movielens-1m"
    said = ask_hidden(complete(load_evidence(folder), folder), LEAST)
    write_section(
        "slate",
        f"MovieLens 1M, all ratings, hidden: {said.about}; weights learned on 1998 hidden. "
        f"Slates: {RESAMPLES} draws of {TITLES} of them, prices simulated (forecast^0.8 x lognormal noise of .4), "
        f"a budget of {SHARE:.0%} of all prices; reach = members who watched at least one.",
        slate_rows(said.point, said.chances, said.watched),
    )


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
    groups = lay_out_reach(ids, chances).pivot("candidate_id", index=["segment", "members"], values="chance")
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
