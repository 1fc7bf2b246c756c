"""The commands under `rights`."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from matinee import __version__
from matinee.cli.options import FOLDER, json_option, print_json, screen, service_option
from matinee.cli.rules import own_option
from matinee.errors import UsageError
from matinee.flows.compliance import add_incident, draw_register, list_incidents
from matinee.flows.rules import load_rulebook
from matinee.report.register import render_register, say_headline
from matinee.rights.compliance.incidents import SEVERITIES, STATES, Report
from matinee.rights.compliance.register import ADVICE, Register
from matinee.store.outputs import check_name, write_text
from matinee.store.service import open_service

STARTERS = ("=", "+", "-", "@", "\t")
"""What makes a spreadsheet take a text for a formula."""


SHOWN = 20
"""Systems, and kinds of refusals, that are printed."""


@click.group()
def rights() -> None:
    """Show what the law asks of each AI system and use, and keep a list of incidents."""


@rights.command("register")
@click.option("--csv", "sheet", type=FOLDER, metavar="FILE.csv", help="Write it as a table.")
@click.option("--html", "page", type=FOLDER, metavar="FILE.html", help="Write it as a page.")
@own_option
@service_option
@json_option
def register_command(sheet: Path | None, page: Path | None, own: Path | None, folder: Path, as_json: bool) -> None:
    """Register AI systems and uses: what the law asks of each, what there is for it, what is missing."""
    for path, ending in ((sheet, ".csv"), (page, ".html")):
        if path is not None:
            check_name(path, ending)
    now = datetime.now(UTC)
    register = draw_register(open_service(folder), now=now, rulebook=load_rulebook(own))
    if sheet is not None:
        write_text(write_sheet(register), sheet)
    if page is not None:
        made = {"date": f"{now:%Y-%m-%d}", "version": __version__, "command": "matinee rights register"}
        write_text(render_register(register, made=made), page)
    if as_json:
        print_json(register.to_dict())
        return
    show_register(register)
    for path in (sheet, page):
        if path is not None:
            screen.print(f"Wrote {path}", markup=False, soft_wrap=True)


@rights.group()
def incident() -> None:
    """Keep a list of what went wrong: entries of the ledger, never edited."""


@incident.command()
@click.argument("what", metavar="TEXT")
@click.option("--by", required=True, metavar="ROLE", help="Whose office found it, or followed it up.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Needed for a new incident.")
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True, help="How it stands.")
@click.option("--when", metavar="TIME", help="When it happened, such as 2026-11-22T14:00Z; default: now.")
@click.option("--use", "uses", multiple=True, metavar="ID", help="A use that it is about; may be given again.")
@click.option("--person", "people", multiple=True, metavar="ID", help="A person that it is about; may be given again.")
@click.option("--follows", type=int, metavar="N", help="The incident that this follows up.")
@service_option
@json_option
def add(what: str, *, by: str, severity: str | None, state: str, when: str | None, **more: Any) -> None:  # ruff: ignore[any-type] - as click hands them over
    """Write down what went wrong, or what became of it. It stays for ever: name roles and ids, no people."""
    now = datetime.now(UTC)
    report = Report(what, by, read_time(when, now), severity or "", state, more["uses"])
    service, follows = open_service(more["folder"]), more["follows"]
    found = add_incident(service, report, person_ids=more["people"], follows=follows, now=now)
    if more["as_json"]:
        print_json(found.to_dict())
    else:
        screen.print(f"Incident {found.number}: {found.state}, {found.severity}.")


@incident.command("list")
@click.option("--quick", is_flag=True, help="Do not check the ledger, which reads every entry.")
@service_option
@json_option
def list_command(quick: bool, folder: Path, as_json: bool) -> None:
    """List incidents; beside them refused uses, and what a check of the ledger finds now."""
    found = list_incidents(open_service(folder), is_verified=not quick)
    print_json(found) if as_json else show_incidents(found)


def write_sheet(register: Register) -> str:
    """Write the register as CSV; no cell is taken for a formula."""
    content = io.StringIO()
    rows = ([f"'{cell}" if cell.startswith(STARTERS) else cell for cell in row] for row in register.cells())
    csv.writer(content, lineterminator="\n").writerows(rows)
    return content.getvalue()


def read_time(text: str | None, now: datetime) -> datetime:
    """Read a time with its zone; without one, it is now.

    Raises:
        UsageError: it is no such time.
    """
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"--when {text!r} is no time with a zone", todo="write for example 2026-11-22T14:00Z")
    return at


def show_register(register: Register) -> None:
    """Print the register, a table a system: what is missing, and where all is in place."""
    for row in register.rows[:SHOWN]:
        facts = row.facts
        shown = Table(title=escape(f"{facts['system']} ({facts['model']}; {facts['state']})"), title_justify="left")
        shown.add_column("asked by", width=36)
        shown.add_column("grade", no_wrap=True)
        shown.add_column("stands", no_wrap=True)
        shown.add_column("missing")
        for line in row.lines:
            cells = (line.law, line.citation.grade, line.state, "\n".join(line.evidence.missing))
            shown.add_row(*map(escape, cells))
        screen.print(shown)
    _say_more(len(register.rows), "systems and uses; --html, --csv and --json have all")
    screen.print(say_headline(register), soft_wrap=True)
    screen.print(f"{ADVICE} What only you know goes into compliance.toml.", soft_wrap=True)


def show_incidents(found: dict[str, Any]) -> None:
    """Print incidents, refused uses, and what a check of the ledger found."""
    shown = Table("incident", "when, UTC", "what", "severity", "state", "about")
    for each in found["incidents"]:
        later = [f"{step['at'][:10]} {step['state']}: {step['what']} ({step['by']})" for step in each["follow_ups"]]
        what = "\n".join([f"{each['what']} ({each['found_by']})", *later])
        about = ", ".join([*each["uses"], *each["persons"]])
        cells = (str(each["incident"]), each["at"][:16].replace("T", " "), what, each["severity"], each["state"], about)
        shown.add_row(*map(escape, cells))
    screen.print(shown if found["incidents"] else "No incident is written down.")
    if found["refused"]:
        refused = Table("refused", "agreement", "because", "times", "last, UTC")
        for each in sorted(found["refused"], key=lambda each: -each["times"])[:SHOWN]:
            why = (each["action"] or "unknown", each["agreement"] or "none", ", ".join(each["reasons"]))
            refused.add_row(*map(escape, why), f"{each['times']:,}", each["last"][:16].replace("T", " "))
        screen.print(refused)
        _say_more(len(found["refused"]), "kinds of refusals; --json has all")
    for key in found["unreadable"]:
        screen.print(f"Entry {key} is an attempt that cannot be read.", markup=False, soft_wrap=True)
    findings = found["findings"]
    for each in findings or []:
        screen.print(f"{each['where']}: {each['said']}", markup=False, soft_wrap=True)
    if findings is not None and not findings:
        screen.print("The ledger is as it was recorded.")


def _say_more(count: int, of: str) -> None:
    if count > SHOWN:
        screen.print(f"… and {count - SHOWN:,} more {of}.", soft_wrap=True)
