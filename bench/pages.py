"""Pages: from a history in memory to a page of 8 rows with reasons, as a dictionary."""

import gc
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from bench.data import shared
from bench.page import Row, write_section
from matinee.flows.imports import import_movielens, import_table
from matinee.flows.logs import LEARNED_FROM
from matinee.flows.pages import MemberState, PageOptions, load_state, serve_page
from matinee.flows.serving import Recommender, load_recommender
from matinee.flows.training import train
from matinee.recommend.blend import DenseBlend
from matinee.recommend.ranker.features import FEATURES, describe_members
from matinee.recommend.ranker.ranker import build_ranker
from matinee.recommend.ranker.trees import Trees, fit_trees
from matinee.store.service import Service, create_service
from matinee.tables.log import EVENTS as EVENT_COLUMNS

TITLES, WATCHED, REQUESTS = 10_000, 78, 1_000
EVENTS = 500_000
"""Of the log that a ranker's facts of titles come from."""
GENRES = [f"genre {number}" for number in range(20)]
COUNTRIES = ["DE", "FR", "US"]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def main() -> None:
    """Ask for 1,000 pages of a service of 10,000 titles and a model of random weights, and of one that was trained."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(1):
        recommender = make_recommender(make_service(Path(scratch), rng), rng)
        states = [make_state(recommender, number, rng) for number in range(REQUESTS)]
        rows = []
        for length in (10, 20):
            rows += measure(recommender, states, PageOptions(length=length, max_age=16), "")
        ranked, told = add_ranker(recommender, states, rng)
        rows += measure(ranked, told, PageOptions(max_age=16), "beside a ranker of trees: ")
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(1):
        recommender = learn_movielens(Path(scratch) / "service")
        parts = [name for name in ("ranker", "following") if getattr(recommender, name) is not None]
        members = rng.choice(recommender.members["member_id"].to_numpy(), REQUESTS, replace=False)
        states = [load_state(recommender, member_id) for member_id in members]
        rows += measure(recommender, states, PageOptions(), f"MovieLens 1M, trained (blend, {', '.join(parts)}): ")
    write_section(
        "pages",
        f"{REQUESTS:,} pages in process, one after the other, one BLAS thread: {TITLES:,} titles of {len(GENRES)} "
        f"genres, all with windows in {len(COUNTRIES)} countries, histories of {WATCHED} titles, 3 titles to continue, "
        "a ceiling of age; scores, rows, diversity, calibration, exploring and exact reasons; the same with a ranker "
        "of 40 trees; then MovieLens 1M with all that `train` keeps for it, the next title too. Reading the member's "
        "views from disk is not in it.",
        rows,
    )


def measure(recommender: Recommender, states: list[MemberState], options: PageOptions, which: str) -> list[Row]:
    """Time a page for each member, and say what was on it."""
    wall, cpu, pages = time_pages(recommender, states, options)
    count = np.median([len(page["rows"]) for page in pages])
    titles = np.mean([sum(len(row["titles"]) for row in page["rows"]) for page in pages])
    said = [f"p50 {np.median(times):.1f}, p99 {np.percentile(times, 99):.1f}" for times in (wall, cpu)]
    what = f"{which}{count:.0f} rows of up to {options.length}, {titles:.0f} titles in all"
    return [Row(f"{what}: wall ms", "p99 <= 10", said[0]), Row(f"{what}: CPU ms", "", said[1])]


def learn_movielens(folder: Path) -> Recommender:
    """Train on MovieLens 1M, as a user would."""
    service = create_service(folder)
    import_movielens(service, shared() / "data" / "movielens-1m")
    train(service, now=NOW)
    return load_recommender(service)


def make_service(folder: Path, rng: np.random.Generator) -> Service:
    """Import titles of random genres, and a window of each in every country."""
    service = create_service(folder / "service")
    days = rng.integers(0, 3_650, TITLES).tolist()
    titles = pl.DataFrame({
        "title_id": [f"t{row}" for row in range(TITLES)],
        "name": [f"Title {row}" for row in range(TITLES)],
        "genres": [rng.choice(GENRES, rng.integers(1, 4), replace=False).tolist() for _ in range(TITLES)],
        "maturity": rng.choice(["0", "6", "12", "16", "18"], TITLES).tolist(),
        "released_on": [date(2016, 6, 1) + timedelta(days=day) for day in days],
        "languages": [["en"]] * TITLES,
    })
    windows = titles.select("title_id", starts_on="released_on").join(
        pl.DataFrame({"territory": COUNTRIES}), how="cross"
    )
    for name, frame in (("titles", titles), ("windows", windows)):
        frame.write_parquet(folder / f"{name}.parquet")
        import_table(service, name, folder / f"{name}.parquet")
    return service


def make_recommender(service: Service, rng: np.random.Generator) -> Recommender:
    """Make a model of random weights."""
    B = rng.standard_normal((TITLES, TITLES), np.float32) * np.float32(0.02)
    known = np.ones(TITLES, np.bool_)
    blend = DenseBlend(B, B.mean(axis=1), known, rng.standard_normal(TITLES, np.float32), 0.8)
    newcomers = rng.pareto(1.0, (len(COUNTRIES) + 1, TITLES)).astype(np.float32)
    title_ids = [f"t{row}" for row in range(TITLES)]
    snapshot = service.snapshot()
    return Recommender(
        snapshot, blend, title_ids, COUNTRIES, newcomers, {"data_hash": snapshot.data_hash(LEARNED_FROM)}
    )


def add_ranker(
    recommender: Recommender, states: list[MemberState], rng: np.random.Generator
) -> tuple[Recommender, list[MemberState]]:
    """Put trees on top of the model, grown from what members would choose by noise, age and the blend's score."""
    days = rng.integers(0, 365, EVENTS)
    events = pl.DataFrame(
        {
            "member_row": rng.integers(0, EVENTS // WATCHED, EVENTS),
            "title_row": np.minimum(rng.zipf(1.2, EVENTS) - 1, TITLES - 1),
            "at": np.int64(NOW.timestamp()) - days * 86_400,
            "weight": np.ones(EVENTS),
        },
        schema=EVENT_COLUMNS,
    )
    blank = build_ranker(recommender.blend, events, Trees(np.zeros(0, np.uint8)), now=int(NOW.timestamp()))
    facts = describe_members(blank.facts, events, np.arange(len(states)))
    slates = [blank.lay_out(state.history, facts[[place]]) for place, state in enumerate(states[:200])]
    x, blended = np.concatenate([s.x for s in slates]), np.concatenate([s.blended[s.pairs] for s in slates])
    likes = blended + x[:, FEATURES.index("age")] * x[:, FEATURES.index("rise-30d")] + rng.gumbel(size=len(x))
    trees = fit_trees(x, likes > np.quantile(likes, 0.95), np.array([len(s.x) for s in slates]), blended)
    told = [replace(state, facts=facts[[place]]) for place, state in enumerate(states)]
    return replace(recommender, ranker=replace(blank, correction=trees)), told


def make_state(recommender: Recommender, number: int, rng: np.random.Generator) -> MemberState:
    """Draw a member with a history and three titles to continue."""
    rows = rng.choice(TITLES, WATCHED + 3, replace=False)
    watched = np.sort(rows[:WATCHED])
    history, seen = (
        csr_array((np.ones(len(own), np.float32), own, [0, len(own)]), shape=(1, TITLES))
        for own in (watched, np.sort(rows))
    )
    unfinished = pl.DataFrame({
        "title_row": rows[WATCHED:],
        "part_id": [recommender.title_ids[row] for row in rows[WATCHED:]],
        "share": [0.2, 0.5, 0.7],
        "at": [NOW] * 3,
    })
    country = COUNTRIES[number % len(COUNTRIES)]
    member = {"member_id": f"m{number}", "country": country, "personalised": True}
    return MemberState(member, history, seen, rows[:WATCHED].tolist(), unfinished)


def time_pages(
    recommender: Recommender, states: list[MemberState], options: PageOptions
) -> tuple[list[float], list[float], list[dict[str, Any]]]:
    """Make each page, after a few to warm up: wall ms and CPU ms of each, and the pages."""
    rng = np.random.default_rng(1)
    for state in states[:20]:
        serve_page(recommender, state, options, now=NOW, rng=rng)
    wall, cpu, pages = [], [], []
    gc.collect()
    for state in states:
        started = time.perf_counter(), time.process_time()
        pages.append(serve_page(recommender, state, options, now=NOW, rng=rng))
        wall.append(1e3 * (time.perf_counter() - started[0]))
        cpu.append(1e3 * (time.process_time() - started[1]))
    return wall, cpu, pages
