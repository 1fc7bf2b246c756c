from matinee.rights.compliance.attempts import SHOWN, Turned, Used, tally_attempts
from matinee.tables.ledger import Leaf, canonical_json

REQUEST = {"agreement_id": "ag1", "kind": "face", "action": "replicate-face", "project": "harbour", "model": "faces-2"}
PERMISSION = "urn:matinee:agreement:ag1:1#permission-1"
USED = Used(PERMISSION, "face", "replicate-face", "harbour", "faces-2")


def attempt(position, decision, *reasons, kind="use"):
    answer = {"decision": decision, "agreement": {"permission": PERMISSION}, "reasons": list(reasons)}
    body = canonical_json({"request": REQUEST, "answer": answer})
    return Leaf(position, kind, f"u{position}", 100 - position, None, body, None, None, ())


def test_permitted_uses_are_counted_by_permission_and_model():
    tally = tally_attempts(attempt(number, "permit", "terms") for number in range(9))
    count = tally.permitted[USED]
    assert (count.times, count.first, count.last) == (9, 92, 100)
    assert count.keys == [f"u{number}" for number in range(SHOWN)]
    assert tally.refused == {}


def test_refused_uses_are_counted_by_their_reasons():
    tally = tally_attempts([attempt(0, "refuse", "revoked", "count"), attempt(1, "refuse", "count", "revoked")])
    assert tally.refused[Turned("ag1", "replicate-face", ("count", "revoked"))].times == 2


def test_other_entries_are_passed_over_and_damaged_ones_named():
    broken = Leaf(2, "use", "u2", 0, None, '{"request": 1}', None, None, ())
    tally = tally_attempts([attempt(0, "permit", kind="payment"), attempt(1, "permit"), broken])
    assert tally.permitted[USED].times == 1
    assert tally.unreadable == ["u2"]
