"""A report whose words have gone through somebody's hands: passwords taken out, or made fit for lines of output.

Only what people read is touched. Codes, ids, names of rules, digests and numbers are not; a path is made fit, and never
searched for passwords.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from headway.drift.verdict import DriftItem, NotCompared
from headway.lint.change import Change, Sent
from headway.lint.finding import Finding
from headway.report.model import Configuration, Report, Stage
from headway.revision.model import Revision

Words = Callable[[str], str]


def without_passwords(report: Report, mask: Words) -> Report:
    """The report with ``mask`` over every text that may repeat a stranger's words; plans come without them."""
    return replace(
        report,
        stages=tuple(
            replace(stage, summary=mask(stage.summary), why=_or_none(mask, stage.why)) for stage in report.stages
        ),
        findings=tuple(
            replace(
                found,
                message=mask(found.message),
                help=mask(found.help),
                # A fix that is not whole would be written into a file.
                fix=found.fix if found.fix is not None and mask(found.fix) == found.fix else None,
                reason=_or_none(mask, found.reason),
            )
            for found in report.findings
        ),
        drift=tuple(
            replace(
                item,
                detail=mask(item.detail),
                operation=mask(item.operation),
                accepted=_or_none(mask, item.accepted),
            )
            for item in report.drift
        ),
        not_compared=tuple(replace(item, why=mask(item.why)) for item in report.not_compared),
        examined=replace(
            report.examined, not_analysed=tuple(_after_place(mask, place) for place in report.examined.not_analysed)
        ),
        error=_or_none(mask, report.error),
        history=tuple(_revision(revision, mask) for revision in report.history),
        sources={path: tuple(map(mask, lines)) for path, lines in report.sources.items()},
        changes=tuple(_change(change, mask) for change in report.changes),
        sent=tuple(replace(one, statements=tuple(map(mask, one.statements))) for one in report.sent),
    )


def printable(report: Report, line: Words, block: Words) -> Report:
    """The report with ``line`` over every text that is to stay on its line, and ``block`` over those of several.

    Its plan is as it was: a digest is over what is in it, and whoever prints it makes it fit.
    """
    return replace(
        report,
        stages=tuple(_stage(stage, line) for stage in report.stages),
        heads=tuple(map(line, report.heads)),
        findings=tuple(_finding(found, line, block) for found in report.findings),
        drift=tuple(_drift(item, line, block) for item in report.drift),
        not_compared=tuple(
            NotCompared(line(item.kind), line(item.object), line(item.why)) for item in report.not_compared
        ),
        examined=replace(report.examined, not_analysed=tuple(map(line, report.examined.not_analysed))),
        applied=tuple(map(line, report.applied)),
        failed=_or_none(line, report.failed),
        error=_or_none(line, report.error),
        sources={line(path): tuple(map(block, lines)) for path, lines in report.sources.items()},
        configuration=Configuration(line(report.configuration.file), line(report.configuration.section)),
        against=line(report.against),
        changes=tuple(
            replace(_change(change, line), revision=line(change.revision), file=line(change.file))
            for change in report.changes
        ),
        sent=tuple(Sent(line(one.revision), tuple(map(block, one.statements)), line(one.stage)) for one in report.sent),
    )


def _revision(revision: Revision, mask: Words) -> Revision:
    doc = mask(revision.doc)
    return revision if doc == revision.doc else revision._replace(doc=doc)  # of thousands hardly one has a password


def _change(change: Change, words: Words) -> Change:
    operations = tuple(
        replace(
            operation,
            source=words(operation.source),
            locks=tuple(replace(taken, table=words(taken.table)) for taken in operation.locks),
        )
        for operation in change.operations
    )
    return replace(change, operations=operations)


def _stage(stage: Stage, line: Words) -> Stage:
    return replace(
        stage,
        name=line(stage.name),
        summary=line(stage.summary),
        why=_or_none(line, stage.why),
        file=_or_none(line, stage.file),
    )


def _finding(found: Finding, line: Words, block: Words) -> Finding:
    return replace(
        found,
        message=line(found.message),
        help=line(found.help),
        file=_or_none(line, found.file),
        revision=_or_none(line, found.revision),
        fix=_or_none(block, found.fix),
        reason=_or_none(line, found.reason),
        stage=line(found.stage),
    )


def _drift(item: DriftItem, line: Words, block: Words) -> DriftItem:
    return replace(
        item,
        stage=line(item.stage),
        object=line(item.object),
        detail=line(item.detail),
        operation=block(item.operation),
        key=line(item.key),
        accepted=_or_none(line, item.accepted),
    )


def _or_none(words: Words, text: str | None) -> str | None:
    return None if text is None else words(text)


def _after_place(mask: Words, text: str) -> str:
    """``path:line: words`` with ``mask`` over the words."""
    place, colon, words = text.partition(": ")
    return f"{place}{colon}{mask(words)}"
