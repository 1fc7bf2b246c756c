"""The ledger's signing key: a file of the service's folder that its owner alone can read.

Covers making it once and reading it. Whoever has it can sign another history; it belongs outside the database, and a
copy of it where the service cannot be lost with it.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from matinee.errors import BadFile
from matinee.store.disk import plain_disk_errors

FILE = Path("keys") / "ledger.pem"


def find_key(folder: Path) -> Ed25519PrivateKey | None:
    """Read the signing key of the service in `folder`; None if it has none yet.

    Raises:
        BadFile: the file holds no Ed25519 key.
        StoreError: the disk said no.
    """
    path = folder / FILE
    with plain_disk_errors(path):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise BadFile("it holds no private key", where=str(path), todo="put back the file that was here") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadFile("it holds a key that is not of Ed25519", where=str(path), todo="put back the file that was here")
    return key


def make_key(folder: Path) -> Ed25519PrivateKey:
    """Read the signing key, which is made if there is none; errors as in `find_key`."""
    path = folder / FILE
    if (key := find_key(folder)) is not None:
        return key
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with plain_disk_errors(path):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process made one meanwhile: that one holds
            path.hardlink_to(unfinished)
        unfinished.unlink()
    return find_key(folder) or make_key(folder)
