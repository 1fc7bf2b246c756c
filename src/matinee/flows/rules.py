"""The verbs `rules` and `pay contrast`: read the rulebook, list it, lay an offer beside pay per use.

Covers reading the rule files that come with Matinee, and one of the user's own. What rules mean is in
`matinee.rights.rulebook`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from matinee.errors import BadFile
from matinee.rights.money import Money, show_exact
from matinee.rights.rulebook.contrast import Contrast, contrast_buyout
from matinee.rights.rulebook.parse import parse_rulebook
from matinee.rights.rulebook.replicas import BACKGROUND, day_rate
from matinee.rights.rulebook.rules import Rule, Rulebook
from matinee.store.texts import read_text

FILES = ("rates", "replicas", "success", "writers", "games", "law", "eu")
"""The subjects, in the order in which they are listed."""


def load_rulebook(own: Path | None = None) -> Rulebook:
    """Read the rules that come with Matinee, and a file of the user's own that overrides and adds.

    Args:
        own: TOML as `matinee.rights.rulebook.parse` says; None = ours alone.

    Raises:
        UsageError: there is no such file.
        BadFile: it holds no rules; all that is wrong is named.
    """
    folder = resources.files("matinee.rights.rulebook") / "data"
    texts = {f"{name}.toml": (folder / f"{name}.toml").read_text(encoding="utf-8") for name in FILES}
    try:
        return parse_rulebook(texts, {own.name: read_text(own)} if own else None)
    except ValueError as error:
        todo = "mend the file; docs/rights.md shows its form"
        raise BadFile(str(error), where=str(own or folder), todo=todo) from error


def list_rules(rulebook: Rulebook) -> list[dict[str, Any]]:
    """List every version of every rule, as JSON can say it."""
    return [_describe(rule) for rule in rulebook]


def contrast_offer(
    rulebook: Rulebook,
    offer: Money,
    uses: Sequence[int],
    *,
    on: date,
    rate: Money | None = None,
    residual: Money | None = None,
) -> Contrast:
    """Lay an offer beside pay per use.

    Args:
        rulebook: the rules.
        offer: the one fee.
        uses: numbers of uses.
        on: the day whose rate is taken, where none is given.
        rate: for each use; None = a background performer's day.
        residual: for each use, on top.

    Raises:
        Unpayable: an amount, a number of uses or a day that cannot be.
    """
    if rate is not None:
        return contrast_buyout(offer, rate, uses, residual=residual)
    day = day_rate(rulebook, on, scale=BACKGROUND)
    return contrast_buyout(offer, day.money, uses, residual=residual, citations=day.citations)


def _describe(rule: Rule) -> dict[str, Any]:
    return asdict(rule) | {
        "starts_on": rule.starts_on.isoformat(),
        "ends_on": rule.ends_on and rule.ends_on.isoformat(),
        "values": {name: show_exact(value).replace(",", "") for name, value in rule.values.items()},
        "territories": list(rule.territories),
        "rounding": rule.rounding and str(rule.rounding),
        "raise_by": rule.raise_by and str(float(rule.raise_by)),
    }
