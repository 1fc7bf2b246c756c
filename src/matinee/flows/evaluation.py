"""The verb `evaluate`: how good each model is on viewing it was not shown."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.errors import UsageError
from matinee.flows.learned import BLEND, NEXT, RANKER
from matinee.flows.logs import LoadedLog, load_log
from matinee.flows.plain import to_plain
from matinee.flows.rivals import Rivals, fit_rival_next, learn_rivals
from matinee.flows.tuning import learn_recipe
from matinee.measure.compare import compare_paired
from matinee.measure.ranking import coverage_at, member_metrics, summarise
from matinee.measure.segments import by_segment, history_bands
from matinee.measure.split_files import FileSplit, split_from_cold, split_from_next, split_from_parts
from matinee.measure.splits import Split, split_by_members, split_by_time, split_cold, split_inner, split_next
from matinee.recommend.exam import Exam, draw_members, lay_out
from matinee.recommend.linear import LinearSettings
from matinee.recommend.model import Model
from matinee.recommend.next_title import NextTitle
from matinee.recommend.popular import HALF_LIVES, Popular, decayed_counts
from matinee.recommend.ranker.features import describe_members
from matinee.recommend.ranker.learn import RankerTrial
from matinee.recommend.ranker.ranker import Ranker, build_ranker
from matinee.recommend.recipe import ItemModel, Recipe, blend_items, fill_items, fit_items, name_popular
from matinee.recommend.tune_next import score_exam
from matinee.store.service import Service
from matinee.store.split_files import read_split_file

PROTOCOLS = ("time", "members", "next", "cold")
DEPTH = 100
CHUNK = 2_000
MOST_JUDGED = 20_000
"""Test members that are judged, drawn at random where there are more; `split.test_members` says how many."""
PRIMARY = "ndcg@100"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """What came out.

    Attributes:
        split: the split that was used.
        models: name -> metrics, as `evaluate --json` prints them.
        segments: results of the live model by segment.
        live: name of the model that `train` would make of the training part and serve for what the protocol asks:
            the blend, which may be a single part alone, the ranker, or under the protocol next the next title.
        depth: name -> mean share of members who had taken up the title at each place of the list, (100,).
        recipe: what tuning on the inner split chose.
        ranker: what trying the ranker on inner splits said; None = it was not tried.
        seed: of all that was drawn.
        data_hash: the state of the tables; None if a split file brought its own events.
    """

    split: Split
    models: dict[str, dict[str, Any]]
    segments: dict[str, list[dict[str, Any]]]
    live: str
    depth: dict[str, list[float]]
    recipe: Recipe
    ranker: RankerTrial | None
    seed: int
    data_hash: str | None

    def to_dict(self) -> dict[str, Any]:
        """Lay it out as JSON can say it; what is undefined is null."""
        return {
            "protocol": self.split.protocol,
            "split": self.split.counts(),
            "models": to_plain(self.models),
            "live": self.live,
            "ranker": None if self.ranker is None else {"best": self.ranker.best, "judged": self.ranker.judged},
            "segments": to_plain(self.segments),
            "depth": to_plain(self.depth),
            "recipe": to_plain(asdict(self.recipe)),
            "seed": self.seed,
            "data_hash": self.data_hash,
        }


def evaluate(
    service: Service,
    protocol: str,
    *,
    part: str = "test",
    min_rating: float | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate every model under one protocol.

    Args:
        service: whose views are split; a split file with events of its own needs only its folder.
        protocol: one of `PROTOCOLS`, or the path of a split file or folder.
        part: "test", or "validation" for the validation members of a split file: tuning is then inside its train part.
        min_rating: instead of the service's own setting.
        progress: told what is being done.

    Returns:
        the results; the same service and seed give the same.

    Raises:
        UsageError: no such protocol or file, or it has no such part.
        BadFile: the file is no split.
        MatineeError: the log is too small for the protocol.
    """
    tell = progress or (lambda _stage: None)
    tell("reading the log")
    rng = np.random.default_rng(service.settings.seed)
    case = _choose_part(_load_case(service, protocol, min_rating, rng), part)
    titles, features = len(case.title_ids), case.features
    tell("tuning on an inner split")
    inner, seed = split_inner(case.split, rng=rng), service.settings.seed
    recipe = learn_recipe(inner, titles, features, rng=rng)
    rivals = learn_rivals(case.split, titles, recipe, features, seed=seed)
    case = replace(case, split=draw_members(case.split, MOST_JUDGED, rng=rng))
    exam, judged = lay_out(case.split, titles), {}
    for model in fit_models(case.split, titles, recipe, features, rivals):
        tell(f"judging {model.name}")
        judged[model.name] = _judge(model, exam)
    return Evaluation(
        split=case.split,
        models={name: _report(judged, name, rivals.live, rng) for name in judged},
        segments=_segment(case, judged[rivals.live].metrics[PRIMARY]),
        live=rivals.live,
        ranker=rivals.ranker,
        depth={name: each.depth for name, each in judged.items()},
        recipe=recipe,
        seed=seed,
        data_hash=case.data_hash,
    )


