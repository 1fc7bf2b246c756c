"""A ledger on paper, and things that are owed."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from matinee.rights.money import Money
from matinee.rights.pay.owed import Owed
from matinee.rights.rulebook.due import Due
from matinee.rights.rulebook.rules import Citation
from matinee.tables.ledger import Leaf, Subject

AT = datetime(2026, 9, 1, tzinfo=UTC)
LATER = datetime(2026, 11, 1, tzinfo=UTC)
TERM = Citation("urn:matinee:agreement:ag1:1#permission-1", "1", "agreed", "policy")


@dataclass
class PaperBook:
    """A `Book` in lists; pseudonyms are the names themselves, so that two books can be compared."""

    leaves: list[Leaf] = field(default_factory=list)
    nodes: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def size(self):
        return len(self.leaves)

    def tile(self, level, index):
        row = self.nodes[level] if level else [leaf.hash for leaf in self.leaves]
        return row[256 * index : 256 * index + 256]

    def find(self, keys):
        return {leaf.key: leaf for leaf in self.leaves if leaf.key in set(keys)}

    def find_reversals(self, keys):
        return {leaf.reverses: leaf.key for leaf in self.leaves if leaf.reverses in set(keys)}

    def find_subjects(self, person_ids):
        return {each: Subject(each, each, b"k" * 32) for each in person_ids}

    def add(self, leaves, nodes, private):
        assert not private
        self.leaves += leaves
        for node in nodes:
            self.nodes[node.level].append(node.hash)

    def balance(self, account):
        moved = [each for leaf in self.leaves for each in leaf.transfers]
        return sum(amount * ((debit == account) - (credit == account)) for debit, credit, amount, _ in moved)


def owe(name, minor, person_id="ada", what="use"):
    """So many cents for one thing."""
    money = Money(minor, "USD")
    due = Due(money, f"1 use × {money}", (TERM,))
    return Owed(
        key=f"pay/2026Q3/use/{name}", what=what, at=AT, person_id=person_id, dues=(due,), about={"use_id": name}
    )
