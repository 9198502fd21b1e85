"""What a driver says is taken for what it is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from headway.effects.sql_kind import Kind
from headway.errors import (
    CheckFailed,
    ConfigError,
    DatabaseFailure,
    GateRefused,
    LockLost,
    MigrationFailed,
    PartialFailure,
    ScriptError,
    UsageError,
)
from headway.runtime.account import Account, Fate, Sent
from headway.runtime.failures import explain, explain_exit, user_place
from headway.runtime.info import MigrationInfo
from headway.runtime.outcome import HALF_A_SCRIPT
from headway.runtime.run import Run
from headway.runtime.runner import load_module

WRITES = [
    "attempt to write a readonly database",
    "cannot execute CREATE TABLE in a read-only transaction",
    "(1792, 'Cannot execute statement in a READ ONLY transaction.')",
    "(1290, 'The MariaDB server is running with the --read-only option so it cannot execute this statement')",
    'Failed to update database "shop" because the database is read-only.',
    "ORA-16000: database or pluggable database open for read-only access",
]
OTHERS = ["no such column: readonly", "NOT NULL constraint failed: t.read-only", "syntax error at or near readonly"]


@pytest.mark.parametrize("said", WRITES)
def test_a_database_that_cannot_be_written(said: str) -> None:
    explained = explain(exc.OperationalError("INSERT", {}, Exception(said)))
    assert explained is not None
    assert explained.message.startswith("the database cannot be written")


@pytest.mark.parametrize("said", OTHERS)
def test_a_column_of_that_name_is_no_read_only_database(said: str) -> None:
    explained = explain(exc.OperationalError("INSERT", {}, Exception(said)))
    assert explained is not None
    assert "cannot be written" not in explained.message


def test_the_words_of_the_driver_are_told_and_not_those_around_them() -> None:
    explained = explain(exc.OperationalError("INSERT", {}, Exception("no such table: t\nadvice of the driver's")))
    assert explained is not None
    assert explained.message == "the database refused: no such table: t"


def test_a_name_of_two_addresses_that_both_fail() -> None:
    """localhost is IPv6 and IPv4; psycopg tells what happened below its first line."""
    said = (
        "connection failed: Multiple connection attempts failed. All failures were:\n"
        '- host: "localhost", port: 5432, hostaddr: "::1": connection failed: Connection refused\n'
        '- host: "localhost", port: 5432, hostaddr: "127.0.0.1": connection failed: Connection refused'
    )
    explained = explain(exc.OperationalError(None, None, Exception(said)))
    assert explained is not None
    assert explained.message.startswith("the database cannot be reached: ")
    assert "hostaddr" in explained.message
    assert "use the service's name" in (explained.hint or "")


def test_of_a_long_list_of_failures_the_beginning_is_told() -> None:
    said = "All failures were:\n" + "x" * 1_000
    explained = explain(exc.OperationalError(None, None, Exception(said)))
    assert explained is not None
    assert explained.message == "the database refused: All failures were: " + "x" * 381


def running(revision: str, database: str | None = "postgresql://h/d") -> Account:
    account = Account()
    account.sections[-1].database = database
    account.sections[-1].planned.append(revision)
    account.running = revision
    return account


@pytest.mark.parametrize(
    ("said", "kind"),
    [(WRITES[0], DatabaseFailure), ("connection to server was lost", DatabaseFailure), ("no", MigrationFailed)],
)
def test_whose_fault_it_was(said: str, kind: type[Exception]) -> None:
    """A pipeline tells a migration that is wrong from a database that is, by the exit code."""
    error = exc.OperationalError("INSERT", {}, Exception(said), connection_invalidated=said.startswith("connection"))
    explained = explain(error, running("r1"))
    assert type(explained) is kind
    assert explained.hint is not None and "Nothing was applied." in explained.hint


def test_what_env_py_left_behind_is_told_beside_the_refusal() -> None:
    account = Account()
    account.sections[-1].database = "postgresql://h/d"
    entry = Sent("CREATE TABLE audit (n int)", Kind.DDL, None, account.sections[-1])
    account.note(entry)
    account.settle([entry], Fate.COMMITTED)
    explained = explain(exc.OperationalError("SELECT", {}, Exception("permission denied")), account)
    assert isinstance(explained, DatabaseFailure)
    assert explained.exit_code == 3
    there = "Nothing was applied. env.py itself, outside any revision, executed and committed: 1) CREATE TABLE audit (n int)."
    assert explained.hint == f"{there} Mend what it names and run the same command again."
    let_in = explain(exc.OperationalError("SELECT", {}, Exception("password is wrong")), account)
    assert let_in is not None and let_in.hint == (
        f"{there} User or password is wrong: check the secret that the URL is made from. Then run the same command again."
    )
    nothing = explain(exc.OperationalError("SELECT", {}, Exception("password is wrong")), Account())
    assert nothing is not None
    assert nothing.hint == "User or password is wrong: check the secret that the URL is made from."


def test_what_env_py_left_behind_is_told_beside_its_own_error(tmp_path: Path) -> None:
    account = Account()
    account.sections[-1].database = "postgresql://h/d"
    entry = Sent("CREATE TABLE audit (n int)", Kind.DDL, None, account.sections[-1])
    account.note(entry)
    account.settle([entry], Fate.COMMITTED)
    _, hint = said(raised_by(tmp_path / "env.py", "raise ValueError('no')"), account)
    assert "env.py itself, outside any revision, executed and committed: 1) CREATE TABLE audit (n int)." in hint


def test_an_error_while_a_script_is_printed_says_that_the_script_is_no_good() -> None:
    explained = explain(ConfigError("no", hint="Mend it."), running("r1", None))
    assert explained is not None
    assert explained.hint == f"Mend it. {HALF_A_SCRIPT}"


def test_the_place_is_the_innermost_line_of_the_users(tmp_path: Path) -> None:
    outer, inner = tmp_path / "env.py", tmp_path / "r1.py"
    inner.write_text("def upgrade(call):\n    call()\n")
    outer.write_text("def run(upgrade, call):\n    upgrade(call)\n")
    here: dict[str, Any] = {}
    for path in (outer, inner):
        exec(compile(path.read_text(), path, "exec"), here)
    library = tmp_path / "site-packages" / "lib.py"
    library.parent.mkdir()
    library.write_text("def fail():\n    raise ValueError\n")
    exec(compile(library.read_text(), library, "exec"), here)
    with pytest.raises(ValueError) as caught:
        here["run"](here["upgrade"], here["fail"])
    assert user_place(caught.value) == (str(inner), 2)
    command = tmp_path / "headway_cli" / "x.py"
    command.parent.mkdir()
    command.write_text("def program():\n    raise ValueError\n")
    exec(compile(command.read_text(), command, "exec"), here)
    with pytest.raises(ValueError) as again:
        here["upgrade"](here["program"])
    assert user_place(again.value) == (str(inner), 2)


def test_a_project_that_is_installed_has_its_place_too(tmp_path: Path) -> None:
    env_py, library = (tmp_path / "site-packages" / name for name in ("env.py", "lib.py"))
    env_py.parent.mkdir()
    library.write_text("def fail():\n    raise ValueError('no connection')\n")
    env_py.write_text(
        f"here = {{}}\nexec(compile(open({str(library)!r}).read(), {str(library)!r}, 'exec'), here)\n\nhere['fail']()\n"
    )
    with pytest.raises(ValueError) as caught:
        load_module(str(env_py), "env_py")
    assert caught.value.__traceback__ is not None
    caught.value.__traceback__ = caught.value.__traceback__.tb_next  # this file is no library
    assert user_place(caught.value) == (str(env_py), 4)
    explained = explain(caught.value)
    assert explained is not None
    assert explained.exit_code == 2
    assert "raised ValueError: no connection" in explained.message


# -- errors of the user's own lines ---------------------------------------------------------------------------------


def raised_by(path: Path, code: str, **names: Any) -> BaseException:
    """What a file of the project raises."""
    path.write_text(code)
    with pytest.raises(BaseException) as caught:  # sys.exit() as well
        exec(compile(code, path, "exec"), {"sa": sa, **names})
    return caught.value


def said(error: BaseException, account: Account | None = None) -> tuple[str, str]:
    explained = explain(error, account)
    assert explained is not None
    return explained.message, explained.hint or ""


def test_an_env_py_without_a_url(tmp_path: Path) -> None:
    message, hint = said(raised_by(tmp_path / "env.py", "sa.engine_from_config({}, 'sqlalchemy.')"))
    assert message == "no database URL is configured: sqlalchemy.url is missing"
    assert hint.startswith("Set sqlalchemy.url in the configuration")


@pytest.mark.parametrize(
    "code",
    [
        "{}['url']",
        "sa.engine_from_config({'sqlalchemy.url': 'sqlite://', 'sqlalchemy.plugins': 5}, 'sqlalchemy.')",
        "def engine_from_config(): return {}['other']\nengine_from_config()",
        "def engine_from_config(): raise ValueError('url')\nengine_from_config()",
    ],
)
def test_another_error_of_env_py_is_no_missing_url(code: str, tmp_path: Path) -> None:
    error = raised_by(tmp_path / "env.py", code)
    message, hint = said(error)
    assert message.startswith(f"raised {type(error).__name__}: ")
    assert hint == "headway runs this file as it is; HEADWAY_DEBUG=1 shows where in it this comes from."


def test_an_env_py_that_wants_the_application(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "env.py", "raise RuntimeError('Working outside of application context.')")
    message, hint = said(error)
    assert message == "raised RuntimeError: it runs outside of an application"
    assert ".headway.yml" in hint


def test_a_url_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "env.py", "\nsa.make_url('nonsense')")
    explained = explain(error)
    assert isinstance(explained, ScriptError)
    assert (explained.path, explained.line) == (str(tmp_path / "env.py"), 2)
    assert explained.hint == "Check sqlalchemy.url in the configuration, or --url."


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        (
            "raise ModuleNotFoundError('no', name='not_here.at_all')",
            "imports 'not_here.at_all', which is not installed here",
            "provides 'not_here' (",
        ),
        ("from os import not_here", "an import failed: cannot import name 'not_here' from 'os'", "Mend the import."),
        ("raise ImportError('no')", "an import failed: no", "Mend the import."),
        ("raise ModuleNotFoundError('no')", "an import failed: no", "Mend the import."),
    ],
)
def test_an_import_that_fails(code: str, message: str, hint: str, tmp_path: Path) -> None:
    found = said(raised_by(tmp_path / "env.py", code))
    assert found[0].startswith(message)
    assert hint in found[1]
    inside, _ = said(raised_by(tmp_path / "r1.py", code), running("r1"))
    assert inside.startswith(f"revision r1 cannot be loaded: {message}")


def test_what_nobody_of_the_project_raised_is_not_explained() -> None:
    assert explain(ValueError("a fault of ours")) is None
    assert explain(ValueError("a fault of ours"), Account()) is None


def test_a_file_that_is_no_python_is_told_with_its_line(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "env.py", "compile('x = (', 'models.py', 'exec')")
    explained = explain(error)
    assert explained is not None
    assert explained.message.startswith("this is not valid Python: ")
    assert (explained.path, explained.line) == ("models.py", 1)


def test_the_place_of_an_error_is_no_library_s_and_none_that_is_not_there(tmp_path: Path) -> None:
    """A compiled driver's lines name files of the machine that it was made on."""
    here: dict[str, Any] = {}
    exec(compile("def fail():\n    raise ValueError", "/nowhere/protocol.pyx", "exec"), here)
    error = raised_by(tmp_path / "r1.py", "\n\nfail()", **here)
    assert user_place(error) == (str(tmp_path / "r1.py"), 3)


