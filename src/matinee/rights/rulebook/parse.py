"""Rules as text: TOML, one file a subject.

    subject = "SAG-AFTRA: rates"

    [[rule]]
    id = "sag-aftra.background.day-rate"
    title = "Background performer, a day"
    from = 2022-07-01             # to = the last day, where one is known
    value = "187"                 # or values = {first = "1000", later = "5000"}; text, so that nothing is lost
    unit = "day"
    currency = "USD"
    territory = ["US"]
    union = "SAG-AFTRA"
    rounding = "half-up to 1"
    source = "…"
    grade = "S"

    [[rule]]                      # a later version: what it leaves out is as in the version before it
    id = "sag-aftra.background.day-rate"
    from = 2023-11-09
    raise = "1.11"                # times the version before, rounded as the rule says
    source = "…"
    grade = "D"

A user's own file has the same form, without grades: a version with the id and `from` of ours replaces it, others are
added, and what comes of them is graded "user". Reading files is not done here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from matinee.rights.money import minor_unit, parse_exact, parse_rounding, round_money, show_exact
from matinee.rights.rulebook.rules import EFFECTS, VERIFIABLE, Rule, Rulebook
from matinee.tables.schemas import CURRENCY

_TYPES: dict[str, type] = {
    "id": str,
    "title": str,
    "from": date,
    "to": date,
    "value": str,
    "values": dict,
    "raise": str,
    "unit": str,
    "currency": str,
    "territory": list,
    "union": str,
    "rounding": str,
    "effect": str,
    "says": str,
    "source": str,
    "grade": str,
}
_WORDS = {str: "text", date: "a day", dict: "a table of texts", list: "a list of texts"}
_NEEDED = ("id", "title", "from", "source", "grade")
_OWN = ("id", "from", "to", "value", "values", "raise", "source", "grade")
"""What a later version does not take over from the one before."""


@dataclass(frozen=True)
class _Entry:
    """A rule as written: the table, its place for messages, and whether it is the user's own."""

    table: dict[str, Any]
    place: str
    subject: str
    is_own: bool


def parse_rulebook(texts: Mapping[str, str], own: Mapping[str, str] | None = None) -> Rulebook:
    """Read the texts of rule files.

    Args:
        texts: file name -> TOML, as the module says.
        own: the same for files of the user's own, which override and add.

    Returns:
        the rulebook, in the order of the files.

    Raises:
        ValueError: a text is not TOML, or something in it is missing, unknown or of the wrong kind (all are named;
            what comes of taking versions together is looked at once each of them can be read).
    """
    problems: list[str] = []
    entries = list(_read_entries(texts, problems, is_own=False)) + list(_read_entries(own or {}, problems, is_own=True))
    if problems:
        raise ValueError("; ".join(problems))
    versions: dict[str, dict[date, _Entry]] = {}
    for entry in entries:
        of_id = versions.setdefault(entry.table["id"], {})
        before = of_id.get(entry.table["from"])
        if before is not None and before.is_own == entry.is_own:
            problems.append(f"{entry.place}: the same id and `from` as {before.place}")
        of_id[entry.table["from"]] = _take_over(entry, before)
    rulebook = {rule_id: tuple(_build_versions(of_id, problems)) for rule_id, of_id in versions.items()}
    if problems:
        raise ValueError("; ".join(problems))
    return Rulebook(rulebook)


def _read_entries(texts: Mapping[str, str], problems: list[str], *, is_own: bool) -> Iterator[_Entry]:
    """Take each rule that can be told by id and day; what is wrong with the others goes to `problems`."""
    for name, text in texts.items():
        try:
            given = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            problems.append(f"{name}: not TOML: {error}")
            continue
        problems += [f"{name}: unknown {key!r}" for key in given if key not in ("subject", "rule")]
        tables, subject = given.get("rule", []), given.get("subject", "")
        if not isinstance(subject, str) or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            problems.append(f'{name}: write subject = "…" once and [[rule]] for each rule')
            continue
        for number, table in enumerate(tables, 1):
            place = f"{name}, rule {number} ({table.get('id', 'no id')})"
            faults = list(_find_faults(table, is_own=is_own))
            problems += [f"{place}: {fault}" for fault in faults]
            if not faults:
                yield _Entry(table | {"grade": "user"} if is_own else table, place, subject, is_own)


