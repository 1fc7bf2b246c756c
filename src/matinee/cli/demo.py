"""The command `demo`: the whole main job, on real data where they can be had; the other demos under it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from matinee.cli.demo_acquisition import acquisition
from matinee.cli.demo_rights import rights
from matinee.cli.imports import show_summary
from matinee.cli.members import show_page
from matinee.cli.models import show_evaluation, show_training
from matinee.cli.options import FOLDER, json_option, notes, print_json, screen, silenced
from matinee.cli.progress import counting, saying
from matinee.errors import MatineeError, StoreError
from matinee.flows.dossier_pages import write_dossier
from matinee.flows.dossiers import make_dossier
from matinee.flows.evaluation import evaluate
from matinee.flows.held_back import hold_back
from matinee.flows.imports import ImportSummary, check_tables, import_movielens
from matinee.flows.reporting import choose_members, show_member, write_report
from matinee.flows.serving import load_recommender
from matinee.flows.training import train
from matinee.flows.worlds import import_world
from matinee.report.offers import say_who
from matinee.store.samples import fetch_movielens
from matinee.store.service import Service, create_service
from matinee.world import WorldSettings

WORLD = WorldSettings.mixed()

NEXT = """
With a log of your own:
  ./run matinee init my-service
  export MATINEE_SERVICE=my-service
  ./run matinee import table titles titles.csv --dry-run     (columns: docs/tables.md)
  ./run matinee import table titles titles.csv
  ./run matinee import table views views.csv
  ./run matinee train
  ./run matinee recommend --member ID
"""


@click.group(invoke_without_command=True)
@click.option(
    "--dir", "folder", type=FOLDER, default=Path("demo-service"), show_default=True, help="Where its services are made."
)
@click.option("--out", type=FOLDER, default=Path("reports/index.html"), show_default=True, help="The report.")
@click.option("--world", "simulated", is_flag=True, help="Use the simulated world instead of MovieLens 100K.")
@json_option
@click.pass_context
def demo(context: click.Context, folder: Path, out: Path, simulated: bool, as_json: bool) -> None:
    """Import a log, train on it, measure, and show pages with reasons; or one of the other demos, by its name."""
    if context.invoked_subcommand is not None:
        return
    with silenced(as_json):
        result = _run(folder, out, simulated)
    if as_json:
        print_json(result)


def _run(folder: Path, out: Path, simulated: bool) -> dict[str, Any]:
    now = datetime.now(UTC)
    service, summary = _make_service(folder, simulated)
    show_summary(summary, as_json=False)
    with counting() as count:
        problems = check_tables(service, progress=count)
    if problems.height:
        raise MatineeError(
            f"{problems.height} problems in the service", where=str(service.path), todo="run `matinee check`"
        )
    screen.print("Checked: every row keeps the rules of docs/tables.md.\n")
    with saying() as say:
        manifest = train(service, now=now, progress=say)
    show_training(manifest)
    recommender = load_recommender(service)
    pages = [show_member(recommender, member_id, k=5) for member_id in choose_members(recommender)]
    for page in pages:
        show_page(page)
    with saying() as say:
        results = evaluate(service, "time", progress=say)
    show_evaluation(results)
    write_report(service, recommender, results, out=out, now=now, command="matinee demo")
    candidates = out.with_name("candidates.html")
    dossier = make_dossier(service, hold_back(service, folder / "candidates.parquet"), now=now)
    about = "The candidates are titles of the log, looked at as if nobody had watched them."
    told = write_dossier(dossier, candidates, now=now, command="matinee demo", about=about)
    screen.print("\nThree titles of the log as candidates, their viewings hidden from what is said of them:")
    for title in told["titles"]:
        screen.print(f"{title['name']}: {say_who(title['who'], told['who'])}", markup=False, soft_wrap=True)
    screen.print(f"\nThe report with charts and pages: {out}", markup=False, soft_wrap=True)
    screen.print(f"The three candidates, a page each: {candidates}", markup=False, soft_wrap=True)
    screen.print(NEXT, markup=False, soft_wrap=True)
    made = {"service": str(service.path), "report": str(out), "candidates": str(candidates)}
    return made | {"pages": pages, "evaluation": results.to_dict()}


def _make_service(folder: Path, simulated: bool) -> tuple[Service, ImportSummary]:
    """Make a service of its own for each source, so that two logs never mix."""
    if not simulated:
        try:
            with saying() as say:
                say("fetching MovieLens 100K")
                source = fetch_movielens()
        except StoreError as error:
            notes.print(f"{error}. Going on with the simulated world.", markup=False, soft_wrap=True)
        else:
            screen.print("MovieLens 100K, real ratings of 1997-98 (GroupLens; research use)")
            service = create_service(folder / "movielens-100k")
            with counting() as count:
                return service, import_movielens(service, source, progress=count)
    screen.print("A simulated service: invented members, titles and viewings")
    service = create_service(folder / "world")
    with counting() as count:
        return service, import_world(service, WORLD, mix=True, progress=count)


demo.add_command(acquisition)
demo.add_command(rights)
