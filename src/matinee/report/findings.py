"""What an evaluation found: its models as rows, and what they show as sentences.

Covers reading the values that `evaluate` gives; nothing here is measured anew. Drawing is in `charts`, meanings in
`words`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matinee.report.numbers import (
    Estimate,
    Number,
    as_number,
    difference,
    estimate,
    show_interval,
    show_number,
    show_percent,
    show_signed,
    show_signed_interval,
)
from matinee.report.words import describe_model

METRIC = "ndcg@100"
"""What models are sorted and compared by, and cut into segments."""

PLAIN = "popular"
"""The model that the headline sets beside the live one."""

ENOUGH = 30
"""Members from which a mean over them is worth a word."""

MOST_SEGMENTS = 12
"""Rows of a chart of segments; of more, those with most members are shown."""

PLACES = (1, 10, 20, 50, 100)
"""Places of the list that the table beside the chart of depth tells."""


@dataclass(frozen=True)
class ModelRow:
    """One model of the comparison.

    Attributes:
        name: of the model.
        is_live: whether it is the one that serves members.
        about: what it is, in one clause; may be empty.
        metrics: metric -> mean over members with its interval.
        coverage: coverage@20.
        fit_cpu_s: CPU seconds to fit.
        behind: the live model's METRIC minus this one's; None for the live one.
    """

    name: str
    is_live: bool
    about: str
    metrics: Mapping[str, Estimate]
    coverage: Number
    fit_cpu_s: Number
    behind: Estimate | None


@dataclass(frozen=True)
class SegmentTable:
    """One way to cut the members.

    Attributes:
        name: what they are cut by.
        rows: segment, members in it, METRIC of the live model.
        left_out: segments not shown.
    """

    name: str
    rows: Sequence[tuple[str, int, Estimate]]
    left_out: int


def list_models(evaluation: Mapping[str, Any]) -> list[ModelRow]:
    """Lay out the models, the best by METRIC first; those without it last."""
    rows = [_read_model(name, facts, evaluation["live"]) for name, facts in evaluation["models"].items()]
    return sorted(rows, key=lambda row: -_or_less(row.metrics[METRIC].value))


def _read_model(name: str, facts: Mapping[str, Any], live: str) -> ModelRow:
    errors = facts.get("se") or {}
    versus = facts.get("live_minus_this")
    return ModelRow(
        name=name,
        is_live=name == live,
        about=describe_model(name),
        metrics={
            key: estimate(facts.get(key), errors.get(key)) for key in (METRIC, "ndcg@10", "recall@20", "recall@50")
        },
        coverage=as_number(facts.get("coverage@20")),
        fit_cpu_s=as_number(facts.get("fit_cpu_s")),
        behind=difference(versus) if versus else None,
    )


def find_row(rows: Sequence[ModelRow], name: str) -> ModelRow | None:
    """Find a model by its name."""
    return next((row for row in rows if row.name == name), None)


def say_headline(rows: Sequence[ModelRow]) -> str:
    """Say how the live model does beside plain popularity, in one sentence."""
    live = next((row for row in rows if row.is_live), None)
    if live is None:
        return "No model is live in this evaluation."
    ndcg, recall = live.metrics[METRIC], live.metrics["recall@20"]
    own = f"The live model reaches NDCG@100 {show_number(ndcg.value)} and recall@20 {show_number(recall.value)}"
    plain = find_row([row for row in rows if not row.is_live], PLAIN)
    if plain is None or plain.behind is None:
        return f"{own} (95% interval of NDCG@100 {show_interval(ndcg)})."
    other, other_recall = plain.metrics[METRIC].value, plain.metrics["recall@20"].value
    beside = f"beside {show_number(other)} and {show_number(other_recall)} for plain popularity"
    return f"{own}, {beside}: {_say_verdict(plain.behind)}."


def _say_verdict(behind: Estimate) -> str:
    if behind.value is None or behind.low is None or behind.high is None:
        return "the difference is undefined"
    numbers = f"NDCG@100 {show_signed(behind.value)}, 95% interval {show_signed_interval(behind)}"
    if behind.low > 0:
        return f"better by more than chance ({numbers})"
    if behind.high < 0:
        return f"worse by more than chance ({numbers})"
    return f"no difference beyond chance ({numbers})"


def say_doubt(members: int) -> str:
    """Say where an evaluation has too few members for any verdict; empty if it has enough."""
    counted = f"{members:,} {'member is' if members == 1 else 'members are'}"
    return (
        "" if members >= ENOUGH else f"Too few to tell: {counted} no ground for a verdict; it takes {ENOUGH} or more."
    )


def say_runner_up(rows: Sequence[ModelRow]) -> str:
    """Say how the live model does beside the best of the others; empty if that is plain popularity, or nobody."""
    best = next((row for row in rows if row.behind is not None), None)
    if best is None or best.behind is None or best.name == PLAIN:
        return ""
    return f"Against {best.name}, the best of the others: {_say_verdict(best.behind)}."


def say_accuracy(rows: Sequence[ModelRow]) -> str:
    """Say which model is most accurate."""
    known = [row for row in rows if row.metrics[METRIC].value is not None]
    if not known:
        return "NDCG@100 is undefined for every model."
    best = known[0]
    first = f"{best.name} comes first with NDCG@100 {show_number(best.metrics[METRIC].value)}"
    if len(known) == 1:
        return f"{first} (95% interval {show_interval(best.metrics[METRIC])})."
    last = known[-1]
    return f"{first}; {last.name} comes last with {show_number(last.metrics[METRIC].value)}."


def say_coverage(rows: Sequence[ModelRow]) -> str:
    """Say how much of the catalogue the pages show."""
    known = [(row.coverage, row) for row in rows if row.coverage is not None]
    if not known:
        return "Coverage is undefined for every model."
    top, widest = max(known, key=lambda pair: pair[0])
    live = next((row for row in rows if row.is_live and row.coverage is not None), None)
    if live is None or live is widest:
        return f"{widest.name} shows most of the catalogue: {show_percent(top, 1)} of the titles."
    return (
        f"The live model shows {show_percent(live.coverage, 1)} of the titles to somebody; "
        f"{widest.name} shows most, {show_percent(top, 1)}."
    )


def list_depths(evaluation: Mapping[str, Any]) -> list[tuple[str, list[Number]]]:
    """Take the lines of the chart of depth: popular, item model and live, or the first two models without these."""
    depth = {name: [as_number(share) for share in shares or []] for name, shares in (evaluation["depth"] or {}).items()}
    depth = {name: shares for name, shares in depth.items() if any(share is not None for share in shares)}
    wanted = dict.fromkeys((evaluation["live"], "linear", "factors", "popular"))
    chosen = [name for name in wanted if name in depth] or list(depth)[:2]
    return [(name, depth[name]) for name in chosen]


def list_places(lines: Sequence[tuple[str, Sequence[Number]]]) -> list[int]:
    """Take the PLACES that the lists reach."""
    longest = max((len(shares) for _, shares in lines), default=0)
    return [place for place in PLACES if place <= longest]


def say_depth(lines: Sequence[tuple[str, Sequence[Number]]]) -> str:
    """Say how well known the titles are at both ends of each list."""
    said = []
    for name, shares in lines:
        known = [(place, share) for place, share in enumerate(shares, start=1) if share is not None]
        (first, high), (last, low) = known[0], known[-1]
        said.append(f"{name} {show_percent(high, 1)} at place {first} and {show_percent(low, 1)} at place {last}")
    return f"Of members, so many had taken up the title: {'; '.join(said)}." if said else ""


def list_segments(evaluation: Mapping[str, Any]) -> list[SegmentTable]:
    """Lay out the live model's results by segment; history in its order, others by size."""
    return [_read_segment(name, rows) for name, rows in (evaluation["segments"] or {}).items() if rows]


