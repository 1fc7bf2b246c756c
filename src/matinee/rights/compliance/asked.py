"""What each article asks of a system, held against what there is for it.

Covers the rules of `rulebook/data/eu.toml`: for each, what is on record, what the owner states, and what is missing.
It is no legal advice: whether an article applies to a service, and whether this is enough, is for counsel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from matinee.rights.compliance.stated import Stated
from matinee.rights.compliance.systems import BIOMETRIC, PersonUse, Recommender

LAYERS = "eu.ai-act.50.marking"


class Evidence(NamedTuple):
    """What there is for what an article asks.

    Attributes:
        has: on record, or stated by the owner; each a sentence.
        missing: what is not; each a sentence.
    """

    has: tuple[str, ...]
    missing: tuple[str, ...] = ()


def _state(said: str, missing: str) -> Evidence:
    """Take what the owner states, or say what is missing."""
    return Evidence((f"Stated: {said}.",)) if said else Evidence((), (missing,))


def _join(*parts: Evidence) -> Evidence:
    return Evidence(tuple(x for part in parts for x in part.has), tuple(x for part in parts for x in part.missing))


def _tell_members(system: Recommender, stated: Stated) -> Evidence:
    del system
    said = stated.recommender.told_at
    return _state(said, "Where members are told that they are profiled, for what and by whom (told-at).")


def _give_access(system: Recommender, stated: Stated) -> Evidence:
    del system, stated
    return Evidence((
        "`matinee export --member` writes everything held about a member, with what is derived from it and why.",
        "Every recommended title comes with its exact reasons; `matinee explain` shows the sum.",
    ))


def _erase_member(system: Recommender, stated: Stated) -> Evidence:
    del stated
    return Evidence((
        "`matinee forget --member` takes a member out of tables, results and models, exactly;"
        f" {system.erasures:,} receipts so far.",
    ))


def _hand_over(system: Recommender, stated: Stated) -> Evidence:
    del system, stated
    return Evidence(("`matinee export --member` writes JSON and CSV.",))


def _weigh_lightly(system: Recommender, stated: Stated) -> Evidence:
    del stated
    return Evidence((
        "It puts titles in an order and decides nothing else about a member.",
        f"{system.not_profiled:,} of {system.members:,} members asked not to be profiled, and are not.",
    ))


def _record_recommender(system: Recommender, stated: Stated) -> Evidence:
    return _join(
        Evidence((
            f"Purpose: which titles a member is shown. People: {system.members:,} members. Data: their viewings,"
            f" {system.viewings:,} in run {system.run}.",
        )),
        _state(stated.recommender.recipients, "To whom personal data go (recipients)."),
        _record(stated, stated.recommender.retention),
    )


def _record(stated: Stated, retention: str) -> Evidence:
    return _join(
        _state(stated.controller, "Who is the controller, with an address (controller)."),
        _state(retention, "How long data are kept (retention)."),
        _state(stated.security, "Which measures keep them safe (security)."),
    )


def _explain_parameters(system: Recommender, stated: Stated) -> Evidence:
    on_record = Evidence(tuple(f"Parameter: {each}." for each in system.parameters))
    said = stated.recommender.parameters_at
    return _join(on_record, _state(said, "Where members read them in plain language (parameters-at)."))


def _offer_option(system: Recommender, stated: Stated) -> Evidence:
    count = (
        "A member with `personalised` = false gets pages without profiling, by popularity;"
        f" {system.not_profiled:,} of {system.members:,} do."
    )
    said = stated.recommender.option_at
    return _join(Evidence((count,)), _state(said, "Where a member switches profiling off (option-at)."))


OF_RECOMMENDER: Mapping[str, Callable[[Recommender, Stated], Evidence]] = {
    "eu.gdpr.13-14": _tell_members,
    "eu.gdpr.15": _give_access,
    "eu.gdpr.17": _erase_member,
    "eu.gdpr.20": _hand_over,
    "eu.gdpr.22": _weigh_lightly,
    "eu.gdpr.30": _record_recommender,
    "eu.dsa.27": _explain_parameters,
    "eu.dsa.38": _offer_option,
}
"""Rule -> what the recommender has for it."""


def _mark(use: PersonUse, stated: Stated, layers: int) -> Evidence:
    marks = stated.model(use.model).marks
    said = tuple(f"Stated: {mark}, in all that {use.model} makes." for mark in marks)
    lack = layers - len(marks)
    of = use.model or "the model, once one is chosen"
    what = f"{lack} more machine-readable {'layers' if lack > 1 else 'layer'} in what {of} makes (marks)."
    return Evidence(said, (what,) if lack > 0 else ())


def _disclose(use: PersonUse, stated: Stated) -> Evidence:
    of = use.model or "the model, once one is chosen"
    return _state(stated.model(use.model).disclosure, f"How viewers are told of what {of} makes (disclosure).")


def _consent(use: PersonUse, stated: Stated) -> Evidence:
    del stated
    name = f"{use.agreement_id}, version {use.version}"
    found = [f"Agreement {name}, signed by {use.signed}: {use.description}."] if use.signed else []
    found += ["It was signed apart from standard terms."] if use.is_apart and use.signed else []
    missing = [] if use.signed else [f"A signature under {name}."]
    if use.revoked_at is not None:
        found.append(f"Revoked at {use.revoked_at:%Y-%m-%d %H:%M} UTC; the gate refuses every use since.")
        if not use.deletions:
            missing.append("What becomes of media made before the revocation; the agreement does not say.")
    elif use.state == "expired":
        found.append("It has ended; the gate refuses every use since.")
    return Evidence(tuple(found), tuple(missing))


def _tell_person(use: PersonUse, stated: Stated) -> Evidence:
    end = f"its end, {use.ends_at:%Y-%m-%d %H:%M} UTC" if use.ends_at else "no end"
    told = (f"The agreement that was signed names {use.producer_id}, the use and {end}.",) if use.signed else ()
    notice = () if use.notice_hours is None else (f"It promises notice of {use.notice_hours:,} hours.",)
    return _join(
        Evidence(told + notice), _state(stated.controller, "Who is the controller, with an address (controller).")
    )


def _show_person(use: PersonUse, stated: Stated) -> Evidence:
    del stated
    said = f"`matinee ledger receipt --person {use.person_id} --with-data` proves every attempt to them."
    return Evidence((said,))


def _erase_person(use: PersonUse, stated: Stated) -> Evidence:
    deletes = tuple(f"The agreement owes: {each}." for each in use.deletions)
    said = f"`matinee ledger erase --person {use.person_id}` deletes what is held beside the ledger."
    kept = stated.model(use.model).retention
    lack = f"When scans and media that {use.model or 'a model'} holds are deleted (retention)."
    return _join(Evidence((said, *deletes)), Evidence(()) if deletes and not kept else _state(kept, lack))


def _record_use(use: PersonUse, stated: Stated) -> Evidence:
    model = stated.model(use.model)
    what = f"Purpose: {use.description or use.action}. Person: {use.person_id}. Data: {use.kind}."
    to = _state(model.recipients, "") if model.recipients else Evidence((f"It goes to {use.producer_id}, as agreed.",))
    more = f" and {use.times - len(use.entries):,} more" if use.times > len(use.entries) else ""
    kept = (f"In the ledger: {', '.join(use.entries)}{more}.",) if use.entries else ()
    return _join(Evidence((what, *kept)), to, _record(stated, model.retention))


OF_USE: Mapping[str, Callable[[PersonUse, Stated], Evidence]] = {
    "eu.ai-act.50.disclosure": _disclose,
    "eu.gdpr.9": _consent,
    "eu.gdpr.13-14": _tell_person,
    "eu.gdpr.15": _show_person,
    "eu.gdpr.17": _erase_person,
    "eu.gdpr.30": _record_use,
}
"""Rule -> what a use has for it; `LAYERS` is asked by `weigh_use` itself, for the rule says how many."""


def weigh_recommender(rule_id: str, system: Recommender, stated: Stated) -> Evidence | None:
    """Say what the recommender has for a rule; None where the rule asks nothing of it."""
    check = OF_RECOMMENDER.get(rule_id)
    return check(system, stated) if check else None


def weigh_use(rule_id: str, use: PersonUse, stated: Stated, *, layers: int) -> Evidence | None:
    """Say what a use has for a rule; None where the rule asks nothing of it.

    Args:
        rule_id: of the rule.
        use: the use.
        stated: by the owner.
        layers: machine-readable layers that marking asks for.
    """
    is_biometric = use.kind in BIOMETRIC
    if rule_id == LAYERS:
        return _mark(use, stated, layers) if use.is_made else None
    if rule_id == "eu.ai-act.50.disclosure" and not (use.is_made and is_biometric):
        return None
    if rule_id == "eu.gdpr.9" and not is_biometric:
        return None
    check = OF_USE.get(rule_id)
    return check(use, stated) if check else None
