"""The command `rules`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from matinee.cli.options import FOLDER, F, json_option, print_json, screen
from matinee.flows.rules import list_rules, load_rulebook
from matinee.rights.money import show_exact
from matinee.rights.rulebook.rules import GRADES, Rule


def own_option(command: F) -> F:
    """Add `--own FILE`."""
    return click.option("--own", type=FOLDER, metavar="FILE.toml", help="Rules of your own, which override and add.")(
        command
    )


@click.command()
@own_option
@json_option
def rules(own: Path | None, as_json: bool) -> None:
    """List the rules of consent and pay, each with its dates, grade and source."""
    rulebook = load_rulebook(own)
    if as_json:
        print_json({"grades": dict(GRADES), "rules": list_rules(rulebook)})
        return
    for subject, of_subject in groupby(rulebook, key=lambda rule: rule.subject):
        screen.print(lay_out_subject(subject or "Your own", list(of_subject)))
    said = "; ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items() if grade != "agreed")
    screen.print(f"Grades: {said}.", markup=False)


def lay_out_subject(subject: str, of_subject: list[Rule]) -> Table:
    """Lay out the rules of a subject, each version a row under the title and id of its rule."""
    shown = Table(title=escape(subject), title_justify="left")
    shown.add_column("rule", overflow="fold", width=34)
    shown.add_column("from", no_wrap=True)
    shown.add_column("what it says", width=27)
    shown.add_column("grade", no_wrap=True)
    shown.add_column("source", overflow="fold")
    for _, versions in groupby(of_subject, key=lambda rule: rule.id):
        for place, rule in enumerate(versions):
            name = "" if place else f"{escape(rule.title)}\n[dim]{escape(rule.id)}[/dim]"
            cells = (str(rule.starts_on), say_values(rule), rule.grade, rule.source)
            shown.add_row(name, *map(escape, cells))
        shown.add_section()
    return shown


def say_values(rule: Rule) -> str:
    """Say what a rule says: its numbers, else its sentence; and what it does to a clause that breaks it."""
    lines = [_say_numbers(rule)] if rule.values or (rule.currency and rule.grade == "N") else [rule.says]
    return "\n".join(filter(None, [*lines, _EFFECTS.get(rule.effect or "", "")]))


def _say_numbers(rule: Rule) -> str:
    """Say numbers in words: "$187.00 a day", "0.5 of the residual"."""
    if not rule.values:
        return "not known" if rule.raise_by is None else f"× {show_exact(rule.raise_by)}, of what is not known"
    figures = {
        name: str(rule.money(name)) if rule.currency else show_exact(value) for name, value in rule.values.items()
    }
    unit = f" a {rule.unit}" if rule.currency and rule.unit else f" {rule.unit}"
    if list(figures) == ["value"]:
        return f"{figures['value']}{unit}".rstrip()
    return "\n".join(f"{name}: {figure}" for name, figure in figures.items())


_EFFECTS = {"refuse": "(refuses a clause)", "flag": "(flags a clause)"}
