"""Explains exceptions of the user's code and of the database: what failed, at which of the user's lines, what to do."""

from __future__ import annotations

import os
import re
import sysconfig
import traceback

from sqlalchemy import exc
from sqlalchemy.engine import default, url

from headway.errors import (
    CheckFailed,
    DatabaseFailure,
    HeadwayError,
    LockLost,
    MigrationFailed,
    PartialFailure,
    ScriptError,
    UsageError,
    not_python,
)
from headway.pattern import pattern
from headway.redact import redact
from headway.runtime.account import Account
from headway.runtime.offline import reads_through_dialect
from headway.runtime.outcome import HALF_A_SCRIPT, besides, is_script, outcome

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_RUN = os.path.join(_OURS, "runtime", "run.py")
_RUNNER = os.path.join(_OURS, "runtime", "runner.py")
_DIALECTS = os.path.abspath(default.__file__)
_URLS = os.path.abspath(url.__file__)
_LIBRARIES = (
    *{sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    # Packages may also lie in a folder of their own, by 'pip install --target' and PYTHONPATH: where SQLAlchemy does.
    os.path.dirname(os.path.dirname(os.path.abspath(exc.__file__))) + os.sep,
)


def explain(error: BaseException, account: Account | None = None) -> HeadwayError | None:
    """The error as one of headway's own, or None when nothing says that it came from the user or the database.

    With the ``account`` of the run it says what was applied and what was not.
    """
    if account is not None and is_script(account):
        return _script_broke_off(error, account)
    if account is not None and account.planned and _passed(error, "_call_back"):
        return _callback_failed(error, account)
    if isinstance(error, HeadwayError):
        return _with_account(_placed(error, account), account)
    path, line = user_place(error) or (None, None)
    if isinstance(error, SyntaxError):
        return not_python(error, error.filename)
    if account is not None and account.running is not None:
        return _migration_failed(error, account, path, line)
    if account is not None and (account.anything_remains or _ended_a_run(error, account)):
        return _ended_badly(error, account, path, line)
    if isinstance(error, exc.DBAPIError) or _came_from_a_driver(error):
        return _database_refused(error, account, path, line)
    explained = _before_a_run(error, path, line)
    return explained and _with_more(explained, besides(account))


def _before_a_run(error: BaseException, path: str | None, line: int | None) -> ScriptError | None:
    """An error of env.py, or of a revision that cannot be loaded."""
    if isinstance(error, ImportError):
        return _missing_import(error, path, line)
    if isinstance(error, exc.ArgumentError) or _is_of_a_url(error):
        hint = "Check sqlalchemy.url in the configuration, or --url."
        return ScriptError(redact(_text(error)), path=path, line=line, hint=hint)
    if path is None:
        return None
    if _lacks_url(error):
        hint = "Set sqlalchemy.url in the configuration, or let env.py take the URL from the environment."
        return ScriptError("no database URL is configured: sqlalchemy.url is missing", path=path, line=line, hint=hint)
    if "application context" in str(error):
        hint = "env.py wants Flask's application: name it in .headway.yml, such as app: 'shop.web:create_app'."
        return ScriptError(
            f"raised {type(error).__name__}: it runs outside of an application", path=path, line=line, hint=hint
        )
    hint = "headway runs this file as it is; HEADWAY_DEBUG=1 shows where in it this comes from."
    return ScriptError(f"raised {type(error).__name__}: {redact(_text(error))}", path=path, line=line, hint=hint)


def explain_exit(error: SystemExit, account: Account | None = None) -> HeadwayError:
    """The error for user code that ended the program; ``account`` is that of the run."""
    path, line = user_place(error) or (None, None)
    message = f"ended the program with sys.exit({error.code!r})"
    remedy = "Let it raise an exception that says what is missing."
    if account is not None and not is_script(account):
        if account.running is not None:
            message = f"revision {account.running} {message}"
        if account.running is not None or account.anything_remains or _ended_a_run(error, account):
            return outcome(message, account, path or account.running_path, line, remedy=remedy)
    more = HALF_A_SCRIPT if account is not None and is_script(account) else besides(account)
    return _with_more(ScriptError(message, path=path, line=line, hint=remedy), more)


def user_place(error: BaseException) -> tuple[str, int] | None:
    """The innermost line of the traceback that is neither ours nor a library's, as (path, line).

    Where there is none, the line of a project that is a part of an installed package: the first one that was run.
    """
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
    return _installed_place(frames)


def _installed_place(frames: traceback.StackSummary) -> tuple[str, int] | None:
    """The first line of an installed package after the last place where headway ran a file of the project."""
    ran = [index for index, frame in enumerate(frames) if frame.filename == _RUNNER]
    for frame in frames[ran[-1] + 1 :] if ran else ():
        path = frame.filename
        library = "-packages" in path or path.startswith(_LIBRARIES)
        if frame.lineno is not None and library and not path.startswith(_OURS) and os.path.isfile(path):
            return path, frame.lineno
    return None


def _passed(error: BaseException, function: str) -> bool:
    """Whether an error came through this function of the run."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.name == function and frame.filename == _RUN for frame in frames)


def _ended_a_run(error: BaseException, account: Account) -> bool:
    """Whether an error, outside any revision, has taken back a run that had revisions to carry out.

    One at loading them is none, and of the database only a refused commit: it comes without a statement.
    """
    if not account.planned or account.complete or _passed(error, "_functions_of") or user_place(error) is None:
        return False
    return not isinstance(error, exc.DBAPIError) or _is_refused_commit(error)


def _is_refused_commit(error: BaseException) -> bool:
    return isinstance(error, exc.DBAPIError) and error.statement is None and not _is_lost(error)


def _lacks_url(error: BaseException) -> bool:
    """Whether ``engine_from_config`` looked for the URL in vain."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return (
        isinstance(error, KeyError) and error.args == ("url",) and bool(last) and last[0].name == "engine_from_config"
    )


