"""The verbs `experiment assign` and `experiment report`: who sees which arm, and what came of it.

Covers loading, the call of `matinee.measure` and the words. What an arm shows is the page's business; that it was shown
comes back as rows of the table `exposures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.errors import MatineeError, UsageError
from matinee.measure.assignment import assign_arms
from matinee.measure.compare import compare_paired
from matinee.measure.exposures import DAY, count_enjoyed, credit_teams, find_beginners, first_exposures
from matinee.measure.trials import adjust_by_before, difference_interval, mean_interval, sample_ratio
from matinee.store.experiments import Assigned, keep_assigned, load_assigned
from matinee.store.outputs import write_parquet
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.tables.log import build_log, find_roots

Floats = NDArray[np.float64]

TOO_UNLIKELY = 0.001
"""A split that chance brings about less often than this is taken for a fault (Fabijan et al. 2019)."""

_OF_ALPHABET = "the first in the alphabet; name the arms in --arms to choose"

OUTCOMES = ("enjoyed", "active")
"""Titles enjoyed for the first time, a member; and the share of members who enjoyed any."""


@dataclass(frozen=True)
class _Loaded:
    """The exposures and events of an experiment, as `matinee.measure.exposures` takes them.

    Attributes:
        exposures: of arms, whole experiment.
        events: of the members exposed.
        end: last second of the views, unix.
        armless: exposures that name no arm.
    """

    exposures: pl.DataFrame
    events: pl.DataFrame
    end: int
    armless: int


def assign_members(
    service: Service, name: str, shares: Mapping[str, float], out: Path, *, salt: str = ""
) -> dict[str, Any]:
    """Assign every member of the service to an arm and write one Parquet file: member_id, experiment, arm.

    The service keeps the arms in their order, the shares and the salt, for the report.

    Args:
        service: whose members.
        name: the experiment.
        shares: arm -> share of the members, adding up to 1.
        out: the file; replaced whole when it is complete.
        salt: another salt is another draw.

    Returns:
        {"experiment", "salt", "file", "arms": {arm: members}, "warnings": sentences}.

    Raises:
        MatineeError: if the service has no members.
        BadFile: what the service keeps of experiments is damaged.
    """
    member_ids = service.read("members")["member_id"]
    if member_ids.is_empty():
        raise MatineeError("no members to assign", where=str(service.path), todo="import members or views first")
    arms = assign_arms(member_ids, shares, experiment=name, salt=salt)
    before = load_assigned(service).get(name)
    write_parquet(pl.DataFrame({"member_id": member_ids, "experiment": [name] * len(arms), "arm": arms}), out)
    keep_assigned(service, name, Assigned(shares, salt))
    counts = {arm: int((arms == arm).sum()) for arm in shares}
    warnings = []
    if before and before.salt != salt:
        how = f"with --salt {before.salt!r}" if before.salt else "without --salt"
        warnings.append(f"Assigned before {how}: members change arms.")
    return {"experiment": name, "salt": salt, "file": str(out), "arms": counts, "warnings": warnings}


def report_experiment(
    service: Service,
    name: str,
    *,
    days: int = 7,
    shares: Mapping[str, float] | None = None,
    interleaved: bool = False,
) -> dict[str, Any]:
    """Report what members enjoyed within some days of being shown an arm.

    An outcome counts titles that the member enjoyed for the first time, as the log of positives has them. Members whose
    days are not over when the views end are left out; so are members who were shown several arms, unless pages are
    interleaved, where each member judges between two arms.

    Args:
        service: whose exposures and views.
        name: the experiment.
        days: length of the time after the first exposure (interleaved: after each), days, >= 1.
        shares: arm -> share planned, adding up to 1; the first arm is what others are compared with. None = as last
            assigned; where that is not known or pages are interleaved, equal shares and the arm that comes first in
            the alphabet.
        interleaved: the arm of an exposure is the ranking that put the title on a page of both.

    Returns:
        As JSON can say it: experiment, days, interleaved, baseline, outcomes of each arm with 95% intervals,
        differences, sample_ratio, left_out, and warnings in plain words.

    Raises:
        UsageError: if the service has no exposure of the experiment, exposures of an arm that is not planned, or pages
            or shares that do not fit `interleaved`.
        MatineeError: if there are no views, or too few members whose days are over.
        BadFile: what the service keeps of experiments is damaged.
    """
    assigned = None if shares is not None or interleaved else load_assigned(service).get(name)
    snapshot = service.snapshot()
    with snapshot.reading():
        loaded = _load(service, snapshot, name)
    planned = _plan(loaded.exposures, assigned.shares if assigned else shares, name)
    rng = np.random.default_rng(service.settings.seed)
    why = "the first as assigned" if assigned else _OF_ALPHABET if shares is None else "the first of --arms"
    baseline = {"arm": next(iter(planned)), "why": why}
    report = _report_teams if interleaved else _report_members
    found = report(loaded, planned, days=days, rng=rng)
    warnings = [*_warn_of_ratio(found["sample_ratio"], interleaved), *_warn_of_missing(loaded, found["left_out"], days)]
    return {"experiment": name, "days": days, "interleaved": interleaved, "baseline": baseline, **found} | {
        "warnings": warnings
    }


def _load(service: Service, snapshot: Snapshot, name: str) -> _Loaded:
    shown = snapshot.scan("exposures").filter(pl.col("experiment") == name).collect()
    if shown.is_empty():
        there = (
            snapshot.scan("exposures").select(pl.col("experiment").drop_nulls().unique().sort()).collect().to_series()
        )
        known = f"experiments with exposures: {', '.join(there)}" if len(there) else "no experiment has any"
        raise UsageError(
            f"no exposure of experiment {name!r}; {known}", todo="import them: import table exposures FILE"
        )
    views = snapshot.scan("views")
    end = views.select(pl.col("started_at").dt.epoch("s").max()).collect().item()
    if end is None:
        raise MatineeError("no views to tell what was enjoyed", where=str(service.path), todo="import views")
    members, titles = snapshot.read("members"), snapshot.read("titles")
    own = views.join(shown.lazy().select("member_id").unique(), on="member_id", how="semi")
    log = build_log(members, titles, own, min_rating=service.settings.min_rating)
    events = log.events.select(
        log.member_ids.gather(log.events["member_row"]), log.title_ids.gather(log.events["title_row"]), "at"
    )
    roots = shown.join(find_roots(titles), on="title_id", how="left", maintain_order="left")
    exposures = roots.select(
        "member_id",
        pl.coalesce("root_id", "title_id").alias("title_id"),
        pl.col("shown_at").dt.epoch("s").alias("at"),
        "arm",
        "origin",
        "place",
    )
    return _Loaded(exposures.drop_nulls("arm"), events, end, exposures["arm"].null_count())


def _plan(exposures: pl.DataFrame, shares: Mapping[str, float] | None, name: str) -> Mapping[str, float]:
    arms = exposures["arm"].unique().sort().to_list()
    if shares is None:
        shares = {arm: 1 / len(arms) for arm in arms}
    elif strange := [arm for arm in arms if arm not in shares]:
        raise UsageError(f"experiment {name!r} has exposures of arm {strange[0]!r}", todo="name every arm in --arms")
    if len(shares) < 2:
        raise UsageError(f"experiment {name!r} has {len(shares)} arm", todo="two are needed to compare")
    return shares


def _report_members(
    loaded: _Loaded, planned: Mapping[str, float], *, days: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Compare members of one arm with members of another."""
    first = first_exposures(loaded.exposures)
    single = first.drop_nulls("arm")
    over = single.filter(pl.col("at") + days * DAY <= loaded.end)
    seen = {arm: int((single["arm"] == arm).sum()) for arm in planned}
    left_out = {"several_arms": first.height - single.height, "days_not_over": single.height - over.height}
    members = count_enjoyed(over, loaded.events, days=days)
    _check_enough({arm: int((members["arm"] == arm).sum()) for arm in planned}, left_out, days)
    after = members["after"].to_numpy()
    values = {"enjoyed": after, "active": (after > 0).astype(np.float64)}
    is_of = {arm: (members["arm"] == arm).to_numpy() for arm in planned}
    arms = {
        arm: {"members": int(rows.sum())}
        | {outcome: asdict(mean_interval(values[outcome][rows], rng=rng)) for outcome in OUTCOMES}
        for arm, rows in is_of.items()
    }
    differences = list(_differences(values, members["before"].to_numpy(), is_of, rng))
    ratio = {"seen": seen, "planned": dict(planned), "p": sample_ratio(seen, planned)}
    return {"arms": arms, "differences": differences, "sample_ratio": ratio, "left_out": left_out}


