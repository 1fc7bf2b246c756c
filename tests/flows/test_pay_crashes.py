"""A run that is killed, at every commit and in the middle of one, and run again."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
from tests.flows.lot import NOW, Lot, make_lot
from tests.flows.test_pay import BY_USE, BY_VIEWS, FILM

from matinee.store.service import open_service

KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from matinee.flows.pay import run_period
from matinee.flows.rules import load_rulebook
from matinee.rights.pay.periods import Period
from matinee.store.rights.ledger import LedgerWriter
from matinee.store.service import open_service

class Killer(LedgerWriter):
    batches = 0
    add = LedgerWriter.add

def add_and_die(book, *what):
    Killer.add(book, *what)
    Killer.batches += 1
    if Killer.batches == 2:
        os.kill(os.getpid(), signal.SIGKILL)

LedgerWriter.add = add_and_die
now = datetime.fromisoformat(sys.argv[2])
run_period(open_service(Path(sys.argv[1])), Period(2026, 3), rulebook=load_rulebook(), now=now, batch=2)
"""


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def lot(tmp_path_factory):
    """Five uses, and views of a film."""
    lot = make_lot(tmp_path_factory.mktemp("lot") / "service").agree(pay=[BY_USE, BY_VIEWS])
    return lot.use("u1", "u2", "u3", "u4", "u5").put("titles", FILM).watch("harbour", *[3600] * 800)


@pytest.fixture
def copy(lot, tmp_path):
    """Make copies of the lot."""

    def make(name):
        return Lot(open_service(shutil.copytree(lot.service.path, tmp_path / name)))

    return make


def test_killed_after_every_commit_and_run_again_gives_the_same_ledger(copy):
    whole = copy("whole")
    whole.pay(batch=2)
    assert len(whole.entries()) == 6
    for commits in (1, 2, 3, 4):
        broken, left = copy(f"broken-{commits}"), [commits]

        def die(_uses, left=left):
            left[0] -= 1
            if not left[0]:
                raise Killed("after a commit")

        with pytest.raises(Killed, match="after a commit"):
            broken.pay(batch=2, progress=die)
        assert len(broken.entries()) == min(2 * commits, 5 + (commits == 4))
        broken.pay(batch=2)
        assert broken.entries() == whole.entries()


def test_killed_by_the_system_before_a_commit_and_run_again_gives_the_same_ledger(copy):
    whole, broken = copy("whole"), copy("broken")
    whole.pay(batch=2)
    words = [sys.executable, "-c", KILLED, str(broken.service.path), NOW.isoformat()]
    ended = subprocess.run(words, env=os.environ, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert [leaf.key for leaf in broken.entries()] == ["pay/2026Q3/use/u1", "pay/2026Q3/use/u2"]
    broken.pay()
    assert broken.entries() == whole.entries()
