"""The register of AI systems and uses: a row each, and under it what the law asks, what there is, what is missing.

Covers the recommender and every use of a person. Rules in force on the day are asked; their texts, grades and sources
are those of the rulebook. The register is no legal advice: it says what is on record, and what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from matinee.rights.compliance.asked import LAYERS, Evidence, weigh_recommender, weigh_use
from matinee.rights.compliance.stated import Stated
from matinee.rights.compliance.systems import PersonUse, Recommender
from matinee.rights.rulebook.rules import Citation, Rule, Rulebook

ADVICE = "No legal advice: whether an article applies, and whether this is enough, is for counsel."
NONE = "–"


@dataclass(frozen=True)
class Line:
    """What one article asks of one system.

    Attributes:
        law: the article, in words.
        asks: what it asks, in a sentence.
        citation: the rule with its grade and source.
        evidence: what there is, and what is missing.
    """

    law: str
    asks: str
    citation: Citation
    evidence: Evidence

    @property
    def state(self) -> str:
        """Say in a word how it stands: in place, partly, missing."""
        if not self.evidence.missing:
            return "in place"
        return "partly" if self.evidence.has else "missing"


@dataclass(frozen=True)
class Row:
    """A system or a use.

    Attributes:
        facts: what it is, by the names of `FACTS`; texts.
        lines: what the law asks of it.
    """

    facts: Mapping[str, str]
    lines: tuple[Line, ...]


FACTS = (
    "system", "purpose", "model", "data", "owner", "person", "consent", "state", "mark", "retention", "permits",
    "first", "last",
)  # fmt: skip
"""What a row says of a system."""


@dataclass(frozen=True)
class Register:
    """The register on a day.

    Attributes:
        on: the day.
        controller: who answers for the service, as stated; empty = nobody says.
        rows: the recommender first.
    """

    on: date
    controller: str
    rows: tuple[Row, ...]

    @property
    def missing(self) -> int:
        """Count the lines in which something is missing."""
        return sum(1 for row in self.rows for line in row.lines if line.evidence.missing)

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can."""
        return {
            "on": self.on.isoformat(),
            "controller": self.controller or None,
            "advice": ADVICE,
            "missing": self.missing,
            "rows": [{**row.facts, "asked": [_describe(line) for line in row.lines]} for row in self.rows],
        }

    def cells(self) -> Iterator[tuple[str, ...]]:
        """Lay it out as a table: a heading, then a row for each article and system."""
        yield (*FACTS, "article", "rule", "version", "grade", "source", "asks", "in place", "missing", "stands")
        for row in self.rows:
            facts = tuple(row.facts[name] for name in FACTS)
            for line in row.lines:
                cited = line.citation
                named = (line.law, cited.rule, cited.version, cited.grade, cited.source, line.asks)
                yield (*facts, *named, *map(" ".join, line.evidence), line.state)


def make_register(
    rulebook: Rulebook, recommender: Recommender | None, uses: Sequence[PersonUse], stated: Stated, *, on: date
) -> Register:
    """Make the register.

    Args:
        rulebook: the rules; those that ask something of a system have ids as in `asked`.
        recommender: the live model; None = nothing serves.
        uses: of people.
        stated: by the owner.
        on: the day; rules that are not in force then are not asked.
    """
    rules = [rule for rule_id in rulebook.versions if (rule := rulebook.find(rule_id, on)) is not None]
    rows = []
    if recommender is not None:
        asked = ((rule, weigh_recommender(rule.id, recommender, stated)) for rule in rules)
        rows.append(Row(_face_recommender(recommender, stated), tuple(_ask(asked))))
    for use in uses:
        asked = ((rule, weigh_use(rule.id, use, stated, layers=_layers(rule))) for rule in rules)
        rows.append(Row(_face_use(use, stated), tuple(_ask(asked))))
    return Register(on, stated.controller, tuple(rows))


def _ask(asked: Iterable[tuple[Rule, Evidence | None]]) -> Iterator[Line]:
    for rule, evidence in asked:
        if evidence is not None:
            yield Line(rule.title, rule.says, rule.citation, evidence)


def _layers(rule: Rule) -> int:
    return int(rule.number("layers")) if rule.id == LAYERS else 0


def _face_recommender(system: Recommender, stated: Stated) -> dict[str, str]:
    said = stated.recommender
    return {
        "system": "recommender",
        "purpose": "which titles a member is shown, and in which order",
        "model": f"{system.kind}, run {system.run}",
        "data": f"{system.viewings:,} viewings of {system.learned_from:,} members, tables {system.data_hash[:12]}",
        "owner": said.owner or NONE,
        "person": f"{system.members:,} members",
        "consent": f"{system.not_profiled:,} asked not to be profiled, and are not",
        "state": "serves",
        "mark": "makes no media",
        "retention": said.retention or NONE,
        "permits": NONE,
        "first": NONE,
        "last": NONE,
    }


def _face_use(use: PersonUse, stated: Stated) -> dict[str, str]:
    said = stated.model(use.model)
    where = f" for {use.project}" if use.project else ""
    return {
        "system": f"{use.action} of {use.kind}{where}",
        "purpose": use.description or NONE,
        "model": use.model or "none yet",
        "data": f"{use.kind} of {use.person_id}",
        "owner": said.owner or use.producer_id,
        "person": use.person_id,
        "consent": f"{use.agreement_id}, version {use.version}, signed by {use.signed or 'nobody'}",
        "state": use.state,
        "mark": (", ".join(said.marks) or NONE) if use.is_made else "makes no media",
        "retention": said.retention or ", ".join(use.deletions) or NONE,
        "permits": f"{use.times:,}",
        "first": _minute(use.first),
        "last": _minute(use.last),
    }


def _minute(at: datetime | None) -> str:
    return NONE if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def _describe(line: Line) -> dict[str, Any]:
    return {
        "article": line.law,
        "asks": line.asks,
        "stands": line.state,
        "in_place": list(line.evidence.has),
        "missing": list(line.evidence.missing),
        "citation": asdict(line.citation),
    }
