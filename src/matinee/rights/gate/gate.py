"""The gate itself: one request in, permit or refuse out; a permit taken up, or not.

Covers the order of things: read, look, judge, keep, and only then sign. Any error on the way is a refusal; a permit
exists only after the attempt is kept for good. What is judged stands in `standing` and `judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from matinee.rights.agreements.canonical import Damaged, unseal
from matinee.rights.agreements.keys import public_text
from matinee.rights.gate.answer import Answer, Reason, cite_terms
from matinee.rights.gate.asked import Use, read_use
from matinee.rights.gate.desk import Desk, Taken, Turn
from matinee.rights.gate.judge import Books, check_parties, choose_grant, price_use
from matinee.rights.gate.permits import LIFETIME, Permit, read_permit, write_permit
from matinee.rights.gate.standing import Found, Reader
from matinee.rights.rulebook.rules import Rulebook


class Gate:
    """Decides uses against one store.

    Args:
        desk: the store.
        clock: tells the time, with a zone; it is read within each turn.
        private: the key that signs permits.
        rulebook: the rules.
    """

    def __init__(
        self, desk: Desk, clock: Callable[[], datetime], private: Ed25519PrivateKey, rulebook: Rulebook
    ) -> None:
        self.desk = desk
        self.clock = clock
        self._private = private
        self._public = public_text(private)
        self._reader = Reader(rulebook)

    def request(self, said: object) -> Answer:
        """Decide one use.

        Args:
            said: the request, as JSON says it; `asked.ATTRIBUTES` lists what it has to say.

        Returns:
            A permit with its token, or a refusal with every reason. It never raises for what is asked or for a store
            that fails: that is a refusal.
        """
        asked = _ids(said)
        try:
            answer = self._decide(said, asked)
        except Taken as error:
            answer = self._keep_refusal(asked, Reason("taken", str(error)))
        except Exception as error:  # whatever goes wrong, nobody may use anything
            code = "damaged" if isinstance(error, Damaged) else "store"
            answer = self._keep_refusal(asked, Reason(code, f"{type(error).__name__}: {error}"))
        return self._sign(answer) if answer.is_permitted else answer

    def refuse(self, why: str) -> Answer:
        """Refuse what was asked and is no request at all; that is kept as an attempt, like any other.

        Args:
            why: what is wrong with it, one clause.
        """
        return self._keep_refusal((None, None), Reason("attribute", why))

    def take_up(self, token: str, media_hash: str) -> tuple[Reason, ...]:
        """Take up a permit, once, for the media it was given for.

        Args:
            token: of the permit.
            media_hash: of the media at hand.

        Returns:
            empty if the use may go ahead now; otherwise every reason against it.
        """
        permit = read_permit(token, self._public)
        if permit is None:
            return (Reason("permit", "the token is not a permit of this gate"),)
        try:
            with self.desk.turn(permit.agreement_id) as turn:
                now = self.clock()
                reasons = (*_check_clock(turn, now), *self._check_permit(permit, media_hash, turn, now))
                if not reasons:
                    turn.take_up(permit.use_id, now)
        except Taken as error:
            return (Reason("taken", str(error)),)
        except Exception as error:  # as above
            return (Reason("store", f"{type(error).__name__}: {error}"),)
        return reasons

    def _decide(self, said: object, asked: tuple[str | None, str | None]) -> Answer:
        use, problems = read_use(said)
        with self.desk.turn(asked[1] or "") as turn:
            now = self.clock()
            answer = Answer(False, tuple(Reason("attribute", str(each)) for each in problems), now, asked=asked)
            if use is not None:
                answer = self._judge(use, turn, answer)
            turn.keep(answer.as_attempt())
        return replace(answer, is_recorded=True)

    def _judge(self, use: Use, turn: Turn, answer: Answer) -> Answer:
        now = answer.at
        found = self._reader.find(use.agreement_id, turn, now)
        answer = replace(
            answer,
            use=use,
            version=found.terms.version if found.terms else None,
            digest=found.digest,
            is_about_person=_is_about(use, found, turn),
            rules=tuple(each.citation for each in found.findings),
        )
        reasons = [*_check_clock(turn, now), *found.reasons]
        if turn.permit(use.use_id) is not None:
            reasons.append(Reason("taken", f"use {use.use_id} was permitted before"))
        if found.terms is None:
            return replace(answer, reasons=tuple(reasons))
        reasons += check_parties(use, found.terms, found.signed_at, now)
        books = _read_books(found, turn)
        grant, against = choose_grant(use, found.terms, books, now)
        if reasons or against or grant is None:
            return replace(answer, reasons=(*reasons, *against))
        cited = cite_terms(grant.rule, found.terms.version, found.policy)
        return replace(
            answer,
            is_permitted=True,
            reasons=(Reason("terms", f"{grant.rule} permits it"),),
            rule=grant.rule,
            nth=books.uses[grant.rule] + 1,
            dues=price_use(grant, found.terms, use, cited),
            owed=grant.owed,
            rules=(cited, *answer.rules),
        )

    def _keep_refusal(self, asked: tuple[str | None, str | None], reason: Reason) -> Answer:
        """Refuse, and keep that as an attempt where the store lets us; a refusal holds without being kept."""
        now = datetime.min.replace(tzinfo=UTC)
        try:
            now = self.clock()
            answer = Answer(False, (reason,), now, asked=asked)
            with self.desk.turn(asked[1] or "") as turn:
                turn.keep(answer.as_attempt())
            return replace(answer, is_recorded=True)
        except Exception:  # as above
            return Answer(False, (reason,), now, asked=asked)

    def _sign(self, answer: Answer) -> Answer:
        use = answer.use
        if use is None or answer.rule is None or answer.version is None:
            raise ValueError(f"answer: got a permit without a use or a rule: {answer}")
        permit = Permit(
            use.use_id,
            use.agreement_id,
            answer.version,
            answer.rule,
            use.person_id,
            use.producer_id,
            use.kind,
            use.action,
            use.media_hash,
            answer.at.isoformat(),
            (answer.at + LIFETIME).isoformat(),
        )
        return replace(answer, token=write_permit(permit, self._private))

    def _check_permit(self, permit: Permit, media_hash: str, turn: Turn, now: datetime) -> Iterator[Reason]:
        if not permit.is_alive(now):
            yield Reason("late", f"the permit lived from {permit.at} to {permit.until}")
        if media_hash != permit.media_hash:
            yield Reason("media", "the media is not the one that the permit was given for")
        record = turn.permit(permit.use_id)
        if record is None or unseal(record).get("rule") != permit.rule:
            yield Reason("permit", f"no permit of use {permit.use_id} is on record")
        found = self._reader.find(permit.agreement_id, turn, now)
        yield from found.reasons
        if found.terms is None or found.terms.version != permit.version:
            yield Reason("version", f"version {permit.version} is no longer in force")


def _ids(said: object) -> tuple[str | None, str | None]:
    """Take the ids of a request for the record, whatever else it says."""

    def read(name: str) -> str | None:
        value = said.get(name) if isinstance(said, dict) else None
        return value if isinstance(value, str) and len(value) <= 100 and value.isprintable() else None

    return read("use_id"), read("agreement_id")


def _is_about(use: Use, found: Found, turn: Turn) -> bool:
    """Whether an attempt is theirs to see: they are known, and no agreement of somebody else is told by it."""
    is_theirs = found.terms is None or found.terms.person_id == use.person_id
    return is_theirs and turn.person(use.person_id) is not None


def _check_clock(turn: Turn, now: datetime) -> Iterator[Reason]:
    last = turn.last_time()
    if now.tzinfo is None:
        yield Reason("clock", "the clock names no time zone")
    elif last is not None and now < last:
        yield Reason("clock", f"the clock went back: it is {now.isoformat()} after {last.isoformat()}")


def _read_books(found: Found, turn: Turn) -> Books:
    """Read counts and payments.

    Raises:
        Damaged: a count or a payment is none.
    """
    if found.terms is None:
        raise ValueError("found: got no terms")
    uses = {grant.rule: turn.uses(grant.rule) for grant in found.terms.grants}
    paid: dict[str, int] = {}
    for record in turn.payments(found.terms.agreement_id) if any(each.advances for each in found.terms.grants) else ():
        said = unseal(record)
        if type(said.get("minor")) is not int or not isinstance(said.get("currency"), str):
            raise Damaged("a payment names no amount")
        paid[said["currency"]] = paid.get(said["currency"], 0) + said["minor"]
    if any(type(count) is not int or count < 0 for count in uses.values()):
        raise Damaged(f"a count of uses is none: {uses}")
    return Books(uses, paid)