def test_the_line_of_an_installed_project_is_the_first_after_headway_ran_it(tmp_path: Path) -> None:
    """Not a library's that it calls, nor one of headway's own, nor a file that is not there."""
    env_py, other = (tmp_path / "site-packages" / name for name in ("env.py", "lib.py"))
    env_py.parent.mkdir()
    other.write_text("def fail():\n    raise ValueError('no')\n")
    env_py.write_text(
        "here = {}\n"
        "exec(compile('def call(one): one()', '/nowhere/site-packages/compiled.pyx', 'exec'), here)\n"
        f"exec(compile(open({str(other)!r}).read(), {str(other)!r}, 'exec'), here)\n"
        "here['call'](here['fail'])\n"
    )
    with pytest.raises(ValueError, match="no") as caught:
        load_module(str(env_py), "env_py")
    assert caught.value.__traceback__ is not None
    caught.value.__traceback__ = caught.value.__traceback__.tb_next  # this file is no library
    assert user_place(caught.value) == (str(env_py), 4)
    alone = raised_by(other, "raise ValueError('no')")
    assert alone.__traceback__ is not None
    alone.__traceback__ = alone.__traceback__.tb_next
    assert user_place(alone) is None, "headway ran nothing of it"


# -- what is said of the database -----------------------------------------------------------------------------------

