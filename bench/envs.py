"""An environment a peer, made when it is first needed: pinned versions, under build/, away from our own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
CACHE = ROOT / "build" / "bench"


class NotInstalled(Exception):
    """A peer that cannot be had on this machine; says why."""


def find_python(peer: str) -> str:
    """Find the interpreter of a peer's environment, and make the environment if its pins are new.

    Raises:
        NotInstalled: if the pinned versions cannot be installed.
    """
    if peer == "matinee":
        return sys.executable
    pins, folder = PEERS / f"{peer}.txt", CACHE / "envs" / peer
    python, installed = folder / "bin" / "python", folder / "pins.txt"
    if not installed.exists() or installed.read_text() != pins.read_text():
        print(f"bench: installing {peer} into {folder}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        _call_uv("venv", "--python", sys.executable, str(folder))
        _call_uv("pip", "install", "--python", str(python), "--requirements", str(pins))
        shutil.copy(pins, installed)
    return str(python)


def find_version(peer: str) -> str:
    """Read the version of a peer from its pins."""
    lines = dict(line.split("==") for line in (PEERS / f"{peer}.txt").read_text().split())
    return lines[peer]


def _call_uv(*words: str) -> None:
    """Call uv; wheels that pip is told to find beside the index are found by it too."""
    links = os.environ.get("UV_FIND_LINKS", os.environ.get("PIP_FIND_LINKS", ""))
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    found = subprocess.run(
        (uv, *words, "--quiet"), env=os.environ | {"UV_FIND_LINKS": links}, capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise NotInstalled(" ".join(found.stderr.split())[-300:])
