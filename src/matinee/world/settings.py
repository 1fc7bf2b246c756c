"""The dials of a simulated service, and three presets that differ in what rules the viewing.

Covers what a caller may choose. Everything else about a world (words, genres, shares) is fixed beside its use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType({
    "US": "en", "GB": "en", "FR": "fr", "DE": "de", "JP": "ja", "ES": "es", "BR": "pt", "KR": "ko", "IN": "hi",
    "SE": "sv",
})  # fmt: skip
"""Countries that a world may have (ISO 3166-1 alpha-2), with the language (BCP 47) of what is made there."""


@dataclass(frozen=True)
class WorldSettings:
    """How large a world is and what its members care about.

    Attributes:
        members: how many members.
        titles: how many films and series; seasons and episodes come on top.
        days: length of the log, days.
        views_per_member: mean number of rows of views a member, approximately reached.
        taste: standard deviation of personal taste in the utility, logits.
        freshness: utility of a title on the day of its release over that of an old one, logits.
        half_life_days: age at which half of the freshness is gone, days.
        new_titles: share of the titles released during the log.
        new_members: share of the members who join during the log.
        countries: where members live and titles are made, keys of `LANGUAGES`, the largest first.

    Raises:
        ValueError: if a dial is out of its range.
    """

    members: int = 2_000
    titles: int = 500
    days: int = 180
    views_per_member: float = 30.0
    taste: float = 1.5
    freshness: float = 2.0
    half_life_days: float = 14.0
    new_titles: float = 0.4
    new_members: float = 0.4
    countries: tuple[str, ...] = ("US", "GB", "FR", "DE", "JP")

    def __post_init__(self) -> None:
        for name, least in (("members", 1), ("titles", 10), ("days", 1), ("taste", 0), ("freshness", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}, wanted {least} or more")
        for name in ("views_per_member", "half_life_days"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, wanted more than 0")
        for name in ("new_titles", "new_members"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}, wanted a share in [0, 1]")
        if not self.countries or not set(self.countries) <= set(LANGUAGES):
            raise ValueError(f"countries is {self.countries}, wanted one or more of {', '.join(LANGUAGES)}")

    @classmethod
    def taste_ruled(cls) -> WorldSettings:
        """Return a world of long histories and strong tastes, where the age of a title does not matter."""
        return cls(members=2_500, titles=600, views_per_member=36, taste=2.0, freshness=0.0, new_titles=0.1)

    @classmethod
    def freshness_ruled(cls) -> WorldSettings:
        """Return a world of short histories and weak tastes, where members watch what came out in the last weeks."""
        return cls(
            members=3_000,
            titles=500,
            days=120,
            views_per_member=22,
            taste=0.4,
            freshness=5.0,
            new_titles=0.6,
            new_members=0.5,
        )

    @classmethod
    def mixed(cls) -> WorldSettings:
        """Return a world where members choose by taste among everything and flock to new releases as well."""
        return cls(
            members=3_000,
            titles=700,
            days=120,
            views_per_member=34,
            taste=1.8,
            freshness=4.0,
            half_life_days=12.0,
        )
