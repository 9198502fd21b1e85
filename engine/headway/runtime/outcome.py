"""How a run that failed ended, in sentences: each says what the account knows, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from headway.errors import DatabaseFailure, HeadwayError, MigrationFailed, PartialFailure
from headway.redact import redact
from headway.runtime.account import Account, Section, Sent, brief, shown

_AGAIN = "run the same command again"
SCRATCH_ONLY = "Only scratch databases were changed."
WHOLE_SCRIPT = "The SQL script that was printed is complete."
HALF_A_SCRIPT = "The SQL script that was printed is incomplete and must not be used."


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
    complete = account.complete and account.running is None
    if complete and infrastructure:
        return DatabaseFailure(message, path=path, line=line, hint=_everything(account))
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
        hint=_everything(account) if complete else " ".join(_part(account, remedy)),
    )


def account_of(account: Account, again: str | None = None, *, is_over: bool = False) -> str:
    """What the account says of the database, for a run that was ended from outside.

    ``again`` is the next step, a sentence, where something remains and the same command again is none; ``is_over`` says
    that the run was through.
    """
    if is_script(account):
        return WHOLE_SCRIPT if is_over else HALF_A_SCRIPT
    said = _said_of(account)
    if again is None or not account.anything_remains:
        return said
    return said.replace(_next(None), again).replace(f"then {_AGAIN}.", f"then: {again}")


def _said_of(account: Account) -> str:
    if account.complete and account.running is None:
        return _everything(account)
    if not account.anything_remains:
        return " ".join(_nothing(account, None))
    return " ".join(_part(account, None))


def besides(account: Account | None) -> str:
    """What there is to say beside the revisions, for a run that came to none: what env.py did itself; often nothing."""
    return "" if account is None else " ".join((*_standing(account), *_uncertain(account), *_unseen(account)))


def is_script(account: Account) -> bool:
    """Whether the run prints an SQL script, and has begun to."""
    return bool(account.planned) and account.database is None


def _everything(account: Account) -> str:
    done = _done(account.sections[-1]).lower()
    return f"Everything was {done} before that: {', '.join(account.applied)}. Nothing is left to do."


def _done(section: Section) -> str:
    """What its steps do to a revision: Applied, Undone, Stamped."""
    return section.done


def _nothing(account: Account, remedy: str | None) -> Iterator[str]:
    """The sentences for a run of which nothing remains."""
    if account.found:
        yield (
            f"This run changed nothing of {account.found_of}, but an earlier run may have stopped inside it; these "
            f"objects of it exist: {redact('; '.join(account.found))}. Compare them with the revision: undo them by "
            f"hand or make the revision skip them, then {_AGAIN}."
        )
    else:
        yield "Nothing is known to have been applied." if account.called else "Nothing was applied."
    yield from _standing(account)
    yield from _uncertain(account)
    yield from _unseen(account)
    if not account.found:
        yield _next(remedy)


def _part(account: Account, remedy: str | None) -> Iterator[str]:
    """The sentences for a run of which something remains, or may remain."""
    for section in account.sections[:-1]:
        yield f"On {redact(section.database or 'another database')}: {_briefly(section)}."
    if len(account.sections) > 1:
        yield f"On {redact(account.database or 'the last one')}:"
    yield f"{_done(account.sections[-1])}: {', '.join(account.applied) or 'none'}."
    if account.doubtful:
        yield (
            f"Not known: {', '.join(account.doubtful)}; the commit was sent and its answer was lost. "
            "'headway current' tells whether it is in the database."
        )
    if remedy is None and account.running is not None:
        yield f"Stopped in: {account.running}."  # who failed names it in the message
    yield f"Not run: {', '.join(account.remaining) or 'none'}."
    for words in account.left:
        yield f"Of a statement that failed something stays: {redact(words)}."
    yield from _standing(account)
    yield from _uncertain(account)
    yield from _unseen(account)
    if account.found and not _of(account, account.standing):
        yield (
            f"An earlier run may have stopped inside {account.found_of}; these objects of it exist: "
            f"{redact('; '.join(account.found))}."
        )
    if any(entry.revision is not None for entry in (*account.standing, *account.uncertain)) or account.found:
        yield f"Undo them by hand or make the revision skip them, then {_AGAIN}."
    else:
        yield _next(remedy)


def _briefly(section: Section) -> str:
    """What became of one of several databases."""
    parts = [f"{_done(section).lower()} {', '.join(section.applied) or 'none'}"]
    if section.doubtful:
        parts.append(f"not known {', '.join(section.doubtful)}")
    if section.failed is not None:
        parts.append(f"failed at {section.failed}")
    return "; ".join(parts)


def _next(remedy: str | None) -> str:
    """The next step; a remedy that is a sentence of its own stays one, and None is nothing to mend."""
    if remedy is None:
        return f"{_AGAIN.capitalize()} when it suits."
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
    if account.called:
        yield f"These queries call functions that may have changed something: {redact(shown(account.called))}."
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
