"""Checkpoints: size and root of the ledger as a signed note that anybody can keep.

Covers the text of C2SP's tlog-checkpoint inside its signed-note, with Ed25519: writing, reading, verifying. It knows
one signature a note; lines of other signers are passed over. Where keys are kept is the rim's business.

    matinee.ledger/1f0c…         origin: which ledger
    1200                         size
    base64 of the root
                                 (an empty line)
    — matinee.ledger/1f0c… base64 of key id and signature

Source: https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note (type 0x01, Ed25519).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"


@dataclass(frozen=True)
class Checkpoint:
    """What a ledger was at a size.

    Attributes:
        origin: which ledger.
        size: entries, 0 or more.
        root: of its tree, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Write what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def name_origin(public: Ed25519PublicKey) -> str:
    """Name a ledger after the key that signs its checkpoints."""
    return f"matinee.ledger/{hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]}"


def show_key(public: Ed25519PublicKey) -> str:
    """Write a public key as C2SP's verifier key: name+key id+base64 of type and key."""
    name = name_origin(public)
    key = base64.b64encode(ED25519 + public.public_bytes_raw()).decode()
    return f"{name}+{_key_id(name, public).hex()}+{key}"


def parse_key(text: str) -> Ed25519PublicKey:
    """Read a verifier key that `show_key` wrote.

    Raises:
        ValueError: it is none.
    """
    try:
        _, key_id, key = text.strip().split("+", 2)
        raw = base64.b64decode(key, validate=True)
        public = Ed25519PublicKey.from_public_bytes(raw[1:])
    except (ValueError, binascii.Error) as error:
        raise ValueError(
            f"{text[:100]!r} is no verifier key, want name+id+key as `ledger checkpoint` prints"
        ) from error
    if raw[:1] != ED25519 or show_key(public) != text.strip():
        raise ValueError(f"{text[:100]!r} is no verifier key of a ledger: its name or id ({key_id}) is not the key's")
    return public


def sign_checkpoint(size: int, root: bytes, key: Ed25519PrivateKey) -> str:
    """Write and sign a checkpoint."""
    public = key.public_key()
    name = name_origin(public)
    text = Checkpoint(name, size, root).text()
    signed = _key_id(name, public) + key.sign(text.encode())
    return f"{text}\n\N{EM DASH} {name} {base64.b64encode(signed).decode()}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint, its signature unseen.

    Raises:
        ValueError: the text is no checkpoint.
    """
    text, _, _ = note.partition("\n\n")
    found = re.fullmatch(r"([^\n+ ]+)\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/]{43}=)(\n[^\n]+)*", text)
    if not found:
        raise ValueError(
            "it is no checkpoint, want three lines (origin, size, root) and a signature after an empty one"
        )
    return Checkpoint(found[1], int(found[2]), base64.b64decode(found[3]))


def is_signed(note: str, public: Ed25519PublicKey) -> bool:
    """Say whether the note bears a valid signature of the key."""
    text, gap, signatures = note.partition("\n\n")
    name = name_origin(public)
    for line in signatures.splitlines() if gap else []:
        found = re.fullmatch(r"\N{EM DASH} (\S+) ([A-Za-z0-9+/]+=*)", line)
        if found and found[1] == name and _is_valid(found[2], f"{text}\n", name, public):
            return True
    return False


def _is_valid(encoded: str, text: str, name: str, public: Ed25519PublicKey) -> bool:
    try:
        signed = base64.b64decode(encoded, validate=True)
        if signed[:4] != _key_id(name, public):
            return False
        public.verify(signed[4:], text.encode())
    except (binascii.Error, InvalidSignature):
        return False
    return True


def _key_id(name: str, public: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public.public_bytes_raw()).digest()[:4]
