"""Triggers that refuse what an append-only table does not allow, in the words of each database.

They stop mistakes and careless tools. Whoever owns the database can drop them; what that person then changes is found
by an audit against a root kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

FIXED = ("leaves", "transfers", "nodes", "checkpoints")
"""Tables of which no row is ever changed or deleted."""

ERASABLE = ("subjects", "private")
"""Tables whose rows may go, but never change."""

_REPLACED = {
    "leaves": "position = NEW.position OR key = NEW.key OR reverses = NEW.reverses",
    "transfers": "position = NEW.position AND line = NEW.line",
    "nodes": "level = NEW.level AND position = NEW.position",
    "checkpoints": "size = NEW.size",
    "subjects": "subject = NEW.subject OR person_id = NEW.person_id",
    "private": "position = NEW.position",
}
"""Which rows INSERT OR REPLACE would delete without asking a trigger for deletions."""


def sqlite_triggers() -> list[str]:
    """Write the triggers for SQLite."""
    made = []
    for table in (*FIXED, *ERASABLE):
        refused = ("update", "delete") if table in FIXED else ("update",)
        made += [_sqlite(table, event, f"BEFORE {event.upper()} ON {table}") for event in refused]
        when = f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {_REPLACED[table]})"
        made.append(_sqlite(table, "replace", when))
    gap = "BEFORE INSERT ON leaves WHEN NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM leaves)"
    return [*made, _sqlite("leaves", "gap", gap)]


def _sqlite(table: str, name: str, when: str) -> str:
    return f"CREATE TRIGGER {table}_no_{name} {when} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def postgresql_triggers() -> list[str]:
    """Write the triggers for PostgreSQL, with the functions that they call."""
    made = [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        "CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM leaves) "
        "THEN RAISE EXCEPTION 'leaves is append-only'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER leaves_no_gap BEFORE INSERT ON leaves FOR EACH ROW EXECUTE FUNCTION refuse_gap()",
    ]
    for table in (*FIXED, *ERASABLE):
        refused = "UPDATE OR DELETE" if table in FIXED else "UPDATE"
        call = "EXECUTE FUNCTION refuse_change()"
        made.append(f"CREATE TRIGGER {table}_no_change BEFORE {refused} ON {table} FOR EACH ROW {call}")
        if table in FIXED:
            made.append(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}")
    return made


def append_only_triggers(replaced: Mapping[str, str], *, is_sqlite: bool) -> list[str]:
    """Write the triggers that let nobody change or delete rows of further tables.

    Args:
        replaced: table -> which rows INSERT OR REPLACE would delete, in the words of a trigger.
        is_sqlite: for SQLite, else for PostgreSQL, which must have `refuse_change` already.
    """
    made = []
    for table, same in replaced.items():
        if is_sqlite:
            made += [_sqlite(table, event, f"BEFORE {event.upper()} ON {table}") for event in ("update", "delete")]
            when = f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
            made.append(_sqlite(table, "replace", when))
        else:
            call = "EXECUTE FUNCTION refuse_change()"
            made.append(f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}")
            made.append(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}")
    return made
