"""JSON-LD to a graph, with a JSON pointer for every term.

Covers what policies use of JSON-LD 1.1: node objects within each other or side by side, `@id`, `@type`, `@value`,
`@list`, `@set`, `@graph`, and contexts as `context` understands them. A key that means nothing, a null, an empty list
and a key that stands twice are problems: JSON-LD would drop them, and a dropped target is a permission for everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from matinee.rights.odrl.context import ODRL_CONTEXTS, Context
from matinee.rights.odrl.graph import Graph, Kind, Problem, Term
from matinee.rights.odrl.names import TYPE, XSD, odrl

DEEPEST = 50
"""Objects and lists within each other."""

UNIT = odrl("unit")


def read_json_ld(text: str) -> Graph:
    """Read JSON-LD.

    Returns:
        The graph, with a problem for each place that could not be understood.
    """
    graph = Graph()
    try:
        said = _parse(text)
    except json.JSONDecodeError as error:
        graph.problems.append(Problem(f"line {error.lineno}", f"is not JSON: {error.msg}"))
    except ValueError as error:
        graph.problems.append(Problem("", f"is not JSON that can be relied on: {error}"))
    except RecursionError:
        graph.problems.append(Problem("", f"is nested more than {DEEPEST} deep"))
    else:
        _Reader(graph).read(said)
    return graph


def _parse(text: str) -> object:
    said: object = json.loads(text, object_pairs_hook=_once, parse_float=Decimal, parse_constant=_refuse)
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key {next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return said


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


class _Reader:
    """Walks through what JSON said and adds it to a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.context = Context()

    def complain(self, place: str, what: str) -> None:
        self.graph.problems.append(Problem(place, what))

    def read(self, said: object) -> None:
        if not isinstance(said, dict | list):
            self.complain("", "holds no object")
            return
        for place, each in _tops(said):
            if not isinstance(each, dict):
                self.complain(place, "is not an object")
                continue
            self.context = Context()
            if "@context" not in each:
                self.complain(place, f"names no @context; want {ODRL_CONTEXTS[0]!r}")
                continue
            self.graph.problems.extend(self.context.extend(each["@context"], f"{place}/@context"))
            self.read_top({key: value for key, value in each.items() if key != "@context"}, place)

    def read_top(self, said: dict[str, Any], place: str) -> None:
        inner = said.get("@graph")
        if inner is None:
            self.read_node(said, place, depth=0)
            return
        for number, each in enumerate(inner if isinstance(inner, list) else [inner]):
            at = f"{place}/@graph/{number}" if isinstance(inner, list) else f"{place}/@graph"
            if isinstance(each, dict):
                self.read_node(each, at, depth=0)
            else:
                self.complain(at, "is not an object")

    def read_node(self, said: dict[str, Any], place: str, *, depth: int) -> Term:
        name = self.read_name(said, place)
        if any(self.context.terms.get(key, key) != "@id" for key in said) or not said:
            self.graph.describe(name, place)  # a name alone points to a node and says nothing of it
        for key, value in said.items():
            at = f"{place}/{key.replace('~', '~0').replace('/', '~1')}"
            iri = key if key == "@id" else self.context.expand_term(key)
            if "@type" in {key, iri}:
                self.read_types(name, value, at)
            elif iri is None or (key.startswith("@") and key != "@id"):
                self.complain(at, f"{key!r} is no property of ODRL, nor an IRI")
            elif iri != "@id":
                self.read_property(name, iri, value, at, depth=depth + 1)
        return self.as_node(name, place)

    def read_name(self, said: dict[str, Any], place: str) -> str:
        found = {}
        for key, value in said.items():
            if key == "@id" or self.context.terms.get(key) == "@id":
                at = f"{place}/{key}"
                iri = self.context.expand_iri(value) if isinstance(value, str) else None
                if iri is None:
                    self.complain(at, f"{value!r} is not an IRI")
                found[iri] = at
        if len(found) > 1:
            self.complain(place, "has two names")
        return next((iri for iri in found if iri is not None), f"_:{place}")

    def as_node(self, name: str, place: str) -> Term:
        return Term(Kind.BLANK if name.startswith("_:") else Kind.IRI, name, place)

    def read_types(self, name: str, said: object, place: str) -> None:
        for each in said if isinstance(said, list) else [said]:
            iri = self.context.expand_term(each) if isinstance(each, str) else None
            if iri is None:
                self.complain(place, f"{each!r} is no class of ODRL, nor an IRI")
            else:
                self.graph.add(name, TYPE, Term(Kind.IRI, iri, place), place=place)

    def read_property(self, name: str, iri: str, said: object, place: str, *, depth: int) -> None:
        for term in self.read_value(iri, said, place, depth=depth):
            self.graph.add(name, iri, term, place=place)

    def read_value(self, iri: str, said: object, place: str, *, depth: int) -> Iterator[Term]:
        if isinstance(said, dict) and "@set" in said:
            said = said["@set"]
        if depth > DEEPEST or said == []:
            self.complain(place, f"is nested more than {DEEPEST} deep" if said else "an empty list says nothing")
        elif isinstance(said, list):
            for number, each in enumerate(said):
                yield from self.read_value(iri, each, f"{place}/{number}", depth=depth + 1)
        elif isinstance(said, str):
            yield from self.read_string(iri, said, place)
        elif not isinstance(said, dict):
            yield from self.read_scalar(said, place)
        elif "@list" in said:
            yield from self.read_list(iri, said["@list"], f"{place}/@list", depth=depth)
        elif "@value" in said:
            yield from self.read_literal(said, place)
        else:
            yield self.read_node(said, place, depth=depth)

    def read_list(self, iri: str, said: object, place: str, *, depth: int) -> Iterator[Term]:
        if isinstance(said, list):
            items = tuple(self.read_value(iri, said, place, depth=depth + 1))
            yield Term(Kind.LIST, "", place, items=items)
        else:
            self.complain(place, "is not a list")

    def read_string(self, iri: str, said: str, place: str) -> Iterator[Term]:
        wanted = self.context.types.get(iri, "")
        if wanted not in {"@id", "@vocab"}:
            yield Term(Kind.LITERAL, said, place, wanted)
            return
        full = self.context.expand_term(said) if wanted == "@vocab" else self.context.expand_iri(said)
        if full is None and iri == UNIT:  # units are often written as a bare code
            yield Term(Kind.LITERAL, said, place)
        elif full is None:
            self.complain(place, f"{said!r} is {'no word of ODRL, nor an IRI' if wanted == '@vocab' else 'not an IRI'}")
        else:
            yield self.as_node(full, place)

    def read_literal(self, said: dict[str, Any], place: str) -> Iterator[Term]:
        value, kind = said["@value"], said.get("@type")
        datatype = self.context.expand_term(kind) if isinstance(kind, str) else None
        if not said.keys() <= {"@value", "@type", "@language"} or (kind is not None and datatype is None):
            self.complain(place, "is not a literal that can be understood")
        elif isinstance(value, str):
            yield Term(Kind.LITERAL, value, place, datatype or "")
        else:
            for term in self.read_scalar(value, place):
                yield Term(Kind.LITERAL, term.text, place, datatype or term.datatype)

    def read_scalar(self, said: object, place: str) -> Iterator[Term]:
        if isinstance(said, bool):
            yield Term(Kind.LITERAL, str(said).lower(), place, f"{XSD}boolean")
        elif isinstance(said, int):
            yield Term(Kind.LITERAL, str(said), place, f"{XSD}integer")
        elif isinstance(said, Decimal):
            yield Term(Kind.LITERAL, str(said), place, f"{XSD}decimal")
        else:
            self.complain(place, "null says nothing" if said is None else "is not a literal that can be understood")


def _tops(said: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    """Go through the objects of a file, each with its pointer."""
    if isinstance(said, dict):
        yield "", said
    else:
        yield from ((f"/{number}", each) for number, each in enumerate(said))
