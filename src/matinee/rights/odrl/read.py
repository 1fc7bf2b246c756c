"""Policies, from a graph to drafts: what a file says of them, before inheritance and compact forms are written out.

Covers rules, actions, assets, parties, duties, and the words that a file declares for itself. Every problem names its
place; nothing that is not understood is passed over, because what is left out of a permission makes it wider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import get_args

from matinee.rights.odrl.conditions import ConditionReader, is_described
from matinee.rights.odrl.graph import Graph, Kind, Problem, Term
from matinee.rights.odrl.model import Action, Condition, Constraint, Rule, RuleKind, Scope, Shared
from matinee.rights.odrl.names import DCT, FUNCTIONS, ODRL, POLICY_TYPES, PROPERTIES, RDF, odrl, shorten
from matinee.rights.odrl.vocabulary import CONFLICTS, EVENT, ODRL_22, POLICY_USAGE, Vocabulary

_SHARED = frozenset(map(odrl, ("uid", "action", "target", "output", *FUNCTIONS)))
_OF_POLICIES = _SHARED | frozenset(map(odrl, ("profile", "inheritFrom", "conflict", *get_args(RuleKind)[:3])))
_OF_SCOPES = frozenset(map(odrl, ("uid", "source", "refinement", "partOf", "hasPolicy", "assignerOf", "assigneeOf")))
_OF_ACTIONS = frozenset(map(odrl, ("uid", "refinement", "includedIn", "implies")))

_DUTIES: Mapping[str, str] = {
    "permission": "duty",
    "prohibition": "remedy",
    "obligation": "consequence",
    "duty": "consequence",
}
"""Kind of a rule -> the property that holds its duties."""

_CLASSES = {"permission": "Permission", "prohibition": "Prohibition", "obligation": "Duty", "duty": "Duty"}


@dataclass(frozen=True)
class Draft:
    """A policy as its file has it.

    Attributes:
        uid: its IRI.
        kind: its subclass.
        place: where it stands.
        shared: what it says for all its rules.
        rules: its own.
        conflicts: conflict strategies, as said.
        parents: IRIs of policies that it inherits from.
        parts: member -> collections.
        vocabulary: words it may use.
    """

    uid: str
    kind: str
    place: str
    shared: Shared
    rules: tuple[Rule, ...]
    conflicts: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    vocabulary: Vocabulary = ODRL_22


def read_drafts(graph: Graph, vocabulary: Vocabulary = ODRL_22) -> tuple[list[Draft], list[Problem]]:
    """Read every policy of a graph.

    Args:
        graph: one file; constraints are told apart by their IRIs, so two files are never one graph.
        vocabulary: words that policies may use without declaring them.

    Returns:
        The drafts, and all problems. With a problem no draft can be relied on.
    """
    reader = _DraftReader(graph, vocabulary)
    drafts = [] if graph.problems else reader.read()
    return drafts, sorted({*graph.problems, *reader.problems}, key=_by_place)


def read_parts(graph: Graph) -> dict[str, frozenset[str]]:
    """Read who and what is part of which collections: member -> collections."""
    return {
        node: frozenset(term.text for term in graph.values(node, odrl("partOf")))
        for node in graph.nodes
        if graph.values(node, odrl("partOf"))
    }


def check_names(graph: Graph) -> Iterator[Problem]:
    """Find properties in the namespace of ODRL that ODRL 2.2 does not have."""
    for properties in graph.nodes.values():
        for name, values in properties.items():
            if name.startswith(ODRL) and name[len(ODRL) :] not in PROPERTIES:
                yield Problem(values[0].place, f"{shorten(name)} is not a property of ODRL 2.2")


def _by_place(problem: Problem) -> tuple[int, str, str]:
    number = problem.place.rpartition(" ")[2]
    return (int(number) if number.isdigit() else 0, problem.place, problem.what)


class _DraftReader(ConditionReader):
    """Reads the policies of one graph."""

    def __init__(self, graph: Graph, words: Vocabulary) -> None:
        super().__init__(graph, words)
        self.problems.extend(check_names(graph))
        self.words = self.declare_words(words)
        self.kinds: dict[str, str] = {}

    def read(self) -> list[Draft]:
        policies = list(self.graph.of_type(*map(odrl, POLICY_TYPES)))
        if not policies:
            self.complain("", "holds no ODRL policy: no node of type Policy, Set, Offer, Agreement, …")
        parts = read_parts(self.graph)
        return [self.read_policy(uid, parts) for uid in policies]

    def declare_words(self, words: Vocabulary) -> Vocabulary:
        """Add the actions and operands that the file declares itself; what is known already cannot be declared anew."""
        actions = {
            node: [term.text for term in self.graph.values(node, odrl("includedIn"))]
            for node in self.graph.of_type(odrl("Action"))
            if self.graph.values(node, odrl("includedIn"))
        }
        for action, above in actions.items():
            if action in words.included_in or not set(above) <= {*words.included_in, *actions}:
                self.complain(self.graph.places[action], f"action {shorten(action)} cannot be declared like this")
        implies = {node: [term.text for term in self.graph.values(node, odrl("implies"))] for node in actions}
        return words.extend(actions=actions, implies=implies, operands=self.graph.of_type(odrl("LeftOperand")))

    def read_policy(self, uid: str, parts: Mapping[str, frozenset[str]]) -> Draft:
        place = self.graph.places[uid]
        if uid.startswith("_:"):
            self.complain(place, "the policy has no uid")
        self.check_properties(uid, _OF_POLICIES, "a policy")
        rules = tuple(self.read_rules(uid))
        parents = tuple(term.text for term in self.graph.values(uid, odrl("inheritFrom")))
        if not rules and not parents:
            self.complain(place, "has no permission, prohibition or obligation")
        for term in self.graph.values(uid, f"{DCT}isReplacedBy"):
            self.complain(term.place, f"is void, replaced by {term.text}; evaluate that one")
        for term in self.graph.values(uid, odrl("profile")):
            if term.text not in self.words.profiles:
                self.complain(term.place, f"profile {term.text} is not known here")
        return Draft(
            uid,
            self.read_kind(uid, place),
            place,
            self.read_shared(uid),
            rules,
            conflicts=self.read_conflicts(uid),
            parents=parents,
            parts=parts,
            vocabulary=self.words,
        )

    def read_kind(self, uid: str, place: str) -> str:
        kinds = sorted({shorten(name) for name in self.graph.types(uid)} & set(POLICY_TYPES) - {"Policy", "Set"})
        if len(kinds) > 1:
            self.complain(place, f"is of types {' and '.join(kinds)}, want one")
        return kinds[0] if kinds else "Set"

    def read_conflicts(self, uid: str) -> frozenset[str]:
        terms = self.graph.values(uid, odrl("conflict"))
        for term in terms:
            if shorten(term.text) not in CONFLICTS:
                self.complain(term.place, f"conflict strategy {shorten(term.text)!r} is not perm, prohibit or invalid")
        return frozenset(shorten(term.text) for term in terms)

    def read_rules(self, policy: str) -> Iterator[Rule]:
        for kind in get_args(RuleKind)[:3]:
            for number, term in enumerate(self.graph.values(policy, odrl(kind)), start=1):
                rule = self.read_rule(term, kind, f"{policy}#{kind}-{number}")
                if rule is None:
                    continue
                if self.kinds.setdefault(rule.uid, kind) != kind:
                    self.complain(term.place, f"{rule.uid} is a {kind} and a {self.kinds[rule.uid]}")
                yield rule

    def read_rule(self, term: Term, kind: RuleKind, spare: str, *, is_consequence: bool = False) -> Rule | None:
        """Read a rule and its duties.

        Args:
            term: its node.
            kind: what it is.
            spare: its name if it has none.
            is_consequence: a consequence has no consequences of its own (Information Model, 2.6.3).
        """
        if not is_described(self.graph, term):
            self.complain(term.place, f"{kind} {term.text!r} is not described in this file")
            return None
        node = term.text
        name = "" if is_consequence else _DUTIES[kind]
        allowed = _SHARED | {odrl("constraint")} | ({odrl(name)} if name else set())
        self.check_properties(node, allowed, f"a {kind}" if name else "a consequence or remedy")
        wrong = self.graph.types(node) & {odrl(each) for each in _CLASSES.values()} - {odrl(_CLASSES[kind])}
        if wrong:
            self.complain(term.place, f"is a {kind}, and of type {shorten(min(wrong))}")
        if kind in {"obligation", "duty"} and not self.graph.values(node, odrl("action")):
            self.complain(term.place, f"the {kind} has no action")
        uid = node if term.kind is Kind.IRI else spare
        constraints = self.read_conditions(node, "constraint")
        kept = tuple(each for each in constraints if not _is_before_use(each)) if kind == "duty" else constraints
        duties = tuple(self.read_duties(node, name, uid, kind)) if name else ()
        has_prepaid = len(kept) < len(constraints)
        return Rule(uid, kind, self.read_shared(node), kept, duties, before_use=has_prepaid)

    def read_duties(self, node: str, name: str, uid: str, kind: RuleKind) -> Iterator[Rule]:
        for number, term in enumerate(self.graph.values(node, odrl(name)), start=1):
            duty = self.read_rule(term, "duty", f"{uid}-{name}-{number}", is_consequence=kind != "permission")
            if duty is not None:
                yield duty

    def read_shared(self, node: str) -> Shared:
        return Shared(
            actions=tuple(self.read_actions(node)),
            targets=tuple(self.read_scopes(node, "target")),
            assignees=tuple(self.read_scopes(node, "assignee")),
            assigners=tuple(self.read_scopes(node, "assigner")),
        )

    def read_actions(self, node: str) -> Iterator[Action]:
        for term in self.graph.values(node, odrl("action")):
            if not term.is_node:
                self.complain(term.place, f"action {term.text!r} is not an IRI")
                continue
            named = self.graph.values(term.text, f"{RDF}value")
            iri = named[0].text if named else term.text
            if len(named) > 1 or iri not in self.words.included_in:
                self.complain(term.place, f"action {shorten(iri)} is not known")
            self.check_properties(term.text, _OF_ACTIONS, "an action")
            yield Action(iri, self.read_conditions(term.text, "refinement"))

    def read_scopes(self, node: str, name: str) -> Iterator[Scope]:
        for term in self.graph.values(node, odrl(name)):
            sources = [source.text for source in self.graph.values(term.text, odrl("source"))]
            own = [term.text] if term.kind is Kind.IRI else []
            if not term.is_node or not (own or sources):
                what = "has neither uid nor source" if term.is_node else f"{term.text!r} is not an IRI"
                self.complain(term.place, f"{name} {what}")
                continue
            self.check_properties(term.text, _OF_SCOPES, f"a {name}")
            yield Scope((*own, *sources), self.read_conditions(term.text, "refinement"))


def _is_before_use(condition: Condition) -> bool:
    """Whether it says that a duty comes before the use: `event lt policyUsage` (Information Model, 2.6.4)."""
    return (
        isinstance(condition, Constraint)
        and (condition.operand, condition.operator) == (EVENT, "lt")
        and condition.values == (POLICY_USAGE,)
    )
