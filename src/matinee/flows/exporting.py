"""The verb `export`: everything a service holds about one member, in files they can read.

Covers collecting it, from tables, quarantine, files of results and the live model, and laying it out. Taking it away
again is the matter of `forgetting`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from matinee.errors import UnknownId, UsageError
from matinee.flows.pages import load_state
from matinee.flows.plain import to_plain
from matinee.flows.serving import Recommender, load_recommender, recommend_member
from matinee.measure.segments import history_bands
from matinee.recommend.pages.select import mix_genres
from matinee.report.export import describe_files
from matinee.store.models import has_current, list_runs, load_model, name_current
from matinee.store.outputs import write_bundle
from matinee.store.removal import read_from_quarantine
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.store.traces import find_in_results, find_reports
from matinee.tables.personal import MEMBER, MEMBER_TABLES, can_be_id

RECOMMENDED = 20
"""Titles of the list that a member would be shown now."""


def export_member(service: Service, member_id: str, out: Path, *, now: datetime) -> dict[str, Any]:
    """Write everything a service holds about a member into a zip or a new folder.

    Rows come as JSON and as CSV; what the model makes of them, as JSON. The files are explained in README.txt.

    Args:
        service: who holds it.
        member_id: about whom.
        out: a name that ends in .zip, or of a folder that is not there yet; not inside the service.
        now: time of the export, with zone.

    Returns:
        {"member_id", "file", "rows": {table: rows}}.

    Raises:
        UnknownId: the service holds nothing of them.
        UsageError: `out` is inside the service, or is there and no zip.
        StoreError: the disk said no.
    """
    _check_place(service, out)
    rows = collect_rows(service, member_id)
    facts = {
        "derived": _derive(service, member_id, rows),
        "models": _list_models(service, member_id),
        "settings": _settings(service, rows),
        "files": _list_files(service, member_id),
    }
    files = {"README.txt": describe_files(rows, facts, member_id=member_id, now=now).encode()}
    for name, frame in rows.items():
        files[f"{name}.json"] = _to_json(_say_times(frame).to_dicts())
        files[f"{name}.csv"] = _say_times(frame).write_csv().encode()
    files |= {f"{name}.json": _to_json(value) for name, value in facts.items() if value}
    write_bundle(files, out, now=now)
    counts = {name: frame.height for name, frame in rows.items()}
    return {"member_id": member_id, "file": str(out), "rows": counts}


def collect_rows(service: Service, member_id: str) -> dict[str, pl.DataFrame]:
    """Collect all rows about a member, and the names of the titles in them.

    Returns:
        the member's rows of each table that has any, `set_aside` (columns `PROBLEMS`), and `titles`.

    Raises:
        UnknownId: there are none.
    """
    snapshot = service.snapshot()
    found = {table: _read_theirs(snapshot, table, member_id) for table in MEMBER_TABLES}
    if can_be_id(member_id):
        found["set_aside"] = read_from_quarantine(service.path, [member_id])
    rows = {name: frame for name, frame in found.items() if frame.height}
    if not rows:
        raise UnknownId(f"no member {member_id!r}", todo="members are listed in the service's tables/members")
    named = pl.concat([frame.select("title_id") for frame in rows.values() if "title_id" in frame.columns] or [_NONE])
    titles = snapshot.read("titles").join(named, on="title_id", how="semi")
    return rows | ({"titles": titles.select("title_id", "name", "kind", "year")} if titles.height else {})


_NONE = pl.DataFrame(schema={"title_id": pl.String})


def _read_theirs(snapshot: Snapshot, table: str, member_id: str) -> pl.DataFrame:
    return snapshot.load(snapshot.scan(table).filter(pl.col(MEMBER) == member_id))


def _check_place(service: Service, out: Path) -> None:
    if out.resolve().is_relative_to(service.path.resolve()):
        todo = "name a place outside it with --out: an export inside would outlive `matinee forget`"
        raise UsageError("an export does not belong into the service's folder", where=str(out), todo=todo)


def _derive(service: Service, member_id: str, rows: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Say what the live model makes of a member; nothing without a model or a row of `members`."""
    if not has_current(service.path) or "members" not in rows:
        return {}
    recommender = load_recommender(service)
    listed = recommend_member(recommender, member_id, k=RECOMMENDED)
    return {
        "model": name_current(service.path),
        "note": listed["note"],
        "recommended": listed["titles"],
        **_profile(recommender, member_id),
    }


def _profile(recommender: Recommender, member_id: str) -> dict[str, Any]:
    """Say what pages are made from beside the scores."""
    state, names = load_state(recommender, member_id), recommender.catalogue.genre_names
    unfinished = [
        {"title_id": each["part_id"], "name": recommender.names.get(each["part_id"]), "share": each["share"]}
        for each in state.unfinished.to_dicts()
    ]
    profile: dict[str, Any] = {"unfinished": unfinished}
    if state.member["personalised"] is not False:
        shares = mix_genres(recommender.catalogue.genres[state.history.indices], state.history.data)
        liked = {name: float(share) for name, share in zip(names, shares, strict=True) if share > 0}
        profile["genres"] = dict(sorted(liked.items(), key=lambda each: -each[1]))
    lengths = np.array([state.history.nnz])
    return profile | {"segments": {"history": history_bands(lengths)[0], "country": state.member["country"]}}


def _list_models(service: Service, member_id: str) -> list[dict[str, Any]]:
    """List the models, and whether each learned from the member; null where a model of an older version cannot tell."""
    live = name_current(service.path) if has_current(service.path) else None
    found = []
    for run in list_runs(service.path):
        learned_from, _ = load_model(service.path, run, names=("member_ids",))
        is_of_you = bool((learned_from["member_ids"] == member_id).any()) if learned_from else None
        found.append({"run": run, "live": run == live, "learned_from_you": is_of_you})
    return found


def _settings(service: Service, rows: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    personalised = rows["members"]["personalised"][0] if "members" in rows else None
    return {
        "personalised": personalised,
        "is_profiled": personalised is not False,
        "min_rating": service.settings.min_rating,
    }


def _list_files(service: Service, member_id: str) -> dict[str, Any]:
    """Name the files made from a member's rows that lie in the service's folder."""
    results = {
        str(path.relative_to(service.path)): rows for path, rows in find_in_results(service.path, [member_id]).items()
    }
    reports = [str(path.relative_to(service.path)) for path in find_reports(service.path, [member_id])]
    return {"results": results, "reports": reports} if results or reports else {}


def _say_times(frame: pl.DataFrame) -> pl.DataFrame:
    """Write times as text, "2026-01-31T12:00:00Z", and choices too."""
    return frame.with_columns(cs.datetime().dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ"), cs.enum().cast(pl.String))


def _to_json(value: object) -> bytes:
    return f"{json.dumps(to_plain(value), indent=1, ensure_ascii=False)}\n".encode()
