"""Periods of pay: quarters of the calendar, in UTC.

Covers quarters alone: every moment lies in one of them, so nothing is paid twice because two periods overlap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, order=True)
class Period:
    """A quarter.

    Attributes:
        year: from 1970 to 2200.
        quarter: from 1 to 4.
    """

    year: int
    quarter: int

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"

    @property
    def starts_at(self) -> datetime:
        """The first moment."""
        return datetime(self.year, 3 * self.quarter - 2, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        follows = Period(self.year, self.quarter + 1) if self.quarter < 4 else Period(self.year + 1, 1)
        return follows.starts_at

    def has_day(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.starts_at.date() <= day < self.ends_at.date()

    def has_moment(self, at: datetime) -> bool:
        """Whether a moment, with its zone, lies in it."""
        return self.starts_at <= at < self.ends_at


def parse_period(text: str) -> Period:
    """Read a period such as 2026Q3.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"([0-9]{4})Q([1-4])", text)
    if found is None or not 1970 <= int(found[1]) <= 2200:
        raise ValueError(f"period {text[:40]!r}, want a quarter such as 2026Q3")
    return Period(int(found[1]), int(found[2]))
