"""Who a person is to an agreement: age, death, union, and whose keys speak for them; and which unions are on strike.

Covers reading both from TOML or JSON with every problem's place, and who may sign when. Fails closed: a person whose
day of birth is not known counts as a minor.

    [[person]]
    id = "ada"
    name = "Ada Diaz"
    born = 1990-01-31
    union = "SAG-AFTRA"

    [[person.key]]
    role = "self"                 # self, representative, guardian or successor
    holder = "Ada Diaz"
    public = "base64 of 32 bytes" # Ed25519
    from = 2026-01-01             # until = … once it no longer speaks for them

    [[union]]
    name = "SAG-AFTRA"
    on-strike = false
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from matinee.rights.agreements.keys import is_signed, name_key, read_public
from matinee.rights.agreements.profile import ID
from matinee.rights.odrl import Problem

MAJORITY = 18
"""Years; the age below which a guardian has to sign."""

ROLES = ("self", "representative", "guardian", "successor")


@dataclass(frozen=True)
class Key:
    """A key that speaks for a person.

    Attributes:
        public: Ed25519, 32 bytes in base64.
        role: one of `ROLES`.
        holder: who has its secret half.
        starts_on: first day on which it speaks.
        ends_on: last day; None = no end.
    """

    public: str
    role: str
    holder: str
    starts_on: date
    ends_on: date | None = None

    @property
    def key_id(self) -> str:
        """Its short name."""
        return name_key(self.public)

    def speaks_on(self, day: date) -> bool:
        """Whether it speaks for the person on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Person:
    """Somebody whose likeness or text it is.

    Attributes:
        person_id: as in the table `people`.
        name: as credited.
        born_on: None = unknown.
        died_on: None = alive, as far as is known.
        union: None = none.
        keys: that speak for them.
    """

    person_id: str
    name: str
    born_on: date | None = None
    died_on: date | None = None
    union: str | None = None
    keys: tuple[Key, ...] = ()

    def is_minor(self, on: date) -> bool:
        """Whether they are a minor on a day, or may be one."""
        if self.born_on is None:
            return True
        had_birthday = (on.month, on.day) >= (self.born_on.month, self.born_on.day)
        return on.year - self.born_on.year - (not had_birthday) < MAJORITY

    def is_deceased(self, on: date) -> bool:
        """Whether they have died by a day."""
        return self.died_on is not None and self.died_on <= on

    def roles_that_sign(self, on: date) -> tuple[str, ...]:
        """Name the roles whose signature binds on a day: successors after death, guardians for minors."""
        if self.is_deceased(on):
            return ("successor",)
        return ("guardian",) if self.is_minor(on) else ("self", "representative")

    def find_signer(self, text: str, signature: str, on: date) -> Key | None:
        """Find the key that signed a text and may sign on that day; None if there is none."""
        roles = self.roles_that_sign(on)
        may = (key for key in self.keys if key.role in roles and key.speaks_on(on))
        return next((key for key in may if is_signed(text, signature, key.public)), None)

    def as_json(self) -> dict[str, Any]:
        """Say it as `read_person` reads it."""
        said = {"id": self.person_id, "name": self.name, "union": self.union}
        days = {"born": self.born_on, "died": self.died_on}
        keys = [
            {"role": key.role, "holder": key.holder, "public": key.public, "from": key.starts_on.isoformat()}
            | ({"until": key.ends_on.isoformat()} if key.ends_on else {})
            for key in self.keys
        ]
        said_days = {name: day.isoformat() for name, day in days.items() if day}
        return {name: value for name, value in said.items() if value is not None} | said_days | {"key": keys}


@dataclass(frozen=True)
class Register:
    """People and unions of one file.

    Attributes:
        people: each person once.
        strikes: union -> whether it is on strike.
    """

    people: tuple[Person, ...] = ()
    strikes: Mapping[str, bool] = field(default_factory=dict)


