"""What happens in the story, act by act, each with the verbs that a service is used by.

Covers a clock of its own, so that the same seed tells the same story. What it prints is for `matinee.cli`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from matinee.errors import MatineeError
from matinee.flows.agreements import register_people, revoke_agreement, show_agreement
from matinee.flows.compliance import draw_register, list_incidents
from matinee.flows.ledger import checkpoint_ledger, make_receipts, verify_ledger
from matinee.flows.pay import run_period
from matinee.flows.payments import load_statement, write_statement
from matinee.flows.rights_demo.cast import STATED, Player, write_buyout, write_offers, write_people
from matinee.flows.rights_demo.stage import QUARTER, Json, Stage, hash_media
from matinee.flows.rights_demo.words import say_finding, say_findings, say_grades, say_reasons
from matinee.flows.uses import open_gate
from matinee.report.register import say_headline
from matinee.report.story import Act
from matinee.rights.compliance.register import Row
from matinee.rights.gate.answer import Answer, Reason
from matinee.rights.gate.gate import Gate
from matinee.rights.ledger.receipts import read_receipt
from matinee.rights.money import Money, parse_money
from matinee.rights.rulebook.replicas import BACKGROUND, PRINCIPAL, day_rate
from matinee.store.outputs import write_text
from matinee.store.rights.tampering import copy_with_edit
from matinee.store.service import open_service


def play(stage: Stage) -> Iterator[Act]:
    """Play the story.

    Args:
        stage: a fresh service and an empty folder for papers.

    Yields:
        the acts, each when it has happened.

    Raises:
        MatineeError: something did not go as the story has it.
    """
    yield _introduce(stage)
    yield _offer_buyout(stage)
    yield _agree(stage)
    yield _use(stage)
    yield _revoke(stage)
    yield _pay(stage)
    yield _prove(stage)
    yield _tamper(stage)
    yield _register(stage)


def _introduce(stage: Stage) -> Act:
    register_people(stage.service, stage.write("people.toml", write_people(stage.cast)), now=stage.now)
    for each in stage.cast.people:
        stage.write(f"{each.person_id}.pem", each.pem)
    said = (
        f"A studio makes {stage.cast.title}. It wants to use three people by machine: a scan, a voice, a script.",
        "Each of them has a key. Nothing counts as their consent that was not signed with it.",
    )
    rows = tuple((each.name, each.part, each.union) for each in stage.cast.people)
    return Act("Three people and a studio", said, ("who", "part", "union"), rows)


def _offer_buyout(stage: Stage) -> Act:
    extra = stage.cast.extra
    done = stage.propose("buyout", write_buyout(stage.cast))
    if done["accepted"]:
        raise MatineeError("$200 for ever was accepted, which the story does not have", where="buyout")
    refused = [each for each in done["findings"] if each["effect"] == "refuse"]
    flagged = [each for each in done["findings"] if each["effect"] == "flag"]
    contrast = done["contrast"]
    said = (
        f"{extra.name} is scanned, and offered $200: once, for ever, for anything.",
        f"The offer is turned down before anybody can sign it. {len(refused)} rules refuse it:",
        *(f"– {say_finding(each)}" for each in refused),
        f"A grade says how well a rule is known: {say_grades(done['findings'])}.",
        *(f"It is flagged, too: {say_finding(each)}" for each in flagged if "buyout" in each["citation"]["rule"]),
        "What the same uses bring where each is paid:",
    )
    rows = tuple((f"{row['uses']:,}", *_say_amounts(row)) for row in contrast["uses"])
    return Act("$200, once, for ever", said, ("uses", "one fee", "pay per use"), rows)


def _say_amounts(row: Json) -> tuple[str, ...]:
    return tuple(str(parse_money(row[name], "USD")) for name in ("buyout", "pay_per_use"))


def _agree(stage: Stage) -> Act:
    stage.wait(hours=3)
    day = stage.now.date()
    background, principal = (day_rate(stage.rulebook, day, scale=scale) for scale in (BACKGROUND, PRINCIPAL))
    rates = {"background": f"{background.money.decimal}", "principal": f"{principal.money.decimal}"}
    rows = []
    for (name, text), who in zip(write_offers(stage.cast, **rates).items(), stage.cast.people, strict=True):
        _require(stage.propose(name, text), name)
        if who is stage.cast.extra and stage.sign(name, stage.cast.writer)["accepted"]:
            raise MatineeError("a key of somebody else signed an agreement", where=name)
        stage.wait(minutes=20)
        _require(stage.sign(name, who), name)
        shown = show_agreement(stage.service, name, now=stage.now)
        rows.append(_lay_out_agreement(who, shown))
    said = (
        "New offers: one production, an end, a price for each use, no training of models, the scan deleted afterwards.",
        f"The prices of a day are those of the rulebook: {background.citations[0]}, {principal.citations[0]}.",
        f"Somebody else's key signs for {stage.cast.extra.name} first. That is turned down.",
        "Then all three sign for themselves.",
    )
    return Act("What they agree on", said, ("who", "may be used", "uses", "price", "until", "state"), tuple(rows))


def _require(done: Json, agreement_id: str) -> None:
    if not done["accepted"]:
        raise MatineeError("turned down, which the story does not have", where=agreement_id)


ACTIONS = {
    "replicate-body": "the scan of the body, in the crowd",
    "dub": "the voice, dubbed into French and Spanish",
    "adapt-text": "the script, cut",
}


def _lay_out_agreement(who: Player, shown: Json) -> tuple[str, ...]:
    (grant,) = shown["grants"]
    limit = "any number" if grant["limit"] is None else f"at most {grant['limit']}"
    last = datetime.fromisoformat(shown["ends_at"]) - timedelta(microseconds=1)
    return (
        who.name,
        ", ".join(ACTIONS[each] for each in grant["actions"]),
        limit,
        grant["prices"][0],
        f"{last:%Y-%m-%d}",
        shown["state"],
    )


def _use(stage: Stage) -> Act:
    stage.wait(days=3)
    cast = stage.cast
    scan = {"agreement_id": "scan", "kind": "body", "action": "replicate-body"}
    voice = {"agreement_id": "voice", "kind": "voice", "action": "dub", "language": "fr"}
    text = {"agreement_id": "text", "kind": "writing", "action": "adapt-text", "duration": 0}
    asked: list[tuple[Player, str, Json]] = [
        (cast.extra, "in the crowd of scene 12", scan),
        (cast.extra, "in the crowd of scene 13", scan),
        (cast.extra, "in another film", {**scan, "project": "sequel"}),
        (cast.extra, "to train a model", {**scan, "action": "train-model"}),
        (cast.lead, "dubbed into French", voice),
        (cast.lead, "dubbed into German", {**voice, "language": "de"}),
        (cast.writer, "script cut to a summary", text),
        (cast.writer, "a sequel in the same style", {**text, "kind": "style", "action": "imitate-style"}),
        (cast.writer, "script cut again, no currency said", {**text, "currency": None}),
    ]
    with open_gate(stage.service, clock=lambda: stage.now, rulebook=stage.rulebook) as gate:
        rows = [_ask(stage, gate, who, what, said) for who, what, said in asked]
        register_people(stage.service, stage.write("people.toml", write_people(cast, on_strike=True)), now=stage.now)
        rows.append(_ask(stage, gate, cast.extra, "while the union is on strike", scan))
        register_people(stage.service, stage.write("people.toml", write_people(cast)), now=stage.now)
        rows.append(_swap_media(stage, gate, scan))
        rows.append(_ask(stage, gate, cast.extra, "a fourth time, of three", scan))
    said = (
        "Nothing is used before the gate says yes, to this one use, of this one picture, within a second.",
        "Whatever nobody agreed to is refused; so is a request that leaves something out.",
        "A permit that is not used as it was asked for stays counted: whoever misuses one, loses it.",
    )
    return Act("At the gate", said, ("who", "what for", "answer", "because", "price"), tuple(rows))


def _ask(stage: Stage, gate: Gate, who: Player, what: str, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Ask for a use, take it up where it is permitted, and lay out what came of it."""
    stage.wait(minutes=7)
    request = stage.request(who, what, said)
    answer = gate.request(request)
    if answer.token and not gate.take_up(answer.token, request["media_hash"]) and answer.price:
        stage.happened[request["use_id"]] = what, answer.price
    return (who.name, what, *_lay_out_answer(answer))


