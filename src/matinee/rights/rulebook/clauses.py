"""Rules about clauses: what may not stand in an agreement, and what is flagged.

Covers the terms of one clause against the rules in force where and when it is signed. It does not read agreements
(their own room turns them into a `Clause`) and decides no single use.

Fail closed: what a clause does not state counts as the worse for the person, and a clause without territories counts
as one for everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from matinee.rights.money import Money, show_exact
from matinee.rights.rulebook.contrast import contrast_buyout
from matinee.rights.rulebook.rules import Citation, Rule, Rulebook

REPLICAS = frozenset({"replicate-face", "replicate-voice", "replicate-body", "dub"})
"""Actions that make or use a digital replica."""

Stated = bool | None
"""None = not stated."""


@dataclass(frozen=True)
class Clause:
    """What a clause says, as far as rules ask.

    Attributes:
        signed_on: day of signing.
        territories: where it is to hold: ISO 3166 codes such as US-CA; empty = everywhere.
        union: of the person; None = none.
        actions: what it permits, in the words of the agreements' profile; empty = not stated.
        medium: "film", "series", "game", …; None = not stated.
        is_blanket: it permits uses that it does not name.
        is_perpetual: it has no end.
        is_described: it has a reasonably specific description of the use.
        is_represented: counsel or the union spoke for the person.
        is_apart: it is signed apart from standard terms.
        notice_hours: from notice to the work; None = not stated.
        flat_fee: one fee for all uses; None = none.
        rate_per_use: pay for each use; None = none.
        is_on_strike: the person's union is on strike.
        is_minor: the person is a minor.
        has_guardian: a guardian consents.
        is_deceased: the person has died.
        has_estate: the representative of the deceased, or the union, consents.
        is_transferable: others may be given the replica.
        is_in_place_of_background: it serves to stay below the daily number of background performers.
        is_synthetic: it is for a performer who is nobody.
        has_union_notice: the union was told.
        credits_ai: it makes AI a writer, or its text source material.
        requires_ai: it requires a writer to use AI.
        discloses_ai: material made with AI is disclosed to the writer.
    """

    signed_on: date
    territories: tuple[str, ...] = ()
    union: str | None = None
    actions: frozenset[str] = frozenset()
    medium: str | None = None
    is_blanket: Stated = None
    is_perpetual: Stated = None
    is_described: Stated = None
    is_represented: Stated = None
    is_apart: Stated = None
    notice_hours: Fraction | int | None = None
    flat_fee: Money | None = None
    rate_per_use: Money | None = None
    is_on_strike: Stated = None
    is_minor: Stated = None
    has_guardian: Stated = None
    is_deceased: Stated = None
    has_estate: Stated = None
    is_transferable: Stated = None
    is_in_place_of_background: Stated = None
    is_synthetic: Stated = None
    has_union_notice: Stated = None
    credits_ai: Stated = None
    requires_ai: Stated = None
    discloses_ai: Stated = None

    @property
    def may_replicate(self) -> bool:
        """Whether it is about a replica, as far as is stated."""
        return not self.actions or bool(self.actions & REPLICAS)


@dataclass(frozen=True)
class Finding:
    """What a rule says of a clause.

    Attributes:
        citation: the rule.
        effect: "refuse" or "flag".
        why: in a sentence.
    """

    citation: Citation
    effect: str
    why: str

    def __str__(self) -> str:
        return f"{self.effect}: {self.why} [{self.citation}; {self.citation.source}]"


Check = Callable[[Clause, Rule, Rulebook], str | None]
"""Why a clause breaks a rule; None if it does not."""


def check_clause(rulebook: Rulebook, clause: Clause) -> list[Finding]:
    """Check a clause against every rule that is in force on its day, for its territories and its union.

    A rule that is not verified flags and does not refuse.

    Args:
        rulebook: the rules.
        clause: what it says.

    Returns:
        refusals first; empty if nothing stands against it.
    """
    findings = []
    for rule_id, check in CHECKS.items():
        rule = rulebook.find(rule_id, clause.signed_on)
        if rule is None or rule.effect is None or not _applies(rule, clause):
            continue
        why = check(clause, rule, rulebook)
        if why is not None:
            effect = "flag" if rule.grade == "N" else rule.effect
            findings.append(Finding(rule.citation, effect, why))
    return sorted(findings, key=lambda finding: finding.effect != "refuse")


def _is_under(place: str, territory: str) -> bool:
    """Tell whether a place is a territory, a part of it, or has it as a part: the US has California's law in it."""
    return place == territory or place.startswith(f"{territory}-") or territory.startswith(f"{place}-")


def _applies(rule: Rule, clause: Clause) -> bool:
    if rule.union is not None:
        return rule.union == clause.union
    if not rule.territories or not clause.territories:
        return True
    return any(_is_under(place, territory) for place in clause.territories for territory in rule.territories)


def _is_undescribed(clause: Clause) -> bool:
    return clause.is_described is not True or clause.is_blanket is not False


