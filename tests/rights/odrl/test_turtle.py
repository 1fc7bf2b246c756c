import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.odrl.graph import Kind
from matinee.rights.odrl.names import TYPE, XSD
from matinee.rights.odrl.turtle import read_turtle

EX = "http://example.org/"
PREFIX = f"@prefix ex: <{EX}>.\n"


def values(text, name, node="s"):
    graph = read_turtle(PREFIX + text)
    assert graph.problems == []
    return graph.values(EX + node, EX + name)


def test_a_statement_has_several_properties_and_values():
    graph = read_turtle(f"{PREFIX}ex:s a ex:T; ex:p ex:a, ex:b;; ex:q 1 .")
    assert graph.types(f"{EX}s") == {f"{EX}T"}
    assert [term.text for term in graph.values(f"{EX}s", f"{EX}p")] == [f"{EX}a", f"{EX}b"]
    assert graph.nodes[f"{EX}s"][TYPE][0].place == "line 2"


@pytest.mark.parametrize(
    ("written", "text", "datatype"),
    [
        ('"a"', "a", ""),
        ("'a \\\"b\\\" \\u00e9\\n'", 'a "b" é\n', ""),
        ('"""two\n"lines" here"""', 'two\n"lines" here', ""),
        ('"5"^^ex:kind', "5", f"{EX}kind"),
        ("-5", "-5", f"{XSD}integer"),
        ("5.25", "5.25", f"{XSD}decimal"),
        ("5e-3", "5e-3", f"{XSD}double"),
        ("true", "true", f"{XSD}boolean"),
    ],
)
def test_literals_of_every_form(written, text, datatype):
    (term,) = values(f"ex:s ex:p {written}.", "p")
    assert (term.kind, term.text, term.datatype) == (Kind.LITERAL, text, datatype)


def test_a_nameless_node_has_its_own_properties():
    graph = read_turtle(f"{PREFIX}ex:s ex:p [ ex:q ex:o ], [] . [ ex:q ex:o ] .")
    assert graph.problems == []
    first, second = graph.values(f"{EX}s", f"{EX}p")
    assert first.kind is Kind.BLANK
    assert first.text != second.text
    assert graph.values(first.text, f"{EX}q")[0].text == f"{EX}o"


def test_a_list_keeps_its_order():
    assert [term.text for term in values("ex:s ex:p ( ex:b ex:a 3 ).", "p")] == [f"{EX}b", f"{EX}a", "3"]


def test_prefixes_and_bases_in_both_forms():
    graph = read_turtle(f"BASE <{EX}>\nPREFIX : <{EX}more/>\n@base <{EX}> .\n<s> :p <urn:a:b> . # the end")
    assert graph.problems == []
    assert graph.values(f"{EX}s", f"{EX}more/p")[0].text == "urn:a:b"


def test_a_value_said_twice_stays_once():
    assert len(values("ex:s ex:p 1, 1.\nex:s ex:p 1.", "p")) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\nex:s ex:p yes:o .", "line 3: prefix 'yes' is not declared"),
        ("ex:s ex:p 'a", 'line 2: "\'a" is not Turtle'),
        ("ex:s ex:p ex:o", "line 2: the file ends in the middle of a statement"),
        ("ex:s .", "line 2: http://example.org/s is said nothing of"),
        ("ex:s ex:p ex:o ex:o .", "line 2: got 'ex:o', want ; or ."),
        ("'a' ex:p ex:o .", "line 2: a literal cannot have properties"),
        ("ex:s 'p' ex:o .", "line 2: \"'p'\" stands where an IRI should"),
        ("ex:s ex:p ^^ .", "line 2: '^^' stands where a value should"),
        ("ex:s ex:p '\\q' .", "line 2: '\\\\q' is no character"),
        ("ex:s ex:p '\\ud800' .", "line 2: '\\\\ud800' is no character"),
        ("@prefix ex <urn:a> .", "line 2: 'ex' is not a prefix"),
        ("ex:s ex:p " + "[ ex:p " * 60, "line 2: nested more than 50 deep"),
    ],
)
def test_what_is_not_turtle_is_said_with_its_line(text, problem):
    assert [str(each) for each in read_turtle(PREFIX + text).problems] == [problem]


@given(st.text(alphabet="abex:<>[]();,.@^'\"\\#_ \n01-", max_size=60))
def test_no_text_crashes_the_reader(text):
    graph = read_turtle(PREFIX + text)
    assert len(graph.problems) <= 1
