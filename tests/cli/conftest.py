"""The command line as a user types it, and one small trained service that the tests of this folder only read."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import matinee
from matinee.cli.app import run


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `matinee WORDS…` in this process; results are as wide as they need to be."""
    monkeypatch.delenv("MATINEE_SERVICE", raising=False)

    def call(*words: object) -> Said:
        code = 0
        try:
            run([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated service of 400 members, trained."""
    folder = tmp_path_factory.mktemp("world") / "service"
    service = matinee.create_service(folder)
    matinee.import_world(service, matinee.WorldSettings(members=400, titles=80, days=60, views_per_member=20), seed=3)
    matinee.train(service, now=datetime(2026, 1, 1, tzinfo=UTC))
    return folder


@pytest.fixture
def own_world(world: Path, tmp_path: Path) -> Path:
    """A copy of `world` that a test may change."""
    return Path(shutil.copytree(world, tmp_path / "service"))


def make_service(folder: Path, rows: list[str]) -> Path:
    """Make a service of views: member_id, title_id, seconds since 1970."""
    service = matinee.create_service(folder / "s")
    (folder / "views.csv").write_text("member_id,title_id,started_at\n" + "\n".join(rows))
    matinee.import_table(service, "views", folder / "views.csv", time="unix")
    return service.path


@pytest.fixture
def walkers(tmp_path: Path) -> Path:
    """A service whose members walk around a circle of 25 titles; not trained."""
    walks = [[(m * 7 + place) % 25 for place in range(9)] for m in range(120)]
    rows = [f"m{m},t{t},{86_400 * (1000 + place)}" for m, walk in enumerate(walks) for place, t in enumerate(walk)]
    return make_service(tmp_path, rows)
