"""Requests and the state of the world, from graphs.

Covers a request as ODRL writes it (a policy of type Request with one permission), and a world as a graph: memberships
(`odrl:partOf`), classes (`rdf:type`, `rdfs:subClassOf`), the clock, what became of duties (the vocabulary of compliance
reports), and facts. A fact is a constraint with the operator `eq`; it is about the node that has it as a constraint or
refinement, or about the world at large.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from matinee.rights.odrl.conditions import ConditionReader
from matinee.rights.odrl.graph import Graph, Problem, Term
from matinee.rights.odrl.model import DutyRecord, Fact, Request, Settled, World
from matinee.rights.odrl.names import DCT, RDF, RDFS, REPORT, TYPE, odrl, shorten
from matinee.rights.odrl.read import check_names, read_parts
from matinee.rights.odrl.vocabulary import DATE_TIME, ODRL_22, Vocabulary, climb

CURRENT_TIME = "http://example.com/request/currentTime"
"""The node whose `dct:issued` is the time, as the ODRL Test Suite of SolidLab names it."""

_STATES: Mapping[str, Settled] = {
    f"{REPORT}Fulfilled": "fulfilled",
    f"{REPORT}Violated": "violated",
    f"{REPORT}NonSet": "open",
}


def load_request(graph: Graph, vocabulary: Vocabulary = ODRL_22) -> tuple[Request | None, list[Problem]]:
    """Read the one request of a graph.

    Args:
        graph: a file.
        vocabulary: words that the request may use: the policy's.

    Returns:
        The request and no problem, or None and what is wrong.
    """
    reader = _RequestReader(graph, vocabulary)
    request = None if graph.problems else reader.read()
    problems = [*graph.problems, *reader.problems]
    return (None if problems else request), problems


class _RequestReader(ConditionReader):
    """Reads the request of one graph."""

    def read(self) -> Request | None:
        self.problems.extend(check_names(self.graph))
        requests = list(self.graph.of_type(odrl("Request")))
        if len(requests) != 1:
            self.complain("", f"holds {len(requests)} requests, want one: a node of type odrl:Request")
            return None
        place = self.graph.places[requests[0]]
        asked = self.find_one(requests[0], "permission", place=place)
        if asked is None:
            return None
        nodes = [requests[0], asked.text]
        return Request(
            self.read_action(nodes, place),
            self.read_name(nodes, "assignee", place),
            self.read_name(nodes, "target", place),
            self.read_name(nodes, "assigner", place),
            facts=self.read_facts(nodes),
        )

    def read_action(self, nodes: list[str], place: str) -> str | None:
        term = self.find_at_most_one(nodes, "action", place)
        if term is None:
            return None
        named = self.graph.values(term.text, f"{RDF}value")
        iri = named[0].text if named else term.text
        if iri not in self.words.included_in:
            self.complain(term.place, f"action {shorten(iri)} is not known")
        return iri

    def read_name(self, nodes: list[str], name: str, place: str) -> str | None:
        term = self.find_at_most_one(nodes, name, place)
        if term is not None and not term.is_node:
            self.complain(term.place, f"{name} {term.text!r} is not an IRI")
        return term.text if term else None

    def find_at_most_one(self, nodes: list[str], name: str, place: str) -> Term | None:
        found = [term for node in nodes for term in self.graph.values(node, odrl(name))]
        if len(found) > 1:
            self.complain(place, f"asks for {len(found)} values of {name}; ask for one at a time")
        return found[0] if found else None

    def read_facts(self, nodes: list[str]) -> Mapping[str, Fact]:
        """Read what the request says, of itself and of its action, asset and party."""
        named = [self.graph.values(node, odrl(name)) for node in nodes for name in ("action", "target")]
        about = [term.text for terms in named for term in terms]
        facts: dict[str, Fact] = {}
        for node in (*nodes, *about):
            for name in ("constraint", "refinement"):
                for term in self.graph.values(node, odrl(name)):
                    read = self.read_fact(term.text, term.place)
                    if read is not None and facts.setdefault(*read) != read[1]:
                        self.complain(term.place, f"says two things of {shorten(read[0])}")
        return facts


def load_world(graph: Graph, vocabulary: Vocabulary = ODRL_22) -> tuple[World | None, list[Problem]]:
    """Read the state of the world.

    Args:
        graph: a file.
        vocabulary: operands that facts may be about: the policy's.

    Returns:
        The world and no problem, or None and what is wrong.
    """
    reader = _WorldReader(graph, vocabulary)
    world = None if graph.problems else reader.read()
    problems = [*graph.problems, *reader.problems]
    return (None if problems else world), problems


class _WorldReader(ConditionReader):
    """Reads the world of one graph."""

    def read(self) -> World:
        self.problems.extend(check_names(self.graph))
        facts = self.read_facts()
        now = self.read_clock(facts)
        return World(now, read_parts(self.graph), self.read_types(), facts, self.read_duties())

    def read_clock(self, facts: dict[str, dict[str, Fact]]) -> datetime | None:
        terms = self.graph.values(CURRENT_TIME, f"{DCT}issued")
        told = facts.get("", {}).pop(DATE_TIME, Fact(()))
        times = [*self.read_values(terms, DATE_TIME), *told.values]
        if any(not isinstance(time, datetime) for time in times) or len(times) > 1:
            self.complain("", "gives the time as a day, or more than once; want one xsd:dateTime")
        return next((time for time in times if isinstance(time, datetime)), None)

    def read_types(self) -> Mapping[str, frozenset[str]]:
        graph, above_of = self.graph, f"{RDFS}subClassOf"
        above = {node: frozenset(term.text for term in graph.values(node, above_of)) for node in graph.nodes}
        return {
            node: frozenset[str]().union(*(climb(each, above) for each in self.graph.types(node)))
            for node in self.graph.nodes
            if TYPE in self.graph.nodes[node]
        }

    def read_facts(self) -> dict[str, dict[str, Fact]]:
        owners = {
            term.text: node
            for node in self.graph.nodes
            for name in ("constraint", "refinement")
            for term in self.graph.values(node, odrl(name))
        }
        facts: dict[str, dict[str, Fact]] = {}
        for node, properties in self.graph.nodes.items():
            if odrl("leftOperand") not in properties:
                continue
            read = self.read_fact(node, self.graph.places[node])
            known = facts.setdefault(owners.get(node, ""), {})
            if read is not None and known.setdefault(*read) != read[1]:
                self.complain(self.graph.places[node], f"says two things of {shorten(read[0])}")
        return facts

    def read_duties(self) -> dict[str, DutyRecord]:
        records: dict[str, DutyRecord] = {}
        for node in self.graph.of_type(f"{REPORT}DutyReport"):
            record = self.read_record(node)
            for rule in self.graph.values(node, f"{REPORT}rule"):
                if records.setdefault(rule.text, record) != record:
                    self.complain(rule.place, f"says two things of duty {rule.text}")
        return records

    def read_record(self, node: str) -> DutyRecord:
        states = self.graph.values(node, f"{REPORT}deonticState")
        is_performed = f"{REPORT}Performed" in {
            term.text for term in self.graph.values(node, f"{REPORT}performanceState")
        }
        state = _STATES.get(states[0].text) if len(states) == 1 else None
        if state is None:
            self.complain(self.graph.places[node], "has no deonticState of Fulfilled, Violated or NonSet")
        return DutyRecord(state or "open", is_performed)
