"""The command `demo rights`: a story of consent and pay."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from matinee import __version__
from matinee.cli.options import FOLDER, json_option, print_json, screen, silenced
from matinee.flows.rights_demo.cast import choose_cast
from matinee.flows.rights_demo.play import play
from matinee.flows.rights_demo.stage import OPENING, Stage
from matinee.flows.rules import load_rulebook
from matinee.report.story import Act, render_story
from matinee.store.outputs import check_name, write_text
from matinee.store.service import create_service

TITLE = "A face, a voice, a text"

NEXT = """
The people and their production are invented; the rules are real, each with its grade. Look around:
  ./run matinee agreement show --service {service}
  ./run matinee pay statement --person lead --out statement --service {service}
  ./run matinee ledger receipt --person extra --service {service}
  ./run matinee rights register --html register.html --service {service}
  ./run matinee ledger verify --root {papers}/checkpoint.txt --service {service}-tampered
"""


@click.command()
@click.option(
    "--dir", "folder", type=FOLDER, default=Path("demo-service"), show_default=True, help="Where its service is made."
)
@click.option("--out", type=FOLDER, default=Path("reports/rights.html"), show_default=True, help="The page.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Chooses names and keys.")
@json_option
def rights(folder: Path, out: Path, seed: int, as_json: bool) -> None:
    """Tell a story: $200 for ever is refused, agreements are signed, uses permitted, refused, revoked, and proved."""
    check_name(out, ".html")
    with silenced(as_json):
        result = tell(folder, out, seed)
    if as_json:
        print_json(result)


def tell(folder: Path, out: Path, seed: int) -> dict[str, Any]:
    """Play the story in a new service, print it, and write its page."""
    path = name_service(folder)
    papers = path.with_name(f"{path.name}-papers")
    stage = Stage(create_service(path), papers, choose_cast(seed), load_rulebook())
    acts = []
    for act in play(stage):
        show_act(act)
        acts.append(act)
    made = {"played on": f"{OPENING:%Y-%m-%d} and later", "version": __version__, "command": "matinee demo rights"}
    write_text(render_story(TITLE, acts, made=made), out)
    screen.print(f"\nThe story as a page: {out}", markup=False, soft_wrap=True)
    screen.print(NEXT.format(service=path, papers=papers), markup=False, soft_wrap=True)
    return {"service": str(path), "papers": str(papers), "page": str(out), "acts": [asdict(act) for act in acts]}


def name_service(folder: Path) -> Path:
    """Name a folder that does not exist yet; what an earlier story left stays."""
    number = 1
    while (path := folder / (f"rights-{number}" if number > 1 else "rights")).exists():
        number += 1
    return path


def show_act(act: Act) -> None:
    """Print an act."""
    screen.print(f"\n[bold]{escape(act.title)}[/bold]")
    for each in act.said:
        screen.print(Padding(Text(each), (0, 0, 0, 2 if each.startswith("–") else 0), expand=False))
    if act.headings:
        shown = Table()
        for heading in act.headings:
            shown.add_column(heading, overflow="fold", justify="right" if heading in AMOUNTS else "left")
        for row in act.rows:
            shown.add_row(*map(escape, row))
        screen.print(shown)


AMOUNTS = ("one fee", "pay per use", "price", "amount")
