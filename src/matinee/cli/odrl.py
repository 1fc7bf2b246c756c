"""The commands under `odrl`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, screen
from matinee.flows.odrl import evaluate_files

SHOWN = 20


@click.group()
def odrl() -> None:
    """Evaluate policies written in ODRL 2.2, as Turtle or JSON-LD."""


@odrl.command()
@click.option("--policy", required=True, type=FOLDER, metavar="FILE", help="The policy.")
@click.option("--request", required=True, type=FOLDER, metavar="FILE", help="What is asked for: a Request.")
@click.option("--world", required=True, type=FOLDER, metavar="FILE", help="The state of the world.")
@click.option("--parent", "parents", type=FOLDER, multiple=True, metavar="FILE", help="A policy it inherits from.")
@json_option
def evaluate(policy: Path, request: Path, world: Path, *, parents: tuple[Path, ...], as_json: bool) -> None:
    """Say which rules of a policy are active for a request, and why. Exit code 1 if a file has problems."""
    found = evaluate_files(policy, request, world, parents=parents)
    if as_json:
        print_json(found)
    elif found["problems"]:
        show_problems(found["problems"])
    else:
        show_report(found)
    sys.exit(1 if found["problems"] else 0)


def show_problems(problems: list[dict[str, str]], verdict: str = "Not evaluated") -> None:
    """Print what is wrong, a line each, and what comes of it."""
    for problem in problems[:SHOWN]:
        place = f", {problem['place']}" if problem["place"] else ""
        screen.print(f"{problem['file']}{place}: {problem['what']}", markup=False, soft_wrap=True)
    more = f", the first {SHOWN} are above" if len(problems) > SHOWN else ""
    screen.print(f"{verdict}: {len(problems):,} {'problem' if len(problems) == 1 else 'problems'}{more}.")


def show_report(found: dict[str, Any]) -> None:
    """Print the rules and the decision."""
    shown = Table("rule", "state", "because", title=escape(found["policy"]))
    for rule in found["rules"]:
        reasons = rule["because"].replace("; ", "\n")
        shown.add_row(f"{rule['kind']}\n{escape(rule['rule'])}", rule["state"], escape(reasons))
    screen.print(shown)
    verdict = "Permitted" if found["decision"] == "permit" else "Refused"
    screen.print(f"{verdict}: {found['because']}.", markup=False, soft_wrap=True)
