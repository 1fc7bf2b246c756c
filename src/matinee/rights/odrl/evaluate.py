"""One policy, one request, one world: which rules are active, and is the use permitted?

Covers the premises of a rule (action, asset, parties, constraints, refinements), duties with their consequences, and
the conflict strategies. Fails closed: what is unknown leaves a permission inactive and a prohibition active.

A permission is active while no duty of its is violated; a duty that is still open does not stop it unless it has to be
fulfilled before the use. Whoever must be stricter finds the state of each duty in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from matinee.rights.odrl.compare import all_of, can_reach, negate
from matinee.rights.odrl.judge import Scene, judge, judge_all
from matinee.rights.odrl.model import (
    Action,
    Condition,
    Constraint,
    DutyState,
    Policy,
    Request,
    Rule,
    Scope,
    Truth,
    World,
)
from matinee.rights.odrl.report import Finding, Premise, Report, RuleReport
from matinee.rights.odrl.vocabulary import DATE_TIME

GRANTS_NOTHING = frozenset({"Offer", "Request"})
"""Policies that only propose."""

_STOPPING: dict[DutyState, Truth] = {"violated": False, "unknown": None}

S = TypeVar("S", Action, Scope)


def evaluate(policy: Policy, request: Request, world: World) -> Report:
    """Evaluate a policy for one request.

    Returns:
        The report: every rule with its state and reason, and whether the use is permitted.
    """
    scene = Scene(policy, request, world)
    rules = tuple(_judge_rule(rule, scene) for rule in policy.rules)
    is_permitted, because = _decide(policy, rules)
    return Report(policy.uid, is_permitted, because, rules)


def _decide(policy: Policy, rules: tuple[RuleReport, ...]) -> tuple[bool, str]:
    """Apply the conflict strategy; a conflict is a permission and a prohibition, both active for the request."""
    permission = _first_active(rules, "permission")
    prohibition = _first_active(rules, "prohibition")
    if policy.kind in GRANTS_NOTHING:
        return False, f"a policy of type {policy.kind} grants nothing"
    if permission is None:
        return False, f"prohibition {prohibition} is active" if prohibition else "no permission is active"
    if prohibition is None:
        return True, f"permission {permission} is active"
    clash = f"permission {permission} and prohibition {prohibition} are both active"
    if policy.conflict == "perm":
        return True, f"{clash}, and permissions go first"
    if policy.conflict == "prohibit":
        return False, f"{clash}, and prohibitions go first"
    return False, f"{clash}, which makes the whole policy void"


def _first_active(rules: tuple[RuleReport, ...], kind: str) -> str | None:
    return next((rule.rule for rule in rules if rule.is_active and rule.kind == kind), None)


def _judge_rule(rule: Rule, scene: Scene) -> RuleReport:
    if rule.kind == "obligation":
        findings = [*_judge_assignee(rule, scene), *_judge_constraints(rule, scene)]
        duties: tuple[tuple[str, DutyState], ...] = ((rule.uid, _find_state(rule, scene)),)
    else:
        findings = [*_judge_use(rule, scene), *_judge_assignee(rule, scene), *_judge_constraints(rule, scene)]
        duties = tuple((duty.uid, _find_state(duty, scene)) for duty in rule.duties)
    if rule.kind == "permission":
        findings += [_judge_duty(duty, state) for duty, (_, state) in zip(rule.duties, duties, strict=True)]
    holds = all_of(finding.holds for finding in findings)
    is_active = holds is True if rule.kind == "permission" else holds is not False
    return RuleReport(rule.uid, rule.kind, is_active, tuple(findings), duties)


def _judge_use(rule: Rule, scene: Scene) -> Iterator[Finding]:
    """Compare what is to be done, and to what, with the rule's actions and assets."""
    about, request = rule.about, scene.request
    if about.actions and request.action not in scene.policy.vocabulary.broader:
        yield Finding("action", None, about.actions, request.action)
    elif about.actions:
        yield _match("action", about.actions, request.action, _action_test(rule, scene), rule=rule, scene=scene)
    if about.targets:
        covers = _scope_test(rule, request.target, scene)
        yield _match("target", about.targets, request.target, covers, rule=rule, scene=scene)


