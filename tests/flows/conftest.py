"""A small service in which somebody left traces everywhere, the same without them, and a search through all files."""

import html
import json
import shutil
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import matinee
from matinee.store.service import Service, open_service

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

WHO = "zoë&7"
"""Whom the tests forget; their id is written differently in HTML and in JSON."""

OTHERS = [f"m{number}" for number in range(12)]
EVERYBODY = [*OTHERS, WHO]
TITLES = [f"t{number}" for number in range(6)]

Row = dict[str, object]

VIEWS: list[Row] = [
    {"member_id": member_id, "title_id": title_id, "started_at": f"2026-0{1 + (m + t) % 2}-{1 + m:02d}T20:0{t}"}
    for m, member_id in enumerate(EVERYBODY)
    for t, title_id in enumerate(TITLES)
    if (m + t) % 3
]
VIEWS.append({"member_id": WHO, "title_id": "t0", "started_at": "2026-05-05"})
"""Viewings over two months, and one in a month of its own."""

BAD: list[Row] = [
    {"member_id": member_id, "user": user, "title_id": "t1", "started_at": "?"}
    for each in EVERYBODY
    for member_id, user in ((f" {each} ", "x"), (None, each))
]
"""Viewings that are set aside; some name the member in another column alone."""

TABLES: dict[str, list[Row]] = {
    "titles": [{"title_id": title_id, "name": title_id.upper()} for title_id in TITLES],
    "members": [{"member_id": each, "country": "FR"} for each in EVERYBODY],
    "exposures": [
        {"exposure_id": f"e-{n}", "member_id": each, "title_id": "t3", "shown_at": "2026-02-01"}
        for n, each in enumerate(EVERYBODY)
    ],
    "views": [*VIEWS[::2], *BAD],
    "late": VIEWS[1::2],
}
"""Rows by file; views come in two, so that superseded data files lie about."""


def names(row: Row, member_ids: Collection[str]) -> bool:
    return any(str(value).strip() in member_ids for value in row.values())


def make_service(folder: Path, without: Collection[str] = ()) -> Service:
    """Make a service of everybody but the members `without`; the files imported lie beside it."""
    service = matinee.create_service(folder)
    for file, rows in TABLES.items():
        path = folder.parent / f"{file}.jsonl"
        kept = [row for row in rows if not names(row, without)]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in kept), encoding="utf-8")
        matinee.import_table(service, "views" if file == "late" else file, path)
    return service


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with two models, results and reports; `WHO` is in all of them."""
    folder = tmp_path_factory.mktemp("traces") / "service"
    service = make_service(folder)
    matinee.train(service, now=NOW.replace(hour=1))
    matinee.train(service, now=NOW.replace(hour=2), min_rating=3.0)
    matinee.recommend_all(matinee.load_recommender(service), folder / "pages.parquet", k=2)
    for place in (".staging", "models/.unfinished", "reports"):
        (folder / place).mkdir()
    (folder / ".staging" / "views-0.txt").write_text(WHO)
    (folder / "models" / ".unfinished" / "members.txt").write_text(WHO)
    (folder / "reports" / "index.html").write_text(f"<h3>Member {html.escape(WHO)}</h3>", encoding="utf-8")
    (folder / "reports" / "index.json").write_text(json.dumps({"pages": [WHO]}))
    (folder / "reports" / "old.html").write_text("<h3>Member m3</h3>")
    (folder / "reports" / ".index.html.new").write_text(f"half a page of {WHO}")
    return folder


@pytest.fixture
def service(template: Path, tmp_path: Path) -> Service:
    """A copy of the template."""
    return open_service(Path(shutil.copytree(template, tmp_path / "service")))


def find_traces(folder: Path, member_id: str = WHO) -> list[str]:
    """Search every file for an id, as it is and as HTML and JSON write it, and what Parquet files and arrays hold."""
    spellings = {member_id, html.escape(member_id), json.dumps(member_id)[1:-1]}
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = [path.read_bytes().decode(errors="replace")]
        if path.suffix == ".parquet":
            texts.append(repr(pl.read_parquet(path, glob=False).to_dicts()))
        if path.suffix == ".npy" and (array := np.load(path)).dtype.kind == "U":
            texts.append("\n".join(array.ravel()))
        if any(spelling in text for text in texts for spelling in spellings):
            found.append(str(path.relative_to(folder)))
    return found
