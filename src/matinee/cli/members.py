"""The commands `recommend`, `similar` and `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, say_outdated, screen, service_option
from matinee.cli.progress import saying
from matinee.errors import UsageError
from matinee.flows import serving
from matinee.flows.next_titles import recommend_next
from matinee.report.members import OTHERS
from matinee.report.reasons import say_next, say_reason
from matinee.store.outputs import check_name
from matinee.store.service import open_service

COUNT = click.option("-k", "count", type=click.IntRange(min=1), default=20, show_default=True, help="How many titles.")


@click.command()
@click.option("--member", metavar="ID", help="For one member.")
@click.option("--all", "everybody", is_flag=True, help="For everybody, into --out.")
@click.option("--out", type=FOLDER, metavar="FILE.parquet", help="Where --all writes.")
@click.option(
    "--next", "is_next", is_flag=True, help="What --member will watch next, by the order of what they watched."
)
@COUNT
@service_option
@json_option
def recommend(
    member: str | None, everybody: bool, out: Path | None, *, is_next: bool, count: int, folder: Path, as_json: bool
) -> None:
    """Recommend titles, each with its reasons."""
    if (member is None) == (not everybody) or (everybody and out is None):
        raise UsageError("say for whom", todo="give --member ID, or --all --out FILE.parquet")
    if is_next and everybody:
        raise UsageError("--next is for one member", todo="give --member ID, or leave it out")
    if out is not None:
        check_name(out, ".parquet")
    recommender = serving.load_recommender(open_service(folder))
    if member is not None:
        page = (recommend_next if is_next else serving.recommend_member)(recommender, member, k=count)
        print_json(page) if as_json else show_page(page, is_next=is_next and page["note"] is None)
    elif out is not None:
        with saying() as progress:
            progress("ranking for everybody")
            members = serving.recommend_all(recommender, out, k=count)
        written = {"members": members, "file": str(out), "outdated": recommender.is_outdated}
        print_json(written) if as_json else screen.print(f"Wrote {out}: {members:,} members.", markup=False)
    if not as_json:
        say_outdated(recommender.is_outdated)


@click.command()
@click.option("--title", required=True, metavar="ID", help="Like which title.")
@COUNT
@service_option
@json_option
def similar(title: str, count: int, folder: Path, as_json: bool) -> None:
    """List the titles that the same members watch."""
    found = serving.find_similar(serving.load_recommender(open_service(folder)), title, k=count)
    if as_json:
        print_json(found)
        return
    shown = Table("title", "id", title=escape(f"Like {found['name']}"))
    for each in found["titles"]:
        shown.add_row(escape(each["name"]), escape(each["title_id"]))
    screen.print(shown)


@click.command()
@click.option("--member", required=True, metavar="ID")
@click.option("--title", required=True, metavar="ID")
@service_option
@json_option
def explain(member: str, title: str, folder: Path, as_json: bool) -> None:
    """Say exactly what a title's score for a member is made of."""
    result = serving.explain(serving.load_recommender(open_service(folder)), member, title)
    if as_json:
        print_json(result)
        return
    shown = Table("because of", "kind")
    shown.add_column("share", justify="right")
    for part in result["because"]:
        shown.add_row(escape(part["name"] or OTHERS[part["kind"]]), part["kind"], f"{part['share']:+.3f}")
    shown.add_row("[bold]score", "", f"[bold]{result['score']:+.3f}")
    screen.print(f"{result['name']} for {result['member_id']}", markup=False)
    if result["note"]:
        screen.print(result["note"], markup=False)
    screen.print(shown)


def show_page(page: dict[str, Any], *, is_next: bool = False) -> None:
    """Print a member's page, or what comes next for them."""
    if page["note"]:
        screen.print(page["note"], markup=False)
    if not page["titles"]:
        screen.print(f"Nothing is left for {page['member_id']}: they have started every title.", markup=False)
        return
    say = say_next if is_next else say_reason
    shown = Table("", "title", "why", title=escape(f"{'Next for' if is_next else 'For'} {page['member_id']}"))
    for place, each in enumerate(page["titles"], start=1):
        shown.add_row(str(place), escape(each["name"]), escape(say(each["because"])))
    screen.print(shown)
