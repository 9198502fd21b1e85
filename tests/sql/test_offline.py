"""Each case of the bank gives the same SQL script as Alembic does, on each of its dialects."""

from __future__ import annotations

import pytest

from sql.bank import Case, bank
from sql.tools import ALEMBIC, HEADWAY, TEMPLATE, Outcome, Tool

UPGRADES = [pytest.param(case, dialect, id=f"{case.id}-{dialect}") for case in bank() for dialect in case.dialects]
DOWNGRADES = [pair for pair in UPGRADES if pair.values[0].downgrade and pair.values[1] not in pair.values[0].refused]


@pytest.mark.parametrize(("case", "dialect"), UPGRADES)
def test_the_script_is_that_of_alembic(case: Case, dialect: str) -> None:
    theirs, ours = _both(case, dialect, case.upgrade)
    difference = case.differs.get(dialect)
    if difference is not None and difference.sql is not None:
        _assert_different(theirs, ours, difference.sql, difference.words)
    else:
        _assert_same(case, theirs, ours, case.refused.get(dialect))


@pytest.mark.part(4)
@pytest.mark.parametrize(("case", "dialect"), DOWNGRADES)
def test_the_way_back_is_that_of_alembic(case: Case, dialect: str) -> None:
    theirs, ours = _both(case, dialect, case.downgrade)
    difference = case.differs.get(dialect)
    if difference is not None and difference.back is not None:
        _assert_different(theirs, ours, difference.back, difference.words)
    else:
        _assert_same(case, theirs, ours, case.stuck.get(dialect))


@pytest.mark.part(4)
@pytest.mark.parametrize(("case", "dialect"), UPGRADES)
def test_the_script_is_that_of_alembic_with_the_options_of_a_new_env(case: Case, dialect: str) -> None:
    """``alembic init`` writes ``literal_binds`` and named parameters into env.py; what is intended stays so."""
    theirs, ours = _both(case, dialect, case.upgrade, TEMPLATE)
    difference = case.differs.get(dialect)
    if difference is None or difference.sql is None:
        assert _shown(case, ours) == _shown(case, theirs)
    elif difference.sql == "refused":
        assert ours.error is not None
    else:
        assert ours.error is None
        assert ours.sql.strip() == difference.sql.strip()


def _both(case: Case, dialect: str, code: str, more: dict[str, object] | None = None) -> tuple[Outcome, Outcome]:
    def run(tool: Tool) -> Outcome:
        return tool.offline(case, dialect, code, more or {})

    return run(ALEMBIC), run(HEADWAY)


def _assert_same(case: Case, theirs: Outcome, ours: Outcome, refused: str | None) -> None:
    if refused is not None:
        assert theirs.error is not None, f"Alembic does not refuse: {theirs.sql}"
        assert ours.error is not None, f"headway does not refuse: {ours.sql}"
        assert refused and refused in str(ours.error)
    else:
        assert theirs.error is None, f"Alembic refuses: {theirs.error!r}"
        assert ours.error is None, f"headway refuses: {ours.error!r}"
        assert ours.sql.strip() or case.silent, "a case that prints nothing says nothing"
    assert _shown(case, ours) == _shown(case, theirs)


def _assert_different(theirs: Outcome, ours: Outcome, wanted: str, words: str) -> None:
    assert ours.shown() != theirs.shown(), "the difference is gone: remove it from the case"
    if wanted == "refused":
        assert ours.error is not None
        assert words and words in str(ours.error)
    else:
        assert ours.error is None, f"headway refuses: {ours.error!r}"
        assert ours.sql.strip() == wanted.strip()


def _shown(case: Case, outcome: Outcome) -> object:
    return sorted(outcome.shown().split("\n\n")) if case.unordered else outcome.shown()
