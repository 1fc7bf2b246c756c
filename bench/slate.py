"""Slates of titles that nobody has watched: MovieLens 1M with titles of 1999 and 2000 hidden, prices simulated."""

import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bench.page import Row, write_section
from bench.who import ask_hidden
from matinee.acquire.slate.problem import Problem, Worth, count_hours, count_reach
from matinee.acquire.slate.solve import solve

Floats = NDArray[np.float64]
RESAMPLES, TITLES, SHARE, GROUPS = 30, 200, 0.12, 30


def main() -> None:
    """Say who would watch the hidden titles, then choose slates by it."""
    said = ask_hidden()
    write_section(
        "slate",
        f"{said.about} Slates: {RESAMPLES} draws of {TITLES} of them, prices simulated "
        f"(forecast^0.8 x lognormal noise of .4), a budget of {SHARE:.0%} of all prices; "
        "reach = members who watched at least one.",
        slate_rows(said.point, said.chances, said.watched),
    )


def slate_rows(point: Floats, chances: Floats, watched: NDArray[np.bool_]) -> list[Row]:
    """Choose slates on resamples and count whom they really reached."""
    rng = np.random.default_rng(0)
    groups = group_members(chances)
    names = ("top by forecast", "additive, point forecasts", "reach", "perfect forecast")
    reached: dict[str, list[int]] = {name: [] for name in names}
    took = []
    for _ in range(RESAMPLES):
        drawn = rng.choice(len(point), TITLES, replace=False)
        prices = np.round(1e4 * point[drawn] ** 0.8 * np.exp(rng.normal(0, 0.4, TITLES))).astype(np.int64)
        budget, seen = int(prices.sum() * SHARE), watched[:, drawn]
        worths = dict(zip(names[1:], make_worths(point[drawn], chances[:, drawn], seen, groups), strict=True))
        choices = {"top by forecast": take_top(point[drawn], prices, budget)}
        for name, worth in worths.items():
            began = time.process_time()
            nothing = np.zeros(0)
            found = solve(Problem(worth, prices, budget, csr_array((0, TITLES)), nothing, nothing))
            if found is None or not found.is_proved:
                raise SystemExit(f"bench: the slate by {name} was not proved")
            took += [time.process_time() - began] if name == "reach" else []
            choices[name] = found.chosen
        for name, chosen in choices.items():
            reached[name].append(int(seen[:, chosen].any(axis=1).sum()))
    return tell_slates({name: np.array(values, dtype=np.float64) for name, values in reached.items()}, took)


def make_worths(point: Floats, chances: Floats, seen: NDArray[np.bool_], groups: NDArray[np.int64]) -> list[Worth]:
    """Make what each slate counts: forecasts, chances by group, and the truth by member."""
    sizes = np.bincount(groups).astype(np.float64)
    means = np.stack([np.bincount(groups, column) / sizes for column in chances.T], axis=1)
    true = np.stack([np.bincount(groups, column) / sizes for column in seen.T], axis=1)
    return [count_hours(point), count_reach(sizes, means), count_reach(sizes, np.minimum(true, 0.999))]


def group_members(chances: Floats) -> NDArray[np.int64]:
    """Part members into groups alike in how much and what they would watch: a third of a tenth each."""
    activity = np.argsort(np.argsort(chances.sum(axis=1))) * (GROUPS // 3) // len(chances)
    shares = chances / chances.sum(axis=1, keepdims=True)
    direction = np.linalg.svd(shares - shares.mean(axis=0), full_matrices=False)[2][0]
    leaning = shares @ direction
    groups = np.zeros(len(chances), np.int64)
    for tenth in range(GROUPS // 3):
        own = np.flatnonzero(activity == tenth)
        groups[own] = tenth * 3 + np.argsort(np.argsort(leaning[own])) * 3 // len(own)
    return groups


def take_top(point: Floats, prices: NDArray[np.int64], budget: int) -> NDArray[np.bool_]:
    """Buy the largest forecasts first, passing over what no longer fits."""
    chosen, left = np.zeros(len(point), np.bool_), budget
    for row in np.argsort(-point):
        if prices[row] <= left:
            chosen[row], left = True, left - int(prices[row])
    return chosen


def tell_slates(reached: dict[str, Floats], took: list[float]) -> list[Row]:
    """Say what each way reached beside the additive one."""
    base, best = reached["additive, point forecasts"], reached["perfect forecast"]
    rows = []
    for name, values in reached.items():
        gain = values / base - 1
        said = f"{values.mean():.0f} members, {gain.mean():+.1%} (sd {gain.std():.1%}), lowest {gain.min():+.1%}"
        goal = "never below, half of the gap" if name == "reach" else ""
        rows.append(Row(f"slate by {name}: reach, against additive", goal, said))
    closed = (reached["reach"] - base).sum() / (best - base).sum()
    what = "slate by reach: part of the gap to the perfect forecast closed"
    rows.append(Row(what, ">= 50% (stretch)", f"{closed:.0%}"))
    regret = 1 - reached["reach"] / best
    rows.append(Row("slate by reach: regret against the perfect forecast", "", f"{regret.mean():.1%}"))
    rows.append(Row("200 titles by reach, 30 groups, proved: CPU s", "<= 10", f"{max(took):.1f} at most"))
    return rows
