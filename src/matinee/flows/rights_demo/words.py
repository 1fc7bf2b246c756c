"""What the program answers, in words that a performer reads.

Covers reasons, findings and grades. The full answers are in the ledger and in `--json` of each verb.
"""

from __future__ import annotations

from collections.abc import Sequence

from matinee.flows.rights_demo.stage import Json
from matinee.rights.gate.answer import Reason
from matinee.rights.rulebook.rules import GRADES


def say_reasons(reasons: Sequence[Reason]) -> str:
    """Say in plain words why not; the full reasons stand in the answer."""
    if any(each.text.startswith("prohibition") for each in reasons):
        return "the agreement forbids it"
    known = {each.code: WORDS.get(each.code, each.text) for each in reasons}
    said = [words for code, words in known.items() if code not in UNSAID or len(known) == 1]
    return "; ".join(said)


WORDS = {
    "terms": "nobody agreed to that",
    "count": "all uses are used up",
    "strike": "the union is on strike",
    "revoked": "the agreement is revoked",
    "attribute": "the request leaves something out",
    "media": "the permit was for another picture",
}
UNSAID = ("rule", "terms")
"""Reasons that say no more where there is another."""


def say_grades(findings: Sequence[Json]) -> str:
    """Say what the grades of the rules that were found mean."""
    used = {each["citation"]["grade"] for each in findings}
    return "; ".join(f"{grade}, {meaning}" for grade, meaning in GRADES.items() if grade in used)


def say_finding(finding: Json) -> str:
    """Say what a rule has against an offer, and which rule it is."""
    cited = finding["citation"]
    return f"{finding['why'].rstrip('.')} ({cited['rule']}, {cited['version']}, grade {cited['grade']})"


def say_findings(findings: Sequence[Json]) -> str:
    """Say what a check of the ledger found."""
    return "Nothing was changed since." if not findings else "; ".join(each["said"] for each in findings)
