"""The words that Matinee adds to ODRL 2.2: an ODRL profile, declared here and nowhere else.

The profile's IRI is `urn:matinee:rights:1`; it is ours, and no registry gives it out. Its terms begin with
`urn:matinee:rights:1:`, written `matinee:` in policies. Covers names alone; how they are used stands in `terms`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from matinee.rights.odrl import ODRL_22
from matinee.rights.odrl.names import odrl

PROFILE = "urn:matinee:rights:1"
PREFIX = f"{PROFILE}:"
CONTEXT = ("http://www.w3.org/ns/odrl.jsonld", {"matinee": PREFIX})
"""The `@context` of policies."""

KINDS = ("face", "voice", "body", "writing", "style")
"""What of a person is used; each is an asset."""

ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "replicate-face": ("face",),
    "replicate-voice": ("voice",),
    "replicate-body": ("body",),
    "imitate-style": ("style",),
    "adapt-text": ("writing",),
    "train-model": KINDS,
    "dub": ("voice",),
})
"""Action -> the kinds that it can be done to."""

UNITS = ("use", "day", "second")
"""What a request counts."""

PER = (*UNITS, "thousand views", "all uses")
"""What a compensation is paid for; views are settled from the audience, all uses by one fee."""

ASKED = ("project", "medium", "territory", "model", "duration")
"""Operands of the profile: texts, ISO 3166 codes, and the length of what is made in seconds."""

STATED: Mapping[str, str] = MappingProxyType({
    "apart": "is_apart",
    "transferable": "is_transferable",
    "in-place-of-background": "is_in_place_of_background",
    "synthetic": "is_synthetic",
    "union-notice": "has_union_notice",
    "credits-ai": "credits_ai",
    "requires-ai": "requires_ai",
    "discloses-ai": "discloses_ai",
})
"""What an agreement states with yes or no -> the name that the rules about clauses have for it."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
"""Ids of people, producers and agreements."""


def term(name: str) -> str:
    """Give the IRI of one of the profile's words."""
    return PREFIX + name


def party_iri(party_id: str) -> str:
    """Give the IRI of a person or a producer."""
    return f"urn:matinee:party:{party_id}"


def asset_iri(person_id: str, kind: str) -> str:
    """Give the IRI of a person's face, voice, body, writing or style."""
    return f"urn:matinee:person:{person_id}:{kind}"


def policy_iri(agreement_id: str, version: int) -> str:
    """Give the IRI of a version of an agreement."""
    return f"urn:matinee:agreement:{agreement_id}:{version}"


WORDS = ODRL_22.extend(
    profile=PROFILE,
    actions={term(name): [odrl("use")] for name in ACTIONS},
    implies={term("dub"): [term("replicate-voice")]},
    operands=[term(name) for name in (*ASKED, "per")],
)
"""ODRL 2.2 with the profile: who forbids any use forbids ours, who forbids replicas of the voice forbids dubbing."""
