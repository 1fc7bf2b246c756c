"""Charts as inline SVG: estimates with intervals, shares as bars, lines by place.

Covers drawing, in the page's own colours and fonts: the SVG names CSS variables, so that one drawing serves light, dark
and print. It does not choose what to draw (`findings`) or say what it shows (the caller does, in `label`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from textwrap import fill
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter, StrMethodFormatter
from matplotlib.typing import RcKeyType

from matinee.report.numbers import Estimate, Number, show_percent, show_short

WIDTH = 4.8
"""Inches. Narrow, so that the words stay legible when a phone shrinks the drawing."""

ROW = 0.27
"""Inches of height for one row of a chart with named rows."""

INK, MUTED, RULE, ACCENT, COOL = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {INK: "--ink", MUTED: "--muted", RULE: "--rule", ACCENT: "--accent", COOL: "--cool"}

_STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name may hold dollar signs
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}


def draw_estimates(rows: Sequence[tuple[str, Estimate]], *, live: str, axis: str, label: str) -> Markup:
    """Draw one dot a row with its 95% interval as a line.

    Args:
        rows: name and estimate, first on top; an estimate without a value leaves its row empty.
        live: name of the row to stand out; empty = all alike.
        axis: what is measured.
        label: what the chart shows, for who cannot see it.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _open(len(rows))
        for place, (name, one) in enumerate(rows):
            color = ACCENT if name == live or not live else MUTED
            if one.low is not None and one.high is not None:
                axes.hlines(place, one.low, one.high, color=color, linewidth=2)
            if one.value is not None:
                axes.plot([one.value], [place], marker="o", markersize=6, color=color)
        _name_rows(axes, [name for name, _ in rows])
        axes.set_xlabel(axis)
        return _write(figure, label)


def draw_shares(rows: Sequence[tuple[str, Number]], *, live: str, axis: str, label: str) -> Markup:
    """Draw one bar a row, with its share in percent at the end.

    Args:
        rows: name and share in [0, 1], first on top; None leaves the row empty.
        live: name of the row to stand out.
        axis: what is measured.
        label: what the chart shows, for who cannot see it.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _open(len(rows))
        for place, (name, share) in enumerate(rows):
            axes.barh(place, share or 0.0, height=0.62, color=ACCENT if name == live else MUTED)
            axes.annotate(
                show_percent(share), (share or 0.0, place), (4, 0), textcoords="offset points", va="center", fontsize=9
            )
        _name_rows(axes, [name for name, _ in rows])
        axes.set_xlim(0, max([share or 0.0 for _, share in rows], default=0.0) * 1.12 or 1.0)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel(axis)
        return _write(figure, label)


def draw_places(lines: Sequence[tuple[str, Sequence[Number]]], *, live: str, axis: str, label: str) -> Markup:
    """Draw one line a model over the places of a list, 1 first.

    Args:
        lines: name and a share in [0, 1] for each place; None leaves a gap.
        live: name of the line to stand out.
        axis: what is measured.
        label: what the chart shows, for who cannot see it.
    """
    others = iter([(COOL, (0, (5, 2))), (INK, (0, (1, 1.4))), (MUTED, "solid")] * len(lines))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
        axes = figure.add_subplot()
        for name, shares in lines:
            color, dashes = (ACCENT, "solid") if name == live else next(others)
            known = [float("nan") if share is None else share for share in shares]
            width = 2.2 if name == live else 1.6
            axes.plot(range(1, len(known) + 1), known, color=color, linestyle=dashes, linewidth=width, label=name)
        axes.set_ylim(bottom=0)
        longest = max((len(shares) for _, shares in lines), default=1)
        axes.set_xlim(1, max(longest, 2))
        axes.set_xticks([1, *(place for place in range(20, longest + 1, 20))])
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel("place in the list")
        axes.set_title(axis, loc="left", fontsize=9, color=MUTED)
        figure.legend(loc="outside upper left", ncols=3, handlelength=2.4)
        return _write(figure, label)


def draw_amounts(
    lines: Sequence[tuple[str, Sequence[tuple[int, float]]]], *, live: str, axis: str, unit: str, label: str
) -> Markup:
    """Draw amounts of money as one line each over a count, from 0 on.

    Args:
        lines: name and points (count, amount in whole units of the currency), counts rising.
        live: name of the line to stand out.
        axis: what is counted.
        unit: what the amounts are of.
        label: what the chart shows, for who cannot see it.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
        axes = figure.add_subplot()
        others = iter([(COOL, (0, (5, 2))), (MUTED, "solid")] * len(lines))
        for name, points in lines:
            color, dashes = (ACCENT, "solid") if name == live else next(others)
            counts, amounts = zip(*points, strict=True)
            axes.plot(counts, amounts, color=color, linestyle=dashes, linewidth=2, marker="o", markersize=4, label=name)
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_xlabel(axis)
        axes.set_title(unit, loc="left", fontsize=9, color=MUTED)
        figure.legend(loc="outside upper left", ncols=3, handlelength=2.4)
        return _write(figure, label)