def _read_segment(name: str, given: Sequence[Mapping[str, Any]]) -> SegmentTable:
    rows = [(str(row["segment"]), int(row["n"]), estimate(row["mean"], row["se"])) for row in given]
    if name != "history":
        rows.sort(key=lambda row: -row[1])
    return SegmentTable(name, rows[:MOST_SEGMENTS], len(rows[MOST_SEGMENTS:]))


def say_segments(table: SegmentTable) -> str:
    """Say where the live model does best and worst, among segments of at least ENOUGH members."""
    more = f" Shown are the {len(table.rows)} largest; {table.left_out} more are left out." if table.left_out else ""
    known = [(one.value, segment, n) for segment, n, one in table.rows if one.value is not None and n >= ENOUGH]
    if not known:
        return f"Every segment has fewer than {ENOUGH} members, too few to compare.{more}"
    (high, best, n_best), (low, worst, n_worst) = max(known), min(known)
    top = f"{best} ({show_number(high)}, {n_best:,} members)"
    if best == worst:
        return f"Of segments with {ENOUGH} members or more there is one: {top}.{more}"
    bottom = f"{worst} ({show_number(low)}, {n_worst:,} members)"
    return f"NDCG@100 is highest for {top} and lowest for {bottom}.{more}"


def _or_less(value: Number) -> float:
    return float("-inf") if value is None else value
