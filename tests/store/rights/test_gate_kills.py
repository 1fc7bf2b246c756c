"""Processes that are killed at any moment: what they were permitted is on record, and nothing is spent twice."""

import subprocess
import sys

import pytest
from bench.crowd import make_office
from sqlalchemy import text

from matinee.flows.rules import load_rulebook
from matinee.rights.ledger.audit import audit
from matinee.store.rights.database import open_database, reading
from matinee.store.rights.ledger import read_ledger

LIMIT = 60
CHILD = """
import sys
from bench.crowd import ask_until_killed
ask_until_killed(sys.argv[1], int(sys.argv[2]))
"""


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_no_permit_off_the_record(tmp_path):
    url = f"sqlite:///{tmp_path / 'rights.db'}"
    make_office(url, load_rulebook(), uses=LIMIT)
    heard = []
    for worker, lines in enumerate((3, 11, 5, 8)):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, url, str(worker)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            heard += [child.stdout.readline().strip() for _ in range(lines)]
            child.kill()
            heard += [line.strip() for line in child.stdout if line.endswith("\n")]
    engine = open_database(url)
    with reading(engine) as connection:
        kept = connection.execute(text("SELECT use_id, nth FROM permits ORDER BY nth")).all()
    with read_ledger(engine) as records:
        assert audit(records, [], None).findings == []
    engine.dispose()
    assert set(heard) <= {use_id for use_id, _ in kept}
    assert [nth for _, nth in kept] == list(range(1, len(kept) + 1))
    assert 27 <= len(kept) <= LIMIT