Judgeable = Model | NextTitle | Ranker
M = TypeVar("M", bound=Judgeable, covariant=True)


@dataclass(frozen=True)
class Fitted(Generic[M]):
    """A model with what it took."""

    name: str
    model: M
    is_weighted: bool
    cpu_seconds: float


def fit_models(
    split: Split, titles: int, recipe: Recipe, features: csr_array | None, rivals: Rivals
) -> Iterator[Fitted[Judgeable]]:
    """Fit every model of the comparison on the training part: baselines first, then the blend and its rivals.

    Where titles are hidden from training, models that know titles by their events alone cannot tell them apart; only
    one of them stands there, for chance.
    """
    is_cold = split.protocol == "cold"
    half_lives = HALF_LIVES if split.has_dates and not is_cold else HALF_LIVES[-1:]
    yield from _fit_popular(split, titles, half_lives)
    if not is_cold and recipe.factors is None:
        yield _fit_items("ease-1000", split, titles, Recipe(LinearSettings(reg=1000.0)))
    tuned = _fit_items(recipe.item_model, split, titles, recipe)
    if not is_cold:
        yield tuned
    started, items = time.process_time(), tuned.model
    if features is not None:
        items = fill_items(items, features, split.is_known(titles), reg=recipe.cold_reg)
    if is_cold:
        yield Fitted("cold", items, tuned.is_weighted, tuned.cpu_seconds + time.process_time() - started)
    blend = blend_items(items, split.train, recipe, now=split.now)
    spent = tuned.cpu_seconds + time.process_time() - started
    yield Fitted(BLEND, blend, tuned.is_weighted, spent)
    if rivals.ranker is not None:
        started = time.process_time()
        ranker = build_ranker(blend, split.train, rivals.ranker.correction, now=split.now)
        yield Fitted(RANKER, ranker, tuned.is_weighted, spent + time.process_time() - started)
    if rivals.following is not None:
        following, spent = fit_rival_next(split, titles, rivals.following.weights)
        yield Fitted(NEXT, following, False, spent)


def _fit_popular(split: Split, titles: int, half_lives: tuple[float, ...]) -> Iterator[Fitted[Popular]]:
    started = time.process_time()
    counts = decayed_counts(split.train, titles, now=split.now, half_lives=half_lives)
    spent = (time.process_time() - started) / len(half_lives)
    for half_life, row in reversed(list(zip(half_lives, counts, strict=True))):
        yield Fitted(name_popular(half_life), Popular(row), False, spent)


def _fit_items(name: str, split: Split, titles: int, recipe: Recipe) -> Fitted[ItemModel]:
    started = time.process_time()
    items = fit_items(split.train, titles, recipe, now=split.now)
    return Fitted(name, items, recipe.is_weighted, time.process_time() - started)


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


