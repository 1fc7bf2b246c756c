import tomllib

from matinee.rights.compliance.stated import NOTHING, Stated, read_stated

FILE = """
controller = "Example Stream Ltd, Dublin"

[recommender]
owner = "Programming"
told-at = "https://example.com/privacy"

[[model]]
name = "faces-2"
marks = ["signed metadata", "watermark", "watermark"]
"""


def test_what_the_owner_states_is_read():
    stated, problems = read_stated(tomllib.loads(FILE))
    assert problems == []
    assert stated is not None
    assert (stated.controller, stated.recommender.told_at) == (
        "Example Stream Ltd, Dublin",
        "https://example.com/privacy",
    )
    assert stated.model("faces-2").marks == ("signed metadata", "watermark")
    assert stated.model("another") == NOTHING


def test_an_empty_file_states_nothing():
    assert read_stated({}) == (Stated(), [])


def test_every_problem_is_named_with_its_place():
    text = FILE.replace("owner", "boss").replace('"faces-2"', "2").replace('["signed', '[1, "signed')
    stated, problems = read_stated(tomllib.loads(text + '[[model]]\nretention = " "\n'))
    assert stated is None
    assert {each.place for each in problems} == {
        "/recommender/boss",
        "/model/0/name",
        "/model/0/marks",
        "/model/1/name",
        "/model/1/retention",
    }


def test_tables_have_to_be_tables_and_models_stand_once():
    assert [each.place for each in read_stated({"recommender": "x"})[1]] == ["/recommender"]
    assert [each.place for each in read_stated({"model": {"name": "x"}})[1]] == ["/model"]
    (problem,) = read_stated({"model": [{"name": "x"}, {"name": "x"}]})[1]
    assert problem.what == "x is stated twice"
