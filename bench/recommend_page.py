"""The section `recommend` of docs/benchmarks.md and its chart, from what was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.chart import Point, draw_quality
from bench.envs import PEERS, find_version
from bench.page import PAGE, Row, write_section
from matinee.measure.compare import compare_paired

if TYPE_CHECKING:
    from bench.recommend import Measured

CHART = PAGE.with_name("benchmarks-recommend.svg")
LIVE = "matinee live"
PANELS = {"time": "MovieLens 1M, by time", "members": "MovieLens 1M, members not seen in training"}
GOALS = {
    "time": {"ndcg@100": 0.240, "recall@20": 0.207},
    "members": {"ndcg@100": 0.428, "recall@20": 0.359, "recall@50": 0.485},
    "cold": {"recall@20": 0.276, "ndcg@100": 0.363},
}
ABOUT = (
    "Every library in an environment of its own ({versions}), one process a model and repeat, one core, one thread; "
    "medians of {rounds} rounds (one, where a fit takes more than a minute). The same events, each counting 1, and "
    "the same titles for all; lists come from the libraries' own calls and are measured here, over the members of the "
    "published splits. Settings are the best of a grid on an inner split of the training part: `./run bench recommend "
    "--tune` tries `bench/peers/grids.toml` and writes `bench/peers/chosen.toml`, for our `ease` and `factors` as for "
    "the peers; `live` is the blend that `train` makes, with the recipe that it learns, without the ranker or the next "
    "title that may serve on top (section quality has those). Memory is the largest of the process at "
    "the end of the fit, library and data included."
)
REMARKS = (
    "What to know of the peers. RecTools' EASE multiplies histories by the transposed matrix, which is its difference "
    "to the other EASE rows. RecTools and cornac have no call for members whom training never saw; there, the one "
    "gets a data set of them, the other's matrix is multiplied by their histories. LensKit is the newest release for "
    "Python 3.11. irspack's `features` is its iALS with item features, of which it gets the first 256 singular "
    "directions; of these models it alone ranks titles without events. Of ours, `live` reads when events were; `ease` "
    "and `factors` read what the peers read. Neural models are not in the comparison."
)


def write_page(tables: dict[str, list[Measured]], missing: dict[str, str], *, rounds: int) -> None:
    """Write the section and the chart."""
    CHART.write_text(draw_quality({title: _points(tables[name]) for name, title in PANELS.items()}, metric="NDCG@100"))
    peers = sorted(file.stem for file in PEERS.glob("*.txt"))
    versions = ", ".join(f"{peer} {find_version(peer)}" for peer in peers)
    chart = f"![NDCG@100 against CPU seconds of a fit]({CHART.name})"
    quality = [_quality_table(name, tables[name]) for name in GOALS]
    speed = [_factors_table(tables["factors"]), _large_table(tables["large"])]
    lacking = [f"Not measured: {peer}, which could not be installed here ({why})." for peer, why in missing.items()]
    extra = "\n\n".join([chart, *quality, *speed, REMARKS, *lacking])
    write_section("recommend", ABOUT.format(versions=versions, rounds=rounds), _goal_rows(tables), extra)


def _points(entries: list[Measured]) -> list[Point]:
    return [
        Point(each.name, each.median("fit_cpu_s"), *_mean_and_error(each, "ndcg@100"), each.peer == "matinee")
        for each in entries
    ]


def _mean_and_error(entry: Measured, metric: str) -> tuple[float, float]:
    values = entry.metrics[metric]
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _goal_rows(tables: dict[str, list[Measured]]) -> list[Row]:
    rows = []
    for protocol, goals in GOALS.items():
        live = _find(tables[protocol], LIVE)
        for metric, goal in goals.items():
            mean, error = _mean_and_error(live, metric)
            rows.append(Row(f"{protocol}: {metric} of ours, live", f">= {goal:.3f}", f"{mean:.4f} (se {error:.4f})"))
    return [*rows, *_speed_rows(tables)]


def _speed_rows(tables: dict[str, list[Measured]]) -> list[Row]:
    factors, time, large = tables["factors"], tables["time"], tables["large"]
    ease, wide = _find(time, "matinee ease"), _find(large, "matinee ease")
    peers = [each for each in time if each.name in ("rectools ease", "cornac ease")]
    als = [each.median("fit_cpu_s") for each in large if each.name == "implicit als"]
    irspack = [each.median("fit_cpu_s") for each in factors if each.name == "irspack ials"]
    half = [min((each.median(what) / 2 for each in peers), default=math.nan) for what in ("fit_cpu_s", "peak_gb")]
    rows = [
        ("iALS fit, 64 factors: CPU s", irspack, f"{_find(factors, 'matinee factors').median('fit_cpu_s'):.2f}"),
        ("EASE fit, MovieLens 1M: CPU s", half[:1], f"{ease.median('fit_cpu_s'):.2f}"),
        ("EASE fit, MovieLens 1M: GB", half[1:], f"{ease.median('peak_gb'):.2f}"),
        ("EASE fit, 10,000 titles: CPU s", [each / 2 for each in als], f"{wide.median('fit_cpu_s'):.1f}"),
    ]
    goals = [Row(what, f"<= {goal[0]:.2f}" if goal else "", measured) for what, goal, measured in rows]
    lists = f"{wide.median('members_per_cpu_s'):,.0f}"
    asked = f"p50 {wide.median('new_p50_ms'):.2f}, p99 {wide.median('new_p99_ms'):.2f}"
    return [
        *goals,
        Row("top 100 for everybody, 10,000 titles: members per CPU s", ">= 10,000", lists),
        Row("one request, 78 titles to the top 20: wall ms", "p50 <= .15, p99 <= 2", asked),
    ]


def _find(entries: list[Measured], name: str) -> Measured:
    return next(each for each in entries if each.name == name)


def _quality_table(protocol: str, entries: list[Measured]) -> str:
    """Lay out a protocol, the best first; what is beside the live model's lead is its paired 95% interval."""
    live = _find(entries, LIVE)
    head = "R@20 | R@50 | N@100 | coverage@20 | live minus this, N@100 | fit CPU s | wall s | GB | settings"
    lines = [f"| {protocol} | {head} |", "|" + "---|" * 10]
    for each in sorted(entries, key=lambda each: -each.metrics["ndcg@100"].mean()):
        means = [f"{each.metrics[metric].mean():.4f}" for metric in ("recall@20", "recall@50", "ndcg@100")]
        lead = "" if each is live else _compare(live, each)
        cells = [_bold(each.name), *means, f"{each.coverage:.2f}", lead, *_costs(each), _settings(each)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _factors_table(entries: list[Measured]) -> str:
    head = "| iALS of one size, MovieLens 1M by time | N@100 | fit CPU s | wall s | GB | settings |"
    lines = [head, "|" + "---|" * 6]
    for each in entries:
        cells = [_bold(each.name), f"{each.metrics['ndcg@100'].mean():.4f}", *_costs(each), _settings(each)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _large_table(entries: list[Measured]) -> str:
    """Lay out the large log: fit, lists for everybody, one request of a known member and of a new one."""
    head = "fit CPU s | wall s | GB | top 100: members per CPU s | known member, top 20: p50, p99 ms | new: p50, p99 ms"
    lines = [
        "100,000 members x 10,000 titles, 7.8 million events, drawn as in `bench fit`. A known member is named by row, "
        "a new one by a history of 78 titles; ours tells no difference.",
        "",
        f"| large | {head} | settings |",
        "|" + "---|" * 8,
    ]
    for each in entries:
        asked = [_pair(each, "known"), _pair(each, "new")]
        cells = [_bold(each.name), *_costs(each), f"{each.median('members_per_cpu_s'):,.0f}", *asked, _settings(each)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _pair(entry: Measured, told: str) -> str:
    middle, late = entry.median(f"{told}_p50_ms"), entry.median(f"{told}_p99_ms")
    return "no such call" if math.isnan(middle) else f"{middle:.2f}, {late:.2f}"


def _compare(live: Measured, other: Measured) -> str:
    rng = np.random.default_rng(0)
    versus = compare_paired(live.metrics["ndcg@100"], other.metrics["ndcg@100"], rng=rng)
    return f"{versus.difference:+.4f} [{versus.low:+.4f}, {versus.high:+.4f}]"


def _costs(entry: Measured) -> list[str]:
    return [f"{entry.median('fit_cpu_s'):.2f}", f"{entry.median('fit_wall_s'):.2f}", f"{entry.median('peak_gb'):.2f}"]


def _settings(entry: Measured) -> str:
    if entry.name == LIVE:
        return "its own recipe"
    return ", ".join(f"{name} {value}" for name, value in entry.settings.items())


def _bold(name: str) -> str:
    return f"**{name}**" if name.startswith("matinee") else name
