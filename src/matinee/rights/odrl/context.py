"""What the short names of a JSON-LD file stand for.

Covers the W3C's context for ODRL, which is known here and never fetched, and contexts written in the file: prefixes,
terms with a type, `@base`, `@vocab`. Nothing else of JSON-LD's contexts is understood, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from matinee.rights.odrl.graph import Problem
from matinee.rights.odrl.names import (
    CLASSES,
    LITERAL_PROPERTIES,
    NODE_PROPERTIES,
    ODRL,
    PREFIXES,
    TERM_PROPERTIES,
    odrl,
)
from matinee.rights.odrl.vocabulary import COMPARING, CONFLICTS, ODRL_22, OF_SETS

ODRL_CONTEXTS = ("http://www.w3.org/ns/odrl.jsonld", "https://www.w3.org/ns/odrl.jsonld")

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|^`\\]+")
_IGNORED = frozenset({"@version", "@language", "@protected"})


@dataclass
class Context:
    """Short names of a file.

    Attributes:
        prefixes: prefix -> start of IRIs.
        terms: short name -> IRI.
        types: IRI of a property -> what a plain string is there: "@id" an IRI, "@vocab" a term, or a datatype's IRI.
        base: put before relative IRIs.
        vocab: put before short names that are not terms.
    """

    prefixes: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    base: str = ""
    vocab: str = ""

    def expand_term(self, name: str) -> str | None:
        """Give the IRI of a property, class or term; None if it has none."""
        if name in self.terms:
            return self.terms[name]
        iri = self._expand(name)
        return iri if iri or not self.vocab else self.vocab + name

    def expand_iri(self, text: str) -> str | None:
        """Give the IRI of a node; None if it is relative and there is no base."""
        if text.startswith("_:"):
            return text
        return self._expand(text) or (self.base + text if self.base else None)

    def _expand(self, text: str) -> str | None:
        prefix, colon, rest = text.partition(":")
        if colon and not rest.startswith("//") and prefix in self.prefixes:
            return self.prefixes[prefix] + rest
        return text if _SCHEME.fullmatch(text) else None

    def extend(self, said: object, place: str) -> Iterator[Problem]:
        """Take in a `@context`, one after the other where it is a list.

        Yields:
            what is not understood.
        """
        if isinstance(said, list):
            for number, each in enumerate(said):
                yield from self.extend(each, f"{place}/{number}")
        elif isinstance(said, dict):
            for name, meaning in said.items():
                yield from self._define(name, meaning, f"{place}/{name}")
        elif said in ODRL_CONTEXTS:
            self._speak_odrl()
        else:
            yield Problem(place, f"context {said!r} is not known here, and nothing is fetched; want {ODRL_CONTEXTS[0]}")

    def _define(self, name: str, meaning: object, place: str) -> Iterator[Problem]:
        kind = meaning.get("@type") if isinstance(meaning, dict) else None
        iri = meaning.get("@id") if isinstance(meaning, dict) else meaning
        if name in _IGNORED:
            return
        if not isinstance(iri, str) or (kind is not None and not isinstance(kind, str)):
            yield Problem(place, f"{name!r} is not given an IRI")
        elif name == "@base":
            self.base = iri
        elif name == "@vocab":
            self.vocab = iri
        elif name.startswith("@"):
            yield Problem(place, f"{name!r} is not understood in a context")
        else:
            full = self.expand_term(iri) or iri
            self.prefixes[name] = self.terms[name] = full
            if kind:
                self.types[full] = kind if kind.startswith("@") else self.expand_term(kind) or kind

    def _speak_odrl(self) -> None:
        """Take in the W3C's context: https://www.w3.org/ns/odrl.jsonld."""
        self.prefixes |= PREFIXES
        words = (*CLASSES, *NODE_PROPERTIES, *TERM_PROPERTIES, *LITERAL_PROPERTIES, *COMPARING, *OF_SETS, *CONFLICTS)
        self.terms |= {name: odrl(name) for name in (*words, "policyUsage")}
        self.terms |= {iri[len(ODRL) :]: iri for iri in (*ODRL_22.included_in, *ODRL_22.operands) if ODRL in iri}
        self.terms |= {"uid": "@id", "id": "@id", "type": "@type"}
        self.types |= {odrl(name): "@id" for name in NODE_PROPERTIES}
        self.types |= {odrl(name): "@vocab" for name in TERM_PROPERTIES}
