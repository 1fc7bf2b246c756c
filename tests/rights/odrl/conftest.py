"""Policies, requests and worlds in a few words."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from matinee.rights.odrl import Request, World, evaluate, load_policies, read_json_ld
from matinee.rights.odrl.names import odrl

CONTEXT = ["http://www.w3.org/ns/odrl.jsonld", {"ex": "http://example.org/"}]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
UID = "http://example.org/policy"


def as_file(said):
    """Write a policy as a JSON-LD file: what is said, with a context, a type and a name unless it has its own."""
    named = {} if "@graph" in said else {"@type": "Set", "uid": UID}
    return json.dumps({"@context": CONTEXT} | named | said)


@pytest.fixture(scope="session")
def load():
    """Read a policy that is in order."""

    def read(said):
        reading = load_policies(read_json_ld(as_file(said)))
        assert reading.problems == ((),)
        return reading.policies[UID]

    return read


@pytest.fixture(scope="session")
def wrong_with():
    """Read a policy that is not in order, and say what is wrong."""

    def read(said):
        reading = load_policies(read_json_ld(as_file(said)))
        assert not reading.policies
        return [str(problem) for problem in reading.problems[0]]

    return read


@pytest.fixture(scope="session")
def judge(load):
    """Evaluate a policy as said for Alice, who wants to read x at noon of 2026-01-31 unless said otherwise."""

    def call(said, *, action="read", assignee="alice", target="x", facts=None, facts_of=None, **world):
        policy = load(said) if isinstance(said, dict) else said
        asker, asset = (f"http://example.org/{name}" if name else None for name in (assignee, target))
        request = Request(odrl(action) if action else None, asker, asset, facts=facts or {})
        known = World(now=NOON, facts=facts_of or {})
        return evaluate(policy, request, replace(known, **world))

    return call
