"""The verb `use request`: ask the gate.

Covers files and the database around `matinee.rights.gate`. A permit lives for a second, so it is taken up by the
program that asked: `open_gate`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from matinee.errors import BadFile, MatineeError
from matinee.flows.desk import LedgerDesk
from matinee.rights.gate.answer import Answer, Reason
from matinee.rights.gate.gate import Gate
from matinee.rights.rulebook.rules import Rulebook
from matinee.store.rights.database import open_rights
from matinee.store.rights.keys import make_key
from matinee.store.service import Service
from matinee.store.texts import read_text

Clock = Callable[[], datetime]


@contextmanager
def open_gate(service: Service, *, clock: Clock, rulebook: Rulebook) -> Generator[Gate]:
    """Open the gate of a service: for many uses, open it once.

    Raises:
        StoreError: the database cannot be opened.
    """
    with open_rights(service) as engine:
        yield Gate(LedgerDesk(engine), clock, make_key(service.path), rulebook)


def request_use(service: Service, path: Path, *, clock: Clock, rulebook: Rulebook) -> Answer:
    """Ask the gate for one use.

    Args:
        service: whose.
        path: JSON file of the request; `asked.ATTRIBUTES` lists what it says.
        clock: tells the time.
        rulebook: the rules.

    Returns:
        permit or refuse. A store that cannot be opened refuses; so does a file that is no text or no JSON, and that is
        an attempt like any other.

    Raises:
        UsageError: there is no such file.
    """
    said, wrong = None, ""
    try:
        said = json.loads(read_text(path), object_pairs_hook=_once)
    except (BadFile, ValueError, RecursionError) as error:
        wrong = f"{path} is not JSON that can be relied on: {error}"
    try:
        with open_gate(service, clock=clock, rulebook=rulebook) as gate:
            return gate.refuse(wrong) if wrong else gate.request(said)
    except MatineeError as error:
        return Answer(False, (Reason("store", str(error)),), clock())


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return said
