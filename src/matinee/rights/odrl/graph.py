"""What a file says, before it is known to be a policy: nodes, their properties, and where in the file each stands.

Covers the common ground of Turtle and JSON-LD. Every term keeps its place: a line, or a JSON pointer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from matinee.rights.odrl.names import TYPE


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in a file.

    Attributes:
        place: "line 12", or a JSON pointer such as "/permission/0/action"; "" for the file as a whole.
        what: what is wrong, as one clause.
    """

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else self.what


class Kind(Enum):
    """What a term is."""

    IRI = "an IRI"
    BLANK = "a node without a name"
    LITERAL = "a literal"
    LIST = "a list"


@dataclass(frozen=True, slots=True)
class Term:
    """A value of a property.

    Attributes:
        kind: IRI, nameless node, literal or list.
        text: the IRI, the node's label (`_:…`) or the literal as written; "" for a list.
        place: where it stands.
        datatype: IRI of a literal's type; "" where none is said.
        items: members of a list, in order.
    """

    kind: Kind
    text: str
    place: str
    datatype: str = ""
    items: tuple[Term, ...] = ()

    @property
    def is_node(self) -> bool:
        """Whether it can have properties."""
        return self.kind in {Kind.IRI, Kind.BLANK}


@dataclass
class Graph:
    """Nodes and their properties, in the order in which the file says them.

    Attributes:
        nodes: IRI or label of a node -> IRI of a property -> its values.
        places: IRI or label of a node -> where it is first described.
        problems: what could not be read.
    """

    nodes: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def describe(self, node: str, place: str) -> dict[str, list[Term]]:
        """Give the properties of a node, to be added to."""
        self.places.setdefault(node, place)
        return self.nodes.setdefault(node, {})

    def add(self, node: str, name: str, value: Term, *, place: str) -> None:
        """Add a value of a property; one that is there already stays once, as in any set of statements."""
        values = self.describe(node, place).setdefault(name, [])
        if not any(_same(value, other) for other in values):
            values.append(value)

    def values(self, node: str, name: str) -> list[Term]:
        """List the values of a property; lists are opened."""
        found = self.nodes.get(node, {}).get(name, [])
        return [item for value in found for item in (value.items if value.kind is Kind.LIST else (value,))]

    def types(self, node: str) -> set[str]:
        """Give the classes that a node is said to be of."""
        return {term.text for term in self.values(node, TYPE)}

    def of_type(self, *types: str) -> Iterator[str]:
        """Go through the nodes of any of these classes."""
        wanted = set(types)
        return (node for node in self.nodes if wanted & self.types(node))


def _same(one: Term, other: Term) -> bool:
    """Compare two terms but for their places; lists are never the same."""
    if Kind.LIST in {one.kind, other.kind}:
        return False
    return (one.kind, one.text, one.datatype) == (other.kind, other.text, other.datatype)
