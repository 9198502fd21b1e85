"""A run in one process, on SQLite: what its listeners are told, in which order, and what is noted and said of each step."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from databases.histories import make_project, state_of
from headway.commands.downgrade import downgrade
from headway.commands.stamp import stamp
from headway.commands.upgrade import upgrade
from headway.compat.hook import serving_alembic
from headway.config.model import Config
from headway.runtime.listener import RunListener
from headway.runtime.options import RunOptions

CREATE = 'op.create_table("t", sa.Column("n", sa.Integer))'
INSERT = 'op.execute("INSERT INTO t VALUES (1)")'
FAIL = "raise ValueError('no')"


class Told(RunListener):
    """Writes down what it is told."""

    def __init__(self, *, goes_on: bool = False) -> None:
        self.heard: list[str] = []
        self.goes_on = goes_on

    def planned(self, steps: Any) -> None:
        self.heard.append(f"planned {' '.join(step.revision for step in steps)}".strip())

    def before_step(self) -> None:
        self.heard.append("step")

    def revision_started(self, step: Any, path: str | None) -> None:
        self.heard.append(f"started {step.revision} {path and Path(path).name}")

    def raised(self, step: Any, error: Exception) -> bool:
        self.heard.append(f"raised {step.revision} {error}")
        return self.goes_on

    def revision_finished(self, step: Any) -> None:
        self.heard.append(f"finished {step.revision}")

    def before_commit(self) -> None:
        self.heard.append("commit")


class Shop:
    """A project in this process, and its database."""

    def __init__(self, place: Path, steps: list[str], options: str = "", **more: Any) -> None:
        self.url = f"sqlite:///{place / 'a.db'}"
        self.place = make_project(place / "p", self.url, steps, options=options, **more)
        self.options = RunOptions()

    def run(self, command: Callable[..., None], *arguments: Any, listeners: Any = (), **kw: Any) -> Any:
        config = Config(str(self.place / "alembic.ini"))
        self.options = RunOptions(listeners=listeners, notify=lambda line: None)
        self.options.attach(config)
        with serving_alembic():
            command(config, *arguments, **kw)
        return self.options.account


STEPS = ["step", "started r1 r1.py", "finished r1", "step", "started r2 r2.py", "finished r2"]


ONE = "transactional_ddl=True"


def test_listeners_are_told_of_each_step(tmp_path: Path) -> None:
    shop, told, other = Shop(tmp_path, [CREATE, INSERT], ONE), Told(), Told()
    account = shop.run(upgrade, "head", listeners=[told, other])
    assert told.heard == other.heard == ["planned r1 r2", *STEPS, "commit"]
    assert (account.planned, account.applied, account.complete) == (["r1", "r2"], ["r1", "r2"], True)
    assert (account.running, account.running_path) == (None, None)
    assert account.sections[-1].done == "Applied"
    assert state_of(shop.url) == ({"t"}, ["r2"], [1])
    again = Told()
    account = shop.run(upgrade, "head", listeners=[again])
    assert again.heard == ["planned"]
    assert account.sections[-1].done == "Applied"


@pytest.mark.parametrize("options", ["", f"{ONE}, transaction_per_migration=True"])
def test_one_transaction_for_each_migration_is_committed_after_each(options: str, tmp_path: Path) -> None:
    """On SQLite by default, and where it is asked for."""
    shop, told = Shop(tmp_path, [CREATE, INSERT], options), Told()
    shop.run(upgrade, "head", listeners=[told])
    assert told.heard == ["planned r1 r2", *STEPS[:3], "commit", *STEPS[3:], "commit"]


def test_the_run_is_at_the_revision_that_failed(tmp_path: Path) -> None:
    shop, told, other = Shop(tmp_path, [CREATE, FAIL, INSERT]), Told(), Told()
    with pytest.raises(ValueError, match="no"):
        shop.run(upgrade, "head", listeners=[told, other])
    account = shop.options.account
    assert told.heard == other.heard == [*("planned r1 r2 r3", *STEPS[:3], "commit", *STEPS[3:5], "raised r2 no")]
    assert (account.running, Path(str(account.running_path)).name) == ("r2", "r2.py")
    assert (account.applied, account.remaining) == (["r1"], ["r3"])
    assert state_of(shop.url) == ({"t"}, ["r1"], [])


def test_a_listener_that_lets_the_run_go_on_is_enough(tmp_path: Path) -> None:
    """All of them hear of the error; the revision counts as through."""
    shop, one, other = Shop(tmp_path, [CREATE, FAIL, INSERT], ONE), Told(goes_on=True), Told()
    account = shop.run(upgrade, "head", listeners=[one, other])
    assert one.heard == other.heard
    assert one.heard[-5:] == ["finished r2", "step", "started r3 r3.py", "finished r3", "commit"]
    assert account.applied == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    ("target", "done", "undone"), [("r1", "Undone", ["r3", "r2"]), ("base", "Undone", ["r3", "r2", "r1"])]
)
def test_what_becomes_of_revisions_that_are_taken_back(
    target: str, done: str, undone: list[str], tmp_path: Path
) -> None:
    shop = Shop(tmp_path, [CREATE, INSERT, "pass"])
    shop.run(upgrade, "head")
    account = shop.run(downgrade, target)
    assert (account.sections[-1].done, account.applied) == (done, undone)


def test_a_revision_that_an_autocommit_block_has_split_keeps_its_row(tmp_path: Path) -> None:
    """Though a later one takes the run's transaction back."""
    block = f"with op.get_context().autocommit_block():\n    {INSERT}"
    shop = Shop(tmp_path, [CREATE, block, FAIL], ONE)
    with pytest.raises(ValueError, match="no"):
        shop.run(upgrade, "head")
    assert state_of(shop.url) == ({"t"}, ["r2"], [1])
    assert shop.options.account.applied == ["r1", "r2"]


