"""The ledger as text for beancount, whose own checker can then say whether it balances.

Covers entries with transfers, and a balance of every account on the day after the last, as the ledger has it. Accounts
get beancount's names; persons stay pseudonyms.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from matinee.rights.ledger.entries import time_of
from matinee.tables.ledger import Leaf
from matinee.tables.money import major_units, minor_digits

_ROOTS: Mapping[str, str] = {
    "expense": "Expenses",
    "payable": "Liabilities:Payable",
    "advance": "Assets:Advances",
    "cash": "Assets:Cash",
}
"""First word of an account -> where it stands in beancount's tree; any other is equity."""


def write_beancount(leaves: Iterable[Leaf], balances: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """Write the ledger, a line at a time.

    Args:
        leaves: the entries, in the order of the ledger.
        balances: (account, currency) -> minor units, debits above zero, as the database sums them.

    Yields:
        lines without their ends.
    """
    yield "; Every entry of the ledger that moves money, and what every account then holds."
    for account in sorted({account for account, _ in balances}):
        yield f"1970-01-01 open {name_account(account)}"
    last = date(1970, 1, 1)
    for leaf in leaves:
        if leaf.transfers:
            day = time_of(leaf).date()
            last = max(last, day)
            yield from ("", *_write_entry(leaf, day))
    yield ""
    for (account, currency), minor in sorted(balances.items()):
        yield f"{last + timedelta(days=1)} balance {name_account(account)}  {_say(minor, currency)} ~ 0 {currency}"


def name_account(account: str) -> str:
    """Name an account as beancount does: "expense:uses" is Expenses:Uses."""
    root, _, rest = account.partition(":")
    words = [_ROOTS.get(root, f"Equity:{_name(root)}"), *(_name(word) for word in rest.split(":") if word)]
    return ":".join(words)


def _name(word: str) -> str:
    """Write a word as a part of an account; one that has to be changed gets a digest, so that two stay two."""
    plain = re.sub(r"[^A-Za-z0-9-]", "-", word)
    plain = plain[:1].upper() + plain[1:]
    if plain.lower() == word and re.match(r"[A-Z0-9]", plain):
        return plain
    return f"X{plain}-{hashlib.sha256(word.encode()).hexdigest()[:12]}"


def _write_entry(leaf: Leaf, day: date) -> Iterator[str]:
    yield f"{day} * {_quote(leaf.kind)} {_quote(leaf.key)}"
    yield f"  entry: {leaf.position}"
    if leaf.reverses:
        yield f"  reverses: {_quote(leaf.reverses)}"
    for debit, credit, amount, currency in leaf.transfers:
        yield f"  {name_account(debit)}  {_say(amount, currency)} {currency}"
        yield f"  {name_account(credit)}  {_say(-amount, currency)} {currency}"


def _say(minor: int, currency: str) -> str:
    return f"{major_units(minor, currency):.{minor_digits(currency)}f}"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
