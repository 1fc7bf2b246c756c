"""The verb `pay run`: what a period owes, into the ledger.

Covers tables, the rights database and the user's file around `matinee.rights.pay`. Every page of uses is recorded in
a transaction of its own, and what is recorded already is left as it is: killed at any point and run again, it gives the
same ledger. Corrections, statements and the export are in `payments`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Engine

from matinee.errors import BadFile, Unpayable, UsageError
from matinee.rights.agreements.form import read_toml
from matinee.rights.ledger.entries import count_micros
from matinee.rights.money import Money
from matinee.rights.odrl import Problem
from matinee.rights.pay.advances import ADVANCE, set_off
from matinee.rights.pay.contracts import Contracts
from matinee.rights.pay.owed import Owed
from matinee.rights.pay.periods import Period
from matinee.rights.pay.record import Tally, record
from matinee.rights.pay.residuals import ResidualPricer
from matinee.rights.pay.shares import METRICS, Residuals, read_residuals
from matinee.rights.pay.uses import UsePricer, Viewed, find_viewed
from matinee.rights.pay.views import ViewPricer, count_parts, count_watched, list_parts
from matinee.rights.rulebook.audience import count_seconds
from matinee.rights.rulebook.rules import Rule, Rulebook
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_rights, reading
from matinee.store.rights.ledger import LedgerWriter, write_ledger
from matinee.store.rights.taken import iterate_taken_of, read_first_taken, read_taken
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.store.texts import read_text
from matinee.tables.consent import Record, TakenUse
from matinee.tables.ledger import Subject

BATCH = 10_000
"""Uses, or other things, of a transaction."""

RULES = 5_000
"""Permissions that one statement asks for."""

COUNTS = ("recorded", "known", "corrected", "lower", "by_hand", "free")
"""What became of the things of a run, as `Tally` counts them."""

WHY = "computed anew from what is known now"

Progress = Callable[[int], None]
"""Told of the uses that are done, after each commit."""


@dataclass
class PayRun:
    """What a run did.

    Attributes:
        period: which.
        uses: taken up in the period.
        tally: what was recorded.
        problems: what could not be paid, each with its place; what comes to less than was recorded stands in `tally`.
        checked: titles whose success was measured, and how.
    """

    period: Period
    uses: int = 0
    tally: Tally = field(default_factory=Tally)
    problems: list[Problem] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can."""
        moved = [
            (what, Money(minor, currency)) for (what, currency), minor in sorted(self.tally.minor.items()) if minor
        ]
        return {
            "period": str(self.period),
            "uses": self.uses,
            **{
                name: self.tally.counts[name] for name in ("recorded", "known", "corrected", "lower", "free", "by_hand")
            },
            "moved": [
                {"what": what, "amount": str(money.decimal), "currency": money.currency} for what, money in moved
            ],
            "checked": self.checked,
            "problems": [{"place": each.place, "what": each.what} for each in [*self.problems, *self.tally.problems]],
        }


