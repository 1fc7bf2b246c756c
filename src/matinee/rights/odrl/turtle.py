"""Turtle to a graph, with the line of every term.

Covers RDF 1.1 Turtle (https://www.w3.org/TR/turtle/): prefixes, bases, lists, nameless nodes, all literals. It resolves
relative IRIs only by putting the base before them. Our own reader because a problem has to name its line, which
general RDF libraries do not keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from matinee.rights.odrl.graph import Graph, Kind, Problem, Term
from matinee.rights.odrl.names import RDF, TYPE, XSD

DEEPEST = 50
"""Nodes and lists within each other."""

_WORD = r"[^\W\d_][\w.\-]*(?<!\.)"
_IN_NAMES = r"%[0-9A-Fa-f]{2}|\\[^\w\s]"
_TOKENS = re.compile(
    r"""
      (?P<space>[ \t\r]+|\#[^\n]*)
    | (?P<line>\n)
    | (?P<iri><[^\x00-\x20<>"{}|^`]*>)
    | (?P<long>\"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3}|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3})
    | (?P<text>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<directive>@prefix\b|@base\b)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<double>[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+)
    | (?P<decimal>[+-]?[0-9]*\.[0-9]+)
    | (?P<integer>[+-]?[0-9]+)
    | (?P<blank>_:[\w](?:[\w.\-]*[\w\-])?)
    | (?P<name>(?:WORD)?:(?:(?:[\w:]|ESCAPED)(?:(?:[\w\-:.]|ESCAPED)*(?:[\w\-:]|ESCAPED))?)?)
    | (?P<word>[A-Za-z]+)
    | (?P<mark>\^\^|[.;,\[\]()])
    """.replace("WORD", _WORD).replace("ESCAPED", _IN_NAMES),
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_NUMBERS = {"integer": f"{XSD}integer", "decimal": f"{XSD}decimal", "double": f"{XSD}double"}


class _Token(NamedTuple):
    kind: str
    text: str
    line: int

    @property
    def place(self) -> str:
        return f"line {self.line}"


class _Unreadable(Exception):
    def __init__(self, token: _Token, what: str) -> None:
        self.problem = Problem(token.place, what)


def read_turtle(text: str) -> Graph:
    """Read Turtle.

    Returns:
        The graph. Reading stops at the first place that is not Turtle, which is then its only problem.
    """
    graph = Graph()
    try:
        _Reader(list(_cut(text)), graph).read()
    except _Unreadable as stop:
        graph.problems.append(stop.problem)
    return graph


def _cut(text: str) -> Iterator[_Token]:
    line, at = 1, 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None or found.lastgroup is None:
            raise _Unreadable(_Token("", "", line), f"{text[at : at + 20].split(chr(10))[0]!r} is not Turtle")
        if found.lastgroup not in {"space", "line"}:
            yield _Token(found.lastgroup, found.group(), line)
        line += found.group().count("\n")
        at = found.end()
    yield _Token("end", "", line)


@dataclass
class _Reader:
    """Recursive descent over tokens. Methods read one thing of the grammar each and stand behind it afterwards."""

    tokens: list[_Token]
    graph: Graph
    at: int = 0
    depth: int = 0
    labels: int = 0
    base: str = ""

    def __post_init__(self) -> None:
        self.prefixes: dict[str, str] = {}

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def read(self) -> None:
        while self.here.kind != "end":
            token = self.here
            if token.kind == "directive" or (token.kind == "word" and token.text.lower() in {"prefix", "base"}):
                self.read_directive()
            else:
                self.read_statement()

    def take(self) -> _Token:
        token = self.here
        if token.kind == "end":
            self.stop(token, "the file ends in the middle of a statement")
        self.at += 1
        return token

    def take_mark(self, *marks: str) -> str:
        token = self.take()
        if token.text not in marks or token.kind != "mark":
            self.stop(token, f"got {token.text!r}, want {' or '.join(marks)}")
        return token.text

    def stop(self, token: _Token, what: str) -> NoReturn:
        raise _Unreadable(token, what)

    def read_directive(self) -> None:
        token = self.take()
        if token.text.lower().endswith("prefix"):
            name = self.take()
            if name.kind != "name" or not name.text.endswith(":"):
                self.stop(name, f"{name.text!r} is not a prefix")
            self.prefixes[name.text[:-1]] = self.read_iri(self.take())
        else:
            self.base = self.read_iri(self.take())
        if token.kind == "directive":
            self.take_mark(".")

    def read_statement(self) -> None:
        first = self.here
        subject = self.read_term()
        if not subject.is_node:
            self.stop(first, f"{subject.kind.value} cannot have properties")
        if first.text != "[" and self.is_mark("."):
            self.stop(self.here, f"{subject.text} is said nothing of")
        self.read_properties(subject.text, closing=".")
        self.take_mark(".")

    def read_properties(self, subject: str, *, closing: str) -> None:
        self.graph.describe(subject, self.here.place)
        while not self.is_mark(closing):
            name, place = self.read_property()
            self.graph.add(subject, name, self.read_term(), place=place)
            while self.is_mark(","):
                self.take()
                self.graph.add(subject, name, self.read_term(), place=place)
            if not self.is_mark(closing):
                self.take_mark(";", closing)
            while self.is_mark(";"):
                self.take()

    def is_mark(self, mark: str) -> bool:
        return self.here.kind == "mark" and self.here.text == mark

    def read_property(self) -> tuple[str, str]:
        token = self.take()
        if token.kind == "word" and token.text == "a":
            return TYPE, token.place
        return self.read_iri(token), token.place

    def read_term(self) -> Term:
        token = self.take()
        if token.kind in {"iri", "name"}:
            return Term(Kind.IRI, self.read_iri(token), token.place)
        if token.kind == "blank":
            return Term(Kind.BLANK, token.text, token.place)
        if token.text == "[" and token.kind == "mark":
            return self.read_nameless(token)
        if token.text == "(" and token.kind == "mark":
            return self.read_list(token)
        return self.read_literal(token)

    def read_nameless(self, token: _Token) -> Term:
        self.labels += 1
        label = f"_:{self.labels}."  # no label of a file ends with a full stop
        self.deepen(token)
        self.read_properties(label, closing="]")
        self.depth -= 1
        self.take_mark("]")
        return Term(Kind.BLANK, label, token.place)

    def read_list(self, token: _Token) -> Term:
        items = []
        self.deepen(token)
        while not self.is_mark(")"):
            items.append(self.read_term())
        self.depth -= 1
        self.take_mark(")")
        return Term(Kind.LIST, "", token.place, items=tuple(items))

    def deepen(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.stop(token, f"nested more than {DEEPEST} deep")

    def read_literal(self, token: _Token) -> Term:
        if token.kind in _NUMBERS:
            return Term(Kind.LITERAL, token.text, token.place, _NUMBERS[token.kind])
        if token.kind == "word" and token.text in {"true", "false"}:
            return Term(Kind.LITERAL, token.text, token.place, f"{XSD}boolean")
        if token.kind not in {"text", "long"}:
            self.stop(token, f"{token.text!r} stands where a value should")
        quotes = 3 if token.kind == "long" else 1
        text = self.unescape(token.text[quotes:-quotes], token)
        return Term(Kind.LITERAL, text, token.place, self.read_datatype())

    def read_datatype(self) -> str:
        if self.here.kind == "language":
            self.take()
            return f"{RDF}langString"
        if not self.is_mark("^^"):
            return ""
        self.take()
        return self.read_iri(self.take())

    def read_iri(self, token: _Token) -> str:
        if token.kind == "iri":
            iri = self.unescape(token.text[1:-1], token)
            return iri if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri) else self.base + iri
        if token.kind != "name":
            self.stop(token, f"{token.text!r} stands where an IRI should")
        prefix, _, local = token.text.partition(":")
        if prefix not in self.prefixes:
            self.stop(token, f"prefix {prefix!r} is not declared")
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    def unescape(self, text: str, token: _Token) -> str:
        def replace(found: re.Match[str]) -> str:
            code = found[1] or found[2]
            if code is None and found[3] in _ESCAPED:
                return _ESCAPED[found[3]]
            if code is None or int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) < 0xE000:
                self.stop(token, f"{found[0]!r} is no character")
            return chr(int(code, 16))

        return _ESCAPE.sub(replace, text) if "\\" in text else text