REFUSED = [
    ("FATAL: password authentication failed for user x", "the database let nobody in", "User or password is wrong"),
    ("Access denied for user 'x'@'y'", "the database let nobody in", "User or password is wrong"),
    ("unable to open database file", "the database file cannot be opened", "Does its directory exist"),
    ("Can't connect to MySQL server on 'h'", "the database cannot be reached", "Is the server up"),
    ("could not translate host name", "the database cannot be reached", "Is the server up"),
    ("Unknown server host 'h' (-2)", "the database cannot be reached", "Is the server up"),
    ("TIMEOUT EXPIRED", "the database cannot be reached", "Is the server up"),
    ("no such table: t", "the database refused", "Nothing was applied."),
    ("attempt to write a readonly database", "the database cannot be written", "It or its file is read-only"),
]


@pytest.mark.parametrize(("words", "message", "hint"), REFUSED)
def test_what_a_driver_says_tells_what_to_do(words: str, message: str, hint: str) -> None:
    found = said(exc.OperationalError("SELECT", {}, Exception(words)))
    assert found[0] == f"{message}: {words}"
    assert found[1].startswith(hint)
    assert ("Nothing was applied." in found[1]) is (
        message in ("the database refused", "the database cannot be written")
    )
    assert not found[1].startswith(".")


