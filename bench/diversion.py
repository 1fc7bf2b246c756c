"""What a new title replaces, in simulated worlds whose truth is known: by the log alone, and anchored to a holdout."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import spearmanr

from bench.page import Row, write_section
from matinee.acquire.replaced import PERIOD_DAYS, Switching, learn_switching
from matinee.acquire.who.hidden import Evidence
from matinee.acquire.who.since import find_since
from matinee.flows.logs import load_log
from matinee.flows.worlds import import_world
from matinee.store.service import create_service
from matinee.world import WorldSettings, build_world
from matinee.world.choice import list_visits
from matinee.world.clock import DAY_SECONDS, START
from matinee.world.truth import Truth, choice_probabilities

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PRESETS = ("taste_ruled", "freshness_ruled", "mixed")
SEEDS = (1, 2, 3)
NEW_DAYS, MOST_NEW = 21, 8
"""Titles that come out in the last days of the log are the candidates; at most so many of them."""


@dataclass(frozen=True)
class Told:
    """One new title: what was said beside what is so.

    Attributes:
        true: share of its plays that replaces plays of other titles.
        alone: the same, said by the log alone.
        anchored: the same, with the holdout of another new title.
        rank: Spearman correlation of what each title loses with what it is said to lose.
        rank_anchored: the same, with the holdout.
    """

    true: float
    alone: float
    anchored: float
    rank: float
    rank_anchored: float


@dataclass(frozen=True)
class Asked:
    """One new title and its truth.

    Attributes:
        row: among the titles of the evidence.
        chances: (members,) expected plays of it by each, of the members looked at.
        losses: (works,) plays that each loses.
    """

    row: int
    chances: Floats
    losses: Floats

    @property
    def diverted(self) -> float:
        """The share of its plays that replaces plays of other titles."""
        return float(self.losses.sum() / self.chances.sum())


def main() -> None:
    """Measure every preset with every seed."""
    found = {(preset, seed): measure(getattr(WorldSettings, preset)(), seed) for preset in PRESETS for seed in SEEDS}
    rows = [row for (preset, seed), told in found.items() for row in tell(f"{preset}, seed {seed}", told)]
    rows.append(count_right([each for told in found.values() for each in told]))
    write_section(
        "diversion",
        f"Simulated worlds, all visits known; up to {MOST_NEW} titles that come out in the last {NEW_DAYS} days are "
        "hidden and taken to come out as the log without those days ends; plays given. Total: plays said to be taken "
        "from other titles, against the truth, mean over titles and lowest to highest. A holdout gives the true share "
        "of another one of the titles, each in turn.",
        rows,
    )


def tell(what: str, told: list[Told]) -> list[Row]:
    """Make the rows of a world."""
    rows = []
    for name, goal, said, ranks in (
        ("the log alone", "", [each.alone / each.true for each in told], [each.rank for each in told]),
        ("holdout", "0.90 to 1.10, >= .8", [e.anchored / e.true for e in told], [e.rank_anchored for e in told]),
    ):
        total = f"{np.mean(said):.2f} ({min(said):.2f} to {max(said):.2f})"
        rows.append(
            Row(f"{what}, {len(told)} titles, {name}: total, rank correlation", goal, f"{total}, {np.mean(ranks):.2f}")
        )
    return rows


def count_right(told: list[Told]) -> Row:
    """Say of how many single titles the total is right."""
    alone, held = (
        sum(abs(said / each.true - 1) <= 0.1 for said, each in zip(column, told, strict=True))
        for column in ([each.alone for each in told], [each.anchored for each in told])
    )
    said = f"{held} of {len(told)}; by the log alone {alone}"
    return Row("single titles whose total is within 10%, with a holdout", "", said)


def measure(settings: WorldSettings, seed: int) -> list[Told]:
    """Split new titles of a world and look at its truth."""
    end = settings.days - NEW_DAYS
    evidence, works, members = load_evidence(settings, seed, end)
    truth = build_world(settings, np.random.default_rng(seed)).truth
    is_new = truth.released[works] >= end
    who, at = list_visits(truth, settings.days)
    is_late = (at >= (end - PERIOD_DAYS) * DAY_SECONDS) & (at < end * DAY_SECONDS)
    visits = np.bincount(who[is_late], minlength=settings.members)[members].astype(np.float64)
    rng = np.random.default_rng(seed)
    learned = learn_switching(evidence, is_new, visits=visits, rng=rng)
    new = rng.permutation(np.flatnonzero(is_new))[:MOST_NEW]
    asked = [ask(truth, learned, members, row, work=works[row], day=end) for row in new]
    return [judge(learned, each, asked[place - 1], works) for place, each in enumerate(asked)]


def ask(truth: Truth, learned: Switching, members: Ints, row: int, *, work: int, day: int) -> Asked:
    """Give the model the title's true plays, and keep what they really replace."""
    plays, losses = find_true(truth, members[learned.members], learned.visits, work, day)
    chances = np.zeros(len(members))
    chances[learned.members] = plays
    return Asked(int(row), chances, losses)


def judge(learned: Switching, asked: Asked, other: Asked, works: Ints) -> Told:
    """Split a title's plays by the log alone, and with the holdout of another title."""
    held = learned.anchored(other.row, other.chances, share=1 - other.diverted)
    made = [each.split(asked.row, asked.chances) for each in (learned, held)]
    losses = asked.losses[works[learned.scene.titles]]
    alone, anchored = (float(1 - each.incremental / each.plays) for each in made)
    ranks = [float(spearmanr(each.diverted, losses).statistic) for each in made]
    return Told(asked.diverted, alone, anchored, *ranks)


def load_evidence(settings: WorldSettings, seed: int, end: int) -> tuple[Evidence, Ints, Ints]:
    """Import a world and load its log until a day.

    Returns:
        the evidence, the row in the truth of each of its titles, and that of each of its members.
    """
    world = build_world(settings, np.random.default_rng(seed))
    with tempfile.TemporaryDirectory() as scratch:
        service = create_service(Path(scratch) / "service")
        import_world(service, settings, seed=seed)
        loaded, credits = load_log(service, min_rating=0.0), service.read("credits")
        since = find_since(loaded.titles, service.read("windows"))
    works = find_places(loaded.titles["title_id"], world.titles["title_id"])
    members = find_places(loaded.log.member_ids, world.members["member_id"])
    events = loaded.log.events.filter(pl.col("at") < START + end * DAY_SECONDS)
    return Evidence(events, len(members), loaded.titles, credits, loaded.features, since), works, members


def find_places(ids: pl.Series, among: pl.Series) -> Ints:
    """Find the row of each id among others: int64, of the length of `ids`."""
    rows = pl.DataFrame({"id": among}).with_row_index("place")
    found = pl.DataFrame({"id": ids}).join(rows, on="id", how="left", maintain_order="left")["place"]
    return found.to_numpy().astype(np.int64)


def find_true(truth: Truth, members: Ints, visits: Floats, work: int, day: int) -> tuple[Floats, Floats]:
    """Find what really happens if a work comes out on a day, and no other that the day before did not know.

    Returns:
        expected plays of it by each member, and the plays that each work loses, (J,).
    """
    later = np.flatnonzero(truth.released >= day)
    released = truth.released.copy()
    released[later], released[work] = day + 10_000, day
    there, at = replace(truth, released=released), START + day * DAY_SECONDS
    with_it = choice_probabilities(there, members, at)
    without = choice_probabilities(there, members, at, without=[work])
    losses = visits @ (without - with_it)
    losses[work] = 0.0
    return visits * with_it[:, work], losses
