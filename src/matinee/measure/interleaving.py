"""Two rankings on one page: team-draft interleaving, and which of the two deserves the credit.

Covers one page at a time. It does not compare the credits of many members (`compare`).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Interleaved:
    """A page made of two rankings.

    Attributes:
        title_rows: int64 (places,), best place first, no title twice.
        teams: int64 (places,): 0 = the first ranking put the title there, 1 = the second did.
    """

    title_rows: npt.NDArray[np.int64]
    teams: npt.NDArray[np.int64]


def interleave(
    first: npt.NDArray[np.integer[Any]], second: npt.NDArray[np.integer[Any]], k: int, *, rng: np.random.Generator
) -> Interleaved:
    """Let two rankings draft titles in turns, a coin deciding who goes first in each round.

    Team-draft interleaving (Radlinski, Kurup and Joachims 2008, algorithm 2): the team with fewer titles, or by the
    coin where they are even, adds its best title that is not on the page yet. It ends at k places, or where either
    ranking has no title left to add.

    Args:
        first: title rows, best first, each once; -1 = none, at the end.
        second: the same of the other ranking.
        k: places of the page, >= 1.
        rng: the coin.

    Returns:
        The page; the sizes of its teams differ by one at most.

    Raises:
        ValueError: if `k` is less than 1 or a ranking holds a title twice.
    """
    if k < 1:
        raise ValueError(f"k: got {k}, want at least 1 place")
    rankings = [_listed("first", first), _listed("second", second)]
    rows: list[int] = []
    teams: list[int] = []
    taken: set[int] = set()
    sizes, places = [0, 0], [0, 0]
    while len(rows) < k:
        for team in (0, 1):
            places[team] = _next_place(rankings[team], places[team], taken)
        if any(places[team] == len(rankings[team]) for team in (0, 1)):
            break
        team = int(rng.integers(2)) if sizes[0] == sizes[1] else int(sizes[1] < sizes[0])
        row = rankings[team][places[team]]
        rows.append(row)
        teams.append(team)
        taken.add(row)
        sizes[team] += 1
    return Interleaved(np.array(rows, dtype=np.int64), np.array(teams, dtype=np.int64))


def credit(page: Interleaved, enjoyed: npt.NDArray[np.integer[Any]]) -> tuple[int, int]:
    """Count the titles of each team that the member enjoyed; the ranking with more wins this page.

    Between two rankings of equal merit the expected difference is 0, whatever place members look at.

    Args:
        page: as it was shown.
        enjoyed: title rows; those not on the page count for nobody.

    Returns:
        Titles of the first ranking, titles of the second.
    """
    teams = page.teams[np.isin(page.title_rows, enjoyed)]
    return int(np.count_nonzero(teams == 0)), int(np.count_nonzero(teams == 1))


def _listed(name: str, ranking: npt.NDArray[np.integer[Any]]) -> list[int]:
    rows: list[int] = ranking[ranking >= 0].tolist()
    if len(set(rows)) < len(rows):
        raise ValueError(f"{name}: got a title twice, want each once")
    return rows


def _next_place(ranking: list[int], place: int, taken: Container[int]) -> int:
    while place < len(ranking) and ranking[place] in taken:
        place += 1
    return place
