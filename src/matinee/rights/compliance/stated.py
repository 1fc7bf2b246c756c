"""What only the service's owner knows of its AI systems: compliance.toml, read with every problem's place.

Covers the file's shape. What is stated is repeated in the register as stated; nobody checks here that it is true.

    controller = "Example Stream Ltd, Dublin, privacy@example.com"   # who answers for the service
    security = "disks encrypted, access by role"                     # in general

    [recommender]
    owner = "Programming"
    told-at = "https://example.com/privacy"          # where members are told of profiling
    parameters-at = "https://example.com/how"        # where they read what it goes by
    option-at = "https://example.com/settings"       # where they switch profiling off
    recipients = "nobody"                            # to whom personal data go
    retention = "viewings are deleted after 24 months"

    [[model]]                                        # one that makes or changes media
    name = "faces-2"                                 # as requests to the gate name it
    owner = "Visual effects"
    marks = ["signed metadata", "watermark"]         # machine-readable layers in all that it makes
    disclosure = "a card before the film, a line in its credits"
    recipients = "the studio"
    retention = "scans are deleted 30 days after delivery"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from matinee.rights.odrl import Problem

_TOP = ("controller", "security")
_SYSTEM = ("owner", "recipients", "retention")
_RECOMMENDER = (*_SYSTEM, "told-at", "parameters-at", "option-at")
_MODEL = (*_SYSTEM, "name", "disclosure")


@dataclass(frozen=True)
class SystemStatement:
    """What the owner states of one system; an empty text = nothing.

    Attributes:
        owner: who answers for it.
        recipients: to whom personal data go.
        retention: how long data are kept.
        told_at: where members are told of profiling; of the recommender.
        parameters_at: where they read what it goes by; of the recommender.
        option_at: where they switch profiling off; of the recommender.
        disclosure: how it is disclosed that media are synthetic; of a model.
        marks: machine-readable layers in all that a model makes.
    """

    owner: str = ""
    recipients: str = ""
    retention: str = ""
    told_at: str = ""
    parameters_at: str = ""
    option_at: str = ""
    disclosure: str = ""
    marks: tuple[str, ...] = ()


NOTHING = SystemStatement()


@dataclass(frozen=True)
class Stated:
    """What the owner states.

    Attributes:
        controller: who answers for the service, with an address.
        security: measures, in general.
        recommender: of the recommender.
        models: name -> of that model.
    """

    controller: str = ""
    security: str = ""
    recommender: SystemStatement = NOTHING
    models: Mapping[str, SystemStatement] = field(default_factory=dict)

    def model(self, name: str) -> SystemStatement:
        """Give what is stated of a model; nothing where it is not named."""
        return self.models.get(name, NOTHING)


def read_stated(form: Mapping[str, Any]) -> tuple[Stated | None, list[Problem]]:
    """Read what the owner states.

    Args:
        form: as the module says.

    Returns:
        it and no problem, or None and every problem with its place.
    """
    recommender, models = form.get("recommender", {}), form.get("model", [])
    problems = [*_check(form, _TOP, "", more=("recommender", "model"))]
    if not isinstance(recommender, Mapping):
        return None, [*problems, Problem("/recommender", "want a table, [recommender]")]
    if not isinstance(models, list) or not all(isinstance(each, Mapping) for each in models):
        return None, [*problems, Problem("/model", "want a list of tables, [[model]]")]
    problems += _check(recommender, _RECOMMENDER, "/recommender")
    for number, model in enumerate(models):
        problems += _check_model(model, f"/model/{number}")
    names = [model.get("name") for model in models]
    problems += [Problem("/model", f"{name} is stated twice") for name in {*names} if names.count(name) > 1]
    if problems:
        return None, problems
    made = {model["name"]: _build(model) for model in models}
    return Stated(form.get("controller", ""), form.get("security", ""), _build(recommender), made), []


def _check(
    said: Mapping[str, Any], known: tuple[str, ...], place: str, *, more: tuple[str, ...] = ()
) -> Iterator[Problem]:
    for name, value in said.items():
        if name not in (*known, *more):
            yield Problem(f"{place}/{name}", f"is not known; want one of {', '.join((*known, *more))}")
        elif name in known and not (isinstance(value, str) and value.strip()):
            yield Problem(f"{place}/{name}", f"got {value!r}, want a text; leave it out where there is nothing to say")


def _check_model(said: Mapping[str, Any], place: str) -> Iterator[Problem]:
    yield from _check(said, _MODEL, place, more=("marks",))
    if "name" not in said:
        yield Problem(f"{place}/name", "is missing; want the name that requests to the gate use")
    marks = said.get("marks", [])
    if not isinstance(marks, list) or not all(isinstance(mark, str) and mark.strip() for mark in marks):
        yield Problem(f"{place}/marks", f'got {marks!r}, want a list such as ["signed metadata", "watermark"]')


def _build(said: Mapping[str, Any]) -> SystemStatement:
    texts = {name.replace("-", "_"): value for name, value in said.items() if name not in ("name", "marks")}
    return SystemStatement(**texts, marks=tuple(dict.fromkeys(said.get("marks", []))))
