"""Words that a database takes in a statement, each with the effects that the statement has: what is optional, what ends
a clause, what is left unread. No server is asked, which the bank of ``sql_cases`` does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headway.effects import model as fx
from headway.reading.sql.read import read_sql
from reading.sql_cases import shown

BANK = Path(__file__).parent / "cases" / "grammar.txt"


def all_cases() -> list[tuple[str, list[str]]]:
    """Lines of ``database: statement`` or ``database/database: statement``, each with the lines of its effects; ``\\n`` is a new line."""
    found: list[tuple[str, list[str]]] = []
    for line in BANK.read_text(encoding="utf-8").splitlines():
        if line.startswith("=> "):
            found[-1][1].append(line[3:])
        elif line and not line.startswith("#"):
            found.append((line, []))
    return found


def effects_of(case: str) -> list[str]:
    database, _, sql = case.partition(": ")
    source = fx.SqlSource(sql.replace("\\n", "\n"), fx.Span("x.py", 1))
    return [shown(effect) for effect in read_sql(source, frozenset(database.split("/")))]


def rewritten() -> str:
    """The bank with the effects as they are read now."""
    lines: list[str] = []
    for line in BANK.read_text(encoding="utf-8").splitlines():
        if not line.startswith("=> "):
            lines.append(line)
            if line and not line.startswith("#"):
                lines += [f"=> {effect}" for effect in effects_of(line)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("case", "effects"), all_cases(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_statement_has_its_effects(case: str, effects: list[str]) -> None:
    assert effects_of(case) == effects


def test_the_bank_is_as_it_is_read() -> None:
    if os.environ.get("HEADWAY_UPDATE_GOLDEN") == "1":
        BANK.write_text(rewritten(), encoding="utf-8")
    assert BANK.read_text(encoding="utf-8") == rewritten()
    cases = [case for case, _ in all_cases()]
    assert len(cases) == len(set(cases)) > 300
