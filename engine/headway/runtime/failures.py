"""Explains exceptions of the user's code and of the database: what failed, at which of the user's lines, what to do."""

from __future__ import annotations

import os
import sysconfig
import traceback

from sqlalchemy import exc

from headway.errors import (
    DatabaseFailure,
    HeadwayError,
    MigrationFailed,
    PartialFailure,
    ScriptError,
    UsageError,
    not_python,
)
from headway.redact import redact
from headway.runtime.account import Account
from headway.runtime.outcome import outcome

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def explain(error: BaseException, account: Account | None = None) -> HeadwayError | None:
    """The error as one of headway's own, or None when nothing says that it came from the user or the database.

    With the ``account`` of the run it says what was applied and what was not.
    """
    if isinstance(error, HeadwayError):
        return _with_account(_placed(error, account), account)
    place = user_place(error)
    path, line = place or (None, None)
    if isinstance(error, SyntaxError):
        return not_python(error, error.filename)
    if account is not None and account.running is not None:
        return _migration_failed(error, account, path, line)
    if account is not None and account.anything_remains:
        return _ended_badly(error, account, path, line)
    if isinstance(error, ImportError):
        return _missing_import(error, path, line)
    if isinstance(error, exc.DBAPIError):
        return _database_refused(error, path, line)
    if isinstance(error, exc.ArgumentError):
        hint = "Check sqlalchemy.url in the configuration, or --url."
        return ScriptError(redact(_text(error)), path=path, line=line, hint=hint)
    if place is None:
        return None
    if _lacks_url(error):
        hint = "Set sqlalchemy.url in the configuration, or let env.py take the URL from the environment."
        return ScriptError("no database URL is configured: sqlalchemy.url is missing", path=path, line=line, hint=hint)
    hint = "headway runs this file as it is; run it by hand with the same environment variables to see more."
    return ScriptError(f"raised {type(error).__name__}: {redact(_text(error))}", path=path, line=line, hint=hint)


def explain_exit(error: SystemExit) -> ScriptError:
    """The error for user code that ended the program."""
    path, line = user_place(error) or (None, None)
    return ScriptError(
        f"ended the program with sys.exit({error.code!r})",
        path=path,
        line=line,
        hint="Let it raise an exception that says what is missing.",
    )


def user_place(error: BaseException) -> tuple[str, int] | None:
    """The innermost line of the traceback that is neither ours nor a library's, as (path, line)."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        path = frame.filename
        if path.startswith(("<", _OURS, *_LIBRARIES)) or "site-packages" in path:
            continue
        if not os.path.isfile(path):  # what a compiled driver was once made of, such as asyncpg/protocol.pyx
            continue
        if "headway_cli" in path or frame.lineno is None:
            continue
        return path, frame.lineno
    return None


def _lacks_url(error: BaseException) -> bool:
    """Whether ``engine_from_config`` looked for the URL in vain."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return (
        isinstance(error, KeyError) and error.args == ("url",) and bool(last) and last[0].name == "engine_from_config"
    )


def _migration_failed(error: BaseException, account: Account, path: str | None, line: int | None) -> HeadwayError:
    revision = account.running or "?"
    what = _text(error.orig) if isinstance(error, exc.DBAPIError) and error.orig is not None else _text(error)
    kind = "" if isinstance(error, exc.DBAPIError) else f"{type(error).__name__}: "
    message = f"revision {revision} failed: {kind}{redact(what)}"
    path = path or account.running_path
    if isinstance(error, ImportError):
        message = f"revision {revision} cannot be loaded: {_missing_import(error, None, None).message}"
    if _is_lost(error):
        message = f"the connection to the database was lost in revision {revision}: {redact(what)}"
        return outcome(message, account, path, line, remedy="Look at the server", infrastructure=True)
    if isinstance(error, exc.DBAPIError) and (refusal := _refusal(what)) and refusal[0] is _READ_ONLY:
        # The revision is right and the database is not: sending someone to the revision would cost them the night.
        message = f"revision {revision} failed: {refusal[1]}: {redact(what)}"
        return outcome(message, account, path, line, remedy=refusal[2], infrastructure=True)
    return outcome(message, account, path, line)


