import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.ledger.notes import is_signed, parse_checkpoint, parse_key, show_key, sign_checkpoint

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_written_is_read_and_verified(size, root):
    note = sign_checkpoint(size, root, KEY)
    read = parse_checkpoint(note)
    assert (read.size, read.root) == (size, root)
    assert is_signed(note, KEY.public_key())
    assert not is_signed(note, OTHER.public_key())


def test_a_checkpoint_is_a_signed_note_of_c2sp():
    note = sign_checkpoint(3, bytes(32), KEY)
    text, signature = note.split("\n\n")
    name, size, root = text.split("\n")
    dash, signer, encoded = signature.split()
    raw = base64.b64decode(encoded)
    public = KEY.public_key().public_bytes_raw()
    assert (size, root, dash, signer) == ("3", base64.b64encode(bytes(32)).decode(), "—", name)
    assert raw[:4] == hashlib.sha256(f"{name}\n".encode() + b"\x01" + public).digest()[:4]
    KEY.public_key().verify(raw[4:], f"{text}\n".encode())


@given(st.data())
def test_one_letter_changed_is_not_signed(data):
    note = sign_checkpoint(1_200, bytes(range(32)), KEY)
    place = data.draw(st.integers(0, note.index("\n\n") - 1))
    changed = f"{note[:place]}{chr(ord(note[place]) ^ 1)}{note[place + 1 :]}"
    assert not is_signed(changed, KEY.public_key())


@given(st.text())
def test_what_is_no_checkpoint_is_refused_and_never_signed(text):
    assert not is_signed(text, KEY.public_key())
    with pytest.raises(ValueError, match="it is no checkpoint, want three lines"):
        parse_checkpoint(text)


def test_a_signature_among_others_counts():
    text, signature = sign_checkpoint(3, bytes(32), KEY).split("\n\n")
    other = sign_checkpoint(3, bytes(32), OTHER).split("\n\n")[1]
    assert is_signed(f"{text}\n\n{other}— someone\n{signature}", KEY.public_key())
    assert not is_signed(f"{text}\n\n{other}", KEY.public_key())


def test_a_key_written_is_read():
    assert parse_key(f" {show_key(KEY.public_key())}\n") == KEY.public_key()


@pytest.mark.parametrize("change", [("+", "-"), ("matinee.ledger/", "other/"), ("+A", "+B"), ("A", "")])
def test_a_key_that_is_none_is_refused(change):
    with pytest.raises(ValueError, match="is no verifier key"):
        parse_key(show_key(KEY.public_key()).replace(*change))
