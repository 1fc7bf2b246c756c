"""The page docs/benchmarks.md: one section a bench, with command, date, commit and machine."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `./run bench NAME`, a section each. Nothing here is typed by hand but the remarks of docs/log.md.
"""


@dataclass(frozen=True)
class Row:
    """One measured number beside its goal."""

    what: str
    goal: str
    measured: str


def write_section(name: str, about: str, rows: list[Row], extra: str = "") -> None:
    """Print a section and put it into the page in place of its former self."""
    lines = [f"| {row.what} | {row.goal} | {row.measured} |" for row in rows]
    table = "\n".join(["| what | goal | measured |", "|---|---|---|", *lines])
    made = f"`./run bench {name}`, {datetime.now(UTC):%Y-%m-%d}, commit {find_commit()}, {_machine()}."
    section = f"## {name}\n\n{about}\n\n{made}\n\n{table}\n"
    if extra:
        section += f"\n{extra}\n"
    print(section)
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    found = re.search(rf"## {re.escape(name)}\n.*?(?=\n## |\Z)", old, flags=re.DOTALL)
    new = old[: found.start()] + section + old[found.end() :] if found else f"{old.rstrip()}\n\n{section}"
    PAGE.write_text(new, encoding="utf-8")


def find_commit() -> str:
    """Name the commit that is measured; what a bench before this one wrote into docs is no change of it."""
    git = ["git", "-C", str(PAGE.parents[1])]
    asked = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    if asked.returncode:
        return "unknown"
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", ".", ":!docs"], check=False).returncode
    return asked.stdout.strip() + ("-dirty" if changed else "")


def _machine() -> str:
    cpu = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", cpu.read_text()) if cpu.exists() else []
    return (
        f"{os.cpu_count()} cores of {names[0] if names else platform.processor()}, Python {platform.python_version()}"
    )
