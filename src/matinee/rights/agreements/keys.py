"""Ed25519 (RFC 8032): signing a text, and checking who signed it.

Covers the arithmetic. Where keys are kept is the business of the store; whose they are stands in `people`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_text(private: Ed25519PrivateKey) -> str:
    """Give the public half of a key, 32 bytes in base64."""
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def read_public(text: str) -> Ed25519PublicKey:
    """Read a public key of 32 bytes in base64.

    Raises:
        ValueError: it is none.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise ValueError(f"{text[:60]!r} is no Ed25519 public key, want 32 bytes in base64") from None


def name_key(public: str) -> str:
    """Name a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def sign_text(private: Ed25519PrivateKey, text: str) -> str:
    """Sign a text in UTF-8; 64 bytes in base64."""
    return base64.b64encode(private.sign(text.encode())).decode()


def is_signed(text: str, signature: str, public: str) -> bool:
    """Tell whether a signature is by this key over this text; whatever cannot be read is not.

    Args:
        text: signed in UTF-8.
        signature: 64 bytes in base64.
        public: 32 bytes in base64.
    """
    try:
        read_public(public).verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
