"""The page about one offer: a buyout beside pay per use and residuals, as a chart and a table.

Covers putting the page together; the amounts come computed (`matinee.rights.rulebook.contrast`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matinee.report.charts import draw_amounts
from matinee.report.layout import fill_template
from matinee.report.numbers import NONE, show_number
from matinee.rights.rulebook.contrast import Contrast, ContrastRow
from matinee.rights.rulebook.rules import GRADES


def render_contrast(contrast: Contrast, *, made: Mapping[str, str]) -> str:
    """Make the page as one self-contained HTML document.

    Args:
        contrast: the offer beside pay per use.
        made: what and by which command the page was made.

    Returns:
        HTML that asks for nothing from outside; the same values give the same text.
    """
    values = {
        "title": f"{contrast.offer} once, or pay per use",
        "made": made,
        "finding": contrast.finding,
        "chart": {"svg": _draw(contrast), "finding": _say_most(contrast)},
        "has_residuals": bool(contrast.residual.minor),
        "rows": [_lay_out_row(row) for row in contrast.rows],
        "citations": [(each, GRADES[each.grade]) for each in contrast.citations],
        "rate": contrast.rate,
        "residual": contrast.residual,
    }
    return fill_template("contrast.html", values)


def _say_most(contrast: Contrast) -> str:
    most = max(contrast.rows, key=lambda row: row.uses)
    together = most.pay_per_use + most.residuals
    return f"Paid one by one, {most.uses:,} uses bring {together}; under one fee, {most.buyout}."


def _draw(contrast: Contrast) -> str:
    rows = sorted(contrast.rows, key=lambda row: row.uses)
    lines = [
        ("pay per use", [(row.uses, float(row.pay_per_use.exact)) for row in rows]),
        ("one fee", [(row.uses, float(row.buyout.exact)) for row in rows]),
    ]
    if contrast.residual.minor:
        both = [(row.uses, float((row.pay_per_use + row.residuals).exact)) for row in rows]
        lines.insert(0, ("pay per use and residuals", both))
    unit = f"{contrast.offer.currency}, all uses together"
    label = f"What uses bring under one fee and under pay per use. {contrast.finding}"
    return draw_amounts(lines, live=lines[0][0], axis="uses", unit=unit, label=label)


def _lay_out_row(row: ContrastRow) -> dict[str, Any]:
    return {
        "uses": row.uses,
        "buyout": row.buyout,
        "pay_per_use": row.pay_per_use,
        "residuals": row.residuals,
        "total": row.pay_per_use + row.residuals,
        "ratio": NONE if row.ratio is None else show_number(float(row.ratio), 2),
    }