def _swap_media(stage: Stage, gate: Gate, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Ask for one picture and use another."""
    stage.wait(minutes=7)
    who, what = stage.cast.extra, "another picture than was asked for"
    answer = gate.request(stage.request(who, what, said))
    against = gate.take_up(answer.token or "", hash_media("another picture"))
    return (who.name, what, *_lay_out_start(against))


def _lay_out_start(against: Sequence[Reason]) -> tuple[str, str, str]:
    """Lay out what came of taking up a permit."""
    return ("refused", say_reasons(against), "") if against else ("begun", "the permit holds", "")


def _lay_out_answer(answer: Answer) -> tuple[str, str, str]:
    if answer.is_permitted:
        return "permitted", "the agreement permits it", str(answer.price or "")
    return "refused", say_reasons(answer.reasons), ""


def _revoke(stage: Stage) -> Act:
    stage.wait(days=19)
    lead, voice = stage.cast.lead, {"agreement_id": "voice", "kind": "voice", "action": "dub", "language": "es"}
    with open_gate(stage.service, clock=lambda: stage.now, rulebook=stage.rulebook) as gate:
        request = stage.request(lead, "dubbed into Spanish, first half", voice)
        answer = gate.request(request)
        revoke_agreement(stage.service, "voice", by=lead.name, reason="not these words", now=stage.now)
        against = gate.take_up(answer.token or "", request["media_hash"])
        rows = [
            (lead.name, "dubbed into Spanish, first half", *_lay_out_answer(answer)),
            (lead.name, "the same, begun after the revocation", *_lay_out_start(against)),
            _ask(stage, gate, lead, "dubbed into Spanish, second half", voice),
        ]
    said = (
        f"In the middle of the work {lead.name} hears what the Spanish version says, and takes the consent back.",
        "It needs no reason and no signature. A permit that was given already is dead as well.",
    )
    return Act("A change of mind", said, ("who", "what for", "answer", "because", "price"), tuple(rows))


def _pay(stage: Stage) -> Act:
    stage.now = QUARTER.ends_at + timedelta(days=4, hours=9)
    paid = run_period(stage.service, QUARTER, rulebook=stage.rulebook, now=stage.now)
    again = run_period(stage.service, QUARTER, rulebook=stage.rulebook, now=stage.now)
    rows = [row for who in stage.cast.people for row in _lay_out_statement(stage, who)]
    extra = stage.cast.extra
    write_statement(stage.service, extra.person_id, stage.papers / "statement", period=QUARTER, now=stage.now)
    said = (
        f"The quarter is over, and paid: {paid.uses} uses that happened. Refused uses cost nothing, and neither do"
        " permits that were never taken up.",
        f"Run again, it pays nothing twice: {again.tally.counts['recorded']} new entries.",
        f"{extra.name}'s statement, with a proof of every line, is among the papers.",
    )
    return Act("A quarter is paid", said, ("who", "for", "how", "rests on", "amount"), tuple(rows))


def _lay_out_statement(stage: Stage, who: Player) -> Iterator[tuple[str, ...]]:
    statement = load_statement(stage.service, who.person_id, QUARTER)
    for line in statement.lines:
        rests = ", ".join(f"{each['rule'].rpartition(':agreement:')[2]} ({each['grade']})" for each in line.rules)
        what, _ = stage.happened[line.body["about"]["use_id"]]
        yield (who.name, what, line.arithmetic, rests, str(line.money))
    yield (who.name, "together", "", "", ", ".join(map(str, statement.totals)))


def _prove(stage: Stage) -> Act:
    made = checkpoint_ledger(stage.service)
    stage.write("checkpoint.txt", made["checkpoint"])
    extra = stage.cast.extra
    receipts = make_receipts(stage.service, person_id=extra.person_id, with_data=True)
    stage.write("receipts.json", json.dumps({"receipts": receipts}, indent=1))
    found = verify_ledger(stage.service, [str(stage.papers / "checkpoint.txt")])
    said = (
        "Every attempt is in the ledger, permitted or refused, every payment, and what was agreed:"
        f" {made['size']} entries under one signed checkpoint.",
        f"{extra.name} takes {len(receipts)} receipts home, which can be checked without the studio.",
        "The union keeps the checkpoint. " + say_findings(found["findings"]),
    )
    return Act("Proof", said)


def _tamper(stage: Stage) -> Act:
    copy = stage.service.path.with_name(f"{stage.service.path.name}-tampered")
    key, (_, price) = next(iter(stage.happened.items()))
    (entry,) = (read_receipt(each) for each in make_receipts(stage.service, [key]))
    less = Money(price.minor // 10, price.currency)
    copy_with_edit(stage.service.path, copy, key=key, old=f'"{price.decimal}"', new=f'"{less.decimal}"')
    found = verify_ledger(open_service(copy), [str(stage.papers / "checkpoint.txt")])
    said = (
        f"The first use is entry {entry['position']} of the ledger. In a copy of the database, and behind the program's"
        f" back, somebody cuts its price from {price} to {less}. A check finds:",
        *(f"– {each['where'].replace(str(stage.papers), 'papers')}: {each['said']}" for each in found["findings"]),
        "Whoever keeps a checkpoint elsewhere finds it, whatever else was changed to hide it.",
    )
    return Act("Somebody changes the record", said)


def _register(stage: Stage) -> Act:
    write_text(STATED, stage.service.path / "compliance.toml")
    register = draw_register(stage.service, now=stage.now, rulebook=stage.rulebook)
    refused = list_incidents(stage.service, is_verified=False)["refused"]
    said = (
        "The EU AI Act and the GDPR ask something of each use. Of the scan's model the studio has said how it marks and"
        " discloses what it makes; of the others, nothing.",
        say_headline(register),
        f"{sum(each['times'] for each in refused)} attempts were refused; they stand beside the list of incidents.",
    )
    return Act(
        "What the law asks", said, ("use", "model", "agreement", "missing"), tuple(map(_lay_out_row, register.rows))
    )


def _lay_out_row(row: Row) -> tuple[str, ...]:
    lacking = [line.law.partition(":")[0] for line in row.lines if line.evidence.missing]
    agreement = f"{row.facts['consent'].partition(',')[0]}, {row.facts['state']}"
    return (row.facts["system"], row.facts["model"], agreement, "; ".join(lacking) or "nothing")
