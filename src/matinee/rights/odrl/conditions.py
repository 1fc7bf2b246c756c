"""Constraints and logical constraints, from a graph to the model.

Covers which operands, operators and values go together. A condition that cannot be read is a problem with its place,
and its policy is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from matinee.rights.odrl.compare import kind_of
from matinee.rights.odrl.graph import Graph, Kind, Problem, Term
from matinee.rights.odrl.model import Condition, Constraint, Fact, Logical, Value
from matinee.rights.odrl.names import ODRL, odrl, shorten
from matinee.rights.odrl.values import read_value
from matinee.rights.odrl.vocabulary import COMPARING, DATE_TIME, EVENT, LOGICAL, OF_SETS, Vocabulary

DEEPEST = 50
"""Logical constraints within each other."""

MOST = 100_000
"""Constraints that one condition may come to, all its parts counted as often as they are used."""

_KINDS: Mapping[str, str] = {
    DATE_TIME: "time",
    **{odrl(name): "number" for name in ("count", "payAmount", "percentage")},
    **{odrl(name): "duration" for name in ("delayPeriod", "elapsedTime", "meteredTime", "timeInterval")},
}
"""Operands whose values are of one kind."""

_WORDS = {
    "time": "an xsd:date or an xsd:dateTime",
    "number": "a number",
    "duration": "an xsd:duration",
}

_ORDERING = ("lt", "lteq", "gt", "gteq")

_OF_CONSTRAINTS = frozenset(
    map(odrl, ("uid", "leftOperand", "operator", "rightOperand", "rightOperandReference", "dataType", "unit", "status"))
)


class ConditionReader:
    """Reads conditions of one graph.

    Attributes:
        problems: what could not be read; grows as reading goes on.
    """

    def __init__(self, graph: Graph, words: Vocabulary) -> None:
        self.graph = graph
        self.words = words
        self.problems: list[Problem] = []
        self._read: dict[str, Condition | None] = {}
        self._sizes: dict[str, int] = {}

    def complain(self, place: str, what: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(place, what))

    def find_one(self, node: str, name: str, *, place: str) -> Term | None:
        """Find the one value of a property of ODRL; none and several are problems."""
        found = self.graph.values(node, odrl(name))
        if len(found) == 1:
            return found[0]
        self.complain(place, f"has {len(found)} values of {name}, want one")
        return None

    def check_properties(self, node: str, allowed: frozenset[str], what: str) -> None:
        """Complain of properties of ODRL that do not belong here: left unread, they would change the meaning."""
        for name, values in self.graph.nodes.get(node, {}).items():
            if name.startswith(ODRL) and name not in allowed and values:
                self.complain(values[0].place, f"{shorten(name)} does not belong to {what}")

    def read_conditions(self, node: str, name: str) -> tuple[Condition, ...]:
        """Read the conditions that a node has under a property, `constraint` or `refinement`."""
        found = [self.read_condition(term, ()) for term in self.graph.values(node, odrl(name))]
        return tuple(condition for condition in found if condition is not None)

    def read_condition(self, term: Term, path: tuple[str, ...]) -> Condition | None:
        """Read one condition; None, with a problem, if it cannot be read.

        Args:
            term: the node.
            path: nodes that it is a part of, from the outermost.
        """
        if not term.is_node or term.text in path or len(path) > DEEPEST:
            what = "contains itself" if term.text in path else f"is nested more than {DEEPEST} deep"
            self.complain(term.place, what if term.is_node else f"{term.kind.value} is no constraint")
            return None
        if term.text not in self._read:
            logical = [name for name in LOGICAL if odrl(name) in self.graph.nodes.get(term.text, {})]
            read = self._read_logical(term, logical, path) if logical else self._read_constraint(term)
            self._read[term.text] = read
        return self._read[term.text]

    def _read_logical(self, term: Term, names: list[str], path: tuple[str, ...]) -> Logical | None:
        place = self.graph.places.get(term.text, term.place)
        self.check_properties(term.text, frozenset({odrl("uid"), odrl(names[0])}), f"a constraint with {names[0]}")
        listed = self.graph.values(term.text, odrl(names[0]))
        parts = [self.read_condition(each, (*path, term.text)) for each in listed]
        size = sum(self._sizes.get(each.text, 1) for each in listed)
        if size > MOST:
            self.complain(place, f"comes to more than {MOST:,} constraints")
            return None
        self._sizes[term.text] = size
        read = tuple(part for part in parts if part is not None)
        return Logical(term.text, names[0], read) if read and len(read) == len(parts) else None

    def _read_constraint(self, term: Term) -> Constraint | None:
        node, place = term.text, self.graph.places.get(term.text, term.place)
        if node not in self.graph.nodes:
            self.complain(place, f"constraint {shorten(node)} is not described in this file")
            return None
        self.check_properties(node, _OF_CONSTRAINTS, "a constraint")
        before = len(self.problems)
        operand = self._read_operand(node, place)
        operator = self._read_operator(node, place)
        reference = next((term.text for term in self.graph.values(node, odrl("rightOperandReference"))), None)
        values = self._read_right(node, operand, operator, has_reference=reference is not None)
        unit = self._read_unit(node)
        status = self._read_values(node, "status", operand)
        if len(self.problems) > before:
            return None
        known = Fact(status, unit) if status else None
        return Constraint(node, operand, operator, values, unit=unit, reference=reference, status=known)

    def _read_operand(self, node: str, place: str) -> str:
        term = self.find_one(node, "leftOperand", place=place)
        if term is not None and term.text not in self.words.operands:
            self.complain(term.place, f"operand {shorten(term.text)} is not known")
        return term.text if term else ""

    def _read_operator(self, node: str, place: str) -> str:
        term = self.find_one(node, "operator", place=place)
        name = shorten(term.text) if term else ""
        if term is not None and (term.kind is not Kind.IRI or name not in {*COMPARING, *OF_SETS}):
            self.complain(term.place, f"operator {name} is not known")
        return name

    def _read_right(self, node: str, operand: str, operator: str, *, has_reference: bool) -> tuple[Value, ...]:
        values = self._read_values(node, "rightOperand", operand)
        place = self.graph.places[node]
        listed = len(self.graph.values(node, odrl("rightOperand")))
        if has_reference and listed:
            self.complain(place, "has a rightOperand and a rightOperandReference, want one of them")
        elif not has_reference and (not listed or (listed > 1 and operator not in OF_SETS)):
            self.complain(place, f"has {listed} values of rightOperand, which {operator or 'it'} cannot take")
        elif values and operator in _ORDERING and operand != EVENT and kind_of(values[0]) in {"text", "boolean"}:
            self.complain(place, f"{operator} orders numbers, times and durations, not {values[0]!r}")
        return values

    def _read_values(self, node: str, name: str, operand: str) -> tuple[Value, ...]:
        datatype = next((term.text for term in self.graph.values(node, odrl("dataType"))), "")
        return self.read_values(self.graph.values(node, odrl(name)), operand, datatype)

    def read_values(self, terms: list[Term], operand: str, datatype: str = "") -> tuple[Value, ...]:
        """Read terms as values of an operand; what cannot be read is a problem."""
        values = []
        for term in terms:
            try:
                value = read_value(term, datatype)
            except ValueError as error:
                self.complain(term.place, str(error))
                continue
            kind = _KINDS.get(operand)
            if kind is not None and not _is_of(kind, value):
                self.complain(term.place, f"{shorten(operand)} wants {_WORDS[kind]}, got {term.text!r}")
            values.append(value)
        return tuple(values)

    def _read_unit(self, node: str) -> str | None:
        units = self.graph.values(node, odrl("unit"))
        if len(units) > 1:
            self.complain(units[1].place, f"has {len(units)} units, want one")
        return units[0].text if units else None

    def read_fact(self, node: str, place: str) -> tuple[str, Fact] | None:
        """Read a constraint that states what is the case: an operand, `eq`, and its values."""
        before = len(self.problems)
        self.check_properties(node, _OF_CONSTRAINTS, "a statement")
        operand = self._read_operand(node, place)
        operator = self._read_operator(node, place)
        values = self._read_values(node, "rightOperand", operand)
        unit = self._read_unit(node)
        if operator not in {"", "eq"} or not values:
            self.complain(place, "states nothing: want a leftOperand, the operator eq and a rightOperand")
        return None if len(self.problems) > before else (operand, Fact(values, unit))


def _is_of(kind: str, value: Value) -> bool:
    if kind == "time":
        return isinstance(value, date)
    return kind_of(value) == kind and not (isinstance(value, Decimal) and not value.is_finite())


def is_described(graph: Graph, term: Term) -> bool:
    """Whether a file says anything of a node."""
    return term.kind in {Kind.IRI, Kind.BLANK} and term.text in graph.nodes
