import json

import pytest

POLICY = """@prefix odrl: <http://www.w3.org/ns/odrl/2/>. @prefix ex: <urn:ex:>.
ex:policy a odrl:Set; odrl:permission ex:may .
ex:may odrl:action odrl:use; odrl:assignee ex:alice .
"""
REQUEST = {
    "@context": "http://www.w3.org/ns/odrl.jsonld",
    "@type": "Request",
    "uid": "urn:ex:request",
    "permission": {"action": "read", "assignee": "urn:ex:alice", "target": "urn:ex:[x]"},
}


@pytest.fixture
def files(tmp_path):
    """Three small files, as options of the command."""
    written = {"policy.ttl": POLICY, "request.jsonld": json.dumps(REQUEST), "world.ttl": ""}
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    return [word for name in written for word in (f"--{name.partition('.')[0]}", tmp_path / name)]


def test_a_policy_is_evaluated_for_a_request(command, files):
    said = command("odrl", "evaluate", *files, "--json")
    assert (said.code, said.err) == (0, "")
    assert (said.json["decision"], said.json["problems"]) == ("permit", [])
    (rule,) = said.json["rules"]
    assert (rule["rule"], rule["state"]) == ("urn:ex:may", "active")
    assert rule["because"] == "action read meets use; assignee urn:ex:alice"


def test_the_evaluation_can_be_read_by_people(command, files, tmp_path):
    (tmp_path / "request.jsonld").write_text(json.dumps(REQUEST).replace("alice", "[bob]"))
    said = command("odrl", "evaluate", *files)
    assert said.code == 0
    assert "permission" in said.out
    assert "urn:ex:[bob] does not meet" in said.out
    assert said.out.endswith("Refused: no permission is active.\n")


def test_every_problem_is_listed_with_its_place(command, files, tmp_path):
    (tmp_path / "policy.ttl").write_text(POLICY.replace("odrl:use", "ex:fly; odrl:targt ex:x"))
    said = command("odrl", "evaluate", *files)
    assert said.code == 1
    assert said.out.splitlines() == [
        f"{tmp_path / 'policy.ttl'}, line 3: action urn:ex:fly is not known",
        f"{tmp_path / 'policy.ttl'}, line 3: targt does not belong to a permission",
        f"{tmp_path / 'policy.ttl'}, line 3: targt is not a property of ODRL 2.2",
        "Not evaluated: 3 problems.",
    ]


def test_problems_of_the_request_and_the_world_come_together(command, files, tmp_path):
    (tmp_path / "request.jsonld").write_text("{}")
    (tmp_path / "world.ttl").write_text("nothing")
    said = command("odrl", "evaluate", *files, "--json")
    assert said.code == 1
    assert (said.json["decision"], said.json["rules"]) == ("refuse", [])
    found = [(problem["file"].rpartition("/")[2], problem["place"]) for problem in said.json["problems"]]
    assert found == [("request.jsonld", ""), ("world.ttl", "line 1")]


def test_a_parent_may_stand_in_another_file(command, files, tmp_path):
    (tmp_path / "parent.ttl").write_text(POLICY)
    (tmp_path / "policy.ttl").write_text(POLICY.splitlines()[0] + "ex:child a odrl:Set; odrl:inheritFrom ex:policy .")
    assert command("odrl", "evaluate", *files).code == 1
    said = command("odrl", "evaluate", *files, "--parent", tmp_path / "parent.ttl", "--json")
    assert (said.json["policy"], said.json["decision"]) == ("urn:ex:child", "permit")


def test_two_policies_in_a_file_are_one_too_many(command, files, tmp_path):
    (tmp_path / "policy.ttl").write_text(POLICY + "ex:other a odrl:Set; odrl:permission ex:may .")
    said = command("odrl", "evaluate", *files)
    assert "holds 2 policies that no other inherits from, want one" in said.out


def test_a_file_that_is_not_there_is_misuse(command, files, tmp_path):
    (tmp_path / "world.ttl").unlink()
    said = command("odrl", "evaluate", *files)
    assert (said.code, said.err) == (2, f"matinee: {tmp_path / 'world.ttl'}: no such file; give the path of a file\n")


@pytest.mark.parametrize(
    ("policy", "request_", "world", "state"),
    [(16, 1, "partyMembership", "active"), (17, 6, "assetMembership", "inactive"), (21, 1, "all-2024", "active")],
)
def test_cases_of_the_odrl_test_suite(command, shared, policy, request_, world, state):
    folder = shared / "conformance" / "odrl"
    paths = (f"policies/policy-{policy}.ttl", f"requests/request-{request_}.ttl", f"sotw/{world}.ttl")
    options = zip(("--policy", "--request", "--world"), paths, strict=True)
    said = command("odrl", "evaluate", "--json", *(each for name, path in options for each in (name, folder / path)))
    assert [rule["state"] for rule in said.json["rules"]] == [state]