def _judge_assignee(rule: Rule, scene: Scene) -> Iterator[Finding]:
    about, request = rule.about, scene.request
    if about.assignees:
        covers = _scope_test(rule, request.assignee, scene)
        yield _match("assignee", about.assignees, request.assignee, covers, rule=rule, scene=scene)
    if about.assigners and request.assigner is not None:
        covers = _scope_test(rule, request.assigner, scene)
        yield _match("assigner", about.assigners, request.assigner, covers, rule=rule, scene=scene)


def _judge_constraints(rule: Rule, scene: Scene) -> Iterator[Finding]:
    for constraint in rule.constraints:
        judged = judge(constraint, rule.uid, scene, is_next=_is_use(rule))
        yield Finding("constraint", judged.holds, judged=judged)


def _is_use(rule: Rule) -> bool:
    return rule.kind in {"permission", "prohibition"}


def _match(
    premise: Premise, wanted: tuple[S, ...], asked: str | None, covers: Callable[[S], bool], *, rule: Rule, scene: Scene
) -> Finding:
    """Compare what is asked for with the rule's actions, assets or parties, any of which will do.

    A refinement of an action is about the rule; one of an asset or a party is about the member asked for.
    """
    if asked is None:
        return Finding(premise, None, wanted, None)
    best = Finding(premise, False, wanted, asked)
    for each in wanted:
        if not covers(each):
            continue
        subject = rule.uid if isinstance(each, Action) else asked
        judged = judge_all(each.refinements, subject, scene, is_next=_is_use(rule))
        if judged is None:
            return Finding(premise, True, wanted, asked)
        if judged.holds is None or best.judged is None:
            best = Finding(premise, judged.holds, wanted, asked, judged)
    return best


def _action_test(rule: Rule, scene: Scene) -> Callable[[Action], bool]:
    """Test for what covers the action asked for.

    A prohibition also meets a request for more than it forbids, and for an action that implies what it forbids.
    """
    words = scene.policy.vocabulary
    asked = scene.request.action or ""
    reach = words.broader.get(asked, frozenset())
    if rule.kind != "prohibition":
        return lambda action: action.iri in reach
    reach |= words.implied.get(asked, frozenset())
    return lambda action: action.iri in reach or asked in words.broader.get(action.iri, frozenset())


def _scope_test(rule: Rule, asked: str | None, scene: Scene) -> Callable[[Scope], bool]:
    """Test for what the asset or party asked for is, or is in. A prohibition also meets its collections."""
    steps = (scene.world.parts, scene.policy.parts)
    name = asked or ""

    def is_in(scope: Scope) -> bool:
        return can_reach(name, scope.ids, *steps)

    def overlaps(scope: Scope) -> bool:
        return is_in(scope) or any(can_reach(each, (name,), *steps) for each in scope.ids)

    return overlaps if rule.kind == "prohibition" else is_in


def _judge_duty(duty: Rule, state: DutyState) -> Finding:
    holds = False if duty.before_use and state == "open" else _STOPPING.get(state, True)
    return Finding("duty", holds, duty=(duty.uid, state))


def _find_state(duty: Rule, scene: Scene) -> DutyState:
    """Find the state of a duty.

    A duty done too late counts as fulfilled once all its consequences are fulfilled too (Information Model, 2.6.3). One
    that nobody reports on is violated from the moment its last time, a constraint on dateTime, has passed.
    """
    record = scene.world.duties.get(duty.uid)
    if record is not None and record.state == "fulfilled":
        return "fulfilled"
    if record is not None and record.state == "violated":
        is_mended = record.is_performed and bool(duty.duties)
        is_mended = is_mended and all(_find_state(each, scene) == "fulfilled" for each in duty.duties)
        return "fulfilled" if is_mended else "violated"
    if not duty.constraints:
        return "open"
    is_late = _is_late(duty, scene)
    if is_late is not False:
        return "violated" if is_late else "unknown"
    failed = judge_all(duty.constraints, duty.uid, scene, is_next=False)
    return "idle" if failed is not None and failed.holds is False else "open"


def _is_late(duty: Rule, scene: Scene) -> Truth:
    return negate(all_of(judge(each, duty.uid, scene, is_next=False).holds for each in _last_times(duty.constraints)))


def _last_times(conditions: Iterable[Condition]) -> Iterator[Constraint]:
    for condition in conditions:
        if not isinstance(condition, Constraint):
            if condition.operator in {"and", "andSequence"}:
                yield from _last_times(condition.parts)
        elif condition.operand == DATE_TIME and condition.operator in {"lt", "lteq"}:
            yield condition
