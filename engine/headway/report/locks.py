"""What new revisions do, as rows and statements for whatever lays them out: Markdown, a comment, a page."""

from __future__ import annotations

from collections.abc import Iterable

from headway.lint.change import Change
from headway.report.model import Report
from headway.report.words import shortened

COLUMNS = ("line", "operation", "on", "table", "lock", "waits meanwhile", "for")
"""The heads of the table of locks."""
SOURCE = 160  # characters of an operation


def rows(change: Change) -> list[tuple[str, ...]]:
    """The table of locks of one revision, a cell for each of COLUMNS: a row for each lock, and one for each operation
    that could not be read. What locks no table that may have rows has none."""
    made: list[tuple[str, ...]] = []
    for operation in change.operations:
        source = shortened(operation.source, SOURCE)
        if operation.is_unread:
            made.append((str(operation.line), source, "", "", "not known, or not all of it", "", ""))
        for taken in operation.locks:
            lock = taken.lock
            made.append(
                (str(operation.line), source, taken.database, taken.table, lock.level, taken.waits, lock.held.value)
            )
    return made


def of_step(report: Report, revision: str) -> Change | None:
    """What a step of the report's plan does; None where nothing has told."""
    return next((change for change in report.changes if change.revision == revision), None)


def waits(change: Change | None) -> list[str]:
    """Who waits for what, in a line for each table and lock; nothing where nobody waits."""
    lines = []
    for operation in change.operations if change is not None else ():
        if operation.is_unread:
            lines.append(f"line {operation.line} has locks that nobody knows")
        lines += [
            f"lock on {taken.table}: {taken.lock.level} for {taken.lock.held.value}, {taken.waits} wait meanwhile"
            for taken in operation.locks
            if taken.waits != "nobody"
        ]
    return list(dict.fromkeys(lines))


def statements(report: Report, revision: str) -> list[tuple[str, str]]:
    """What a revision has sent, once for each text: the stages that have sent it, and the statements as a script."""
    scripts: dict[str, list[str]] = {}
    for sent in report.sent:
        if sent.revision == revision and sent.statements:
            scripts.setdefault(script(sent.statements), []).append(sent.stage)
    return [(", ".join(stages), text) for text, stages in scripts.items()]


def script(statements: Iterable[str]) -> str:
    """Statements as one text, each with its semicolon."""
    return "\n".join(statement if statement.rstrip().endswith(";") else f"{statement};" for statement in statements)
