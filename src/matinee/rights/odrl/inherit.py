"""Drafts to policies: inheritance and compact forms written out.

Covers ODRL 2.2, Information Model 2.7 to 2.9: what a policy says for all its rules is added to each rule; a child takes
over its parents' rules, what they say for all of theirs, and their conflict strategies. Where those differ, the policy
is void as soon as two rules conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from matinee.rights.odrl.graph import Graph, Problem
from matinee.rights.odrl.model import Condition, Constraint, Policy, Rule, Shared
from matinee.rights.odrl.read import Draft, read_drafts
from matinee.rights.odrl.vocabulary import ODRL_22, Vocabulary


@dataclass(frozen=True)
class Reading:
    """What came of reading policies.

    Attributes:
        policies: IRI -> policy, in the order of the files; empty if there is any problem.
        leaves: IRIs of the policies that no other one inherits from.
        problems: everything that is wrong, one list for each graph.
    """

    policies: Mapping[str, Policy]
    leaves: tuple[str, ...]
    problems: tuple[tuple[Problem, ...], ...]


def load_policies(*graphs: Graph, vocabulary: Vocabulary = ODRL_22) -> Reading:
    """Read policies, with those they inherit from in the same or in another graph.

    Args:
        graphs: one a file; each is read on its own.
        vocabulary: words that policies may use without declaring them.

    Returns:
        The policies, or what is wrong with them.
    """
    read = [read_drafts(graph, vocabulary) for graph in graphs]
    known: dict[str, Draft] = {}
    for drafts, problems in read:
        problems += [Problem(draft.place, f"{draft.uid} is given twice") for draft in drafts if draft.uid in known]
        known |= {draft.uid: draft for draft in drafts}
    for drafts, problems in read:
        problems += [problem for draft in drafts for problem in _check_parents(draft, known)]
    if any(problems for _, problems in read):
        return Reading({}, (), tuple(tuple(problems) for _, problems in read))
    inherited = {parent for draft in known.values() for parent in draft.parents}
    policies = {uid: _write_out(draft, known) for uid, draft in known.items()}
    return Reading(policies, tuple(uid for uid in policies if uid not in inherited), tuple(() for _ in graphs))


def _check_parents(draft: Draft, known: Mapping[str, Draft]) -> Iterator[Problem]:
    for parent in draft.parents:
        if parent not in known:
            yield Problem(draft.place, f"inherits from {parent}, which is not given")
    if any(draft.uid in each.parents for each in _family(draft, known)):
        yield Problem(draft.place, f"{draft.uid} inherits from itself")


def _family(draft: Draft, known: Mapping[str, Draft]) -> list[Draft]:
    """List a policy and all it inherits from, itself first, each once."""
    found = {draft.uid: draft}
    waiting = [draft]
    while waiting:
        for parent in waiting.pop(0).parents:
            if parent in known and parent not in found:
                found[parent] = known[parent]
                waiting.append(known[parent])
    return list(found.values())


def _write_out(draft: Draft, known: Mapping[str, Draft]) -> Policy:
    family = _family(draft, known)
    shared = _add(*(each.shared for each in family))
    inherited = [_forget_status(rule) for each in family[1:] for rule in each.rules]
    rules = tuple(replace(rule, about=_add(rule.about, shared)) for rule in (*draft.rules, *inherited))
    conflicts = frozenset[str]().union(*(each.conflicts for each in family))
    return Policy(
        draft.uid,
        draft.kind,
        rules,
        conflict=min(conflicts) if len(conflicts) == 1 else "invalid",
        parts=_add_parts(family),
        vocabulary=_add_words(family),
    )


def _add(*shared: Shared) -> Shared:
    """Add up what policies and rules say; the same thing said twice counts once."""
    return Shared(
        actions=tuple(dict.fromkeys(each for one in shared for each in one.actions)),
        targets=tuple(dict.fromkeys(each for one in shared for each in one.targets)),
        assignees=tuple(dict.fromkeys(each for one in shared for each in one.assignees)),
        assigners=tuple(dict.fromkeys(each for one in shared for each in one.assigners)),
    )


def _forget_status(rule: Rule) -> Rule:
    """Leave out how far the constraints of a parent have been used up: a child begins anew (Information Model, 2.9)."""
    about = rule.about
    return replace(
        rule,
        about=Shared(
            tuple(replace(each, refinements=_forget_all(each.refinements)) for each in about.actions),
            tuple(replace(each, refinements=_forget_all(each.refinements)) for each in about.targets),
            tuple(replace(each, refinements=_forget_all(each.refinements)) for each in about.assignees),
            about.assigners,
        ),
        constraints=_forget_all(rule.constraints),
        duties=tuple(map(_forget_status, rule.duties)),
    )


def _forget_all(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(
        replace(each, status=None) if isinstance(each, Constraint) else replace(each, parts=_forget_all(each.parts))
        for each in conditions
    )


def _add_parts(family: list[Draft]) -> Mapping[str, frozenset[str]]:
    members = {member for each in family for member in each.parts}
    return {
        member: frozenset[str]().union(*(each.parts.get(member, frozenset()) for each in family)) for member in members
    }


def _add_words(family: list[Draft]) -> Vocabulary:
    words = family[0].vocabulary
    for each in family[1:]:
        other = each.vocabulary
        if other is not words:
            words = words.extend(actions=other.included_in, implies=other.implies, operands=other.operands)
    return words