def _is_of_a_url(error: BaseException) -> bool:
    """Whether SQLAlchemy looked in a URL for a number in vain."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return isinstance(error, ValueError) and bool(last) and last[0].filename == _URLS


def _with_more(error: HeadwayError, sentences: str) -> HeadwayError:
    if sentences:
        hint = f"{error.hint.rstrip('.')}." if error.hint else ""
        error.hint = f"{hint} {sentences}".strip()
    return error


def _script_broke_off(error: BaseException, account: Account) -> HeadwayError | None:
    """An error while an SQL script was printed; no database knows of it."""
    if (refused := reads_through_dialect(error)) is not None:
        error = refused.with_traceback(error.__traceback__)
    if isinstance(error, HeadwayError):
        return _with_more(_placed(error, account), HALF_A_SCRIPT)
    explained = explain(error)
    if explained is not None and account.running is not None:
        failed = _migration_failed(error, account, *(user_place(error) or (None, None)))
        explained = ScriptError(failed.message, path=failed.path, line=failed.line, hint="Mend the revision.")
    return explained and _with_more(explained, HALF_A_SCRIPT)


def _callback_failed(error: BaseException, account: Account) -> HeadwayError:
    """An error of what env.py gave as ``on_version_apply``."""
    if isinstance(error, DatabaseFailure | MigrationFailed):
        return _with_account(error, account)
    path, line = user_place(error) or (None, None)
    if isinstance(error, exc.DBAPIError):
        what = f"failed: {redact(_text(error.orig if error.orig is not None else error))}"
    else:
        what = f"raised {type(error).__name__}: {redact(_text(error))}"
    remedy = "Look at the server" if _is_lost(error) else "Mend the callback"
    message = f"an on_version_apply callback {what}"
    return outcome(message, account, path, line, remedy=remedy, infrastructure=_is_lost(error))


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
    at_commit = _is_refused_commit(error) and not account.complete
    what = _text(error.orig) if isinstance(error, exc.DBAPIError) and error.orig is not None else _text(error)
    if _is_lost(error):
        message, remedy = f"the connection to the database was lost: {redact(what)}", "Look at the server"
    elif at_commit:
        message = f"the database refused the commit: {redact(what)}"
        remedy = "Mend the revision" if isinstance(error, exc.IntegrityError) else "Mend what it names"
    elif isinstance(error, exc.DBAPIError):
        message, remedy = f"the database refused: {redact(what)}", "Mend what it names"
    else:
        message, remedy = f"raised {type(error).__name__}: {redact(what)}", "Mend it"
    infrastructure = isinstance(error, exc.DBAPIError) and not at_commit
    return outcome(message, account, path, line, remedy=remedy, infrastructure=infrastructure)


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
    if isinstance(error, LockLost):
        return outcome(error.message, account, error.path, error.line, remedy=error.hint or "", infrastructure=True)
    if account.running is not None and isinstance(error, CheckFailed):
        return outcome(error.message, account, account.running_path, None, remedy=error.hint or "Mend the revision")
    if account.anything_remains:
        return outcome(error.one_line(), account, None, None, infrastructure=isinstance(error, DatabaseFailure))
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


def _came_from_a_driver(error: BaseException) -> bool:
    """Whether a driver raised it while it connected: those on asyncio raise what sockets raise, and errors of their own,
    of which SQLAlchemy makes none of its own as long as there is no connection. What Python raises for an argument that
    no driver knows is an error of the URL."""
    if not isinstance(error, OSError) and type(error).__module__ == "builtins":
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.name == "connect" and frame.filename == _DIALECTS for frame in frames)


def _database_refused(
    error: BaseException, account: Account | None, path: str | None, line: int | None
) -> HeadwayError:
    # What drivers say after the first line is their own advice, which ours would contradict.
    orig = getattr(error, "orig", None)
    raised = error if orig is None else orig
    text = redact(_text(raised, first_line=True))
    # A name of two addresses fails twice: psycopg counts the failures below a first line that tells none.
    words, said, hint = _refusal(text) or _refusal(_text(raised)) or (None, "the database refused", "")
    if words is None and isinstance(raised, OSError):
        words, said, hint = _CANNOT_BE_REACHED
    if text.endswith(":"):
        text = redact(_text(raised))[:400]
    if words is _UNREACHABLE and _HALF_A_PASSWORD.search(text):
        text = "its URL has more than one @, so that what follows the first is taken for its host"
        hint = "Write the @ of a user's name or password as %40 (in an ini file as %%40)."
    if re.search(r"\bnear\b.{0,80}\bPRAGMA\b", text):
        hint = (
            "The project takes this for a SQLite database. Where it reads its URL from a variable of its own, give that the URL "
            "of this database, or name the variable in the policy: url_variables."
        )
        return ScriptError(f"{said}: {text}", path=path, line=line, hint=hint)
    if account is not None and besides(account):
        remedy = hint or "Mend what it names"
        return outcome(f"{said}: {text}", account, path, line, remedy=remedy, infrastructure=True)
    if words is None or words is _READ_ONLY:
        hint = f"{hint}. Nothing was applied.".removeprefix(". ")
    return DatabaseFailure(f"{said}: {text}", path=path, line=line, hint=hint)


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
_UNREACHABLE = (
    "refused",
    "could not connect",
    "can't connect",
    "timed out",
    "timeout expired",
    "resolve",
    "translate host",
    "unknown server host",
)
_CANNOT_BE_REACHED = (
    _UNREACHABLE,
    "the database cannot be reached",
    "Is the server up, and are host and port right? Inside a container 'localhost' is the container itself: "
    "use the service's name.",
)
_HALF_A_PASSWORD = pattern(r"""(['"])[^'"\s]+@[^'"\s]+\1""")
"""What a driver shows as a host: the rest of a password that has an @."""
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
    _CANNOT_BE_REACHED,
)
"""Words of a driver's message, what to say before it, and what to do; the first that fits counts."""


def _text(error: BaseException | None, *, first_line: bool = False) -> str:
    """The message without SQLAlchemy's background links and repeated statement."""
    if error is not None and _is_of_a_url(error):
        return "the port of a database's URL is no number"  # the message shows it, and it may be a password without its host
    lines = [line for line in str(error).splitlines() if not line.startswith("(Background on this error")]
    lines = lines[:1] if first_line else lines
    return " ".join(" ".join(lines).split()) or type(error).__name__
