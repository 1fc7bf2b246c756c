"""What the gate answers, and how it is kept.

Covers permit and refuse with every reason. The token of a permit is made in `permits`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from matinee.rights.agreements.canonical import digest_of
from matinee.rights.gate.asked import Use
from matinee.rights.gate.desk import Attempt
from matinee.rights.money import Money
from matinee.rights.rulebook.due import Due
from matinee.rights.rulebook.rules import Citation


@dataclass(frozen=True)
class Reason:
    """Why a use is refused, or may happen.

    Attributes:
        code: for programs: "revoked", "clock", "attribute", …; listed in docs/rights.md.
        text: for people, one clause.
    """

    code: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What the gate says of one use.

    Attributes:
        is_permitted: whether it may happen.
        reasons: all that stand against it; of a permit the permission it rests on.
        at: when it was decided.
        use: what was asked; None if it could not be read.
        asked: use_id and agreement_id of the request, as far as they could be read.
        version: of the agreement that was looked at; None = none was found.
        digest: SHA-256 of that version's policy.
        rule: IRI of the permission.
        nth: which use of that permission this is.
        dues: what it costs.
        owed: what else is owed: inform, attribute, delete.
        rules: of the rulebook, and the terms, that the answer rests on.
        token: of a permit; None if refused.
        is_recorded: whether the attempt is kept.
        is_about_person: whether it is kept as about the person that the request names: they are registered, and the
            agreement, if there is one, is theirs.
    """

    is_permitted: bool
    reasons: tuple[Reason, ...]
    at: datetime
    use: Use | None = None
    asked: tuple[str | None, str | None] = (None, None)
    version: int | None = None
    digest: str | None = None
    rule: str | None = None
    nth: int | None = None
    dues: tuple[Due, ...] = ()
    owed: tuple[str, ...] = ()
    rules: tuple[Citation, ...] = ()
    token: str | None = None
    is_recorded: bool = False
    is_about_person: bool = False

    @property
    def price(self) -> Money | None:
        """What the use costs now; None if refused."""
        return sum((due.money for due in self.dues[1:]), self.dues[0].money) if self.dues else None

    def as_json(self) -> dict[str, Any]:
        """Say it as JSON can."""
        price = self.price
        return {
            "decision": "permit" if self.is_permitted else "refuse",
            "reasons": [asdict(each) for each in self.reasons],
            "use": self.asked[0],
            "agreement": {"id": self.asked[1], "version": self.version, "sha256": self.digest, "permission": self.rule},
            "nth": self.nth,
            "price": price and {"amount": str(price.decimal), "currency": price.currency},
            "lines": [due.to_dict() for due in self.dues],
            "duties": list(self.owed),
            "rules": [asdict(each) for each in self.rules],
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "permit": self.token,
            "recorded": self.is_recorded,
        }

    def as_attempt(self) -> Attempt:
        """Give it as it is kept; who it is about, and reasons in words, are personal data."""
        use, said = self.use, self.as_json()
        answer = {name: said[name] for name in _PUBLIC} | {"reasons": [each.code for each in self.reasons]}
        request = {**asdict(use), "territories": list(use.territories), "at": use.at.isoformat()} if use else {}
        private = {"person_id": request.pop("person_id", None), "reasons": said["reasons"]}
        body = {"request": request or {"use_id": self.asked[0], "agreement_id": self.asked[1]}, "answer": answer}
        person = use.person_id if use and self.is_about_person else None
        return Attempt(self.asked[0], self.at, self.is_permitted, self.rule, self.nth, person, body, private)


_PUBLIC = ("decision", "agreement", "nth", "price", "lines", "duties", "rules", "at")


def cite_terms(rule: str, version: int, policy: str) -> Citation:
    """Cite a permission of an agreement as what an amount rests on."""
    return Citation(rule, str(version), "agreed", f"policy of sha256 {digest_of(policy)}")
