"""The chart of docs/benchmarks.md: how good a model is against what its fit costs, a panel a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from matplotlib.typing import RcKeyType

INK, MUTED, RULE, ACCENT = "#24292f", "#6e7781", "#d8dee4", "#b3261e"

_STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "recommend",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


@dataclass(frozen=True)
class Point:
    """One model: its name, CPU seconds of a fit, its metric with the standard error, and whether it is ours."""

    name: str
    cpu_s: float
    value: float
    error: float
    is_ours: bool


def draw_quality(panels: dict[str, list[Point]], *, metric: str) -> str:
    """Draw the points of each panel, named at its right edge; an SVG on white."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10.5, 4.3), layout="constrained")
        for axes, (title, points) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
            _draw_points(axes, points)
            axes.set_title(title, loc="left", fontsize=10)
            axes.set_xlabel("CPU seconds of a fit, one core")
            axes.set_ylabel(f"{metric}, ± 1 standard error")
        sheet = StringIO()
        figure.savefig(sheet, format="svg", facecolor="white", metadata=dict.fromkeys(("Date", "Creator")))
    return sheet.getvalue()


def _draw_points(axes: Axes, points: Sequence[Point]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()
    for point in points:
        color = ACCENT if point.is_ours else MUTED
        axes.errorbar(point.cpu_s, point.value, point.error, fmt="o", color=color, markersize=5, elinewidth=0.8)
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    edge = right * (right / left) ** 0.06
    axes.set_xlim(left, edge)
    ordered = sorted(points, key=lambda point: point.value)
    places = spread_apart([point.value for point in ordered], low, high, gap=(high - low) / 19)
    for point, place in zip(ordered, places, strict=True):
        color = ACCENT if point.is_ours else INK
        axes.annotate(
            point.name,
            (point.cpu_s, point.value),
            (edge * (right / left) ** 0.05, place),
            color=color,
            va="center",
            annotation_clip=False,
            fontweight="bold" if point.is_ours else "normal",
            arrowprops={
                "arrowstyle": "-",
                "color": color,
                "linewidth": 0.5,
                "alpha": 0.45,
                "shrinkA": 0,
                "shrinkB": 4,
                "relpos": (0, 0.5),
            },
        )


def spread_apart(values: Sequence[float], low: float, high: float, *, gap: float) -> list[float]:
    """Move ascending places apart until each is `gap` from the next, within [low, high], as little as that takes."""
    places = np.clip(values, low, high)
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + gap)
    for place in range(len(places) - 1, -1, -1):
        above = high if place == len(places) - 1 else places[place + 1] - gap
        places[place] = min(places[place], above)
    return [float(place) for place in places]