def _find_faults(table: dict[str, Any], *, is_own: bool) -> Iterator[str]:
    yield from (f"unknown {name!r}" for name in table if name not in _TYPES)
    yield from (f"no `{name}`" for name in ("id", "from", "source") if name not in table)
    if is_own and "grade" in table:
        yield "leave out `grade`; what you supply is graded user"
    for name, kind in _TYPES.items():
        if name in table and not _is_of(table[name], kind):
            yield f"{name} = {table[name]!r} is not {_WORDS[kind]}"
        elif table.get(name) == "":
            yield f"`{name}` is empty"
    if sum(name in table for name in ("value", "values", "raise")) > 1:
        yield "has more than one of `value`, `values` and `raise`"


def _is_of(value: object, kind: type) -> bool:
    if kind is dict:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if kind is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, kind) and not isinstance(value, datetime)


def _take_over(entry: _Entry, before: _Entry | None) -> _Entry:
    """Fill in what an entry leaves out from another version."""
    if before is None:
        return entry
    inherited = {name: value for name, value in before.table.items() if name not in _OWN}
    return replace(entry, table=inherited | entry.table, subject=before.subject)


def _build_versions(of_id: Mapping[date, _Entry], problems: list[str]) -> Iterator[Rule]:
    """Build the versions of one rule, oldest first; each raise climbs from the version before."""
    entry: _Entry | None = None
    rule: Rule | None = None
    for _, given in sorted(of_id.items(), key=lambda pair: pair[0]):
        entry = _take_over(given, entry)
        problems += [f"{entry.place}: no `{name}`" for name in _NEEDED if name not in entry.table]
        try:
            rule = _build_rule(entry, rule)
        except ValueError as error:
            problems.append(f"{entry.place}: {error}")
            continue
        yield rule


def _build_rule(entry: _Entry, before: Rule | None) -> Rule:
    table = entry.table
    _check_words(table)
    given = table.get("values", {"value": table["value"]} if "value" in table else {})
    rule = Rule(
        id=table["id"],
        title=table.get("title", ""),
        starts_on=table["from"],
        ends_on=table.get("to"),
        source=table["source"],
        grade=table.get("grade", ""),
        subject=entry.subject,
        says=table.get("says", ""),
        values={name: parse_exact(text) for name, text in given.items()},
        unit=table.get("unit", ""),
        currency=table.get("currency"),
        territories=tuple(table.get("territory", ())),
        union=table.get("union"),
        rounding=parse_rounding(table["rounding"]) if "rounding" in table else None,
        effect=table.get("effect"),
    )
    if rule.currency and (finer := [name for name in rule.values if rule.values[name] % minor_unit(rule.currency)]):
        raise ValueError(f"{finer[0]} = {show_exact(rule.values[finer[0]])} is finer than {rule.currency} has")
    return _climb(rule, before, parse_exact(table["raise"])) if "raise" in table else rule


def _check_words(table: Mapping[str, Any]) -> None:
    """Refuse words outside their lists.

    Raises:
        ValueError: names the first of them.
    """
    if table.get("grade", "user") not in (*VERIFIABLE, "user"):
        raise ValueError(f"grade {table['grade']!r}, want one of {', '.join(VERIFIABLE)}")
    if table.get("effect", "flag") not in EFFECTS:
        raise ValueError(f"effect {table['effect']!r}, want refuse or flag")
    if not re.fullmatch(CURRENCY, table.get("currency", "USD")):
        raise ValueError(f"currency {table['currency']!r}, want an ISO 4217 code such as USD")
    for territory in table.get("territory", ()):
        if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", territory):
            raise ValueError(f"territory {territory!r}, want ISO 3166 codes such as US or US-CA")
    if "to" in table and table["to"] < table["from"]:
        raise ValueError(f"`to` {table['to']} lies before `from` {table['from']}")


def _climb(rule: Rule, before: Rule | None, factor: Fraction) -> Rule:
    """Raise the values of the version before: value x factor, rounded as the rule says.

    A raise of the user's own figure is the user's; a raise of a figure that is not known stays unknown.
    """
    if before is None or rule.currency is None:
        raise ValueError("`raise` needs an earlier version and a `currency`")
    if factor <= 0:
        raise ValueError(f"raise {show_exact(factor)}, want a factor above 0 such as 1.035")
    exact = {name: value * factor for name, value in before.values.items()}
    values = {name: round_money(value, rule.currency, rule.rounding).exact for name, value in exact.items()}
    steps = [
        f"{show_exact(before.values[name])} × {show_exact(factor)} = {show_exact(exact[name])},"
        f" {rule.rounding or 'half-up to the minor unit'}: {show_exact(values[name])}"
        for name in values
    ]
    weakest = before.grade if before.grade in ("N", "user") else rule.grade
    source = f"{before.source}; {rule.source}" if weakest == "user" else rule.source
    return replace(rule, values=values, grade=weakest, source=source, raise_by=factor, arithmetic="; ".join(steps))
