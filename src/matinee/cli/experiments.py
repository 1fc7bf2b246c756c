"""The commands under `experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.errors import UsageError
from matinee.flows.experiments import assign_members, report_experiment
from matinee.measure.assignment import check_shares
from matinee.store.service import open_service

ARMS = "NAME:SHARE,NAME:SHARE"


@click.group()
def experiment() -> None:
    """Split members between arms, and measure what came of it."""


@experiment.command()
@click.argument("name")
@click.option("--arms", required=True, metavar=ARMS, help="Shares of the members, adding up to 1.")
@click.option("--salt", default="", metavar="TEXT", help="Another salt is another draw of the same experiment.")
@click.option("--out", required=True, type=FOLDER, metavar="FILE.parquet", help="Where the assignment goes.")
@service_option
@json_option
def assign(name: str, arms: str, *, salt: str, out: Path, folder: Path, as_json: bool) -> None:
    """Assign every member to an arm of experiment NAME; the same call gives the same arms."""
    done = assign_members(open_service(folder), name, read_arms(arms), out, salt=salt)
    if as_json:
        print_json(done)
    else:
        said = ", ".join(f"{arm} {members:,}" for arm, members in done["arms"].items())
        for line in (f"Wrote {out}: members of {said}.", *done["warnings"]):
            screen.print(line, markup=False, soft_wrap=True)


@experiment.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How long after an exposure.")
@click.option("--arms", metavar=ARMS, help="Shares as planned, the arm to compare with first; default: as assigned.")
@click.option("--interleaved", is_flag=True, help="Pages mix two arms; an exposure's arm put its title there.")
@service_option
@json_option
def report(name: str, days: int, *, arms: str | None, interleaved: bool, folder: Path, as_json: bool) -> None:
    """Say what members enjoyed after they were shown each arm of experiment NAME."""
    shares = read_arms(arms) if arms is not None else None
    found = report_experiment(open_service(folder), name, days=days, shares=shares, interleaved=interleaved)
    if as_json:
        print_json(found)
    else:
        show_experiment(found)


def read_arms(text: str) -> dict[str, float]:
    """Read "a:0.5,b:0.5" as shares of arms, in the order given.

    Raises:
        UsageError: it is not written like this, names an arm twice, or the shares do not add up to 1.
    """
    todo = "write for example --arms a:0.5,b:0.5"
    shares: dict[str, float] = {}
    for part in text.split(","):
        arm, _, share = part.strip().rpartition(":")
        try:
            number = float(share)
        except ValueError:
            raise UsageError(f"--arms: {part.strip()!r} is not NAME:SHARE", todo=todo) from None
        if arm in shares:
            raise UsageError(f"--arms: arm {arm!r} stands there twice", todo=todo)
        shares[arm] = number
    try:
        check_shares(shares)
    except ValueError as error:
        raise UsageError(f"--arms: {error}", todo=todo) from error
    return shares


def show_experiment(found: dict[str, Any]) -> None:
    """Print what came of an experiment."""
    how = "interleaved pages" if found["interleaved"] else "members apart"
    screen.print(
        f"Experiment {found['experiment']}, {how}, {found['days']} days after being shown an arm.", markup=False
    )
    baseline = found["baseline"]
    screen.print(f"Baseline: {baseline['arm']}, {baseline['why']}.", markup=False, soft_wrap=True)
    outcomes = [name for name in next(iter(found["arms"].values())) if name != "members"]
    shown = Table("arm")
    for heading in ("members", *(_HEADINGS[name] for name in outcomes)):
        shown.add_column(heading, justify="right")
    for arm, facts in found["arms"].items():
        shown.add_row(escape(arm), f"{facts['members']:,}", *(_say_interval(facts[name]) for name in outcomes))
    screen.print(shown)
    for each in found["differences"]:
        measured = f"{each['arm']} - {each['against']}, {_HEADINGS[each['outcome']]}: {_say_interval(each, sign='+')}"
        adjusted = (
            f"; allowing for their past {_say_interval(each['adjusted'], sign='+')}" if "adjusted" in each else ""
        )
        screen.print(measured + adjusted, markup=False, soft_wrap=True)
    p = found["sample_ratio"]["p"]
    if p is not None:
        what = "who began each member's first page" if found["interleaved"] else "members seen"
        screen.print(f"Sample ratio: p = {p:.3g} (chi-square of {what}).", markup=False)
    for warning in found["warnings"]:
        screen.print(warning, markup=False, soft_wrap=True)


_HEADINGS = {"enjoyed": "titles enjoyed a member", "active": "share who enjoyed any"}


def _say_interval(interval: dict[str, Any], *, sign: str = "") -> str:
    return f"{interval['value']:{sign}.4f} ({interval['low']:{sign}.4f} to {interval['high']:{sign}.4f})"
