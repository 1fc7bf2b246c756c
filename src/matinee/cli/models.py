"""The commands `train`, `update`, `evaluate` and `report`."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, rating_option, say_outdated, screen, service_option
from matinee.cli.progress import saying
from matinee.flows.evaluation import Evaluation
from matinee.flows.evaluation import evaluate as run_evaluation
from matinee.flows.learned import BLEND
from matinee.flows.reporting import write_report
from matinee.flows.serving import load_recommender
from matinee.flows.training import train as run_training
from matinee.flows.updating import update_model
from matinee.report.findings import say_doubt
from matinee.store.outputs import check_name
from matinee.store.service import open_service

PROTOCOL_HELP = "time, members, next, cold, or the path of a split file or folder."


@click.command()
@rating_option
@service_option
@json_option
def train(min_rating: float | None, folder: Path, as_json: bool) -> None:
    """Learn from the log and make the live model."""
    with saying() as progress:
        manifest = run_training(open_service(folder), now=datetime.now(UTC), min_rating=min_rating, progress=progress)
    if as_json:
        print_json(manifest)
    else:
        show_training(manifest)


@click.command()
@service_option
@json_option
def update(folder: Path, as_json: bool) -> None:
    """Fold what changed in the log into the live model, exactly."""
    with saying() as progress:
        manifest = update_model(open_service(folder), now=datetime.now(UTC), progress=progress)
    if as_json:
        print_json(manifest)
    else:
        show_update(manifest)


@click.command()
@click.option("--protocol", default="time", show_default=True, help=PROTOCOL_HELP)
@click.option(
    "--part",
    type=click.Choice(["test", "validation"]),
    default="test",
    show_default=True,
    help="Of a split file: whom to judge on.",
)
@rating_option
@service_option
@json_option
def evaluate(protocol: str, part: str, min_rating: float | None, folder: Path, as_json: bool) -> None:
    """Measure every model on viewing it was not shown."""
    with saying() as progress:
        results = run_evaluation(open_service(folder), protocol, part=part, min_rating=min_rating, progress=progress)
    if as_json:
        print_json(results.to_dict())
    else:
        show_evaluation(results)


@click.command()
@click.option("--protocol", default="time", show_default=True, help=PROTOCOL_HELP)
@click.option("--out", type=FOLDER, metavar="FILE", help="The page; default: reports/index.html in the service.")
@rating_option
@service_option
@json_option
def report(protocol: str, out: Path | None, min_rating: float | None, folder: Path, as_json: bool) -> None:
    """Write a page that says how good the recommendations are, and shows some."""
    service = open_service(folder)
    path = out or service.path / "reports" / "index.html"
    check_name(path, ".html")
    recommender = load_recommender(service)
    with saying() as progress:
        results = run_evaluation(service, protocol, min_rating=min_rating, progress=progress)
    command = f"matinee report --protocol {protocol}"
    write_report(service, recommender, results, out=path, now=datetime.now(UTC), command=command)
    if as_json:
        numbers = str(path.with_suffix(".json"))
        print_json({"report": str(path), "numbers": numbers, "outdated": recommender.is_outdated})
    else:
        screen.print(f"Wrote {path}", markup=False, soft_wrap=True)
        say_outdated(recommender.is_outdated)


def show_training(manifest: dict[str, Any]) -> None:
    """Print what was trained."""
    screen.print(
        f"Model {manifest['run']}: {manifest['events']:,} positive viewings of {manifest['members']:,} members,"
        f" {manifest['titles']:,} titles, {manifest['cpu_seconds']:.0f} CPU seconds."
    )
    for note in manifest["notes"]:
        screen.print(note)
    judged = manifest["metrics"]["inner ndcg@100"]
    if BLEND not in judged:
        screen.print("The log is too small to learn from yet: pages show what is popular, half-life 30 days.")
        return
    parts = {name: value for name, value in judged.items() if name != BLEND}
    best = max(parts, key=lambda name: parts[name])
    verdict = "" if judged[BLEND] > parts[best] else f" No blend beat it, so {best} serves alone."
    screen.print(
        f"On the last tenth of the log, kept back for tuning: NDCG@100 {judged[BLEND]:.3f} blended,"
        f" {parts[best]:.3f} for its best part alone ({best}).{verdict}"
    )
    if ranker := manifest["ranker"]:
        found, best = ranker["inner ndcg@100"], ranker["best"]
        fate = "it serves" if manifest["live"] == "ranker" else "too little, so the blend serves without it"
        screen.print(
            f"A ranker ({best}) that puts the blend's list in order again: NDCG@100 {found[best]:.3f} where the blend"
            f" has {found[BLEND]:.3f}, on later viewing than it learned from; {fate}."
        )
    if following := manifest["next"]:
        found = following["inner ndcg@100"]
        fate = "it serves what comes next" if following["serves"] else "too little, so the blend serves that as well"
        screen.print(
            f"The order of watching, on members' own last titles: NDCG@100 {found['next']:.3f} where the blend has"
            f" {found[BLEND]:.3f}; {fate}."
        )


def show_update(manifest: dict[str, Any]) -> None:
    """Print what was folded in, and how exact the result is."""
    update = manifest["update"]
    if update is None:
        screen.print(f"Nothing new since model {manifest['run']}; it stays.")
        return
    titles = [f", {update[f'titles_{what}']:,} titles {what}" for what in ("added", "removed")]
    titles = [words for words, what in zip(titles, ("added", "removed"), strict=True) if update[f"titles_{what}"]]
    screen.print(
        f"Model {manifest['run']}: {update['events_added']:,} positive viewings folded in and"
        f" {update['events_removed']:,} taken out, of {update['members']:,} members{''.join(titles)};"
        f" {update['cpu_seconds']:.1f} CPU seconds, the reading of the log included."
    )
    how = f"Solved again, because {update['solved_because']}." if update["solved_because"] else "Not solved again."
    screen.print(
        f"{how} Largest error of its weights where we looked: {update['drift']:.0e};"
        f" updates since the last solve: {update['updates_since_solve']}."
    )


def show_evaluation(results: Evaluation) -> None:
    """Print the table of models."""
    counts = results.split.counts()
    screen.print(
        f"Protocol {results.split.protocol}: {counts['test_members']:,} members,"
        f" {counts['target_events']:,} titles to find among {counts['candidate_titles']:,},"
        f" after {counts['train_events']:,} viewings."
    )
    metrics = ("recall@20", "recall@50", "ndcg@10", "ndcg@100", "coverage@20")
    shown = Table()
    shown.add_column("model", no_wrap=True)
    for name in (*metrics, "fit CPU s"):
        shown.add_column(name, justify="right")
    for name, facts in results.models.items():
        cells = [f"{facts[metric]:.4f}" for metric in metrics[:-1]] + [f"{facts['coverage@20']:.2f}"]
        label = f"[bold]{name} (live)" if name == results.live else name
        shown.add_row(label, *cells, f"{facts['fit_cpu_s']:.1f}")
    screen.print(shown)
    if doubt := say_doubt(counts["test_members"]):
        screen.print(doubt)
    live, se = results.live, results.models[results.live]["se"]
    if math.isnan(se["ndcg@100"]):
        screen.print("One member is too few for a standard error.")
        return
    screen.print(f"Standard errors of {live}: {se['recall@20']:.4f} (recall@20), {se['ndcg@100']:.4f} (ndcg@100).")
