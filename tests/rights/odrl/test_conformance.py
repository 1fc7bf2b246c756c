"""The ODRL Test Suite of SolidLab (https://github.com/SolidLabResearch/ODRL-Test-Suite), read where it lies."""

import pytest

from matinee.flows.odrl import evaluate_files
from matinee.rights.odrl import read_turtle

EX = "http://example.org/"
REPORT = "https://w3id.org/force/compliance-report#"


@pytest.fixture(scope="module")
def suite(shared):
    folder = shared / "conformance" / "odrl"
    graphs = {path: read_turtle(path.read_text()) for path in sorted(folder.rglob("*.ttl"))}
    assert [graph.problems for graph in graphs.values() if graph.problems] == []
    return graphs


def homes(suite, kind):
    """Find the file that describes each node: its IRI -> path, of the files of one folder."""
    return {node: path for path, graph in suite.items() if path.parent.name == kind for node in graph.nodes}


def expected_states(graph):
    """Read what the case expects: rule -> active or inactive."""
    reports = [node for node in graph.nodes if graph.values(node, f"{REPORT}activationState")]
    rules, states = (
        [graph.values(node, REPORT + name)[0].text for node in reports] for name in ("rule", "activationState")
    )
    return {rule: state.removeprefix(REPORT).lower() for rule, state in zip(rules, states, strict=True)}


def test_every_case_of_the_suite_comes_out_as_expected(suite):
    folders = {"policy": "policies", "request": "requests", "sotw": "sotw"}
    files = {name: homes(suite, folder) for name, folder in folders.items()}
    cases = {path.stem: graph for path, graph in suite.items() if path.parent.name == "test_cases"}
    failed = {}
    for name, graph in cases.items():
        (case,) = graph.of_type(f"{EX}TestCase")
        found = evaluate_files(*(files[each][graph.values(case, EX + each)[0].text] for each in files))
        states = {rule["rule"]: rule["state"] for rule in found["rules"]}
        if found["problems"] or states != expected_states(graph):
            failed[name] = (states, found["problems"])
    assert failed == {}
    assert len(cases) == 48