def _differences(
    values: Mapping[str, Floats], before: Floats, is_of: Mapping[str, NDArray[np.bool_]], rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """Compare every arm with the first, as measured and with what the past foretold taken out."""
    control, *others = is_of
    for outcome, measured in values.items():
        adjusted = adjust_by_before(measured, before)
        for arm in others:
            plain, less = (
                difference_interval(each[is_of[arm]], each[is_of[control]], rng=rng) for each in (measured, adjusted)
            )
            yield {"arm": arm, "against": control, "outcome": outcome, **asdict(plain), "adjusted": asdict(less)}


def _report_teams(
    loaded: _Loaded, planned: Mapping[str, float], *, days: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Compare the two arms of interleaved pages, member by member."""
    if len(planned) != 2:
        raise UsageError(f"{len(planned)} arms", todo="interleaved pages are made of two")
    if len(set(planned.values())) > 1:
        said = ", ".join(f"{arm} {share:.3g}" for arm, share in planned.items())
        raise UsageError(f"shares {said} of interleaved pages", todo="a coin says who goes first: give both arms 0.5")
    control, arm = planned
    if first_exposures(loaded.exposures)["arm"].null_count() == 0:
        raise UsageError("no member was shown titles of both arms", todo="leave out --interleaved")
    over = loaded.exposures.filter(pl.col("at") + days * DAY <= loaded.end)
    left_out = {"exposures_days_not_over": loaded.exposures.height - over.height}
    members = credit_teams(over, loaded.events, arms=(control, arm), days=days)
    _check_enough({f"{control} and {arm}": members.height}, left_out, days)
    credits = {control: members["first"].to_numpy(), arm: members["second"].to_numpy()}
    arms = {
        name: {"members": members.height, "enjoyed": asdict(mean_interval(values, rng=rng))}
        for name, values in credits.items()
    }
    paired = compare_paired(credits[arm], credits[control], rng=rng)
    difference = {
        "arm": arm,
        "against": control,
        "outcome": "enjoyed",
        "value": paired.difference,
        "low": paired.low,
        "high": paired.high,
        "members_for": int((credits[arm] > credits[control]).sum()),
        "members_against": int((credits[arm] < credits[control]).sum()),
    }
    first = find_beginners(loaded.exposures)["arm"]
    seen = {name: int((first == name).sum()) for name in planned}
    ratio = {"seen": seen, "planned": dict(planned), "p": sample_ratio(seen, planned) if len(first) else None}
    return {"arms": arms, "differences": [difference], "sample_ratio": ratio, "left_out": left_out}


def _check_enough(counts: Mapping[str, int], left_out: Mapping[str, int], days: int) -> None:
    if poor := [arm for arm, members in counts.items() if members < 2]:
        said = ", ".join(f"{number:,} {why.replace('_', ' ')}" for why, number in left_out.items())
        todo = "wait, or lower --days; pages that mix the arms want --interleaved"
        raise MatineeError(
            f"arm {poor[0]} has {counts[poor[0]]} members to measure over {days} days ({said})", todo=todo
        )


def _warn_of_ratio(ratio: Mapping[str, Any], interleaved: bool) -> list[str]:
    if ratio["p"] is None:
        return ["Sample ratio not checked: no exposure says its place, so nobody knows which arm went first."]
    if ratio["p"] >= TOO_UNLIKELY:
        return []
    what = "members whose first page each arm began" if interleaved else "members seen"
    seen = ", ".join(f"{arm} {number:,}" for arm, number in ratio["seen"].items())
    planned = ", ".join(f"{arm} {share:.3g}" for arm, share in ratio["planned"].items())
    return [
        f"The {what} ({seen}) are not split as planned ({planned}); chance alone does this with p ="
        f" {ratio['p']:.1g}. Do not trust the differences before it is known who is missing."
    ]


def _warn_of_missing(loaded: _Loaded, left_out: Mapping[str, int], days: int) -> list[str]:
    said = {
        "several_arms": "members who were shown several arms",
        "days_not_over": f"members whose {days} days are not over when the views end",
        "exposures_days_not_over": f"exposures whose {days} days are not over when the views end",
    }
    missing = [f"Left out: {number:,} {said[why]}." for why, number in left_out.items() if number]
    return missing + ([f"Left out: {loaded.armless:,} exposures that name no arm."] if loaded.armless else [])