def _ended_badly(error: BaseException, account: Account, path: str | None, line: int | None) -> HeadwayError:
    """An error between revisions, at a commit, or after everything."""
    what = _text(error.orig) if isinstance(error, exc.DBAPIError) and error.orig is not None else _text(error)
    if _is_lost(error):
        message, remedy = f"the connection to the database was lost: {redact(what)}", "Look at the server"
    elif isinstance(error, exc.DBAPIError):
        message, remedy = f"the database refused: {redact(what)}", "Mend what it names"
    else:
        message, remedy = f"raised {type(error).__name__}: {redact(what)}", "Mend it"
    return outcome(message, account, path, line, remedy=remedy, infrastructure=isinstance(error, exc.DBAPIError))


def _is_lost(error: BaseException) -> bool:
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


def _placed(error: HeadwayError, account: Account | None) -> HeadwayError:
    """The same error, with the line of the migration that made it."""
    if error.path is None and account is not None and account.running is not None:
        place = user_place(error)
        if place is not None:
            error.path, error.line = place
    return error


def _with_account(error: HeadwayError, account: Account | None) -> HeadwayError:
    """Adds what was applied to an error that stopped a run half-way; one of a migration is a migration that failed."""
    if account is None or not account.planned or isinstance(error, PartialFailure | MigrationFailed):
        return error
    if account.anything_remains:
        return outcome(error.one_line(), account, None, None)
    if account.running is None or account.database is None or not isinstance(error, UsageError):
        return error
    return outcome(error.message, account, error.path, error.line, remedy=error.hint or "Mend the revision")


def _missing_import(error: ImportError, path: str | None, line: int | None) -> ScriptError:
    if isinstance(error, ModuleNotFoundError) and error.name:
        name = error.name.partition(".")[0]
        return ScriptError(
            f"imports '{error.name}', which is not installed here",
            path=path,
            line=line,
            hint=f"Install the package that provides '{name}' (in the Action: the input 'requirements'), "
            "or add its directory to prepend_sys_path.",
        )
    return ScriptError(f"an import failed: {redact(_text(error))}", path=path, line=line, hint="Mend the import.")


def _database_refused(error: exc.DBAPIError, path: str | None, line: int | None) -> DatabaseFailure:
    # What drivers say after the first line is their own advice, which ours would contradict.
    text = redact(_text(error.orig if error.orig is not None else error, first_line=True))
    if refusal := _refusal(text):
        words, said, hint = refusal
        if words is _READ_ONLY:
            hint += ". Nothing was applied."
        return DatabaseFailure(f"{said}: {text}", path=path, line=line, hint=hint)
    return DatabaseFailure(f"the database refused: {text}", path=path, line=line, hint="Nothing was applied.")


def _refusal(text: str) -> tuple[tuple[str, ...], str, str] | None:
    """The first entry of ``_REFUSALS`` that fits a driver's message."""
    low = text.lower()
    return next((refusal for refusal in _REFUSALS if any(word in low for word in refusal[0])), None)


_READ_ONLY = (
    "a readonly database",  # SQLite
    "in a read-only transaction",  # PostgreSQL
    "in a read only transaction",  # MySQL, MariaDB
    "--read-only",
    "database is read-only",  # SQL Server
    "for read-only access",  # Oracle
)
_REFUSALS = (
    (
        _READ_ONLY,
        "the database cannot be written",
        "It or its file is read-only: use a writable one, or a role that may write",
    ),
    (
        ("password", "access denied", "authentication"),
        "the database let nobody in",
        "User or password is wrong: check the secret that the URL is made from.",
    ),
    (
        ("unable to open",),
        "the database file cannot be opened",
        "Does its directory exist, and may this user write there?",
    ),
    (
        ("refused", "could not connect", "can't connect", "timed out", "timeout expired", "resolve", "translate host"),
        "the database cannot be reached",
        "Is the server up, and are host and port right? Inside a container 'localhost' is the container itself: "
        "use the service's name.",
    ),
)
"""Words of a driver's message, what to say before it, and what to do; the first that fits counts."""


def _text(error: BaseException | None, *, first_line: bool = False) -> str:
    """The message without SQLAlchemy's background links and repeated statement."""
    lines = [line for line in str(error).splitlines() if not line.startswith("(Background on this error")]
    lines = lines[:1] if first_line else lines
    return " ".join(" ".join(lines).split()) or type(error).__name__
