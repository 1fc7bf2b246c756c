"""Paying a quarter: uses and views into the ledger, and the same again with nothing new.

`PAY_PART` divides the size, `PAY_PART=20` for a quick look; the section is written at full size alone.
"""

import json
import os
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import insert

from bench.consent import KEY
from bench.measured import matinee, run_measured
from bench.page import Row, write_section
from matinee.flows.rules import load_rulebook
from matinee.rights.agreements.canonical import seal
from matinee.rights.agreements.form import write_policy
from matinee.rights.agreements.keys import public_text, sign_text
from matinee.rights.agreements.people import Key, Person
from matinee.rights.agreements.register import Context, propose, sign
from matinee.rights.agreements.states import Event, fold
from matinee.rights.gate.gate import Gate
from matinee.rights.gate.memory import MemoryDesk
from matinee.rights.ledger.entries import Entry, append, count_micros
from matinee.store.disk import hash_file
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_rights, writing
from matinee.store.rights.ledger import LedgerWriter
from matinee.store.rights.schema import permits, takes
from matinee.store.service import Service, create_service
from matinee.store.snapshot import DataFile, write_snapshot
from matinee.tables.schemas import TABLES

PART = int(os.environ.get("PAY_PART", "1"))
USES, VIEWS, PEOPLE, TITLES, MEMBERS = 1_000_000 // PART, 50_000_000 // PART, 2_000 // PART, 20_000, 1_000_000
SHARED = 200
"""Titles with residuals."""

BATCH = 10_000
SIGNED, USED = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
PERIOD, MONTHS, RELEASED = "2025Q3", (7, 8, 9), date(2025, 7, 1)
OWN = """[[rule]]
id = "sag-aftra.residual.fixed"
from = 2023-11-09
value = "30000"
source = "bench"
"""


def main() -> None:
    """Make the service in one process, then pay it in others, so that only paying is measured."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run_measured((sys.executable, "-m", "bench.pay", str(folder)))
        words = ("pay", "run", "--period", PERIOD, "--service", folder / "service", "--json")
        files = ("--residuals", folder / "residuals.toml", "--own", folder / "own.toml")
        first, again = matinee(*words, *files), matinee(*words, *files)
    said, then = json.loads(first.output), json.loads(again.output)
    moved = {each["what"]: each["amount"] for each in said["moved"]}
    if said["problems"] or moved["use"] != f"{10.5 * USES:.2f}" or then["moved"] or then["known"] != said["recorded"]:
        raise SystemExit(f"bench: it was not paid as agreed: {first.output[:2000]}\n{again.output[:2000]}")
    rows = [
        Row(f"a period of {USES:,} uses and {VIEWS:,} views: wall s", "<= 120", f"{first.wall_s:.0f}"),
        Row("the same: CPU s", "", f"{first.cpu_s:.0f}"),
        Row("the same: peak memory, GB", "<= 2", f"{first.peak_gb:.2f}"),
        Row("run again, nothing new: wall s, GB", "", f"{again.wall_s:.0f}, {again.peak_gb:.2f}"),
    ]
    about = (
        f"`matinee pay run`, SQLite, every batch of {BATCH:,} entries on the disk: {said['recorded']:,} entries of "
        f"{PEOPLE:,} people, a fifth of them paid by the thousand views too, and {SHARED} titles with residuals and "
        f"bonuses for three each. {TITLES:,} titles, {MEMBERS:,} members. Uses are put into the ledger by the bench, "
        "in the words of the gate."
    )
    if PART == 1:
        write_section("pay", about, rows)
    else:
        print(about, *rows, sep="\n")


def make(folder: Path) -> None:
    """Make a service with titles, views, agreements and uses that were taken up, and the user's files."""
    service = create_service(folder / "service")
    _write_tables(service)
    shares = "shares = {p0 = 3, p1 = 2, p2 = 2}"
    residuals = "".join(
        f'[[residual]]\ntitle = "t{n}"\nunion = "SAG-AFTRA"\nfigure = "value"\n{shares}\n' for n in range(SHARED)
    )
    (folder / "residuals.toml").write_text(f"[[subscribers]]\nas-of = 2025-07-01\ncount = 1000\n{residuals}")
    (folder / "own.toml").write_text(OWN)
    with open_rights(service) as engine:
        bodies = []
        with writing(engine) as connection:
            for number in range(PEOPLE):
                person, events = _agree(number)
                bodies.append(_ask(number, person, events))
                Consents(connection).add_registered("person", person.person_id, seal(person.as_json()))
                for event in events:
                    Consents(connection).add_event(event.agreement_id, event.seal())
        for start in range(0, USES, BATCH):
            with writing(engine) as connection:
                book = LedgerWriter(connection)
                numbers = range(start, min(start + BATCH, USES))
                leaves = append(book, [_make_use(number, bodies[number % PEOPLE]) for number in numbers])
                rows = [_make_permit(number, leaf.position) for number, leaf in zip(numbers, leaves, strict=True)]
                connection.execute(insert(permits), rows)
                at = count_micros(USED)
                connection.execute(insert(takes), [{"use_id": row["use_id"], "at": at} for row in rows])


