"""MOD004."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.syntax.written import Region
from headway.pattern import pattern

_APART = pattern(r"begin_nested|savepoint|rollback|\.connect\(|\.begin\(|create_engine", re.I)
"""What a file says that goes back to before the error, or works on another connection: then the transaction may go on."""


class SwallowedException(FileRule):
    """Goes on when a change of the database has failed.

    ## What
    A ``try`` around a change whose ``except`` takes any error of the database and raises none, or
    ``contextlib.suppress``. ``commit()`` and ``flush()`` of an ORM session that has been given changes are one. A warning
    where only attributes of objects are set in it, and a session sends them elsewhere: then rows are left out.

    ## Why
    The revision counts as applied, or as taken back, although a part of it is missing, and nobody hears of it. On
    PostgreSQL it does not even help: after the error every statement of the transaction answers "current transaction is
    aborted", so that nobody hears why.

    ## Bad
    ```python
    try:
        op.drop_index("ix_orders_note", table_name="orders")
    except Exception:
        pass
    ```

    ## Good
    ```python
    op.drop_index("ix_orders_note", table_name="orders", if_exists=True)
    ```

    ## When to ignore
    The failing statement stands in a savepoint, and leaving it out is what the revision is for.
    """

    code = "MOD004"
    name = "swallowed-exception"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if "except" not in file.migration.source and "suppress" not in file.migration.source:
            return
        changes = [one for one in (*file.upgrade_effects, *file.downgrade_effects) if _changes(one)]
        for region in _outermost(file.written.swallows):
            failing = [one for one in changes if region.holds(one.span)] or [
                *_flushed(file.upgrade_effects, region, file),
                *_flushed(file.downgrade_effects, region, file),
            ]
            failing = [one for one in failing if _aborts(one, facts) or not _goes_anyway(one, changes, file)]
            if failing and _only_sets(failing, region, file):
                if not any(region.last < one.span.line <= region.end for one in changes):
                    yield replace(
                        self.finding(_left_out(region, file), _LEFT_OUT, region.span, file.revision),
                        severity=Severity.WARNING,
                    )
            elif failing:
                yield self.finding(
                    _complaint(failing, region, file, facts),
                    "let it fail; for what may be there or not: if_exists=True, if_not_exists=True",
                    region.span,
                    file.revision,
                )


def _flushed(effects: Sequence[fx.Effect], region: Region, file: RevisionFile) -> Iterator[fx.Effect]:
    """What an ORM session has been given before, where the region makes it write: only then the database answers.

    ``effects`` are those of one way. A commit tells itself what ran before it; where a flush stands, the text does.
    """
    flushes = file.written.flushes
    if not any(map(region.holds, flushes)):
        return
    back = file.written.is_way_back(region.span)
    before = (one.line for one in flushes if one.line < region.first and file.written.is_way_back(one) == back)
    written = max(before, default=0)
    commit = next((one for one in effects if isinstance(one, fx.EndsTransaction) and region.holds(one.span)), None)
    given: list[fx.Effect] = []
    for effect in effects if commit is None else effects[: effects.index(commit)]:
        if isinstance(effect, fx.EndsTransaction):
            given.clear()
        elif isinstance(effect, fx.ChangesData) and effect.through_session:
            given.append(effect)
    for change in given:
        is_seen = commit is not None and change.written_at is not None
        if is_seen or (written <= change.span.line < region.first and file.written.is_way_back(change.span) == back):
            yield change


_SET = pattern(r"\s*(?:[-+*/%|&^]|//|\*\*|<<|>>)?=(?!=)")
"""What stands behind the attribute of an object that is set."""
_LEFT_OUT = "let it fail, or ask for what a row may lack: if order.note:"


def _only_sets(changes: Sequence[fx.Effect], region: Region, file: RevisionFile) -> bool:
    """Whether the region only sets attributes of objects, and nothing in it asks the database: it answers elsewhere.

    Not for a region with the whole loop in it: there all rows are missing behind the one that fails. What was not read in it,
    such as ``json.loads``, may ask as well; a row at which that fails is left out all the same.
    """
    written = file.written
    if any(map(region.holds, written.flushes)) or any(region.holds(loop.span) for loop in written.row_loops):
        return False
    asks = (fx.Reads, fx.EndsTransaction)
    both = (*file.upgrade_effects, *file.downgrade_effects)
    if any(isinstance(one, asks) and region.holds(one.span) for one in both):
        return False
    return all(isinstance(one, fx.ChangesData) and _sets_attribute(one, file.migration.lines) for one in changes)


def _sets_attribute(effect: fx.ChangesData, lines: Sequence[str]) -> bool:
    span = effect.span
    if not effect.through_session or effect.verb != "UPDATE" or effect.written_at is not None:
        return False
    behind = lines[span.end_line - 1].encode()[span.end_column - 1 :] if 0 < span.end_line <= len(lines) else b""
    return _SET.match(behind.decode(errors="replace")) is not None


def _left_out(region: Region, file: RevisionFile) -> str:
    """What becomes of the rows, where the database is sent nothing in the region."""
    counts = "taken back" if file.written.is_way_back(region.span) else "applied"
    return f"leaves out the rows at which this fails: the revision counts as {counts}, and they are as they were"


def _complaint(changes: Sequence[fx.Effect], region: Region, file: RevisionFile, facts: Facts) -> str:
    """What becomes of it when the change fails."""
    if all(_aborts(one, facts) for one in changes) and not _APART.search(file.migration.source):
        return (
            "hides why this change failed: PostgreSQL has aborted the transaction, and the next statement fails instead"
        )
    if file.written.is_way_back(region.span):
        return "goes on when this change fails: the revision counts as taken back, and a part of it is still there"
    return "goes on when this change fails: the revision counts as applied, and a part of it is missing"


def _aborts(effect: fx.Effect, facts: Facts) -> bool:
    """Whether nothing else can be done in the transaction once it has failed; an ORM session rolls back by itself."""
    runs_on = facts.dialects if effect.databases is None else facts.dialects & effect.databases
    return runs_on == {"postgresql"} and not effect.autocommit and not getattr(effect, "through_session", False)


def _goes_anyway(effect: fx.Effect, changes: Sequence[fx.Effect], file: RevisionFile) -> bool:
    """Whether it only drops a part of a table that is itself dropped behind it, or whose column of that name is, where
    nothing takes the error of that."""
    if not isinstance(effect, fx.DropsIndex | fx.DropsConstraint | fx.DropsColumn) or not isinstance(effect.table, str):
        return False
    return any(
        isinstance(other, fx.DropsTable | fx.DropsColumn)
        and (isinstance(other, fx.DropsTable) or _is_its_column(other, effect, file))
        and (other.table, other.schema) == (effect.table, effect.schema)
        and other.order > effect.order
        and other.span.line > effect.span.line
        and not other.conditional
        for other in changes
    )


def _is_its_column(
    drop: fx.Effect, part: fx.DropsIndex | fx.DropsConstraint | fx.DropsColumn, file: RevisionFile
) -> bool:
    """Whether it drops the column that a key or index is named after, and fails when that cannot be."""
    if not isinstance(drop, fx.DropsColumn) or isinstance(part, fx.DropsColumn):
        return False
    rest = str(part.name).lower().replace(str(part.table).lower(), " ") if isinstance(part.name, str) else ""
    names_it = re.search(rf"(?:^|[_ ]){re.escape(str(drop.column).lower())}(?:$|[_ ])", rest) is not None
    return names_it and not any(one.holds(drop.span) for one in file.written.swallows)


def _changes(effect: fx.Effect) -> bool:
    harmless = (fx.Reads, fx.SetsSetting, fx.NotAnalysed, fx.EndsTransaction)
    return not isinstance(effect, harmless)


def _outermost(regions: tuple[Region, ...]) -> list[Region]:
    return [one for one in regions if not any(other is not one and other.holds(one.span) for other in regions)]
