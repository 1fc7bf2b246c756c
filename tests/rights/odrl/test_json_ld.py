import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.odrl.graph import Kind
from matinee.rights.odrl.json_ld import read_json_ld
from matinee.rights.odrl.names import XSD, odrl

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
EX = "http://example.org/"


def read(said, *extra):
    graph = read_json_ld(json.dumps({"@context": [CONTEXT, {"ex": EX}, *extra], "uid": "ex:s", **said}))
    assert graph.problems == []
    return graph


def test_short_names_are_words_of_odrl_and_plain_strings_are_iris():
    graph = read({"@type": "Set", "permission": {"action": "use", "target": "ex:x", "assignee": "urn:a"}})
    assert graph.types(f"{EX}s") == {odrl("Set")}
    (rule,) = graph.values(f"{EX}s", odrl("permission"))
    assert rule.kind is Kind.BLANK
    (action,) = graph.values(rule.text, odrl("action"))
    assert (action.kind, action.text, action.place) == (Kind.IRI, odrl("use"), "/permission/action")
    assert graph.values(rule.text, odrl("target"))[0].text == f"{EX}x"


@pytest.mark.parametrize(
    ("said", "text", "datatype"),
    [
        ("en", "en", ""),
        (5, "5", f"{XSD}integer"),
        (5.25, "5.25", f"{XSD}decimal"),
        (True, "true", f"{XSD}boolean"),
        ({"@value": "2026-01-31", "@type": "xsd:date"}, "2026-01-31", f"{XSD}date"),
        ({"@value": 5, "@type": "xsd:decimal"}, "5", f"{XSD}decimal"),
        ({"@value": "chat", "@language": "fr"}, "chat", ""),
    ],
)
def test_literals_of_every_form(said, text, datatype):
    (term,) = read({"rightOperand": said}).values(f"{EX}s", odrl("rightOperand"))
    assert (term.kind, term.text, term.datatype) == (Kind.LITERAL, text, datatype)


def test_lists_and_sets_keep_their_order():
    graph = read({"and": {"@list": [{"@id": "ex:b"}, {"@id": "ex:a"}]}, "or": {"@set": ["ex:d", "ex:c"]}})
    assert [term.text for term in graph.values(f"{EX}s", odrl("and"))] == [f"{EX}b", f"{EX}a"]
    assert [term.text for term in graph.values(f"{EX}s", odrl("or"))] == [f"{EX}d", f"{EX}c"]


def test_a_graph_and_a_list_of_objects_hold_several_nodes():
    text = json.dumps([
        {"@context": CONTEXT, "@graph": [{"uid": "urn:a", "@type": "Asset"}, {"uid": "urn:b", "@type": "Asset"}]},
        {"@context": CONTEXT, "uid": "urn:c", "type": "Asset"},
    ])
    graph = read_json_ld(text)
    assert graph.places == {"urn:a": "/0/@graph/0", "urn:b": "/0/@graph/1", "urn:c": "/1"}


def test_a_context_may_define_terms_a_base_and_a_vocabulary():
    mine = {"owner": {"@id": "ex:owner", "@type": "@id"}, "day": {"@id": "ex:day", "@type": "xsd:date"}}
    graph = read({"owner": "me", "day": "2026-01-31", "more": 1}, mine, {"@base": EX, "@vocab": f"{EX}v/"})
    assert graph.values(f"{EX}s", f"{EX}owner")[0].text == f"{EX}me"
    assert graph.values(f"{EX}s", f"{EX}day")[0].datatype == f"{XSD}date"
    assert graph.values(f"{EX}s", f"{EX}v/more")[0].text == "1"


def test_a_unit_may_be_a_bare_code_or_an_iri():
    assert read({"unit": "EUR"}).values(f"{EX}s", odrl("unit"))[0].text == "EUR"
    assert read({"unit": "ex:euro"}).values(f"{EX}s", odrl("unit"))[0].text == f"{EX}euro"


def test_a_name_alone_points_to_a_node_and_says_nothing_of_it():
    graph = read({"permission": [{"@id": "ex:elsewhere"}]})
    assert f"{EX}elsewhere" not in graph.nodes


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"permision": []}, "/permision: 'permision' is no property of ODRL, nor an IRI"),
        ({"action": "raed"}, "/action: 'raed' is no word of ODRL, nor an IRI"),
        ({"target": None}, "/target: null says nothing"),
        ({"target": []}, "/target: an empty list says nothing"),
        ({"target": {"@set": []}}, "/target: an empty list says nothing"),
        ({"target": "x"}, "/target: 'x' is not an IRI"),
        ({"target": [["ex:x"], {"@list": 1}]}, "/target/1/@list: is not a list"),
        ({"@type": "Sett"}, "/@type: 'Sett' is no class of ODRL, nor an IRI"),
        ({"@id": "urn:other"}, ": has two names"),
        ({"@reverse": {}}, "/@reverse: '@reverse' is no property of ODRL, nor an IRI"),
        ({"a/b~": 1}, "/a~1b~0: 'a/b~' is no property of ODRL, nor an IRI"),
        ({"count": {"@value": 1, "@type": "nope"}}, "/count: is not a literal that can be understood"),
        ({"count": {"@value": [1]}}, "/count: is not a literal that can be understood"),
        ({"@graph": [1]}, "/@graph/0: is not an object"),
    ],
)
def test_what_json_ld_would_drop_is_a_problem_with_its_pointer(said, problem):
    graph = read_json_ld(json.dumps({"@context": CONTEXT, "uid": "urn:s", "ex:x": 1, **said}).replace("ex:x", "urn:x"))
    assert problem.removeprefix(": ") in [str(each) for each in graph.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1", "line 1: is not JSON"),
        ('{"@context":\n"x", "a": NaN}', "NaN is no JSON number"),
        ('{"a": 1, "a": 2}', "key 'a' stands twice in one object"),
        ("5", "holds no object"),
        ("[5]", "/0: is not an object"),
        ("{}", "names no @context"),
        ('{"@context": "http://example.org/c"}', "/@context: context 'http://example.org/c' is not known here"),
        ('{"@context": {"a": 1}}', "/@context/a: 'a' is not given an IRI"),
        ('{"@context": {"@import": "urn:a"}}', "/@context/@import: '@import' is not understood"),
        ("[" * 100_000, "is nested more than 50 deep"),
        ("9" * 5_000, "is not JSON that can be relied on"),
    ],
)
def test_what_is_not_json_ld_at_all_is_said(text, problem):
    said = "\n".join(str(each) for each in read_json_ld(text).problems)
    assert problem in said


def test_deep_nesting_is_a_problem():
    said = '{"constraint": ' * 60 + '"urn:a"' + "}" * 60
    graph = read_json_ld(f'{{"@context": "{CONTEXT}", "uid": "urn:s", "constraint": {said}}}')
    assert [problem.what for problem in graph.problems] == ["is nested more than 50 deep"]


KEYS = ["@id", "@type", "@value", "@list", "@set", "@graph", "uid", "action", "target", "and", "x"]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from(["use", "urn:a"]))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_no_json_crashes_the_reader(said):
    said = {"@context": CONTEXT, **said} if isinstance(said, dict) else said
    read_json_ld(json.dumps(said))