def test_a_project_that_takes_the_database_for_another() -> None:
    message, hint = said(exc.ProgrammingError("PRAGMA", {}, Exception('syntax error at or near "PRAGMA"')))
    assert message == 'the database refused: syntax error at or near "PRAGMA"'
    assert "url_variables" in hint


def test_an_error_of_sqlalchemy_s_own_is_told_without_its_links() -> None:
    error = exc.StatementError("a value is wrong", "INSERT", {}, None, code="cd3x")  # type: ignore[arg-type]
    found = explain(exc.OperationalError("X", {}, None, code="e3q8"), None)  # type: ignore[arg-type]
    assert "Background" in str(error)
    assert found is not None and "Background" not in found.message


LOST = exc.OperationalError("INSERT", {}, Exception("server closed the connection"), connection_invalidated=True)
NO = exc.OperationalError("INSERT", {}, Exception("no"))


def test_a_connection_that_was_lost_in_a_revision() -> None:
    account = running("r1")
    account.running_path = "r1.py"
    explained = explain(LOST, account)
    assert isinstance(explained, DatabaseFailure)
    assert explained.message == "the connection to the database was lost in revision r1: server closed the connection"
    assert explained.hint == "Nothing was applied. Look at the server and run the same command again."
    assert explained.path == "r1.py"


def test_a_database_that_refused_a_revision() -> None:
    explained = explain(NO, running("r1"))
    assert type(explained) is MigrationFailed
    assert explained.message == "revision r1 failed: no"
    assert explained.hint == "Nothing was applied. Mend the revision and run the same command again."


def test_a_revision_that_raised(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "r1.py", "raise ValueError('no')")
    explained = explain(error, running("r1"))
    assert type(explained) is MigrationFailed
    assert explained.message == "revision r1 failed: ValueError: no"
    assert (explained.path, explained.line) == (str(tmp_path / "r1.py"), 1)


def test_a_revision_on_a_database_that_cannot_be_written() -> None:
    """The revision is right."""
    message, hint = said(exc.OperationalError("INSERT", {}, Exception(WRITES[0])), running("r1"))
    assert message == f"revision r1 failed: the database cannot be written: {WRITES[0]}"
    assert hint == (
        "Nothing was applied. It or its file is read-only: use a writable one, or a role that may write and run the same "
        "command again."
    )


