"""The IRIs that the evaluator speaks, and how they are shown to people.

Covers namespaces and the properties of the ODRL 2.2 model. Which actions and operands there are stands in `vocabulary`.
"""

from __future__ import annotations

ODRL = "http://www.w3.org/ns/odrl/2/"
CC = "http://creativecommons.org/ns#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCT = "http://purl.org/dc/terms/"
REPORT = "https://w3id.org/force/compliance-report#"

TYPE = f"{RDF}type"

PREFIXES = {
    "odrl": ODRL,
    "cc": CC,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "dct": DCT,
    "dcterms": DCT,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
"""Prefixes that the W3C's JSON-LD context for ODRL gives."""

POLICY_TYPES = ("Policy", "Set", "Offer", "Agreement", "Assertion", "Privacy", "Request", "Ticket")

FUNCTIONS = (
    "assigner",
    "assignee",
    "attributedParty",
    "attributingParty",
    "compensatedParty",
    "compensatingParty",
    "consentedParty",
    "consentingParty",
    "contractedParty",
    "contractingParty",
    "informedParty",
    "informingParty",
    "trackedParty",
    "trackingParty",
)
"""Roles that a party may have in a rule."""

CLASSES = (
    *POLICY_TYPES,
    "Rule",
    "Permission",
    "Prohibition",
    "Duty",
    "Asset",
    "AssetCollection",
    "Party",
    "PartyCollection",
    "Action",
    "Constraint",
    "LogicalConstraint",
    "LeftOperand",
    "Operator",
    "RightOperand",
    "ConflictTerm",
)

NODE_PROPERTIES = (
    *FUNCTIONS,
    "permission",
    "prohibition",
    "obligation",
    "duty",
    "consequence",
    "remedy",
    "target",
    "output",
    "constraint",
    "refinement",
    "source",
    "partOf",
    "hasPolicy",
    "assignerOf",
    "assigneeOf",
    "inheritFrom",
    "profile",
    "rightOperandReference",
    "unit",
    "dataType",
    "or",
    "xone",
    "and",
    "andSequence",
)
"""Properties whose values are IRIs or nodes; a plain JSON string in their place is an IRI."""

TERM_PROPERTIES = ("action", "leftOperand", "operator", "conflict", "includedIn", "implies")
"""Properties whose values are terms; a plain JSON string in their place may be a short name of ODRL."""

LITERAL_PROPERTIES = ("rightOperand", "status", "uid")

PROPERTIES = frozenset({*NODE_PROPERTIES, *TERM_PROPERTIES, *LITERAL_PROPERTIES})


def odrl(name: str) -> str:
    """Give the IRI of a short name of ODRL."""
    return ODRL + name


def shorten(iri: str) -> str:
    """Show an IRI as people know it: `read` for ODRL's own, anything else in full."""
    return iri[len(ODRL) :] if iri.startswith(ODRL) else iri
