"""The verb `odrl evaluate`: a policy, a request and the state of the world from files.

Covers reading and the words for what is wrong with a file. What ODRL means is the business of `matinee.rights.odrl`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from matinee.rights.odrl import (
    Graph,
    Policy,
    Problem,
    evaluate,
    load_policies,
    load_request,
    load_world,
    read_json_ld,
    read_turtle,
)
from matinee.store.texts import read_text

JSON_SUFFIXES = (".json", ".jsonld")
"""Files that are read as JSON-LD; all others are read as Turtle."""


def evaluate_files(policy: Path, request: Path, world: Path, *, parents: Sequence[Path] = ()) -> dict[str, Any]:
    """Evaluate the policy of one file for one request in one world.

    Args:
        policy: file of one policy, perhaps with those it inherits from.
        request: file of one policy of type Request with one permission.
        world: file of the state of the world.
        parents: further files of policies that are inherited from.

    Returns:
        {"policy", "decision": "permit" or "refuse", "because", "rules": [{"rule", "kind", "state": "active" or
        "inactive", "because", "duties"}], "problems": [{"file", "place", "what"}]}. With a problem there are no
        rules, and the decision is to refuse.

    Raises:
        UsageError: there is no such file.
        BadFile: a file is not text.
    """
    found, problems = _load_policy(policy, parents)
    if found is None:
        return _refuse(problems)
    asked, wrong = load_request(_read_graph(request), found.vocabulary)
    known, wrong_too = load_world(_read_graph(world), found.vocabulary)
    if asked is None or known is None:
        return _refuse([*_name(request, wrong), *_name(world, wrong_too)])
    return {**evaluate(found, asked, known).as_json(), "problems": []}


def _load_policy(path: Path, parents: Sequence[Path]) -> tuple[Policy | None, list[dict[str, str]]]:
    """Load the one policy of a file that no other policy inherits from."""
    paths = [path, *parents]
    graphs = [_read_graph(each) for each in paths]
    reading = load_policies(*graphs)
    problems = [said for each, wrong in zip(paths, reading.problems, strict=True) for said in _name(each, wrong)]
    own = [uid for uid in reading.leaves if uid in graphs[0].nodes]
    if not problems and len(own) != 1:
        wanted = f"holds {len(own)} policies that no other inherits from, want one"
        problems = _name(path, [Problem("", wanted)])
    return (None if problems else reading.policies[own[0]]), problems


def _read_graph(path: Path) -> Graph:
    text = read_text(path).removeprefix("\ufeff")
    return read_json_ld(text) if path.suffix.lower() in JSON_SUFFIXES else read_turtle(text)


def _name(path: Path, problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"file": str(path), "place": each.place, "what": each.what} for each in problems]


def _refuse(problems: list[dict[str, str]]) -> dict[str, Any]:
    because = "the files have problems"
    return {"policy": None, "decision": "refuse", "because": because, "rules": [], "problems": problems}
