"""The page of the register: each AI system and use, what the law asks of it, what there is, and what is missing.

Covers putting the page together; what stands in it comes computed (`matinee.rights.compliance.register`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matinee.report.layout import fill_template
from matinee.rights.compliance.register import ADVICE, FACTS, NONE, Register, Row
from matinee.rights.rulebook.rules import GRADES


def render_register(register: Register, *, made: Mapping[str, str]) -> str:
    """Make the page as one self-contained HTML document.

    Args:
        register: the register.
        made: what and by which command the page was made.

    Returns:
        HTML that asks for nothing from outside; the same values give the same text.
    """
    grades = {line.citation.grade for row in register.rows for line in row.lines}
    values = {
        "title": "AI systems and uses",
        "made": made,
        "headline": say_headline(register),
        "controller": register.controller,
        "advice": ADVICE,
        "rows": [_lay_out(row) for row in register.rows],
        "grades": [(grade, meaning) for grade, meaning in GRADES.items() if grade in grades],
    }
    return fill_template("register.html", values)


def say_headline(register: Register) -> str:
    """Say in a sentence how much is missing."""
    lines = sum(len(row.lines) for row in register.rows)
    systems = f"{len(register.rows):,} {'system or use' if len(register.rows) == 1 else 'systems and uses'}"
    if not lines:
        return "Nothing serves, and no use of a person is agreed: there is nothing to register."
    if not register.missing:
        return f"Of {systems}, nothing is missing; articles listed: {lines:,}."
    return f"Of {systems}, something is missing for {register.missing:,} of the {lines:,} articles listed."


def _lay_out(row: Row) -> dict[str, Any]:
    names = [name for name in FACTS if name not in ("system", "purpose") and row.facts[name] != NONE]
    return {
        "system": row.facts["system"],
        "purpose": row.facts["purpose"],
        "facts": [(name, row.facts[name]) for name in names],
        "lines": row.lines,
    }
