from pathlib import Path

from matinee.tables.describe import describe_tables
from matinee.tables.schemas import TABLES


def test_the_page_of_tables_is_what_the_declarations_say():
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    assert page.read_text(encoding="utf-8") == describe_tables()


def test_every_column_is_told_with_what_empty_means():
    page = describe_tables()
    for table, schema in TABLES.items():
        section = page.split(f"## {table}\n")[1].split("\n## ")[0]
        for name, column in schema.columns().items():
            row = next(line for line in section.splitlines() if line.strip("| *").startswith(name))
            about = column.metadata or {}
            assert about["doc"] in row
            assert about.get("null", "must be there") in row
