"""DWN001."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.model import Span
from headway.lint.comments import comments_within, gives_reason
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.pattern import pattern
from headway.reading.migration import Body

_LEAVES_NOTHING = (fx.ValidatesConstraint, fx.Reindexes, fx.Reads, fx.LocksTable)
"""What no way back has to undo: a constraint that is known to hold is the same constraint, and an index that is built anew
the same index."""
_UPKEEP = pattern(r"\s*(?:ANALY[ZS]E|VACUUM)\b", re.I)
_OF_THE_SESSION = frozenset(
    [
        "lock_timeout",
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "search_path",
        "maintenance_work_mem",
        "lock_wait_timeout",
        "innodb_lock_wait_timeout",
    ]
)
"""Settings that end with the session; others, such as some of SQLite's, stay in the database."""


class MissingDowngrade(FileRule):
    """Changes something and has no way back.

    ## What
    ``upgrade()`` does something that stays; ``downgrade()`` is missing, empty, or only raises, and the file does not say
    that it is meant to be irreversible. Only a note where an empty ``downgrade()`` holds a comment that gives a reason.

    ## Why
    Whoever is on call finds out in the middle of an incident. An empty ``downgrade()`` is worse than a missing one:
    it reports success and leaves the database changed.

    ## Bad
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        pass
    ```

    ## Good
    Write ``downgrade()``, or state the reason at the top of the file: ``irreversible = "rows were merged"``.
    ```python
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.Text()))


    def downgrade():
        op.drop_column("orders", "note")
    ```

    ## When to ignore
    Use ``irreversible`` instead of ignoring.
    """

    code = "DWN001"
    name = "missing-downgrade"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        migration = file.migration
        upgrade, downgrade = migration.upgrade, migration.downgrade
        if upgrade is None or not file.upgrade_effects:  # what was not read is one of them
            return
        if downgrade is not None and not downgrade.empty and not downgrade.raises:
            return
        if isinstance(migration.constants.get("irreversible"), str):
            return
        if all(_leaves_nothing(one, file, facts) for one in file.upgrade_effects):
            return
        what = "has no downgrade()" if downgrade is None else "has an empty downgrade()"
        if downgrade is not None and downgrade.raises:
            what = "has a downgrade() that only raises"
        span = downgrade.span if downgrade is not None else upgrade.span
        finding = self.finding(
            f"changes the database and {what}: there is no way back in an incident",
            'write the inverse of upgrade(), or state: irreversible = "why there is no way back"',
            Span(span.path, span.line, span.column),
            file.revision,
        )
        yield replace(finding, severity=Severity.INFO) if _is_explained(downgrade, file) else finding


def _is_explained(downgrade: Body | None, file: RevisionFile) -> bool:
    """Whether it is empty, and a comment in it says why."""
    if downgrade is None or not downgrade.empty:
        return False
    return gives_reason(comments_within(downgrade.span, file.migration.lines))


def _leaves_nothing(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    match effect:
        case fx.RunsSql(text=str(text), understood=True):
            return _UPKEEP.match(text) is not None
        case fx.SetsSetting(name=name):
            said = " ".join(file.migration.lines[effect.span.line - 1 : effect.span.end_line or effect.span.line])
            return name in _OF_THE_SESSION and re.search(r"(?i)\b(?:global|persist)", said) is None
        case fx.CreatesIndex(if_not_exists=True):
            return facts.known.had_index(effect, file.revision)
    return isinstance(effect, _LEAVES_NOTHING)
