"""DAT005."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.called import Called, called_first
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.added import added_column
from headway.lint.rule import UpgradeRule
from headway.pattern import pattern


class CheckViolations(UpgradeRule):
    """Adds a CHECK that rows may break.

    ## What
    A CHECK on a table that was not created in the same change. On PostgreSQL LCK108 says it.

    ## Why
    One row that breaks the condition makes the migration fail in production, after it passed on the empty database of CI.

    ## Bad
    ```python
    op.create_check_constraint("ck_total", "orders", "total >= 0")
    ```

    ## Good
    ```python
    op.create_table("orders_2", sa.Column("total", sa.Integer()))
    op.create_check_constraint("ck_total", "orders_2", "total >= 0")
    ```

    ## When to ignore
    A query in production has shown that no row breaks it.
    """

    code = "DAT005"
    name = "check-violations"
    severity = Severity.WARNING
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if effect.kind is not fx.ConstraintKind.CHECK or effect.not_valid is True or facts.dialects == {"postgresql"}:
            return
        if effect.order in file.without_rows or facts.goes_on(effect, file) or facts.is_new_table(effect, file):
            return
        yield self.finding(
            f"adds a CHECK to {fx.shown(effect.table)}: a single row that breaks it makes the migration fail"
            f"{file.unless_seen_to(effect)}",
            _help(effect, file),
            effect.span,
            file.revision,
        )


def _help(effect: fx.AddsConstraint, file: RevisionFile) -> str:
    """Where to look: before the revision things have their old names, and what it adds is not there."""
    condition = effect.condition if isinstance(effect.condition, str) else "…"
    words = tuple(dict.fromkeys(word for word in _WORDS.findall(condition) if not word.startswith("'")))
    if any(added_column(effect, word, file) for word in words):
        return f"look on a copy of the data, before this line: {_query(effect.table, condition)}"
    old = called_first(effect, Called(effect.table, effect.schema, words), file.upgrade_effects)
    names = dict(zip(words, map(fx.shown, old.columns), strict=True))
    return f"look first: {_query(old.table, _WORDS.sub(lambda word: names.get(word[0], word[0]), condition))}"


def _query(table: fx.Text, condition: str) -> str:
    return f"SELECT count(*) FROM {fx.shown(table)} WHERE NOT ({condition})"


_WORDS = pattern(r"'(?:[^']|'')*'|\w+")
"""Names, words and numbers, and texts as a whole."""