def _agree(number: int) -> tuple[Person, list[Event]]:
    """Sign an agreement of somebody in no union, on one title, by the use; every fifth by the views, too."""
    key = Key(public_text(KEY), "self", "self", date(2025, 1, 1))
    person = Person(f"p{number}", f"Person {number}", date(1980, 1, 1), keys=(key,))
    pay = [{"amount": "10.50", "currency": "USD", "per": "use"}]
    pay += [{"amount": "0.75", "currency": "USD", "per": "thousand views"}] if number % 5 == 0 else []
    permit = {"actions": ["replicate-face"], "project": [f"t{number}"], "from": SIGNED.date(),
              "until": date(2027, 1, 1), "pay": pay}  # fmt: skip
    form = {
        "person": f"p{number}", "producer": "studio", "represented-by": "counsel", "notice-hours": 72,
        "description": "The crowd and the dialogue of scene 12, as in the script", "apart": True,
        "transferable": False, "in-place-of-background": False, "synthetic": False, "permit": [permit],
    }  # fmt: skip
    policy, problems = write_policy(form, f"a{number}", 1)
    context = Context(SIGNED, person, {}, RULES)
    offered = propose(policy or {}, None, by="studio", context=context)
    standing = fold([offered.event] if offered.event else [])
    if offered.event is None or standing is None:
        raise SystemExit(f"bench: a{number} is turned down: {problems}, {offered}")
    signed = sign(standing, sign_text(KEY, offered.event.policy), context=context)
    if signed.event is None:
        raise SystemExit(f"bench: a{number} is not signed: {signed}")
    return person, [offered.event, signed.event]


def _ask(number: int, person: Person, events: list[Event]) -> dict[str, Any]:
    """Ask a gate in memory for one use, and take what it records."""
    desk = MemoryDesk()
    desk.add_person(person)
    for event in events:
        desk.add_event(event)
    said = {
        "use_id": "u", "agreement_id": f"a{number}", "person_id": person.person_id, "producer_id": "studio",
        "kind": "face", "action": "replicate-face", "project": f"t{number}", "medium": "series", "territories": ["US"],
        "language": "en", "model": "m1", "duration": 10, "media_hash": f"sha256:{0:064x}", "amount": 1, "unit": "use",
        "currency": "USD", "at": USED.isoformat(),
    }  # fmt: skip
    answer = Gate(desk, lambda: USED, KEY, RULES).request(said)
    if not answer.is_permitted:
        raise SystemExit(f"bench: a use is refused: {answer.reasons}")
    return dict(desk.attempts[0].body)


def _make_use(number: int, body: dict[str, Any]) -> Entry:
    request = body["request"] | {"use_id": f"u{number:07}", "media_hash": f"sha256:{number:064x}"}
    said = {"request": request, "answer": body["answer"]}
    return Entry(kind="use", key=f"u{number:07}", at=USED, body=said, person_id=f"p{number % PEOPLE}")


def _make_permit(number: int, position: int) -> dict[str, Any]:
    rule = f"urn:matinee:agreement:a{number % PEOPLE}:1#permission-1"
    said = {"use_id": f"u{number:07}", "rule": rule, "nth": number // PEOPLE + 1}
    record = seal(said)
    return {**said, "position": position, "text": record.text, "digest": record.digest}


def _write_tables(service: Service) -> None:
    """Write titles and views as an import would have left them."""
    folder = service.path / "tables"
    runtime = pl.lit(50.0, pl.Float32)
    titles = pl.DataFrame({"title_id": [f"t{n}" for n in range(TITLES)]}).with_columns(
        pl.col("title_id").alias("name"), pl.lit(RELEASED).alias("released_on"), runtime.alias("runtime_minutes")
    )
    titles = pl.concat([TABLES["titles"].create_empty(), titles], how="diagonal_relaxed")
    snapshot = service.snapshot().replaced([("titles", _save(folder, "titles", "", titles))])
    rng = np.random.default_rng(0)
    for month in MONTHS:
        part = f"2025-{month:02}"
        snapshot = snapshot.replaced([("views", _save(folder, "views", part, _draw(rng, month)))])
    write_snapshot(snapshot)


def _draw(rng: np.random.Generator, month: int) -> pl.DataFrame:
    count = VIEWS // 3 + (VIEWS % 3 if month == MONTHS[0] else 0)
    title = (TITLES * rng.random(count) ** 2).astype(np.int32)
    first = count_micros(datetime(2025, month, 1, tzinfo=UTC))
    at = np.sort(rng.integers(0, 30 * 86_400_000_000, count)) + first
    drawn = pl.DataFrame({
        "member_id": rng.integers(0, MEMBERS, count, dtype=np.int32),
        "title_id": title,
        "started_at": at,
        "seconds": rng.integers(30, 3_000, count, dtype=np.int32),
    }).with_columns(
        pl.format("m{}", "member_id").alias("member_id"),
        pl.format("t{}", "title_id").alias("title_id"),
        pl.col("started_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
        pl.lit("US").alias("country"),
    )
    return pl.concat([TABLES["views"].create_empty(), drawn], how="diagonal_relaxed")


def _save(folder: Path, table: str, part: str, frame: pl.DataFrame) -> DataFile:
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / "new.parquet")
    file = DataFile.named(table, part, rows=frame.height, sha256=hash_file(folder / "new.parquet"))
    (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "new.parquet").replace(folder / file.path)
    return file


RULES = load_rulebook()

if __name__ == "__main__":
    make(Path(sys.argv[1]))
