"""An erasure that dies, at every change of the disk, and is run again. This file is also what is killed for real."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.flows.conftest import NOW, WHO, find_traces, make_service

from matinee.errors import StoreError, UnknownId
from matinee.flows.forgetting import forget
from matinee.flows.imports import import_table
from matinee.flows.training import train
from matinee.store.erasure import NOTE
from matinee.store.models import list_runs, name_current
from matinee.store.service import Service, open_service

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "writing"}
STEPS = {"os.rename", "shutil.rmtree"}


class Died(BaseException):
    """The process ended here."""


class Death:
    """Ends the process just before one of some `events` happens for the `left`th time; from then on none does."""

    def __init__(self) -> None:
        self.left = 0
        self.events = CHANGES
        self.end = self.die
        sys.addaudithook(self.watch)

    def watch(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[1], str) and not {*"wxa+"}.isdisjoint(arguments[1]):
            event = "writing"
        if self.left and event in self.events:
            self.left = max(self.left - 1, 1)
            if self.left == 1:
                self.end()

    @staticmethod
    def die() -> None:
        raise Died

    @staticmethod
    def be_killed() -> None:
        os.kill(os.getpid(), signal.SIGKILL)


DEATH = Death()


def dies(moment: int, events: set[str], service: Service) -> bool:
    """Forget `WHO`, but die at the `moment`th event; tell whether there are so many."""
    DEATH.left, DEATH.events = moment + 1, events
    try:
        forget(service, [WHO], clock=lambda: NOW)
    except Died:
        return True
    finally:
        DEATH.left = 0
    return False


def check_others(service: Service, left: Service) -> None:
    """Check that nobody else lost a row, whatever happened so far."""
    service.snapshot().verify()
    for table in ("members", "views", "exposures", "titles"):
        rows = service.read(table)
        others = rows.filter(pl.col("member_id") != WHO) if "member_id" in rows.columns else rows
        assert others.equals(left.read(table))


@pytest.mark.parametrize(("events", "has_model"), [(CHANGES, False), (STEPS, True)])
def test_an_erasure_that_dies_anywhere_and_is_run_again_ends_as_if_it_had_not(template, tmp_path, events, has_model):
    left = make_service(tmp_path / "left", without=[WHO])
    ends, moment, has_died = set(), 0, True
    while has_died:
        moment += 1
        service = open_service(Path(shutil.copytree(template, tmp_path / "service")))
        if not has_model:
            shutil.rmtree(service.path / "models")
        has_died = dies(moment, events, service)
        check_others(service, left)
        receipt = forget(service, [WHO], clock=lambda: NOW).receipt if has_died else read_receipts(service)[0]
        assert find_traces(service.path) == []
        assert service.data_hash() == left.data_hash()
        assert read_receipts(service) == [receipt]
        assert list_runs(service.path) == ([name_current(service.path)] if has_model else [])
        assert not (service.path / NOTE).exists()
        ends.add(json.dumps(receipt["removed"]) + json.dumps((receipt["model"] or {}).get("deleted_runs")))
        shutil.rmtree(service.path)
    assert moment > 12
    assert len(ends) == 1


def read_receipts(service: Service) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((service.path / "receipts").iterdir())]


@pytest.fixture
def halfway(service):
    """A service whose tables are rid of `WHO`, but whose model is not: the process died there."""
    runs = list_runs(service.path)
    moment = next(n for n in range(2, 9) if dies(n, {"shutil.rmtree"}, service))
    assert list_runs(service.path)[: len(runs)] == runs, moment
    assert (service.path / NOTE).exists()
    return service


def test_nothing_is_imported_before_an_erasure_is_finished(halfway, tmp_path):
    (tmp_path / "views.csv").write_text(f"member_id,title_id,started_at\n{WHO},t1,2026-03-03\n", encoding="utf-8")
    with pytest.raises(StoreError, match="was interrupted; run `matinee forget` without --member to finish it"):
        import_table(halfway, "views", tmp_path / "views.csv")
    forget(halfway, clock=lambda: NOW)
    assert import_table(halfway, "views", tmp_path / "views.csv").counts["views"].added == 1


def test_an_erasure_can_be_finished_without_naming_anybody(halfway):
    assert forget(halfway, clock=lambda: NOW).receipt["members"] == 1
    assert find_traces(halfway.path) == []


def test_an_erasure_that_is_finished_later_says_when_it_was_asked_for(halfway):
    later = NOW.replace(hour=13)
    receipt = forget(halfway, clock=lambda: later).receipt
    asked, finished = (datetime.fromisoformat(receipt[name]) for name in ("asked_at", "finished_at"))
    assert finished - asked == later - NOW


def test_a_model_trained_in_between_is_kept(halfway):
    run = train(halfway, now=NOW.replace(hour=12))["run"]
    forget(halfway, clock=lambda: NOW.replace(hour=13))
    assert list_runs(halfway.path) == [name_current(halfway.path)] == [run]
    assert find_traces(halfway.path) == []


def test_somebody_else_can_join_an_erasure_that_waits(halfway):
    receipt = forget(halfway, ["m3"], clock=lambda: NOW).receipt
    assert receipt["members"] == receipt["removed"]["members"] == 2
    assert find_traces(halfway.path) == []
    assert "m3" not in halfway.read("members")["member_id"]


def test_a_stranger_does_not_spoil_an_erasure_that_waits(halfway):
    with pytest.raises(UnknownId, match="no member 'nobody'"):
        forget(halfway, ["nobody"], clock=lambda: NOW)
    assert forget(halfway, clock=lambda: NOW).receipt["members"] == 1


def test_a_damaged_note_is_one_line(halfway):
    (halfway.path / NOTE).write_text("{")
    with pytest.raises(StoreError, match="the note of an erasure is damaged; delete it and forget again"):
        forget(halfway, clock=lambda: NOW)


@pytest.mark.parametrize("moment", [3, 9])
def test_a_process_killed_for_real_leaves_no_lock_and_what_can_be_finished(service, moment):
    command = [sys.executable, "-m", __name__, str(service.path), str(moment)]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == -signal.SIGKILL
    assert find_traces(service.path)
    forget(service, [WHO], clock=lambda: NOW)
    assert find_traces(service.path) == []


if __name__ == "__main__":
    DEATH.end = DEATH.be_killed
    dies(int(sys.argv[2]), STEPS, open_service(Path(sys.argv[1])))