def draw_fan(points: Sequence[tuple[int, Mapping[str, float]]], *, axis: str, unit: str, label: str) -> Markup:
    """Draw quantiles over days as a fan: the 80% interval, the middle half within it, and the median as a line.

    Args:
        points: days, and amounts > 0 by quantile name (p10, p25, p50, p75, p90), days rising.
        axis: what is counted.
        unit: what the amounts are of; they stand on a logarithmic axis.
        label: what the chart shows, for who cannot see it.
    """
    days = [each for each, _ in points]
    lines = {name: [amounts[name] for _, amounts in points] for name in ("p10", "p25", "p50", "p75", "p90")}
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.7), layout="constrained")
        axes = figure.add_subplot()
        axes.fill_between(days, lines["p10"], lines["p90"], color=ACCENT, alpha=0.16, linewidth=0, label="80% interval")
        axes.fill_between(days, lines["p25"], lines["p75"], color=ACCENT, alpha=0.3, linewidth=0, label="middle half")
        axes.plot(days, lines["p50"], color=ACCENT, linewidth=2.2, marker="o", markersize=4, label="median")
        for name in ("p10", "p50", "p90"):
            place = (days[-1], lines[name][-1])
            axes.annotate(show_short(lines[name][-1]), place, (5, 0), textcoords="offset points", va="center")
        axes.set_yscale("log", subs=[])
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show_short(value)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xticks(days)
        axes.set_xlabel(axis)
        axes.set_title(unit, loc="left", fontsize=9, color=MUTED)
        figure.legend(loc="outside upper left", ncols=3, handlelength=1.6)
        return _write(figure, label)


def draw_factors(rows: Sequence[tuple[str, float]], *, axis: str, label: str) -> Markup:
    """Draw one bar a row from x1 to the right (up) or to the left (down), with its factor at the end.

    Args:
        rows: name and factor > 0, first on top.
        axis: what is multiplied.
        label: what the chart shows, for who cannot see it.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _open(round(1.5 * len(rows)))
        for place, (_, factor) in enumerate(rows):
            is_up = factor >= 1
            axes.barh(place, math.log10(factor), height=0.62, color=ACCENT if is_up else COOL)
            offset, side = ((4, 0), "left") if is_up else ((-4, 0), "right")
            end = (math.log10(factor), place)
            text = f"×{factor:.2f}"
            axes.annotate(text, end, offset, textcoords="offset points", va="center", ha=side, fontsize=9)
        axes.axvline(0, color=MUTED, linewidth=1)
        _name_rows(axes, [fill(name, 30) for name, _ in rows])
        widest = max((abs(math.log10(factor)) for _, factor in rows), default=0.0)
        axes.set_xlim(-1.7 * max(widest, 0.1), 1.7 * max(widest, 0.1))  # room for the factors beside the bars
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{10**value:.2g}"))
        axes.set_xlabel(axis)
        return _write(figure, label)


def draw_frontier(
    points: Sequence[tuple[float, float]], here: tuple[float, float], *, axis: str, unit: str, label: str
) -> Markup:
    """Draw what each budget buys at best as a line, and the budget asked for as a dot.

    Args:
        points: budget in whole units of its currency, and worth; budgets rising.
        here: the same of the slate that is shown.
        axis: what the budgets are in.
        unit: what the worth is of.
        label: what the chart shows, for who cannot see it.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.5), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(*zip(*points, strict=True), color=MUTED, linewidth=1.8, marker="o", markersize=3.5)
        axes.plot(*here, color=ACCENT, marker="o", markersize=8)
        axes.annotate("this slate", here, (6, -12), textcoords="offset points", color=ACCENT, fontsize=9)
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        for one in (axes.xaxis, axes.yaxis):
            one.set_major_formatter(FuncFormatter(lambda value, _: show_short(value)))
        axes.set_xlabel(axis)
        axes.set_title(unit, loc="left", fontsize=9, color=MUTED)
        return _write(figure, label)


def _open(rows: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, 0.65 + ROW * max(rows, 1)), layout="constrained")
    return figure, figure.add_subplot()


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=6)


def _write(figure: Figure, label: str) -> Markup:
    """Write the drawing as an SVG element that takes on the page's colours and shares no id with another."""
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
    sheet = StringIO()
    with mpl.rc_context({"svg.hashsalt": label}):  # ids are made of it and what they name
        figure.savefig(sheet, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    body = sheet.getvalue()
    body = body[body.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', body)
    inside = body[body.index(">") + 1 :]
    inside = re.sub(r"<style.*?</style>", "", inside, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', inside))
    inside = re.sub(r"font-family: [^;\"]*;? ?", "", inside)  # the page's own
    inside = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", inside)
    for color, variable in _VARIABLES.items():
        inside = inside.replace(color, f"var({variable})")
    view = box[1] if box else ""
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view}" '
        f'role="img" aria-label="{escape(label)}">'
    ) + Markup(inside)
