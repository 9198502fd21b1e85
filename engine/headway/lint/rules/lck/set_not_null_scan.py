"""LCK110."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.fills import is_filled
from headway.lint.meaning.required import makes_required
from headway.lint.rule import UpgradeRule


class SetNotNullScan(UpgradeRule):
    """Sets NOT NULL, and PostgreSQL reads the whole table under a lock.

    ## What
    A column of an existing table becomes NOT NULL, its NULLs have been filled, and no validated CHECK proves that none is left.
    Where nothing has filled them, DAT002 speaks instead, and CMP003 of a column that the same revision has added.

    ## Why
    PostgreSQL looks through every row under an ACCESS EXCLUSIVE lock, unless a validated CHECK says what it wants to know
    (version 12 and newer). See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.execute("UPDATE users SET email = '' WHERE email IS NULL")
    op.alter_column("users", "email", existing_type=sa.Text(), nullable=False)
    ```

    ## Good
    ```python
    # a revision before: CHECK (email IS NOT NULL) NOT VALID, then VALIDATE CONSTRAINT ck_email
    op.execute("ALTER TABLE users VALIDATE CONSTRAINT ck_email")
    op.alter_column("users", "email", existing_type=sa.Text(), nullable=False)
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK110"
    name = "set-not-null-scan"
    by_size = True
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        if effect.nullable is not False or not is_filled(effect, file, facts) or facts.is_new_table(effect, file):
            return
        if makes_required(effect, file):
            return  # a later release is what it needs anyway
        if facts.known.before.is_not_null(effect, file.revision):
            return
        proved = facts.known.before.proves_not_null(effect, file.revision) is True
        if proved and not facts.is_older("postgresql", (12,)):
            return
        yield self.finding(
            f"sets NOT NULL on {fx.shown(effect.table)}.{fx.shown(effect.column)}: every row is read under a lock that stops every "
            "read and write (PostgreSQL)",
            "three revisions: CHECK (… IS NOT NULL) with postgresql_not_valid=True; VALIDATE CONSTRAINT; then nullable=False",
            effect.span,
            file.revision,
        )
