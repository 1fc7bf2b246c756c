"""A person's statement as a page: what was paid for, under which agreement and rule, how much and why, with its proof.

Covers putting the page together; the lines come from the ledger (`matinee.rights.pay.statement`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matinee.report.layout import fill_template
from matinee.rights.pay.statement import Line, Statement
from matinee.rights.rulebook.rules import GRADES


def render_statement(statement: Statement, proof: Mapping[str, str], *, made: Mapping[str, str]) -> str:
    """Make the page as one self-contained HTML document.

    Args:
        statement: what was paid.
        proof: checkpoint and key that the receipts are checked with; empty where there are none.
        made: what and by which command the page was made.

    Returns:
        HTML that asks for nothing from outside; the same values give the same text.
    """
    rules = {(each["rule"], each["version"]): each for line in statement.lines for each in line.rules}
    checkpoint = proof.get("checkpoint", "").splitlines()
    values = {
        "title": f"Statement for {statement.name}",
        "made": made,
        "period": str(statement.period) if statement.period else "all periods",
        "totals": statement.totals,
        "lines": [_lay_out(line) for line in statement.lines],
        "rules": [(each, GRADES[each["grade"]]) for _, each in sorted(rules.items())],
        "size": checkpoint[1] if checkpoint else "",
        "root": checkpoint[2] if checkpoint else "",
        "key": proof.get("key", ""),
    }
    return fill_template("statement.html", values)


def _lay_out(line: Line) -> dict[str, Any]:
    about = line.body["about"]
    where = [
        about.get("project") or about.get("title") or "",
        about.get("medium"),
        ", ".join(about.get("territories", ())),
    ]
    done = about.get("action") or line.body["what"]
    return {
        "day": f"{line.at:%Y-%m-%d}",
        "time": f"{line.at:%H:%M} UTC",
        "what": f"{done}, taken back" if line.leaf.reverses else done,
        "of": about.get("use_id") or about.get("for") or about.get("period") or "",
        "where": " · ".join(each for each in where if each),
        "rules": [_name(each) for each in line.rules],
        "grade": line.grade,
        "arithmetic": line.arithmetic,
        "why": line.why,
        "money": line.money,
        "entry": line.leaf.position,
        "hash": line.leaf.hash.hex()[:12],
    }


def _name(rule: Mapping[str, str]) -> str:
    """Name a rule in few words: of an agreement, its version and which permission; of the rulebook, since when."""
    if rule["grade"] != "agreed":
        return f"{rule['rule']}, from {rule['version']}"
    agreement, _, part = rule["rule"].partition("#")
    name = agreement.removeprefix("urn:matinee:agreement:").removesuffix(f":{rule['version']}")
    return ", ".join(each for each in (name, f"version {rule['version']}", part) if each)
