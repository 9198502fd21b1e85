"""How a run that failed ended, in sentences: each says what the account knows, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from headway.errors import DatabaseFailure, HeadwayError, MigrationFailed, PartialFailure
from headway.redact import redact
from headway.runtime.account import Account, Sent, brief, shown

_AGAIN = "run the same command again"


def outcome(
    message: str,
    account: Account,
    path: str | None,
    line: int | None,
    *,
    remedy: str = "Mend the revision",
    infrastructure: bool = False,
) -> HeadwayError:
    """The error for a run that ``message`` ended, with what the account says of the database.

    ``remedy`` is the first half of the next step; ``infrastructure`` says that not the migration but the database or
    the way to it was at fault.
    """
    if account.complete and account.running is None:
        hint = f"Everything was applied before that: {', '.join(account.applied)}. Nothing is left to do."
        return DatabaseFailure(message, path=path, line=line, hint=hint)
    if not account.anything_remains:
        kind = DatabaseFailure if infrastructure else MigrationFailed
        return kind(message, path=path, line=line, hint=" ".join(_nothing(account, remedy)))
    return PartialFailure(
        message,
        applied=account.applied,
        failed=account.running,
        statements=[redact(brief(entry.sql)) for entry in account.standing],
        path=path,
        line=line,
        hint=" ".join(_part(account, remedy)),
    )


def account_of(account: Account) -> str:
    """What the account says of the database, for a run that was ended from outside."""
    if account.complete and account.running is None:
        return f"Everything was applied before that: {', '.join(account.applied)}. Nothing is left to do."
    if not account.anything_remains:
        return " ".join(_nothing(account, "When it suits"))
    return " ".join(_part(account, "When it suits"))


def _nothing(account: Account, remedy: str) -> Iterator[str]:
    """The sentences for a run of which nothing remains."""
    if account.found:
        yield (
            f"This run changed nothing of {account.running}, but an earlier run may have stopped inside it; these "
            f"objects of it exist: {redact('; '.join(account.found))}. Compare them with the revision: undo them by "
            f"hand or make the revision skip them, then {_AGAIN}."
        )
    else:
        yield "Nothing was applied."
    yield from _standing(account)
    yield from _uncertain(account)
    yield from _unseen(account)
    if not account.found:
        yield _next(remedy)


def _part(account: Account, remedy: str) -> Iterator[str]:
    """The sentences for a run of which something remains, or may remain."""
    for section in account.sections[:-1]:
        if section.applied or section.doubtful:
            yield f"On {redact(section.database or 'another database')}: applied {', '.join(section.applied) or 'none'}."
    yield f"Applied: {', '.join(account.applied) or 'none'}."
    if account.doubtful:
        yield (
            f"Not known: {', '.join(account.doubtful)}; the commit was sent and its answer was lost. "
            "'headway current' tells whether it is in the database."
        )
    yield f"Not run: {', '.join(account.remaining) or 'none'}."
    yield from _standing(account)
    yield from _uncertain(account)
    yield from _unseen(account)
    if account.found and not _of(account, account.standing):
        yield (
            f"An earlier run may have stopped inside {account.running}; these objects of it exist: "
            f"{redact('; '.join(account.found))}."
        )
    if any(entry.revision is not None for entry in (*account.standing, *account.uncertain)) or account.found:
        yield f"Undo them by hand or make the revision skip them, then {_AGAIN}."
    else:
        yield _next(remedy)


def _next(remedy: str) -> str:
    """The next step; a remedy that is a sentence of its own stays one."""
    return f"{remedy} Then {_AGAIN}." if remedy.endswith(".") else f"{remedy} and {_AGAIN}."


def _standing(account: Account) -> Iterator[str]:
    """What has taken effect of revisions that are not applied, revision by revision."""
    for revision in dict.fromkeys(entry.revision for entry in account.standing):
        entries = [entry for entry in account.standing if entry.revision == revision]
        what = redact(shown(entries))
        if revision is None:
            yield f"env.py itself, outside any revision, executed and committed: {what}."
        else:
            yield f"These statements of {revision} have taken effect and are not undone: {what}."


def _uncertain(account: Account) -> Iterator[str]:
    if account.uncertain:
        yield (
            "Of these nobody can say whether they took effect, because the answer was lost; look at the database: "
            f"{redact(shown(account.uncertain))}."
        )


def _unseen(account: Account) -> Iterator[str]:
    if account.raw_uses:
        yield (
            f"A raw driver cursor was used at {', '.join(account.raw_uses[:3])}: what was done through it is not in "
            "this account."
        )


def _of(account: Account, entries: list[Sent]) -> list[Sent]:
    return [entry for entry in entries if entry.revision == account.running]
