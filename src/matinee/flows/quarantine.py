"""The verb `quarantine`: what was set aside, by file and reason, with examples."""

from __future__ import annotations

import json
from typing import Any

from matinee.store.quarantine import read_reasons
from matinee.store.service import Service
from matinee.tables.problems import describe

EXAMPLES = 3


def list_quarantine(service: Service) -> list[dict[str, Any]]:
    """List what lies in a service's quarantine.

    Args:
        service: whose.

    Returns:
        {"table", "file", "column", "wanted", "problems", "examples": [{"row", "value", "record", "said"}]} a file and
        reason. `record` is the whole row as the file had it, `said` the problem as a sentence.

    Raises:
        BadFile: a file there is damaged.
    """
    return [
        reason | {"examples": [_show(reason, example) for example in reason["examples"]]}
        for reason in read_reasons(service.path, examples=EXAMPLES).to_dicts()
    ]


def _show(reason: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    shown = {"row": example["row"], "value": example["value"], "record": json.loads(example["record"])}
    return shown | {"said": describe({**reason, **example})}