def through(*revisions: str) -> Account:
    """The account of a run that has done all of it."""
    account = Account()
    account.open_section("postgresql://h/d")
    account.planned.extend(revisions)
    account.applied.extend(revisions)
    return account


def between(applied: str, *others: str) -> Account:
    """The account of a run that has done one, and is between two revisions."""
    account = through(applied)
    account.planned.extend(others)
    return account


COMMIT = exc.OperationalError(None, None, Exception("disk is full"))  # type: ignore[arg-type]
COMMIT_CHECKS = exc.IntegrityError(None, None, Exception("foreign key"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "account", "kind", "message", "remedy"),
    [
        (
            LOST,
            between("r1", "r2"),
            PartialFailure,
            "the connection to the database was lost: server",
            "Look at the server",
        ),
        (COMMIT, between("r1", "r2"), PartialFailure, "the database refused the commit: disk", "Mend what it names"),
        (
            COMMIT_CHECKS,
            between("r1", "r2"),
            PartialFailure,
            "the database refused the commit: for",
            "Mend the revision",
        ),
        (NO, between("r1", "r2"), PartialFailure, "the database refused: no", "Mend what it names"),
        (NO, through("r1"), DatabaseFailure, "the database refused: no", "Everything was applied"),
        (LOST, through("r1"), DatabaseFailure, "the connection to the database was lost", "Everything was applied"),
        (COMMIT, through("r1"), DatabaseFailure, "the database refused: disk", "Everything was applied"),
    ],
)
def test_how_a_run_ended_outside_of_its_revisions(
    error: exc.DBAPIError, account: Account, kind: type[Exception], message: str, remedy: str
) -> None:
    explained = explain(error, account)
    assert type(explained) is kind
    assert explained.message.startswith(message)
    assert remedy in (explained.hint or "")


def test_a_commit_that_was_refused_took_a_whole_run_back(tmp_path: Path) -> None:
    account = running("r1")
    account.running = None
    error = raised_by(tmp_path / "env.py", "raise error", error=COMMIT_CHECKS)
    explained = explain(error, account)
    assert type(explained) is MigrationFailed
    assert explained.message == "the database refused the commit: foreign key"
    assert explained.hint == "Nothing was applied. Mend the revision and run the same command again."


def test_an_env_py_that_ends_badly_between_two_revisions(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "env.py", "raise ValueError('no')")
    account = running("r1")
    account.running = None
    message, hint = said(error, account)
    assert message == "raised ValueError: no"
    assert hint == "Nothing was applied. Mend it and run the same command again."
    message, hint = said(error, through("r1"))
    assert hint == "Everything was applied before that: r1. Nothing is left to do."


# -- errors of headway's own ----------------------------------------------------------------------------------------


def test_an_error_before_there_is_anything_to_tell_stays_as_it_is() -> None:
    error = UsageError("no", hint="Mend it.")
    empty = Account()
    for account in (None, empty):
        assert explain(error, account) is error
    assert (error.message, error.hint) == ("no", "Mend it.")


def test_a_lock_that_was_lost_is_told_with_the_account() -> None:
    explained = explain(LockLost("lost", hint="Look."), between("r1", "r2"))
    assert isinstance(explained, PartialFailure)
    assert explained.hint == "Applied: r1. Not run: r2. Look. Then run the same command again."
    alone = explain(LockLost("lost"), running("r1"))
    assert type(alone) is DatabaseFailure


def test_an_operation_that_the_database_has_not_is_a_migration_that_failed(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "r1.py", "\nraise error", error=UsageError("not on SQLite", hint="Use a batch."))
    explained = explain(error, running("r1"))
    assert type(explained) is MigrationFailed
    assert explained.hint == "Nothing was applied. Use a batch. Then run the same command again."
    assert (explained.path, explained.line) == (str(tmp_path / "r1.py"), 2)
    without = explain(UsageError("no"), running("r1"))
    assert without is not None
    assert without.hint == "Nothing was applied. Mend the revision and run the same command again."


