"""DWN001."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import dedent

from headway.effects import model as fx
from headway.effects.model import Span
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule
from headway.lint.syntax.comments import comments_above, comments_of, comments_within, gives_reason
from headway.pattern import pattern

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


class MissingDowngrade(Rule):
    """Changes something and has no way back.

    ## What
    ``upgrade()`` does something that stays; ``downgrade()`` is missing, empty, only raises, or only prints, logs and returns,
    and the file does not say that it is meant to be irreversible. Only a note where a comment or the docstring of such a
    ``downgrade()`` gives a reason, or a comment of a file without one speaks of it; nothing where only rows are changed and such a reason says more than that there is no way back.
    Where of at least eight revisions hardly any has a ``downgrade()``, or of three or more none, a missing one is the
    history's way: then it is one note for the whole run, at the newest of them.

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
    Use ``irreversible`` instead of ignoring. A history that goes forward only says so with ``rules: {DWN001: off}``.
    """

    code = "DWN001"
    name = "missing-downgrade"
    severity = Severity.WARNING

    def check(self, facts: Facts) -> Iterator[Finding]:
        missing: dict[str, tuple[RevisionFile, Span]] = {}
        for file in facts.examined:
            span = _without_way_back(file, facts)
            if span is None:
                continue
            if file.migration.downgrade is None and facts.known.goes_forward_only():
                missing[file.revision] = file, span
            else:
                said = self._said(file, span)
                if said is not None:
                    yield said
        if missing:
            yield self._forward_only(*missing[facts.newest(missing)], len(missing), facts)

    def _said(self, file: RevisionFile, span: Span) -> Finding | None:
        downgrade = file.migration.downgrade
        what = (
            "has no downgrade()"
            if downgrade is None
            else "has an empty downgrade()"
            if downgrade.empty
            else "has a downgrade() that only raises"
            if downgrade.raises
            else "has a downgrade() that takes nothing back"
        )
        finding = self.finding(
            f"changes the database and {what}: there is no way back in an incident",
            'write the inverse of upgrade(), or state: irreversible = "why there is no way back"',
            span,
            file.revision,
        )
        told_by = _explained_by(file)
        if told_by is None:
            return finding
        if all(isinstance(one, _OF_ROWS) for one in file.upgrade_effects) and _gives_it(file):
            return None
        return replace(
            finding,
            severity=Severity.INFO,
            message=f"changes the database and {what}; only {told_by} tells why",
            help='say it where tools and people in an incident look for it: irreversible = "…"',
        )

    def _forward_only(self, file: RevisionFile, span: Span, missing: int, facts: Facts) -> Finding:
        count = len(facts.graph.ids)
        more = f", nor have {missing - 1:,} others that are judged here" if missing > 1 else ""
        finding = self.finding(
            f"has no downgrade(){more}: of the {count:,} revisions of this history hardly one has, so that there is no way back "
            "in an incident",
            "where that is meant, say so: rules: {DWN001: off}",
            span,
            file.revision,
        )
        return replace(finding, severity=Severity.INFO)


def _without_way_back(file: RevisionFile, facts: Facts) -> Span | None:
    """The place that tells it; None where there is a way back, or nothing to take back."""
    migration = file.migration
    upgrade, downgrade = migration.upgrade, migration.downgrade
    if upgrade is None or not file.upgrade_effects:  # what was not read is one of them
        return None
    if file.has_way_back:
        return None
    if isinstance(migration.constants.get("irreversible"), str):
        return None
    if all(_leaves_nothing(one, file, facts) for one in file.upgrade_effects):
        return None
    span = downgrade.span if downgrade is not None else upgrade.span
    return Span(span.path, span.line, span.column)


_OF_ROWS = (fx.ChangesData, fx.Reads, fx.EndsTransaction, fx.SetsSetting)
"""What changes nothing but rows, which hardly anybody makes as they were: who says so has said enough."""


def _explained_by(file: RevisionFile) -> str | None:
    """What says why, where it does nothing and a comment in it or its docstring does, or is missing and a comment of the file
    speaks of it."""
    downgrade = file.migration.downgrade
    if downgrade is None:
        told = comments_of(file.migration.source) if "downgrad" in file.migration.source else []
        return "a comment" if any("downgrad" in comment for comment in told) and gives_reason(told) else None
    lines = file.migration.lines
    if not downgrade.raises and gives_reason(
        [*comments_within(downgrade.span, lines), *comments_above(downgrade.span, lines)]
    ):
        return "a comment"
    # That it raises says already that there is no way back, not why.
    return "its docstring" if _says_why(lines, downgrade.span, _BECAUSE if downgrade.raises else _NO_WAY) else None


def _says_why(lines: Sequence[str], span: Span, words: re.Pattern[str]) -> bool:
    """Whether the docstring of the function says that there is no way back, or why, which that of a template does not."""
    text = dedent("\n".join(lines[span.line - 1 : span.end_line or span.line]))
    try:
        function = ast.parse(text).body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
        return False
    docstring = ast.get_docstring(function) if isinstance(function, ast.FunctionDef) else None
    return docstring is not None and words.search(docstring) is not None


def _gives_it(file: RevisionFile) -> bool:
    """Whether what explains it is more than that there is no way back."""
    downgrade, lines = file.migration.downgrade, file.migration.lines
    if downgrade is None:
        return False
    told = [*comments_within(downgrade.span, lines), *comments_above(downgrade.span, lines)]
    said = any(_BECAUSE.search(one) or _NO_WAY.search(one) for one in told)
    return (said and gives_reason(told)) or _says_why(lines, downgrade.span, _BECAUSE)


_NO_WAY = pattern(
    r"(?i)\b(?:irreversibl[ey]|intentional(?:ly)?|deliberate(?:ly)?|on purpose|no[- ]?op|(?:can ?not|can't|not) (?:be )?"
    r"(?:undone?|revers(?:ed|ible)|reverted|supported|possible|needed|necessary|meaningful|known any ?more)|no (?:downgrade|way back|action needed)|"
    r"nothing to (?:undo|do|revert)|data[- ]only)\b"
)
_BECAUSE = pattern(
    r"(?i)\b(?:because|since|due to|as (?:the|it|they|this)|data[- ]only|repairs?|nothing to (?:undo|do|revert)|no action needed)\b"
)


_OF_NO_ROW = pattern(r"\.(?:where|filter)\(\s*\w+(?:\.\w+)+ is None\s*\)")
"""What Python takes for False before there is a statement (DML007)."""


def _leaves_nothing(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    match effect:
        case fx.RunsSql(text=str(text), understood=True):
            return _UPKEEP.match(text) is not None
        case fx.SetsSetting(name=name):
            said = " ".join(file.migration.lines[effect.span.line - 1 : effect.span.end_line or effect.span.line])
            return name in _OF_THE_SESSION and re.search(r"(?i)\b(?:global|persist)", said) is None
        case fx.ChangesData(verb="UPDATE" | "DELETE", raw=False):
            said = " ".join(file.migration.lines[effect.span.line - 1 : effect.span.end_line or effect.span.line])
            return _OF_NO_ROW.search(said) is not None
        case fx.CreatesIndex() if effect.if_not_exists is True and facts.known.earlier.had_index(effect, file.revision):
            return True
        case fx.CreatesTable() if effect.if_not_exists is True and facts.known.earlier.had_table(effect, file.revision):
            return True
    if facts.known.earlier.is_repeated(effect, file.revision):
        return True
    return isinstance(effect, _LEAVES_NOTHING)
