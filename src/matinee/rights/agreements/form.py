"""A short form of an agreement, from TOML or a web form, to the policy it stands for.

Covers the form's own shape, with a place for every problem; what the policy then means is read by `terms`.

    person = "ada"                       # whose likeness or text
    producer = "studio"                  # who may use it
    description = "Her face in the crowd of scene 12 of The Harbour"
    represented-by = "SAG-AFTRA"
    notice-hours = 72
    apart = true                         # and the other words of `profile.STATED`
    fee = {amount = "200", currency = "USD"}        # one fee for all uses

    [[permit]]
    actions = ["replicate-face"]
    project = ["harbour"]                # also medium, territory, language, model
    from = 2026-12-01
    until = 2027-12-01                   # a day is included
    count = 10                           # uses
    seconds = 30                         # longest use
    pay = [{amount = "250", currency = "USD", per = "use"}]
    advance = {amount = "500", currency = "USD"}    # paid before the first use
    inform = true
    attribute = true
    delete-after-days = 30

    [[forbid]]
    actions = ["train-model"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from matinee.rights.agreements.duties import TOO_LARGE
from matinee.rights.agreements.profile import (
    ACTIONS,
    CONTEXT,
    ID,
    KINDS,
    PER,
    PROFILE,
    STATED,
    asset_iri,
    party_iri,
    policy_iri,
)
from matinee.rights.money import is_kept, parse_exact
from matinee.rights.odrl import Problem

_LISTS = {
    "project": ("matinee:project", "isAnyOf"),
    "medium": ("matinee:medium", "isAnyOf"),
    "territory": ("matinee:territory", "isPartOf"),
    "language": ("language", "isAnyOf"),
    "model": ("matinee:model", "isAnyOf"),
}
_WHOLE = {"count": ("count", "lteq"), "seconds": ("matinee:duration", "lteq")}
_TIMES = {"from": "gteq", "until": "lteq"}
_SHARED = frozenset({"actions", "of", *_LISTS, *_WHOLE, *_TIMES})
_PERMIT = _SHARED | {"pay", "advance", "inform", "attribute", "delete-after-days"}
_FORBID = _SHARED - {"count"}
_TOP = frozenset({
    "person", "producer", "description", "represented-by", "notice-hours", "fee", "permit", "forbid", *STATED,
})  # fmt: skip

Json = dict[str, Any]


def read_toml(text: str) -> tuple[Mapping[str, Any], list[Problem]]:
    """Read TOML; a text that is none gives an empty form and the problem with its line."""
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        return {}, [Problem("", f"is not TOML: {error}")]


def write_policy(form: Mapping[str, Any], agreement_id: str, version: int) -> tuple[Json | None, list[Problem]]:
    """Write the policy that a form stands for.

    Args:
        form: as the module says; amounts are texts, times have a zone or are days.
        agreement_id: of the agreement.
        version: from 1.

    Returns:
        the policy as JSON can say it and no problem, or None and every problem with its place, such as "/permit/0/pay".
    """
    writer = _Writer()
    policy = writer.write(form, agreement_id, version)
    return (None if writer.problems else policy), writer.problems


@dataclass
class _Writer:
    """Writes one policy."""

    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: str, what: str) -> None:
        self.problems.append(Problem(place, what))

    def write(self, form: Mapping[str, Any], agreement_id: str, version: int) -> Json:
        self.check_words(form, _TOP, "")
        person, producer = (self.read_id(form, name) for name in ("person", "producer"))
        policy: Json = {
            "@context": list(CONTEXT),
            "@type": "Agreement",
            "uid": policy_iri(agreement_id, version),
            "profile": PROFILE,
            "conflict": "prohibit",
            "assigner": party_iri(person),
            "assignee": party_iri(producer),
        }
        policy |= self.write_statements(form)
        policy["permission"] = [self.write_permission(*each, person) for each in self.tables(form, "permit")]
        if not policy["permission"]:
            self.complain("/permit", "permits nothing")
        forbidden = [self.write_rule(*each, person, _FORBID) for each in self.tables(form, "forbid")]
        if forbidden:
            policy["prohibition"] = forbidden
        if "fee" in form:
            policy["obligation"] = [self.write_pay(form["fee"], "/fee", "all uses")]
        return policy

    def check_words(self, said: Mapping[str, Any], known: frozenset[str], place: str) -> None:
        for name in said:
            if name not in known:
                self.complain(f"{place}/{name}", f"is not a word of the form; want one of {', '.join(sorted(known))}")

    def read_id(self, form: Mapping[str, Any], name: str) -> str:
        found = form.get(name)
        if isinstance(found, str) and ID.fullmatch(found):
            return found
        self.complain(f"/{name}", f"got {found!r}, want an id of letters, digits and . _ ~ -")
        return "unknown"

    def write_statements(self, form: Mapping[str, Any]) -> Json:
        wanted: dict[str, tuple[type, str]] = {
            "description": (str, "a text"),
            "represented-by": (str, "a text"),
            "notice-hours": (int, "a whole number"),
            **dict.fromkeys(STATED, (bool, "true or false")),
        }
        said: Json = {}
        for name, (kind, words) in wanted.items():
            if name in form and (type(form[name]) is not kind or form[name] == ""):
                self.complain(f"/{name}", f"got {form[name]!r}, want {words}")
            elif name in form:
                said[f"matinee:{name}"] = form[name]
        return said

    def tables(self, form: Mapping[str, Any], name: str) -> list[tuple[Mapping[str, Any], str]]:
        found = form.get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            self.complain(f"/{name}", f"want a list of tables, [[{name}]]")
            return []
        return [(each, f"/{name}/{number}") for number, each in enumerate(found)]

    def write_permission(self, said: Mapping[str, Any], place: str, person: str) -> Json:
        rule = self.write_rule(said, place, person, _PERMIT)
        pays = said.get("pay", [])
        duties = [
            self.write_pay(pay, f"{place}/pay/{number}", None)
            for number, pay in enumerate(pays if isinstance(pays, list) else [pays])
        ]
        if "advance" in said:
            advance = self.write_pay(said["advance"], f"{place}/advance", "all uses")
            before = {"leftOperand": "event", "operator": "lt", "rightOperand": {"@id": "odrl:policyUsage"}}
            duties.append(advance | {"constraint": [before]})
        duties += [{"action": name} for name in ("inform", "attribute") if self.read_flag(said, name, place)]
        if "delete-after-days" in said:
            days = self.read_whole(said, "delete-after-days", place)
            delay = {"@value": f"P{days}D", "@type": "xsd:duration"}
            constraint = {"leftOperand": "delayPeriod", "operator": "eq", "rightOperand": delay}
            duties.append({"action": "delete", "constraint": [constraint]})
        return rule | ({"duty": duties} if duties else {})

    def write_rule(self, said: Mapping[str, Any], place: str, person: str, known: frozenset[str]) -> Json:
        self.check_words(said, known, place)
        actions = self.read_texts(said, "actions", place, among=ACTIONS)
        kinds = self.read_texts(said, "of", place, among=KINDS) if "of" in said else _kinds_of(actions)
        if not said.get("actions"):
            self.complain(f"{place}/actions", f"names no action; want some of {', '.join(ACTIONS)}")
        elif actions and not kinds:
            self.complain(f"{place}/of", f"does not say of what; want some of {', '.join(KINDS)}")
        constraints = [
            *(self.write_list(said, name, place) for name in _LISTS if name in said),
            *(self.write_whole(said, name, place) for name in _WHOLE if name in said),
            *(self.write_time(said, name, place) for name in _TIMES if name in said),
        ]
        rule: Json = {
            "action": [f"matinee:{action}" for action in actions],
            "target": [asset_iri(person, kind) for kind in kinds],
        }
        return rule | ({"constraint": constraints} if constraints else {})

    def write_list(self, said: Mapping[str, Any], name: str, place: str) -> Json:
        operand, operator = _LISTS[name]
        values = self.read_texts(said, name, place)
        if not values:
            self.complain(f"{place}/{name}", "is empty; leave it out where anything will do")
        return {"leftOperand": operand, "operator": operator, "rightOperand": values}

    def write_whole(self, said: Mapping[str, Any], name: str, place: str) -> Json:
        operand, operator = _WHOLE[name]
        return {"leftOperand": operand, "operator": operator, "rightOperand": self.read_whole(said, name, place)}

    def write_time(self, said: Mapping[str, Any], name: str, place: str) -> Json:
        return {"leftOperand": "dateTime", "operator": _TIMES[name], "rightOperand": self.read_time(said, name, place)}

    def write_pay(self, said: object, place: str, per: str | None) -> Json:
        if not isinstance(said, Mapping):
            self.complain(place, 'want for example {amount = "250", currency = "USD", per = "use"}')
            return {}
        self.check_words(said, frozenset({"amount", "currency"} | ({"per"} if per is None else set())), place)
        unit = per or said.get("per")
        if unit not in PER:
            self.complain(f"{place}/per", f"got {unit!r}, want one of {', '.join(PER)}")
        amount = self.read_amount(said.get("amount"), f"{place}/amount")
        currency = said.get("currency")
        if not isinstance(currency, str) or len(currency) != 3 or not currency.isascii() or not currency.isupper():
            self.complain(f"{place}/currency", f"got {currency!r}, want an ISO 4217 code such as USD")
        elif not is_kept(parse_exact(amount), currency):
            self.complain(f"{place}/amount", f"got {amount!r}, {TOO_LARGE}")
        paid = {
            "leftOperand": "payAmount",
            "operator": "eq",
            "rightOperand": {"@value": amount, "@type": "xsd:decimal"},
            "unit": f"urn:iso:std:iso:4217:{currency}",
        }
        each = {"leftOperand": "matinee:per", "operator": "eq", "rightOperand": unit}
        return {"action": [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [paid, each]}]}

    def read_amount(self, said: object, place: str) -> str:
        try:
            if isinstance(said, str) and parse_exact(said) >= 0:
                return said
        except ValueError:
            pass
        self.complain(place, f'got {said!r}, want a number as text, such as "250.00"')
        return "0"

    def read_texts(
        self, said: Mapping[str, Any], name: str, place: str, *, among: Collection[str] | None = None
    ) -> list[str]:
        values = said.get(name, [])
        values = [values] if isinstance(values, str) else values
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self.complain(f"{place}/{name}", f"got {said[name]!r}, want a text or a list of texts")
            return []
        for value in values:
            if among is not None and value not in among:
                self.complain(f"{place}/{name}", f"{value!r} is not known; want one of {', '.join(among)}")
        return [value for value in dict.fromkeys(values) if among is None or value in among]

    def read_whole(self, said: Mapping[str, Any], name: str, place: str) -> int:
        value = said[name]
        if type(value) is int and 0 <= value <= 1_000_000_000:
            return value
        self.complain(f"{place}/{name}", f"got {value!r}, want a whole number, 0 or more")
        return 0

    def read_flag(self, said: Mapping[str, Any], name: str, place: str) -> bool:
        value = said.get(name, False)
        if not isinstance(value, bool):
            self.complain(f"{place}/{name}", f"got {value!r}, want true or false")
        return value is True

    def read_time(self, said: Mapping[str, Any], name: str, place: str) -> Json:
        value = said[name]
        for read in (_TO_DAY, _TO_TIME) if isinstance(value, str) else ():
            try:
                value = read(value)
                break
            except ValueError:
                continue
        if isinstance(value, datetime) and value.tzinfo is not None:
            return {"@value": value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "@type": "xsd:dateTime"}
        if isinstance(value, date) and not isinstance(value, datetime):
            return {"@value": value.isoformat(), "@type": "xsd:date"}
        self.complain(f"{place}/{name}", f"got {said[name]!s}, want a day, or a time with its zone")
        return {}


_TO_DAY: Callable[[str], date] = date.fromisoformat
_TO_TIME: Callable[[str], date] = datetime.fromisoformat


def _kinds_of(actions: list[str]) -> list[str]:
    """Give the kinds that actions are about by themselves; training says of what it is."""
    kinds = (kind for action in actions if action != "train-model" for kind in ACTIONS.get(action, ()))
    return list(dict.fromkeys(kinds))
