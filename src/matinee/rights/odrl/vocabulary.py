"""The words of ODRL 2.2: actions and how they include each other, operands, operators; and what a profile adds.

Covers the core and common vocabulary, deprecated terms included, and the nine actions of Creative Commons.
Source: ODRL Vocabulary & Expression 2.2 (W3C Recommendation, 2018), https://www.w3.org/TR/odrl-vocab/.
A deprecated action counts as included in the one that took its place (write in modify): who may write may not therefore
modify in every way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from matinee.rights.odrl.names import CC, odrl

_IN_USE = """
    acceptTracking aggregate annotate anonymize archive attribute compensate concurrentUse delete derive digitize
    distribute ensureExclusivity execute grantUse include index inform install modify move nextPolicy
    obtainConsent play present print read reproduce reviewPolicy stream synchronize textToSpeech transform
    translate uninstall watermark
"""

_IN_OTHERS = {
    "display": "play",
    "extract": "reproduce",
    "give": "transfer",
    "sell": "transfer",
    # deprecated, with what took their place
    "append": "modify",
    "appendTo": "modify",
    "write": "modify",
    "writeTo": "modify",
    "copy": "reproduce",
    "export": "transform",
    "extractChar": "extract",
    "extractPage": "extract",
    "extractWord": "extract",
    "license": "grantUse",
    "pay": "compensate",
}

_ALONE = ("use", "transfer", "adHocShare", "lease", "lend", "preview", "secondaryUse")
"""The two that include the others, and deprecated ones of which the vocabulary says no more."""

_OF_CC = {
    "Attribution": None,
    "CommercialUse": "commercialize",
    "DerivativeWorks": None,
    "Distribution": None,
    "Notice": "attachPolicy",
    "Reproduction": None,
    "ShareAlike": "shareAlike",
    "Sharing": "share",
    "SourceCode": "attachSource",
}
"""Actions of Creative Commons, and the deprecated action of ODRL that each took the place of."""

_OPERANDS = """
    absolutePosition absoluteSize absoluteSpatialPosition absoluteTemporalPosition count dateTime delayPeriod
    deliveryChannel device elapsedTime event fileFormat industry language media meteredTime payAmount percentage
    product purpose recipient relativePosition relativeSize relativeSpatialPosition relativeTemporalPosition
    resolution spatial spatialCoordinates system systemDevice timeInterval unitOfCount version virtualLocation
"""

COMPARING = ("eq", "neq", "gt", "gteq", "lt", "lteq")
"""Operators that compare one value with one value."""

OF_SETS = ("isA", "hasPart", "isPartOf", "isAllOf", "isAnyOf", "isNoneOf")
"""Operators that take lists on the right."""

LOGICAL = ("and", "or", "xone", "andSequence")

CONFLICTS = ("perm", "prohibit", "invalid")

USE = odrl("use")
COUNT = odrl("count")
DATE_TIME = odrl("dateTime")
EVENT = odrl("event")
POLICY_USAGE = odrl("policyUsage")


@dataclass(frozen=True)
class Vocabulary:
    """Words that a policy may use.

    Attributes:
        included_in: action -> actions that include it directly.
        implies: action -> actions that it implies directly.
        operands: left operands.
        profiles: profiles that are understood.
    """

    included_in: Mapping[str, frozenset[str]]
    implies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    operands: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()

    @cached_property
    def broader(self) -> Mapping[str, frozenset[str]]:
        """Action -> itself and every action that includes it, directly or not."""
        return {action: climb(action, self.included_in) for action in self.included_in}

    @cached_property
    def implied(self) -> Mapping[str, frozenset[str]]:
        """Action -> every action that it implies, directly or not, with the actions that include those."""
        return {
            action: frozenset().union(*(climb(other, self.included_in) for other in climb(action, self.implies)))
            for action in self.implies
        }

    def extend(
        self,
        *,
        profile: str | None = None,
        actions: Mapping[str, Iterable[str]] | None = None,
        implies: Mapping[str, Iterable[str]] | None = None,
        operands: Iterable[str] = (),
    ) -> Vocabulary:
        """Add the words of a profile.

        Args:
            profile: IRI by which policies name the profile.
            actions: IRI of an action -> IRIs of the actions that include it directly.
            implies: IRI of an action -> IRIs of the actions that it implies.
            operands: IRIs of left operands.
        """
        return replace(
            self,
            included_in={**self.included_in, **_frozen(actions or {})},
            implies={**self.implies, **_frozen(implies or {})},
            operands=self.operands | frozenset(operands),
            profiles=self.profiles | ({profile} if profile else set()),
        )


def _frozen(mapping: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(others) for name, others in mapping.items()}


def climb(start: str, above: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Give `start` and everything above it, any number of steps up; circles end where they began."""
    found = {start}
    waiting = [start]
    while waiting:
        new = above.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def _actions_of_odrl() -> dict[str, frozenset[str]]:
    use = frozenset({USE})
    actions = {odrl(name): frozenset[str]() for name in _ALONE}
    actions |= {odrl(name): use for name in _IN_USE.split()}
    actions |= {odrl(name): frozenset({odrl(other)}) for name, other in _IN_OTHERS.items()}
    actions |= {CC + name: use for name in _OF_CC}
    actions |= {odrl(old): frozenset({CC + name}) for name, old in _OF_CC.items() if old}
    return actions


ODRL_22 = Vocabulary(included_in=_actions_of_odrl(), operands=frozenset(map(odrl, _OPERANDS.split())))
"""The words of ODRL 2.2 itself."""