def test_a_run_that_goes_on_has_a_transaction_whatever_the_error_has_ended(tmp_path: Path) -> None:
    """As a session of the ORM ends the one that it was given."""
    session = (
        "from sqlalchemy.orm import Session\nwith Session(op.get_bind()) as s:\n"
        f'    s.execute(sa.text("INSERT INTO t VALUES (9)"))\n    s.rollback()\n{FAIL}'
    )
    shop = Shop(tmp_path, [CREATE, session, INSERT])
    account = shop.run(upgrade, "head", listeners=[Told(goes_on=True)])
    assert account.applied == ["r1", "r2", "r3"]
    assert state_of(shop.url) == ({"t"}, ["r3"], [1])


def test_a_stamp_runs_nothing(tmp_path: Path) -> None:
    shop, told = Shop(tmp_path, [FAIL, FAIL]), Told()
    account = shop.run(stamp, "head", listeners=[told])
    assert told.heard == ["planned r2", "step", "started r2 None", "finished r2", "commit"]
    assert (account.sections[-1].done, account.applied) == ("Stamped", ["r2"])
    assert state_of(shop.url) == (set(), ["r2"], [])
    shop.run(stamp, "r1", purge=True)
    assert state_of(shop.url) == (set(), ["r1"], [])


def test_each_step_is_logged_on_a_line_of_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop(tmp_path, [CREATE, INSERT])
    path = shop.place / "migrations" / "versions" / "r2.py"
    path.write_text(f'"""two\x1b[31m words"""\n{path.read_text()}')
    with caplog.at_level(logging.INFO, "alembic.runtime.migration"):
        shop.run(upgrade, "head")
    said = [record.getMessage() for record in caplog.records if "Running" in record.getMessage()]
    assert said[0].startswith("Running upgrade  -> r1")
    assert said[1].startswith("Running upgrade r1 -> r2, two")
    assert "\x1b" not in said[1]
    caplog.clear()
    with caplog.at_level(logging.WARNING, "alembic.runtime.migration"):
        shop.run(downgrade, "base")
    assert [record for record in caplog.records if "Running" in record.getMessage()] == []


def test_a_script_from_the_beginning_makes_the_version_table_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, [CREATE, INSERT])
    env = shop.place / "migrations" / "env.py"
    env.write_text(
        "from alembic import context\n"
        "context.configure(url='sqlite://', literal_binds=True)\n"
        "with context.begin_transaction():\n    context.run_migrations()\n"
    )
    told = Told()
    account = shop.run(upgrade, "head", sql=True, listeners=[told])
    out = capsys.readouterr().out
    order = ["CREATE TABLE alembic_version", "-- Running upgrade", "CREATE TABLE t", "-> r2", "INSERT INTO t"]
    places = [out.index(words) for words in order]
    assert places == sorted(places), out
    assert out.count("CREATE TABLE alembic_version") == 1
    assert told.heard == ["planned r1 r2", *STEPS]
    assert account.database is None
    shop.run(upgrade, "r1:head", sql=True)
    out = capsys.readouterr().out
    assert "alembic_version (" not in out.partition("INSERT")[0] and "UPDATE alembic_version" in out


