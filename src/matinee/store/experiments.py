"""Experiments as they were assigned: their arms in order, the shares and the salt.

Covers one file, `experiments.json` of the service. Who is in which arm stands nowhere: the same call says it again
(`matinee.measure.assignment`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from matinee.errors import BadFile
from matinee.measure.assignment import check_shares
from matinee.store.disk import plain_disk_errors, write_file
from matinee.store.lock import writer_lock
from matinee.store.service import Service

FILE = "experiments.json"


@dataclass(frozen=True)
class Assigned:
    """What an experiment was last assigned with.

    Attributes:
        shares: arm -> share of the members, adding up to 1; the first arm is what others are compared with.
        salt: of the draw.
    """

    shares: Mapping[str, float]
    salt: str


def load_assigned(service: Service) -> dict[str, Assigned]:
    """Load what every experiment of a service was last assigned with, by its name.

    Raises:
        BadFile: the file is damaged.
        StoreError: the disk said no.
    """
    file = service.path / FILE
    with plain_disk_errors(file):
        content = file.read_bytes() if file.is_file() else b"{}"
    try:
        every = {name: Assigned(**said) for name, said in json.loads(content).items()}
        for each in every.values():
            check_shares(each.shares)
    except (ValueError, TypeError, AttributeError) as error:
        todo = "delete it, and name the arms in --arms"
        raise BadFile("does not say how experiments were assigned", where=str(file), todo=todo) from error
    return every


def keep_assigned(service: Service, name: str, assigned: Assigned) -> None:
    """Keep what an experiment was assigned with; what it was assigned with before is forgotten.

    Raises:
        BadFile: the file is damaged.
        StoreError: the disk said no.
    """
    with writer_lock(service.path):
        every = load_assigned(service) | {name: assigned}
        said = {each: asdict(every[each]) for each in every}
        write_file(service.path / FILE, json.dumps(said, indent=1).encode())