def _check_california_contract(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    if not clause.may_replicate:
        return None
    lacks = ["a reasonably specific description of the use"] if _is_undescribed(clause) else []
    lacks += ["representation by counsel or union"] if clause.is_represented is not True else []
    kind = "perpetual clause" if clause.is_perpetual is not False else "clause"
    return f"a {kind} on replicas is void without {' and '.join(lacks)}" if lacks else None


def _check_description(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and _is_undescribed(clause)
    return "the use of the replica is not described reasonably specifically" if is_broken else None


def _check_notice(clause: Clause, rule: Rule, _rulebook: Rulebook) -> str | None:
    wanted = rule.number()
    if not clause.may_replicate or (clause.notice_hours is not None and clause.notice_hours >= wanted):
        return None
    given = "not stated" if clause.notice_hours is None else f"{show_exact(Fraction(clause.notice_hours))} hours"
    return f"notice before the work is {given}, and {show_exact(wanted)} hours are needed"


def _check_apart(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and clause.is_apart is not True
    return "consent to a replica is not signed apart from the standard terms" if is_broken else None


def _check_other_project(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and clause.is_blanket is not False
    return "it reaches other projects, and each needs a new signed consent" if is_broken else None


def _check_days(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    if not clause.may_replicate or clause.flat_fee is None or clause.is_perpetual is False:
        return None
    return f"one fee of {clause.flat_fee} for ever stands in place of pay by the days that would have been worked"


def _check_buyout(clause: Clause, _rule: Rule, rulebook: Rulebook) -> str | None:
    """Price the buyout beside pay per use: at the clause's own rate, else a background performer's day."""
    fee = clause.flat_fee
    if not clause.may_replicate or fee is None or clause.is_perpetual is False:
        return None
    rate, named = clause.rate_per_use, "the clause's own rate"
    if rate is None:
        day = rulebook.find("sag-aftra.background.day-rate", clause.signed_on)
        if day is not None and day.values and day.grade != "N":
            rate, named = day.money(), str(day.citation)
    if rate is None or rate.currency != fee.currency or rate.minor <= 0 or fee.minor < 0:
        return f"one fee of {fee} buys the replica for ever; no rate in {fee.currency} to price it beside"
    return f"{contrast_buyout(fee, rate, [10]).finding} The rate is {named}; ten uses bring {rate * 10}."


def _check_strike(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and clause.is_on_strike is not False
    return "consent to replicas is suspended while the union is on strike" if is_broken else None


def _check_game_strike(clause: Clause, rule: Rule, rulebook: Rulebook) -> str | None:
    return _check_strike(clause, rule, rulebook) if clause.medium in (None, "game") else None


def _check_minor(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.is_minor is not False and clause.has_guardian is not True
    return "a minor, or a person of unstated age, has no guardian who consents" if is_broken else None


def _check_deceased(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and clause.is_deceased is not False and clause.has_estate is not True
    return (
        "a replica of a person who died, or may have, lacks the consent of their representative" if is_broken else None
    )


def _check_background_count(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and clause.is_in_place_of_background is not False
    return "it leaves open that replicas stand in for the daily number of background performers" if is_broken else None


def _check_synthetic(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.is_synthetic is not False and clause.has_union_notice is not True
    return "the union was not told of a synthetic performer" if is_broken else None


def _check_transfer(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = clause.may_replicate and clause.is_transferable is not False
    return "it leaves open that the replica is transferred to others" if is_broken else None


def _check_dubbing(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = not clause.actions or ("dub" in clause.actions and clause.actions != {"dub"})
    return "dubbing is not consented to by itself" if is_broken else None


def _check_training(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    is_broken = (not clause.actions or "train-model" in clause.actions) and clause.has_union_notice is not True
    return "no notice of training is on record" if is_broken else None


def _check_ai_writer(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    return "it leaves open that AI is a writer or its text source material" if clause.credits_ai is not False else None


def _check_ai_required(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    return "it leaves open that the writer is required to use AI" if clause.requires_ai is not False else None


def _check_ai_disclosed(clause: Clause, _rule: Rule, _rulebook: Rulebook) -> str | None:
    return "AI material handed to the writer is not said to be disclosed" if clause.discloses_ai is not True else None


CHECKS: Mapping[str, Check] = MappingProxyType({
    "us-ca.ab-2602": _check_california_contract,
    "sag-aftra.replica.description": _check_description,
    "sag-aftra.replica.notice": _check_notice,
    "sag-aftra.replica.apart": _check_apart,
    "sag-aftra.replica.other-project": _check_other_project,
    "sag-aftra.replica.days": _check_days,
    "sag-aftra.replica.background-count": _check_background_count,
    "sag-aftra.replica.strike": _check_strike,
    "sag-aftra.games.strike": _check_game_strike,
    "replica.minors": _check_minor,
    "us-ca.ab-1836": _check_deceased,
    "us-ny.s8391": _check_deceased,
    "wga.ai.not-a-writer": _check_ai_writer,
    "wga.ai.not-required": _check_ai_required,
    "wga.ai.disclosed": _check_ai_disclosed,
    "replica.flat-buyout": _check_buyout,
    "sag-aftra.replica.synthetic": _check_synthetic,
    "sag-aftra.replica.transfer": _check_transfer,
    "sag-aftra.replica.dubbing": _check_dubbing,
    "sag-aftra.training-notice": _check_training,
})
"""Rule -> its check. Whether it refuses or flags is said by the rule."""
