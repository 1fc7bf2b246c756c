import base64
from datetime import timedelta

import pytest
from tests.rights.signing import ADA, REQUEST, make_policy

from matinee.rights.agreements.register import revoke
from matinee.rights.gate.gate import Gate

MEDIA = str(REQUEST["media_hash"])


def take_up(door, token, media=MEDIA):
    return [reason.code for reason in door.gate.take_up(token, media)]


def test_a_permit_is_taken_up_once_within_a_second(door):
    token = door.ask().token
    door.now += timedelta(seconds=1)
    assert take_up(door, token) == []
    assert take_up(door, token) == ["taken"]


def test_a_permit_dies_after_a_second(door):
    token = door.ask().token
    door.now += timedelta(seconds=1, microseconds=1)
    assert take_up(door, token) == ["late"]


def test_a_permit_is_for_one_media(door):
    assert take_up(door, door.ask().token, f"sha256:{'1' * 64}") == ["media"]


def test_a_permit_falls_with_its_agreement(door):
    token = door.ask().token
    door.desk.add_event(revoke(door.standing(), by="Ada", reason="enough", now=door.now))
    assert take_up(door, token) == ["revoked"]


def test_a_permit_falls_with_its_version(door, office):
    token = door.ask().token
    countered = office.propose(make_policy(version=2, count=1), door.standing())
    door.desk.add_event(countered.event)
    assert door.codes(use_id="still-version-1") == []
    door.desk.add_event(office.sign(door.standing()).event)
    assert take_up(door, token) == ["version"]


def test_a_permit_of_another_gate_or_with_another_word_is_none(door):
    token = door.ask().token
    other = Gate(door.desk, lambda: door.now, ADA, door.office.rulebook)
    assert [reason.code for reason in other.take_up(token, MEDIA)] == ["permit"]
    body, _, signature = token.partition(".")
    text = base64.urlsafe_b64decode(body).decode().replace("studio", "rival1")
    forged = f"{base64.urlsafe_b64encode(text.encode()).decode()}.{signature}"
    assert take_up(door, forged) == ["permit"]


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "e30=.e30="])
def test_what_is_no_token_is_refused(door, token):
    assert take_up(door, token) == ["permit"]


def test_a_permit_whose_attempt_is_not_on_record_is_refused(door):
    token = door.ask().token
    door.desk._permitted.clear()
    assert take_up(door, token) == ["permit"]


def test_a_clock_that_went_back_stops_a_permit(door):
    first = door.ask().token
    door.now += timedelta(milliseconds=2)
    door.ask()
    door.now -= timedelta(milliseconds=1)
    assert take_up(door, first) == ["clock"]