@pytest.mark.parametrize("error", [UsageError("no"), GateRefused("no"), DatabaseFailure("no")])
def test_an_error_between_revisions_that_left_nothing_is_what_it_is(error: Any) -> None:
    account = running("r1")
    account.running = None
    assert explain(error, account) is error


@pytest.mark.parametrize("error", [GateRefused("no"), DatabaseFailure("no")])
def test_a_refusal_in_a_revision_that_left_nothing_is_what_it_is(error: Any) -> None:
    assert explain(error, running("r1")) is error


def test_a_version_row_that_is_not_there_is_the_revision_s() -> None:
    account = running("r1")
    account.running_path = "r1.py"
    explained = explain(CheckFailed("no row"), account)
    assert type(explained) is MigrationFailed
    assert (explained.path, explained.line) == ("r1.py", None)
    assert explained.hint == "Nothing was applied. Mend the revision and run the same command again."
    hinted = explain(CheckFailed("no row", hint="Look at it."), account)
    assert hinted is not None and hinted.hint == "Nothing was applied. Look at it. Then run the same command again."
    account.running = None
    assert type(explain(CheckFailed("no row"), account)) is CheckFailed


def test_an_error_half_way_says_what_is_applied() -> None:
    explained = explain(GateRefused("not what was planned", hint="Plan again."), between("r1", "r2"))
    assert isinstance(explained, PartialFailure)
    assert "not what was planned. Plan again" in explained.message
    assert "Applied: r1. Not run: r2." in (explained.hint or "")
    whole = explain(DatabaseFailure("no"), through("r1"))
    assert type(whole) is DatabaseFailure
    assert whole.hint == "Everything was applied before that: r1. Nothing is left to do."


@pytest.mark.parametrize(
    "error",
    [
        PartialFailure("no", applied=["r1"], failed=None, hint="Applied: r1."),
        MigrationFailed("no", hint="Applied: r1."),
    ],
)
def test_what_says_it_already_does_not_say_it_twice(error: Any) -> None:
    assert explain(error, between("r1", "r2")) is error
    assert error.hint == "Applied: r1."


def test_an_error_that_has_its_place_keeps_it(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "r1.py", "raise error", error=UsageError("no", path="env.py", line=5))
    explained = explain(error, running("r1"))
    assert explained is not None and (explained.path, explained.line) == ("env.py", 5)
    other = raised_by(tmp_path / "env.py", "raise error", error=UsageError("no"))
    for account in (None, Account()):
        explained = explain(other, account)
        assert explained is not None and explained.path is None, "no revision was running"


# -- callbacks of env.py --------------------------------------------------------------------------------------------


def called_back(tmp_path: Path, error: BaseException) -> BaseException:
    """An error of a callback that env.py gave as ``on_version_apply``."""
    here: dict[str, Any] = {"error": error}
    exec(compile("def told(**kw):\n    raise error", tmp_path / "env.py", "exec"), here)
    (tmp_path / "env.py").touch()
    a_run: Any = object.__new__(Run)
    script = SimpleNamespace(revision_map=None)
    a_run.context = SimpleNamespace(on_version_apply_callbacks=[here["told"]], script=script)
    step: Any = SimpleNamespace(heads_after=())
    with pytest.MonkeyPatch.context() as patch, pytest.raises(type(error)) as caught:
        patch.setattr(MigrationInfo, "of", lambda *arguments: None)
        a_run._call_back(step, {})
    return caught.value


CALLBACKS = [
    (ValueError("no"), MigrationFailed, "raised ValueError: no", "Mend the callback"),
    (exc.OperationalError("X", {}, Exception("no")), MigrationFailed, "failed: no", "Mend the callback"),
    (exc.OperationalError("X", {}, None), MigrationFailed, "failed: ", "Mend the callback"),  # type: ignore[arg-type]
    (UsageError("no"), MigrationFailed, "raised UsageError: no", "Mend the callback"),
    (LOST, DatabaseFailure, "failed: server closed the connection", "Look at the server"),
]


