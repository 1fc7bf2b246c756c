"""The noun of agreements and permits as they are kept: a text with its digest.

Covers what is handed between the rooms and the store. What the text says is for `matinee.rights.agreements`.
"""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """A stored text with its digest, so that damage is seen.

    Attributes:
        text: canonical JSON of an object.
        digest: SHA-256 of the text in UTF-8, hexadecimal.
    """

    text: str
    digest: str
