"""The verb `evaluate`: how good each model is on viewing it was not shown."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.flows.logs import LoadedLog, load_log
from matinee.flows.plain import to_plain
from matinee.flows.tuning import learn_recipe
from matinee.measure.compare import compare_paired
from matinee.measure.ranking import coverage_at, member_metrics, summarise
from matinee.measure.segments import by_segment, history_bands
from matinee.measure.split_files import FileSplit, split_from_cold, split_from_next, split_from_parts
from matinee.measure.splits import Split, split_by_members, split_by_time, split_cold, split_inner, split_next
from matinee.recommend.cold import fill_cold
from matinee.recommend.histories import build_histories
from matinee.recommend.linear import Linear, LinearSettings, fit_events
from matinee.recommend.model import Model
from matinee.recommend.popular import HALF_LIVES, Popular, decayed_counts
from matinee.recommend.rank import rank_titles
from matinee.recommend.recipe import Recipe, blend_linear, name_popular
from matinee.store.service import Service
from matinee.store.split_files import read_split_file

PROTOCOLS = ("time", "members", "next", "cold")
LIVE = "blend"
"""The model that `train` makes; where a single part is better, the blend is that part alone."""

DEPTH = 100
CHUNK = 2_000
PRIMARY = "ndcg@100"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """What came out.

    Attributes:
        split: the split that was used.
        models: name -> metrics, as `evaluate --json` prints them.
        segments: results of the live model by segment.
        depth: name -> mean share of members who had taken up the title at each place of the list, (100,).
        recipe: what tuning on the inner split chose.
        seed: of all that was drawn.
        data_hash: the state of the tables; None if a split file brought its own events.
    """

    split: Split
    models: dict[str, dict[str, Any]]
    segments: dict[str, list[dict[str, Any]]]
    depth: dict[str, list[float]]
    recipe: Recipe
    seed: int
    data_hash: str | None

    def to_dict(self) -> dict[str, Any]:
        """Lay it out as JSON can say it; what is undefined is null."""
        return {
            "protocol": self.split.protocol,
            "split": self.split.counts(),
            "models": to_plain(self.models),
            "live": LIVE,
            "segments": to_plain(self.segments),
            "depth": to_plain(self.depth),
            "recipe": to_plain(asdict(self.recipe)),
            "seed": self.seed,
            "data_hash": self.data_hash,
        }


def evaluate(
    service: Service, protocol: str, *, min_rating: float | None = None, progress: Progress | None = None
) -> Evaluation:
    """Evaluate every model under one protocol.

    Args:
        service: whose views are split; a split file with events of its own needs only its folder.
        protocol: one of `PROTOCOLS`, or the path of a split file or folder.
        min_rating: instead of the service's own setting.
        progress: told what is being done.

    Returns:
        the results; the same service and seed give the same.

    Raises:
        UsageError: no such protocol or file.
        BadFile: the file is no split.
        MatineeError: the log is too small for the protocol.
    """
    tell = progress or (lambda _stage: None)
    tell("reading the log")
    rng = np.random.default_rng(service.settings.seed)
    case = _load_case(service, protocol, min_rating, rng)
    titles, features = len(case.title_ids), case.features
    tell("tuning on an inner split")
    recipe = learn_recipe(split_inner(case.split, rng=rng), titles, features, rng=rng)
    judged = {}
    for model in fit_models(case.split, titles, recipe, features):
        tell(f"judging {model.name}")
        judged[model.name] = _judge(model, case.split, titles)
    return Evaluation(
        split=case.split,
        models={name: _report(judged, name, rng) for name in judged},
        segments=_segment(case, judged[LIVE].metrics[PRIMARY]),
        depth={name: each.depth for name, each in judged.items()},
        recipe=recipe,
        seed=service.settings.seed,
        data_hash=case.data_hash,
    )


@dataclass(frozen=True)
class Fitted:
    """A model with what it took."""

    name: str
    model: Model
    is_weighted: bool
    cpu_seconds: float


def fit_models(split: Split, titles: int, recipe: Recipe, features: csr_array | None) -> Iterator[Fitted]:
    """Fit every model of the comparison on the training part: baselines first, the live one last."""
    started = time.process_time()
    counts = decayed_counts(split.train, titles, now=split.now)
    spent = (time.process_time() - started) / len(HALF_LIVES)
    for half_life, row in reversed(list(zip(HALF_LIVES, counts, strict=True))):
        yield Fitted(name_popular(half_life), Popular(row), False, spent)
    for name, settings in (("ease-1000", LinearSettings(reg=1000.0)), ("linear", recipe.linear)):
        started = time.process_time()
        linear = fit_events(split.train, titles, settings, now=split.now)
        spent = time.process_time() - started
        yield Fitted(name, linear, settings.weighted, spent)
    if split.protocol == "cold" and features is not None:
        started = time.process_time()
        cold = Linear(fill_cold(linear.weights, features, split.is_known(titles), reg=recipe.cold_reg))
        yield Fitted("cold", cold, recipe.linear.weighted, spent + time.process_time() - started)
    started = time.process_time()
    blend = blend_linear(linear, split.train, recipe, now=split.now, features=features)
    yield Fitted(LIVE, blend, recipe.linear.weighted, spent + time.process_time() - started)


@dataclass(frozen=True)
class _Case:
    """A split with the ids and facts of its rows."""

    split: Split
    member_ids: pl.Series
    title_ids: pl.Series
    features: csr_array | None
    countries: pl.DataFrame
    data_hash: str | None


@dataclass(frozen=True)
class _Judged:
    metrics: dict[str, NDArray[np.float64]]
    coverage: float
    depth: list[float]
    cpu_seconds: float


def _load_case(service: Service, protocol: str, min_rating: float | None, rng: np.random.Generator) -> _Case:
    if protocol not in PROTOCOLS:
        return _load_file_case(service, Path(protocol), min_rating)
    loaded = load_log(service, min_rating=min_rating)
    events = loaded.log.events
    splits: dict[str, Callable[[], Split]] = {
        "time": lambda: split_by_time(events),
        "members": lambda: split_by_members(events, rng=rng),
        "next": lambda: split_next(events),
        "cold": lambda: split_cold(events, rng=rng),
    }
    return _of_log(splits[protocol](), loaded)


def _load_file_case(service: Service, path: Path, min_rating: float | None) -> _Case:
    given = read_split_file(path)
    if isinstance(given, dict):
        return _of_file(split_from_next(given, where=str(path)), service)
    if "member_id" not in given.columns:
        loaded = load_log(service, min_rating=min_rating)
        return _of_log(split_from_cold(loaded.log, given, where=str(path)), loaded)
    return _of_file(split_from_parts(given, where=str(path)), service)


def _of_log(split: Split, loaded: LoadedLog) -> _Case:
    countries = pl.DataFrame({"member_id": loaded.log.member_ids, "country": loaded.countries})
    log = loaded.log
    return _Case(split, log.member_ids, log.title_ids, loaded.features, countries, loaded.data_hash)


def _of_file(file: FileSplit, service: Service) -> _Case:
    countries = service.read("members").select("member_id", "country")
    return _Case(file.split, file.member_ids, file.title_ids, None, countries, None)


def _judge(fitted: Fitted, split: Split, titles: int) -> _Judged:
    """Rank for every test member, some thousands at a time, and measure."""
    allowed = np.zeros(titles, dtype=np.bool_)
    allowed[split.title_rows] = True
    tops = []
    for start in range(0, len(split.member_rows), CHUNK):
        rows = split.member_rows[start : start + CHUNK]
        seen = build_histories(split.history, rows, titles)
        histories = build_histories(split.history, rows, titles, weighted=True) if fitted.is_weighted else seen
        tops.append(rank_titles(fitted.model.score(histories), DEPTH, seen=seen, allowed=allowed))
    top = np.concatenate(tops)
    share = np.bincount(split.train["title_row"].to_numpy(), minlength=titles) / split.train["member_row"].n_unique()
    depth = np.where(top >= 0, share[top], np.nan)
    return _Judged(
        metrics=member_metrics(top, split.relevant(titles)),
        coverage=coverage_at(20, top, split.title_rows),
        depth=[float(np.nanmean(column)) if not np.isnan(column).all() else math.nan for column in depth.T],
        cpu_seconds=fitted.cpu_seconds,
    )


def _report(judged: dict[str, _Judged], name: str, rng: np.random.Generator) -> dict[str, Any]:
    one = judged[name]
    facts = summarise(one.metrics) | {"coverage@20": one.coverage, "fit_cpu_s": round(one.cpu_seconds, 3)}
    if name == LIVE:
        return facts
    versus = compare_paired(judged[LIVE].metrics[PRIMARY], one.metrics[PRIMARY], rng=rng)
    return facts | {"live_minus_this": {"metric": PRIMARY, **asdict(versus)}}


def _segment(case: _Case, values: NDArray[np.float64]) -> dict[str, list[dict[str, Any]]]:
    ids = pl.DataFrame({"member_id": case.member_ids.gather(case.split.member_rows)})
    countries = ids.join(case.countries, on="member_id", how="left", maintain_order="left")["country"]
    segments = {"history": by_segment(values, history_bands(case.split.history_lengths()))}
    if countries.null_count() < len(countries):
        segments["country"] = by_segment(values, countries)
    return {name: frame.to_dicts() for name, frame in segments.items()}
