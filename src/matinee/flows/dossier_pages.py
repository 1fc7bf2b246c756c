"""The page for buyers, and its numbers beside it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import matinee
from matinee.flows.dossiers import Dossier
from matinee.report.buyers import render_dossier
from matinee.store.outputs import check_name, write_text


def write_dossier(dossier: Dossier, out: Path, *, now: datetime, command: str, about: str = "") -> dict[str, Any]:
    """Write the page of a dossier, and its numbers as JSON beside it.

    Args:
        dossier: what to tell.
        out: the HTML file.
        now: printed as the date.
        command: printed as what made it.
        about: what is invented in it, a sentence printed at its top; empty = nothing.

    Returns:
        the numbers.

    Raises:
        UsageError: the name does not end in .html.
    """
    check_name(out, ".html")
    told = dossier.to_dict()
    made = {"date": f"{now:%Y-%m-%d}", "version": matinee.__version__, "command": command}
    write_text(render_dossier(told, made=made, about=about), out)
    write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", out.with_suffix(".json"))
    return told
