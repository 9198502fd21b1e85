"""What a driver says is taken for what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import exc

from headway.effects.sql_kind import Kind
from headway.errors import ConfigError, DatabaseFailure, MigrationFailed
from headway.runtime.account import Account, Fate, Sent
from headway.runtime.failures import explain, user_place
from headway.runtime.outcome import HALF_A_SCRIPT
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
    assert "CREATE TABLE audit" in str(explained.hint)


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
