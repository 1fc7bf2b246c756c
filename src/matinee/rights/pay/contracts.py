"""What agreements say of pay, read once a version.

Covers finding the terms that a recorded use rests on, whatever became of the agreement since: a use that happened is
owed. A version whose text is not the one that was recorded has no terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from matinee.errors import Unpayable
from matinee.rights.agreements.canonical import Damaged, digest_of
from matinee.rights.agreements.states import fold, read_event
from matinee.rights.agreements.terms import Grant, Terms, read_terms
from matinee.rights.gate.answer import cite_terms
from matinee.rights.rulebook.rules import Citation
from matinee.tables.consent import Record


class Contracts:
    """Terms by agreement and version.

    Args:
        events: finds what happened to an agreement, oldest first.
    """

    def __init__(self, events: Callable[[str], Sequence[Record]]) -> None:
        self._events = events
        self._digest = lru_cache(10_000)(digest_of)
        self._terms: dict[tuple[str, int], tuple[Terms, str]] = {}  # with the text of the policy

    def find(self, agreement_id: str, version: int) -> tuple[Terms, str]:
        """Find the terms of a version, and the text of its policy.

        Raises:
            Unpayable: there is no such version, or it cannot be read.
        """
        if (agreement_id, version) not in self._terms:
            self._terms[agreement_id, version] = self._read(agreement_id, version)
        return self._terms[agreement_id, version]

    def find_grant(self, agreement_id: str, version: int, rule: str, digest: str | None) -> tuple[Terms, Grant]:
        """Find a permission.

        Args:
            agreement_id: of the agreement.
            version: of the agreement.
            rule: IRI of the permission.
            digest: SHA-256 of the policy that was in force; None = not asked.

        Raises:
            Unpayable: there is none, or the policy is another.
        """
        terms, policy = self.find(agreement_id, version)
        if digest is not None and digest != self._digest(policy):
            raise Unpayable(
                f"version {version} of {agreement_id} is not the policy that was in force",
                todo="run `matinee ledger verify`",
            )
        for grant in terms.grants:
            if grant.rule == rule:
                return terms, grant
        raise Unpayable(f"version {version} of {agreement_id} has no permission {rule}")

    def cite(self, terms: Terms, rule: str) -> Citation:
        """Cite one of the terms as what an amount rests on."""
        _, policy = self.find(terms.agreement_id, terms.version)
        return cite_terms(rule, terms.version, policy)

    def _read(self, agreement_id: str, version: int) -> tuple[Terms, str]:
        try:
            standing = fold(read_event(record) for record in self._events(agreement_id))
        except Damaged as error:
            raise Unpayable(f"agreement {agreement_id}: {error}", todo="run `matinee ledger verify`") from error
        event = standing.policies.get(version) if standing else None
        terms = read_terms(event.policy)[0] if event else None
        if event is None or terms is None:
            raise Unpayable(f"there is no version {version} of agreement {agreement_id} that can be read")
        return terms, event.policy