def _choose_part(case: _Case, part: str) -> _Case:
    if part == "test":
        return case
    if part != "validation" or case.split.inner is None:
        todo = "leave it out, to judge on the test part"
        raise UsageError(f"the split has no part {part!r}", where="--part", todo=todo)
    return replace(case, split=case.split.inner)


def _load_file_case(service: Service, path: Path, min_rating: float | None) -> _Case:
    given = read_split_file(path)
    if isinstance(given, dict):
        return _of_file(split_from_next(given, where=str(path)), NOBODY)
    if "member_id" not in given.columns:
        loaded = load_log(service, min_rating=min_rating)
        return _of_log(split_from_cold(loaded.log, given, where=str(path)), loaded)
    members = service.read("members").select("member_id", "country")
    return _of_file(split_from_parts(given, where=str(path)), members)


def _of_log(split: Split, loaded: LoadedLog) -> _Case:
    countries = pl.DataFrame({"member_id": loaded.log.member_ids, "country": loaded.countries})
    log = loaded.log
    return _Case(split, log.member_ids, log.title_ids, loaded.features, countries, loaded.data_hash)


NOBODY = pl.DataFrame(schema={"member_id": pl.String, "country": pl.String})
"""The members of a file of lines, which are numbers of lines and not ids."""


def _of_file(file: FileSplit, countries: pl.DataFrame) -> _Case:
    return _Case(file.split, file.member_ids, file.title_ids, None, countries, None)


def _judge(fitted: Fitted[Judgeable], exam: Exam) -> _Judged:
    """Rank for every test member, some thousands at a time, and measure."""
    split, titles = exam.split, exam.titles
    top = np.concatenate([part.rank(_score(fitted, part), DEPTH) for part in exam.parts(CHUNK)])
    share = np.bincount(split.train["title_row"].to_numpy(), minlength=titles) / split.train["member_row"].n_unique()
    depth = np.where(top >= 0, share[top], np.nan)
    return _Judged(
        metrics=member_metrics(top, exam.relevant),
        coverage=coverage_at(20, top, split.title_rows),
        depth=[float(np.nanmean(column)) if not np.isnan(column).all() else math.nan for column in depth.T],
        cpu_seconds=fitted.cpu_seconds,
    )


def _score(fitted: Fitted[Judgeable], part: Exam) -> NDArray[np.float32]:
    if isinstance(fitted.model, NextTitle):
        return score_exam(fitted.model, part)
    histories = part.histories(weighted=fitted.is_weighted)
    if isinstance(fitted.model, Ranker):
        members = describe_members(fitted.model.facts, part.split.history, part.split.member_rows)
        return fitted.model.score(histories, members)
    return fitted.model.score(histories)


def _report(judged: dict[str, _Judged], name: str, live: str, rng: np.random.Generator) -> dict[str, Any]:
    one = judged[name]
    with warnings.catch_warnings():  # what is undefined is null in the result; nobody needs to be told twice
        warnings.simplefilter("ignore", RuntimeWarning)
        means = summarise(one.metrics)
    facts = means | {"coverage@20": one.coverage, "fit_cpu_s": round(one.cpu_seconds, 3)}
    if name == live:
        return facts
    versus = compare_paired(judged[live].metrics[PRIMARY], one.metrics[PRIMARY], rng=rng)
    return facts | {"live_minus_this": {"metric": PRIMARY, **asdict(versus)}}


def _segment(case: _Case, values: NDArray[np.float64]) -> dict[str, list[dict[str, Any]]]:
    ids = pl.DataFrame({"member_id": case.member_ids.gather(case.split.member_rows)})
    countries = ids.join(case.countries, on="member_id", how="left", maintain_order="left")["country"]
    segments = {"history": by_segment(values, history_bands(case.split.history_lengths()))}
    if countries.null_count() < len(countries):
        segments["country"] = by_segment(values, countries)
    return {name: frame.to_dicts() for name, frame in segments.items()}
