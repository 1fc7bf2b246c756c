"""The verb `report`: one page that says how good the recommendations are and shows some."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

import matinee
from matinee.flows.evaluation import Evaluation
from matinee.flows.serving import Recommender, recommend_member
from matinee.report.render import render_report
from matinee.store.outputs import write_text
from matinee.store.service import Service

RECENT = 8
"""Titles of a member's history that their page shows."""


def choose_members(recommender: Recommender, count: int = 3) -> list[str]:
    """Choose members to show: spread from short to long histories, so that no page is an exception.

    Args:
        recommender: the live model.
        count: how many.

    Returns:
        member ids; fewer where the service has fewer members with views.
    """
    with recommender.snapshot.reading():
        lengths = recommender.snapshot.scan("views").group_by("member_id").len().sort("len", "member_id").collect()
    places = [round((i + 1) * lengths.height / (count + 1)) for i in range(count)]
    return lengths["member_id"].gather(sorted({p for p in places if p < lengths.height})).to_list()


def show_member(recommender: Recommender, member_id: str, *, k: int = 10) -> dict[str, Any]:
    """Make a member's page with what they watched last: the result of `recommend_member`, and "watched"."""
    views = recommender.snapshot.scan("views").filter(pl.col("member_id") == member_id)
    with recommender.snapshot.reading():
        last = views.sort("started_at", "title_id", descending=True).select("title_id").collect()
    recent = last.unique(maintain_order=True).head(RECENT)
    watched = recent.join(recommender.titles, on="title_id", maintain_order="left")
    rows = watched.select("title_id", "name", "year").to_dicts()
    return recommend_member(recommender, member_id, k=k) | {"watched": rows}


def write_report(
    service: Service, recommender: Recommender, evaluation: Evaluation, *, out: Path, now: datetime, command: str
) -> Path:
    """Write the report, and its numbers as JSON beside it.

    Args:
        service: what it is about.
        recommender: whose pages are shown.
        evaluation: the numbers.
        out: the HTML file.
        now: printed as the date.
        command: printed as what made it.

    Returns:
        `out`.
    """
    results = evaluation.to_dict()
    page = render_report(
        title=service.path.resolve().name,
        evaluation=results,
        pages=[show_member(recommender, member_id) for member_id in choose_members(recommender)],
        counts=service.counts(),
        made={
            "service": service.path.resolve().name,
            "date": f"{now:%Y-%m-%d}",
            "version": matinee.__version__,
            "command": command,
        },
    )
    write_text(page, out)
    write_text(json.dumps(results, indent=1) + "\n", out.with_suffix(".json"))
    return out
