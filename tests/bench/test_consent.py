import pytest
from bench.consent import run

from matinee.rights.gate import gate


@pytest.mark.slow
def test_no_use_without_consent_in_20_000_attempts_with_faults(rulebook):
    counted = run(20_000, seed=7, rulebook=rulebook)
    assert (counted["without consent"], counted["not on record"], counted["taken up wrongly"]) == (0, 0, 0)
    assert counted["refused in error"] == 0
    assert counted["permitted"] > 4_000
    assert counted["faults"] > 1_500
    assert counted["killed"] > 300


def test_the_oracle_notices_a_gate_that_forgets_to_look(rulebook, monkeypatch):
    monkeypatch.setattr(gate, "_check_clock", lambda _turn, _now: ())
    assert run(2_000, seed=7, rulebook=rulebook)["without consent"] > 0