def read_register(form: Mapping[str, Any]) -> tuple[Register | None, list[Problem]]:
    """Read people and unions.

    Returns:
        them and no problem, or None and every problem with its place.
    """
    reader = _Reader()
    reader.check_words(form, {"person", "union"}, "")
    people = [reader.read_person(said, place) for said, place in reader.tables(form, "person", "")]
    strikes: dict[str, bool] = {}
    for said, place in reader.tables(form, "union", ""):
        reader.check_words(said, {"name", "on-strike"}, place)
        name = reader.read_text(said, "name", place)
        if not isinstance(said.get("on-strike"), bool):
            reader.complain(f"{place}/on-strike", f"got {said.get('on-strike')!r}, want true or false")
        strikes[name] = said.get("on-strike") is True
    ids = [person.person_id for person in people]
    for person_id in sorted({each for each in ids if ids.count(each) > 1}):
        reader.complain("/person", f"{person_id} is given twice")
    return (None if reader.problems else Register(tuple(people), strikes)), reader.problems


def read_person(said: Mapping[str, Any]) -> Person:
    """Read one person, as stored.

    Raises:
        ValueError: it is none; every problem is named.
    """
    reader = _Reader()
    person = reader.read_person(said, "")
    if reader.problems:
        raise ValueError("; ".join(map(str, reader.problems)))
    return person


@dataclass
class _Reader:
    """Reads people."""

    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: str, what: str) -> None:
        self.problems.append(Problem(place, what))

    def check_words(self, said: Mapping[str, Any], known: set[str], place: str) -> None:
        for name in sorted(set(said) - known):
            self.complain(f"{place}/{name}", f"is not known; want one of {', '.join(sorted(known))}")

    def tables(self, said: Mapping[str, Any], name: str, place: str) -> list[tuple[Mapping[str, Any], str]]:
        found = said.get(name, [])
        if isinstance(found, list) and all(isinstance(each, Mapping) for each in found):
            return [(each, f"{place}/{name}/{number}") for number, each in enumerate(found)]
        self.complain(f"{place}/{name}", f"want a list of tables, [[{name}]]")
        return []

    def read_person(self, said: Mapping[str, Any], place: str) -> Person:
        self.check_words(said, {"id", "name", "born", "died", "union", "key"}, place)
        person_id = self.read_text(said, "id", place)
        if not ID.fullmatch(person_id):
            self.complain(f"{place}/id", f"got {person_id!r}, want an id of letters, digits and . _ ~ -")
        return Person(
            person_id,
            self.read_text(said, "name", place),
            self.read_day(said, "born", place),
            self.read_day(said, "died", place),
            self.read_text(said, "union", place) if "union" in said else None,
            tuple(self.read_key(*each) for each in self.tables(said, "key", place)),
        )

    def read_key(self, said: Mapping[str, Any], place: str) -> Key:
        self.check_words(said, {"role", "holder", "public", "from", "until"}, place)
        role = self.read_text(said, "role", place)
        if role not in ROLES:
            self.complain(f"{place}/role", f"got {role!r}, want one of {', '.join(ROLES)}")
        public = self.read_text(said, "public", place)
        try:
            read_public(public)
        except ValueError as error:
            self.complain(f"{place}/public", str(error))
        starts_on = self.read_day(said, "from", place)
        if starts_on is None and "from" not in said:
            self.complain(f"{place}/from", "is missing; want the first day on which the key speaks")
        ends_on = self.read_day(said, "until", place)
        return Key(public, role, self.read_text(said, "holder", place), starts_on or date.max, ends_on)

    def read_text(self, said: Mapping[str, Any], name: str, place: str) -> str:
        value = said.get(name)
        if isinstance(value, str) and value:
            return value
        self.complain(f"{place}/{name}", f"got {value!r}, want a text")
        return ""

    def read_day(self, said: Mapping[str, Any], name: str, place: str) -> date | None:
        value = said.get(name)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                value = value[:40]
        if type(value) is date or name not in said:
            return value
        self.complain(f"{place}/{name}", f"got {value!r}, want a day such as 1990-01-31")
        return None
