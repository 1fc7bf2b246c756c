"""An evaluator of ODRL 2.2 policies, of use by itself.

    reading = load_policies(read_turtle(text))      # or read_json_ld; every problem with its place
    policy = reading.policies[uid]                  # once
    report = evaluate(policy, request, world)       # many times

Covers the Information Model: rules, duties, constraints, collections, the action hierarchy, conflict strategies,
inheritance. It signs nothing, prices nothing and remembers nothing: what has happened so far is the `World` it is told.
"""

from matinee.rights.odrl.evaluate import evaluate
from matinee.rights.odrl.graph import Graph, Problem
from matinee.rights.odrl.inherit import Reading, load_policies
from matinee.rights.odrl.json_ld import read_json_ld
from matinee.rights.odrl.model import Constraint, Fact, Logical, Policy, Request, Rule, World
from matinee.rights.odrl.report import Report, RuleReport
from matinee.rights.odrl.turtle import read_turtle
from matinee.rights.odrl.vocabulary import ODRL_22, Vocabulary
from matinee.rights.odrl.world import load_request, load_world

__all__ = [
    "ODRL_22",
    "Constraint",
    "Fact",
    "Graph",
    "Logical",
    "Policy",
    "Problem",
    "Reading",
    "Report",
    "Request",
    "Rule",
    "RuleReport",
    "Vocabulary",
    "World",
    "evaluate",
    "load_policies",
    "load_request",
    "load_world",
    "read_json_ld",
    "read_turtle",
]