def test_callbacks_of_env_py_are_told_after_each_step(tmp_path: Path) -> None:
    shop = Shop(tmp_path, [CREATE, INSERT], "on_version_apply=[one, one]")
    env = shop.place / "migrations" / "env.py"
    told = tmp_path / "told"
    env.write_text(
        f"def one(ctx, step, heads, run_args, **kw):\n    with open({str(told)!r}, 'a') as file:\n"
        "        print(step.up_revision_id, sorted(heads), run_args, ctx.as_sql, file=file)\n"
        f"{env.read_text().replace('run_migrations()', 'run_migrations(engine_name=5)')}"
    )
    for path in (shop.place / "migrations" / "versions").glob("*.py"):
        path.write_text(path.read_text().replace("grade():", "grade(engine_name):"))
    shop.run(upgrade, "head")
    lines = told.read_text().splitlines()
    assert lines == [f"{name} ['{name}'] {{'engine_name': 5}} False" for name in ("r1", "r1", "r2", "r2")]


# -- what an earlier run left -----------------------------------------------------------------------------------------


def there(shop: Shop, *statements: str) -> None:
    with sqlite3.connect(shop.url.removeprefix("sqlite:///")) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def failing(shop: Shop, *, sort: type[Exception] = Exception) -> Any:
    with pytest.raises(sort):
        shop.run(upgrade, "head")
    return shop.options.account


def test_what_exists_of_a_failed_revision_is_an_earlier_run_s(tmp_path: Path) -> None:
    shop = Shop(tmp_path, ["pass", f"{CREATE}\n{FAIL}"])
    there(shop, "CREATE TABLE t (n INTEGER)")
    account = failing(shop)
    assert (account.found, account.found_of) == (("table t is there",), "r2")


def test_what_this_run_itself_has_left_is_not(tmp_path: Path) -> None:
    shop = Shop(tmp_path, [f"{CREATE}\n{FAIL}"])
    account = failing(shop, sort=ValueError)
    assert account.found == () and len(account.standing) == 1


def test_where_ddl_is_rolled_back_nothing_is_an_earlier_run_s(tmp_path: Path) -> None:
    shop = Shop(tmp_path, [CREATE], ONE)
    there(shop, "CREATE TABLE t (n INTEGER)")
    assert failing(shop).found == ()


def test_a_database_that_cannot_be_looked_at_says_what_failed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any, **kw: Any) -> Any:
        raise RuntimeError("cannot be read")

    monkeypatch.setattr("headway.runtime.run.leftovers", broken)
    shop = Shop(tmp_path, [FAIL])
    assert failing(shop, sort=ValueError).found == ()


@pytest.mark.parametrize("lost", ["invalidate", "close"])
def test_a_connection_that_is_gone_is_not_opened_again_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    looked: list[Any] = []
    monkeypatch.setattr("headway.runtime.run.leftovers", lambda *arguments, **kw: looked.append(arguments) or ())
    shop = Shop(tmp_path, [FAIL])
    failing(shop, sort=ValueError)
    assert len(looked) == 1  # where it is there it is asked
    (tmp_path / "lost").mkdir()
    failing(Shop(tmp_path / "lost", [f"op.get_bind().{lost}()\n{FAIL}"]))
    assert len(looked) == 1


def test_a_downgrade_that_stopped_half_way_is_looked_for_in_its_own_direction(tmp_path: Path) -> None:
    shop = Shop(tmp_path, [CREATE])
    path = shop.place / "migrations" / "versions" / "r1.py"
    source = path.read_text()
    path.write_text(source[: source.index("def downgrade")] + 'def downgrade():\n    op.drop_table("t")\n')
    shop.run(upgrade, "head")
    there(shop, "DROP TABLE t")
    with pytest.raises(Exception, match="no such table"):
        shop.run(downgrade, "base")
    assert shop.options.account.found == ("table t is gone",)
