"""The page about the live model: how good it is, what it shows to whom, and how that was measured.

Covers putting the page together. It measures nothing (`matinee.measure`) and writes no file (`matinee.store`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matinee.report.charts import draw_estimates, draw_places, draw_shares
from matinee.report.findings import (
    METRIC,
    ModelRow,
    SegmentTable,
    list_depths,
    list_models,
    list_places,
    list_segments,
    say_accuracy,
    say_coverage,
    say_depth,
    say_doubt,
    say_headline,
    say_runner_up,
    say_segments,
)
from matinee.report.layout import fill_template
from matinee.report.members import lay_out_page
from matinee.report.words import GLOSSARY, describe_protocol, describe_recipe, describe_split, list_parts


def render_report(
    *,
    title: str,
    evaluation: Mapping[str, Any],
    pages: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
    made: Mapping[str, str],
) -> str:
    """Make the report as one self-contained HTML document.

    Args:
        title: heading of the page.
        evaluation: as `Evaluation.to_dict` gives it; null and NaN are shown as a dash.
        pages: a few members' pages as `recommend` gives them, each with "watched", a list of the titles that the member
            watched last: {"title_id", "name", "year"}.
        counts: table -> rows.
        made: what and by which command the page was made: service, date, version, command.

    Returns:
        HTML that asks for nothing from outside; the same values give the same text.
    """
    rows = list_models(evaluation)
    values = {
        "title": title,
        "made": made,
        "counts": {table: rows for table, rows in counts.items() if rows},
        "headline": say_headline(rows),
        "doubt": say_doubt(evaluation["split"]["test_members"]),
        "runner_up": say_runner_up(rows),
        "rows": rows,
        "metric": METRIC,
        "accuracy": _chart_accuracy(rows, evaluation["live"]),
        "coverage": _chart_coverage(rows, evaluation["live"]),
        "depth": _chart_depth(evaluation),
        "segments": [_chart_segment(table) for table in list_segments(evaluation)],
        "pages": [lay_out_page(page) for page in pages],
        "outdated": any(page.get("outdated") for page in pages),
        "measured": _lay_out_protocol(evaluation),
        "glossary": GLOSSARY,
    }
    return fill_template("report.html", values)


def _chart_accuracy(rows: Sequence[ModelRow], live: str) -> dict[str, Any]:
    finding = say_accuracy(rows)
    estimates = [(row.name, row.metrics[METRIC]) for row in rows]
    label = f"NDCG@100 of each model with its 95% interval. {finding}"
    return {"finding": finding, "svg": draw_estimates(estimates, live=live, axis="NDCG@100", label=label)}


def _chart_coverage(rows: Sequence[ModelRow], live: str) -> dict[str, Any]:
    finding = say_coverage(rows)
    label = f"Share of the titles that each model shows to somebody. {finding}"
    axis = "titles in somebody's first 20 places"
    return {
        "finding": finding,
        "svg": draw_shares([(row.name, row.coverage) for row in rows], live=live, axis=axis, label=label),
    }


def _chart_depth(evaluation: Mapping[str, Any]) -> dict[str, Any] | None:
    lines = list_depths(evaluation)
    if not lines:
        return None
    finding = say_depth(lines)
    axis = "members who had taken up the title, mean"
    label = f"Popularity of the title at each place of the list. {finding}"
    svg = draw_places(lines, live=evaluation["live"], axis=axis, label=label)
    return {"finding": finding, "svg": svg, "lines": lines, "places": list_places(lines)}


def _chart_segment(table: SegmentTable) -> dict[str, Any]:
    finding = say_segments(table)
    label = f"NDCG@100 of the live model by {table.name}. {finding}"
    estimates = [(segment, one) for segment, _, one in table.rows]
    return {"finding": finding, "svg": draw_estimates(estimates, live="", axis="NDCG@100", label=label), "table": table}


def _lay_out_protocol(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    recipe = evaluation["recipe"] or {}
    return {
        "protocol": evaluation["protocol"],
        "words": describe_protocol(evaluation["protocol"]),
        "split": describe_split(evaluation["split"]),
        "recipe": describe_recipe(recipe),
        "parts": list_parts(recipe),
        "seed": evaluation["seed"],
        "data_hash": evaluation["data_hash"],
    }