def run_period(
    service: Service,
    period: Period,
    *,
    rulebook: Rulebook,
    residuals: Path | None = None,
    now: datetime,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> PayRun:
    """Record what a period owes: uses, fees, views, residuals and bonuses; then what of it advances have paid.

    Args:
        service: whose.
        period: which; it has to be over.
        rulebook: the rules.
        residuals: TOML as `matinee.rights.pay.shares` says; None = no title has residuals.
        now: the time.
        progress: told of the uses that are done.
        batch: things of a transaction.

    Raises:
        UsageError: the period is not over; there is no such file.
        BadFile: the file says what cannot be.
        StoreError: the database said no.
    """
    if now < period.ends_at:
        todo = f"run it from {period.ends_at:%Y-%m-%d} on"
        raise UsageError("it is not over, and views and uses may yet come", where=str(period), todo=todo)
    shares = load_residuals(residuals)
    with open_rights(service) as engine:
        payer = Payer(service, engine, PayRun(period), rulebook, shares, batch)
        for owed in payer.work_out():
            with write_ledger(engine) as book:
                record(book, owed, now=now, why=WHY, tally=payer.run.tally)
            if progress is not None:
                progress(payer.run.uses)
        with write_ledger(engine) as book:
            for subject in book.find_subjects_of(ADVANCE):
                recoup(book, subject, period, now=now, why=WHY, tally=payer.run.tally)
    return payer.run


def recoup(book: LedgerWriter, subject: Subject, period: Period, *, now: datetime, why: str, tally: Tally) -> None:
    """Set off what a person was paid in advance against what a period owes them, as the ledger has both.

    Args:
        book: an open transaction; all else of the period is recorded.
        subject: the person.
        period: which.
        now: time of corrections.
        why: their reason, without personal data.
        tally: is added to.
    """
    owed = set_off(book.leaves(subject.subject), subject.person_id, period)
    record(book, owed, now=now, why=why, tally=tally)


def load_residuals(path: Path | None) -> Residuals:
    """Read the file that says who shares the residuals of which titles.

    Raises:
        UsageError: there is no such file.
        BadFile: it says what cannot be; all of it is named.
    """
    if path is None:
        return Residuals()
    form, problems = read_toml(read_text(path))
    said, wrong = (Residuals(), []) if problems else read_residuals(form)
    if found := [*problems, *wrong]:
        what = "; ".join(f"{each.place} {each.what}".strip() for each in found)
        raise BadFile(what, where=str(path), todo="mend the file; docs/rights.md shows its form")
    return said


@dataclass
class Payer:
    """Works out what a period owes, a batch at a time.

    Attributes:
        service: whose.
        engine: of its rights database.
        run: what was done so far; uses, problems and checked are added to.
        rulebook: the rules.
        residuals: titles that have any.
        batch: things that are recorded together.
    """

    service: Service
    engine: Engine
    run: PayRun
    rulebook: Rulebook
    residuals: Residuals
    batch: int = BATCH

    def __post_init__(self) -> None:
        with reading(self.engine) as connection:
            self._people = frozenset(Consents(connection).people())
        self._contracts = Contracts(self._read_events)

    def work_out(self) -> Iterator[list[Owed]]:
        """Work out what is owed, in an order that does not depend on when it came in."""
        pricer = UsePricer(self.run.period, self._contracts, self._people.__contains__, self.run.problems)
        for page in self._pages():
            self.run.uses += len(page)
            yield pricer.price(page)
        rest = [
            *sorted(pricer.fees.values(), key=lambda each: each.key),
            *self._price_views(pricer.viewed),
            *self._price_residuals(),
        ]
        for start in range(0, len(rest), self.batch):
            yield rest[start : start + self.batch]

    def _pages(self) -> Iterator[list[TakenUse]]:
        """Read the uses of the period a page at a time, each in a transaction of its own: they never change."""
        since, until, after = count_micros(self.run.period.starts_at), count_micros(self.run.period.ends_at), ""
        while True:
            with reading(self.engine) as connection:
                page = read_taken(connection, since=since, until=until, after=after, limit=self.batch)
            if page:
                yield page
            if len(page) < self.batch:
                return
            after = page[-1].use_id

    def _read_events(self, agreement_id: str) -> Sequence[Record]:
        with reading(self.engine) as connection:
            return Consents(connection).events(agreement_id)

    def _price_views(self, used: Iterable[Viewed]) -> list[Owed]:
        viewed = {each for each in used if self._is_paid_by_views(*each[:3])} | self._find_viewed_before()
        if not viewed:
            return []
        snapshot = self.service.snapshot()
        titles = snapshot.read("titles").select("title_id", "parent_id", "runtime_minutes")
        parts = list_parts(titles, {project for *_, project in viewed})
        with snapshot.reading():
            watched = count_watched(snapshot.scan("views"), parts, self.run.period)
        people = self._people.__contains__
        pricer = ViewPricer(self.run.period, self._contracts, people, titles, watched, self.run.problems)
        return pricer.price(viewed)

    def _find_viewed_before(self) -> set[Viewed]:
        """Find the projects of all uses taken up before the period, of permissions that are paid by views."""
        until = count_micros(self.run.period.starts_at)
        with reading(self.engine) as connection:
            first = read_first_taken(connection, until=until)
        rules = sorted({each[2] for each in find_viewed(first) if self._is_paid_by_views(*each[:3])})
        found: set[Viewed] = set()
        for start in range(0, len(rules), RULES):
            with reading(self.engine) as connection:
                found |= find_viewed(iterate_taken_of(connection, rules[start : start + RULES], until=until))
        return found

    def _is_paid_by_views(self, agreement_id: str, version: int, rule: str) -> bool:
        try:
            _, grant = self._contracts.find_grant(agreement_id, version, rule, None)
        except Unpayable:  # a problem of each of its uses, and named there
            return False
        return any(price.per == "thousand views" for price in grant.prices)

    def _price_residuals(self) -> list[Owed]:
        shared = self.residuals.titles
        if not shared:
            return []
        snapshot = self.service.snapshot()
        titles = snapshot.read("titles").select("title_id", "parent_id", "runtime_minutes", "released_on")
        pricer = ResidualPricer(
            self.run.period,
            self.rulebook,
            self.residuals.subscribers,
            self._people.__contains__,
            titles,
            self._count_first_days(snapshot, titles),
            self.run.problems,
            self.run.checked,
        )
        return pricer.price(shared)

    def _count_first_days(self, snapshot: Snapshot, titles: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
        """Count what was streamed of titles in their first days: (title_id, union) -> seconds, unknown viewings."""
        released = dict(titles.select("title_id", "released_on").iter_rows())
        groups: dict[tuple[str, str], tuple[Rule, list[str]]] = {}
        for each in self.residuals.titles:
            rule = released.get(each.title_id) and self.rulebook.find(METRICS[each.union], released[each.title_id])
            if rule:
                groups.setdefault((each.union, rule.citation.version), (rule, []))[1].append(each.title_id)
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for (union, _), (rule, title_ids) in groups.items():
            views = count_parts(snapshot.scan("views"), list_parts(titles, title_ids))
            releases = titles.filter(pl.col("title_id").is_in(title_ids)).select("title_id", "released_on")
            with snapshot.reading():
                counted = count_seconds(views, releases, rule)
            found |= {(title_id, union): (seconds, unknown) for title_id, seconds, unknown in counted.iter_rows()}
        return found
