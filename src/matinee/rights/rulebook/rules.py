"""Rules as values: what a rule says, from when, and how well it is known.

Covers one dated version of a rule, the rulebook that finds the version in force, and the citation that every result
carries. Text becomes rules in `parse`; what rules are applied to is in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from matinee.errors import Unpayable
from matinee.rights.money import Money, Rounding, round_money

GRADES: Mapping[str, str] = MappingProxyType({
    "P": "primary text seen",
    "S": "secondary source seen",
    "R": "transcription by a third party, unsigned",
    "D": "derived; reproduces published figures",
    "N": "not verified; never used for money",
    "user": "supplied by the user, with their source",
    "agreed": "agreed between the parties",
})
"""How well a rule is known."""

VERIFIABLE = ("P", "S", "R", "D", "N")
"""Grades that a rule of the project may have."""

EFFECTS = ("refuse", "flag")
"""What a rule about clauses does to one that breaks it."""


@dataclass(frozen=True)
class Citation:
    """Which rule an amount or a finding rests on.

    Attributes:
        rule: id of the rule, or of the agreement and its term.
        version: the day from which this version holds, ISO 8601; of an agreement, its version.
        grade: one of `GRADES`.
        source: where it was read.
    """

    rule: str
    version: str
    grade: str
    source: str

    def __str__(self) -> str:
        return f"{self.rule} ({self.version}, {self.grade})"


@dataclass(frozen=True)
class Rule:
    """One version of a rule.

    Attributes:
        id: the same for all versions.
        title: what it is about, in a few words.
        starts_on: first day on which this version holds.
        source: where it was read.
        grade: one of `GRADES`.
        subject: title of the file it stands in.
        says: the rule in a sentence; empty where title and values say it all.
        values: its numbers by name; a single one is named "value". Empty where it has none, or none is known.
        unit: what the numbers count, or what an amount is paid for.
        currency: ISO 4217 code where the numbers are amounts.
        ends_on: last day; None = until the next version starts.
        territories: countries (ISO 3166-1) or their parts (ISO 3166-2), such as US-CA; empty = anywhere.
        union: whose agreement it is; None = law, or custom.
        rounding: how results are rounded; None = half-up to the minor unit.
        effect: one of `EFFECTS`, for a rule about clauses.
        raise_by: factor on the values of the version before; None where they were given.
        arithmetic: how the values came from the version before; empty where they were given.
    """

    id: str
    title: str
    starts_on: date
    source: str
    grade: str
    subject: str = ""
    says: str = ""
    values: Mapping[str, Fraction] = field(default_factory=dict)
    unit: str = ""
    currency: str | None = None
    ends_on: date | None = None
    territories: tuple[str, ...] = ()
    union: str | None = None
    rounding: Rounding | None = None
    effect: str | None = None
    raise_by: Fraction | None = None
    arithmetic: str = ""

    @property
    def citation(self) -> Citation:
        """What a result that rests on this rule names."""
        return Citation(self.id, self.starts_on.isoformat(), self.grade, self.source)

    def number(self, name: str = "value") -> Fraction:
        """Take one of the rule's numbers.

        Raises:
            Unpayable: the rule has none of that name.
        """
        if name not in self.values:
            what = "no figure is known" if name == "value" else f"no figure is known for {name!r}"
            raise Unpayable(what, where=str(self.citation), todo="supply it in a rules file of your own")
        return self.values[name]

    def money(self, name: str = "value") -> Money:
        """Take one of the rule's numbers as an amount in its currency.

        Raises:
            Unpayable: the rule has none of that name, or no currency.
        """
        if self.currency is None:
            raise Unpayable("it names no currency", where=str(self.citation), todo="give the rule its `currency`")
        return round_money(self.number(name), self.currency)


@dataclass(frozen=True)
class Rulebook:
    """All rules.

    Attributes:
        versions: id -> its versions, oldest first.
    """

    versions: Mapping[str, tuple[Rule, ...]]

    def __iter__(self) -> Iterator[Rule]:
        return (rule for versions in self.versions.values() for rule in versions)

    def find(self, rule_id: str, on: date) -> Rule | None:
        """Find the version of a rule that is in force on a day; None before the first and after the last."""
        started = [rule for rule in self.versions.get(rule_id, ()) if rule.starts_on <= on]
        return started[-1] if started and (started[-1].ends_on is None or on <= started[-1].ends_on) else None

    def rule_for_money(self, rule_id: str, on: date) -> Rule:
        """Take the version of a rule that is in force on a day and may be used for money.

        Raises:
            Unpayable: there is no such rule, none of its versions is in force on that day, or it is not verified.
        """
        rule = self.find(rule_id, on)
        if rule is None:
            raise Unpayable(f"no version is in force on {on}{self._say_span(rule_id)}", where=f"rule {rule_id}")
        if rule.grade == "N":
            todo = "supply the figure with its source in a rules file of your own"
            raise Unpayable("not verified, so not used for money", where=str(rule.citation), todo=todo)
        return rule

    def _say_span(self, rule_id: str) -> str:
        versions = self.versions.get(rule_id)
        if not versions:
            return "; there is no such rule"
        end = f" to {versions[-1].ends_on}" if versions[-1].ends_on else ""
        return f"; it holds from {versions[0].starts_on}{end}"