@pytest.mark.parametrize(("error", "kind", "what", "remedy"), CALLBACKS)
def test_a_callback_that_fails_is_told_as_one(
    error: Exception, kind: type[Exception], what: str, remedy: str, tmp_path: Path
) -> None:
    account = running("r1")
    account.running = None
    explained = explain(called_back(tmp_path, error), account)
    assert type(explained) is kind
    assert explained.message.startswith(f"an on_version_apply callback {what}")
    assert explained.hint == f"Nothing was applied. {remedy} and run the same command again."
    assert (explained.path, explained.line) == (str(tmp_path / "env.py"), 2)


def test_an_error_that_is_no_callback_s_is_not_told_as_one(tmp_path: Path) -> None:
    """Though a function of the project's own has that name."""
    error = raised_by(tmp_path / "env.py", "def _call_back():\n    raise ValueError('no')\n_call_back()")
    message, _ = said(error, between("r1", "r2"))
    assert message == "raised ValueError: no"


@pytest.mark.parametrize("kind", [DatabaseFailure, MigrationFailed])
def test_a_run_inside_a_callback_that_failed_says_so_itself(kind: type[Any], tmp_path: Path) -> None:
    error = kind("the lock is taken")
    account = running("r1")
    account.running = None
    assert explain(called_back(tmp_path, error), account) is error
    half = explain(called_back(tmp_path, DatabaseFailure("the lock is taken")), between("r1", "r2"))
    assert isinstance(half, PartialFailure)
    assert half.message == "the lock is taken"


# -- sys.exit() -----------------------------------------------------------------------------------------------------


def test_a_program_that_user_code_ended(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "env.py", "import sys\nsys.exit('x')")
    assert isinstance(error, SystemExit)
    for account in (None, Account()):
        explained = explain_exit(error, account)
        assert type(explained) is ScriptError
        assert explained.message == "ended the program with sys.exit('x')"
        assert explained.hint == "Let it raise an exception that says what is missing."
        assert (explained.path, explained.line) == (str(tmp_path / "env.py"), 2)
    inside = explain_exit(error, running("r1"))
    assert type(inside) is MigrationFailed
    assert inside.message == "revision r1 ended the program with sys.exit('x')"
    assert inside.hint == (
        "Nothing was applied. Let it raise an exception that says what is missing. Then run the same command again."
    )
    half = explain_exit(error, between("r1", "r2"))
    assert isinstance(half, PartialFailure)
    assert half.message == "ended the program with sys.exit('x')"
    assert "Applied: r1. Not run: r2." in (half.hint or "")
    taken_back = running("r1")
    taken_back.running = None
    assert type(explain_exit(error, taken_back)) is MigrationFailed
    for script in (running("r1", None), through("r1")):
        script.sections[-1].database = None
        printed = explain_exit(error, script)
        assert type(printed) is ScriptError
        assert (printed.hint or "").endswith(HALF_A_SCRIPT)


def test_a_revision_that_ended_the_program_out_of_sight_is_named_by_its_file() -> None:
    account = running("r1")
    account.running_path = "r1.py"
    assert explain_exit(SystemExit(1), account).path == "r1.py"


# -- scripts --------------------------------------------------------------------------------------------------------


def test_a_script_that_a_revision_breaks_off(tmp_path: Path) -> None:
    error = raised_by(tmp_path / "r1.py", "\nraise ValueError('no')")
    explained = explain(error, running("r1", None))
    assert type(explained) is ScriptError
    assert explained.message == "revision r1 failed: ValueError: no"
    assert explained.hint == f"Mend the revision. {HALF_A_SCRIPT}"
    assert (explained.path, explained.line) == (str(tmp_path / "r1.py"), 2)
    after = running("r1", None)
    after.running = None
    late = explain(error, after)
    assert type(late) is ScriptError
    assert late.message == "raised ValueError: no"
    assert (late.hint or "").endswith(HALF_A_SCRIPT)
    assert explain(ValueError("a fault of ours"), running("r1", None)) is None


def test_the_hint_and_the_sentence_about_a_script_are_two_sentences() -> None:
    for hint in ("Mend it", "Mend it."):
        explained = explain(ConfigError("no", hint=hint), running("r1", None))
        assert explained is not None and explained.hint == f"Mend it. {HALF_A_SCRIPT}"
    explained = explain(ConfigError("no"), running("r1", None))
    assert explained is not None and explained.hint == HALF_A_SCRIPT
