"""What a plan's recorder sends and what it holds back, whose statement it is, and when a part cannot be told; on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.errors import ConnectionRefused
from headway.plan.recorder import NotShown, Recorder, RecordingWitness

ROW, CHANGE = "INSERT INTO t VALUES (7)", "UPDATE t SET n = 2"
HERE = Path(__file__).name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a table of one row, and another table."""
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.executescript("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1); CREATE TABLE u (n INTEGER)")
    connection.close()
    return path


class Plan:
    """A recording that is going on: ``send`` is what a revision or env.py sends."""

    def __init__(self, recorder: Recorder, witness: RecordingWitness, connection: sa.Connection) -> None:
        self.recorder, self.witness, self.connection = recorder, witness, connection

    def send(self, *texts: str) -> None:
        for sql in texts:
            self.connection.exec_driver_sql(sql)

    def begin(self, *names: str) -> None:
        self.recorder.planned([self.step(name) for name in names])

    @staticmethod
    def step(name: str) -> Any:
        return SimpleNamespace(revision=name, name="upgrade")

    @contextmanager
    def revision(self, name: str = "r1") -> Iterator[None]:
        """One revision, whose errors the run tells the recorder of."""
        self.recorder.revision_started(self.step(name), f"{name}.py")
        try:
            yield
        except Exception as error:
            assert self.recorder.raised(self.step(name), error) is True, "the run goes on"
        self.recorder.revision_finished(self.step(name))


@contextmanager
def recorded(file: Path, *names: str) -> Iterator[Plan]:
    """A recording of a run that will have these revisions; afterwards the file is what it was."""
    before = file.read_bytes()
    witness = RecordingWitness()
    recorder = Recorder(witness, lambda path: Path(path).name)
    engine = sa.create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with witness.watching(), recorder.recording(), engine.connect() as connection:
        plan = Plan(recorder, witness, connection)
        if names:
            plan.begin(*names)
        yield plan
    assert file.read_bytes() == before


def parts(plan: Plan) -> list[tuple[str, list[str]]]:
    return [(section.name, [one.sql for one in section.statements]) for section in plan.recorder.sections]


def whys(plan: Plan) -> dict[str, str | None]:
    return {section.name: section.why for section in plan.recorder.sections}


def test_each_statement_belongs_to_who_sent_it(file: Path) -> None:
    with recorded(file) as plan:
        plan.send("DELETE FROM u")
        plan.begin("r1", "r2")
        with plan.revision("r1"):
            plan.send(ROW)
        with plan.revision("r2"):
            plan.send(CHANGE)
        plan.send("INSERT INTO u VALUES (9)")
    assert parts(plan) == [
        ("before", ["DELETE FROM u"]),
        ("r1", [ROW]),
        ("r2", [CHANGE]),
        ("after", ["INSERT INTO u VALUES (9)"]),
    ]
    assert set(whys(plan).values()) == {None}
    assert [section.direction for section in plan.recorder.sections] == [
        *("environment", "upgrade", "upgrade", "environment")
    ]
    (one,) = plan.recorder.sections[1].statements
    assert (one.kind, one.file, one.values) == ("data", HERE, ())


def test_a_run_with_nothing_to_do_has_what_env_py_does_around_it(file: Path) -> None:
    with recorded(file) as plan:
        plan.begin()
        plan.send(ROW)
    assert parts(plan) == [("before", []), ("after", [ROW])]
    with recorded(file) as plan:
        plan.send(ROW)
    assert parts(plan) == [("before", [ROW]), ("after", [])], "an env.py that runs nothing"


def test_what_changes_nothing_is_answered_and_no_part_of_the_plan(file: Path) -> None:
    with recorded(file, "r1") as plan, plan.revision():
        assert plan.connection.scalar(sa.text("SELECT n FROM t")) == 1
        plan.send("PRAGMA foreign_keys = ON")
        assert plan.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1, "a setting is sent, and planned"
        plan.send("SAVEPOINT a", "ROLLBACK TO a")
    assert parts(plan)[1] == ("r1", ["PRAGMA foreign_keys = ON", "SAVEPOINT a", "ROLLBACK TO a"])


def test_a_read_of_what_is_changed_by_then_ends_a_revision(file: Path) -> None:
    """And its statements are not told; those of the next one are, as long as it asks for nothing."""
    with recorded(file, "r1", "r2", "r3") as plan:
        with plan.revision("r1"):
            plan.send(CHANGE)
            assert plan.connection.scalar(sa.text("SELECT count(*) FROM u")) == 0, "another table's can be told"
            plan.send("SELECT n FROM t")
            pytest.fail("it goes no further")
        with plan.revision("r2"):
            plan.send(ROW)
        with plan.revision("r3"):
            plan.send("SELECT n FROM u")
    found = whys(plan)
    first = str(found["r1"])
    assert first.startswith(f"{HERE}:")
    assert first.endswith(": it reads from the database what is changed by then: revision r1 changes t")
    assert found["r2"] is None
    assert str(found["r3"]).endswith("what is changed by then: revision r1 is not shown")


def test_a_revision_may_read_what_an_earlier_one_that_is_shown_leaves_alone(file: Path) -> None:
    with recorded(file, "r1", "r2") as plan:
        with plan.revision("r1"):
            plan.send(ROW)
        with plan.revision("r2"):
            assert plan.connection.scalar(sa.text("SELECT count(*) FROM u")) == 0
    assert set(whys(plan).values()) == {None}


def test_a_database_is_asked_once(file: Path) -> None:
    asked: list[str] = []

    def connected(driver: sqlite3.Connection, record: object) -> None:
        driver.create_function("upper", 1, asked.append)

    sa.event.listen(sa.Engine, "connect", connected)
    try:
        with recorded(file, "r1") as plan, plan.revision():
            plan.send("SELECT upper('x')")
    finally:
        sa.event.remove(sa.Engine, "connect", connected)
    assert asked == ["x"]


def test_env_py_goes_on_after_the_run_as_well(file: Path) -> None:
    with recorded(file, "r1") as plan:
        with plan.revision():
            plan.send(ROW)
        assert plan.connection.scalar(sa.text("SELECT count(*) FROM t")) == 1
        plan.send("DELETE FROM u")
    found = whys(plan)
    assert found["r1"] is None
    assert str(found["after"]).endswith("what is changed by then: revision r1 changes t")


def test_env_py_goes_on_when_it_reads_what_is_changed_by_then(file: Path) -> None:
    """Or there were no plan at all; that it cannot be told is said."""
    with recorded(file) as plan:
        plan.send("DELETE FROM t")
        assert plan.connection.scalar(sa.text("SELECT count(*) FROM t")) == 1
        plan.send("INSERT INTO u VALUES (9)")
        plan.begin("r1")
        with plan.revision():
            plan.send(ROW)
    found = whys(plan)
    assert str(found["before"]).endswith("it reads from the database what is changed by then: env.py changes t")
    assert found["r1"] is None
    assert dict(parts(plan))["r1"] == [ROW]


def test_whose_answer_is_needed_cannot_be_told(file: Path) -> None:
    with recorded(file, "r1") as plan, plan.revision():
        result = plan.connection.exec_driver_sql("DELETE FROM t")
        assert result.rowcount == 1
        pytest.fail("it goes no further")
    (why,) = [why for why in whys(plan).values() if why]
    assert why.startswith(f"{HERE}:")
    assert why.endswith(": it needs the number of rows of a statement that was not sent")


def test_a_refusal_that_user_code_catches_stays(file: Path) -> None:
    """What it does after that is not known: nothing more is sent or told of it, but the savepoints that it leaves."""
    with recorded(file, "r1", "r2") as plan:
        with plan.revision("r1"):
            plan.send("SAVEPOINT a")
            with suppress(NotShown):
                _ = plan.connection.exec_driver_sql("DELETE FROM t").rowcount
            for refused in (ROW, "SELECT n FROM u", "SELECT 1", "PRAGMA foreign_keys = ON"):
                with pytest.raises(NotShown, match="the number of rows"):
                    plan.send(refused)
            plan.send("ROLLBACK TO a")
        with plan.revision("r2"):
            plan.send(ROW)
    found = whys(plan)
    assert str(found["r1"]).endswith("it needs the number of rows of a statement that was not sent")
    assert "it raised" not in str(found["r1"])
    assert dict(parts(plan))["r2"] == [ROW] and found["r2"] is None


def test_a_revision_that_raises_is_told_with_its_line(file: Path) -> None:
    with recorded(file, "r1") as plan:
        with plan.revision():
            plan.send(ROW)
            raise ValueError("no url postgresql://u:hunter2@h/d\n" + "x" * 300)
        plan.send("DELETE FROM u")
    why = str(whys(plan)["r1"])
    assert why.startswith(f"{HERE}:")
    assert ": it raised ValueError while it was recorded: no url postgresql://u:***@h/d xxx" in why
    assert "hunter2" not in why and "\n" not in why
    assert len(why.partition("recorded: ")[2]) == 160
    assert dict(parts(plan))["after"] == ["DELETE FROM u"]


def test_an_error_of_nobody_s_line_is_told_without_one(file: Path) -> None:
    with recorded(file, "r1") as plan:
        plan.recorder.revision_started(plan.step("r1"), "r1.py")
        assert plan.recorder.raised(plan.step("r1"), ValueError("no")) is True
        plan.recorder.revision_finished(plan.step("r1"))
    assert whys(plan)["r1"] == "it raised ValueError while it was recorded: no"


def test_a_query_that_the_database_refuses_is_told_and_raised(file: Path) -> None:
    with recorded(file, "r1") as plan, plan.revision():
        plan.send("SELECT x FROM nowhere")
    why = str(whys(plan)["r1"])
    assert why.startswith(f"{HERE}:")
    assert why.endswith(": the database does not answer: no such table: nowhere")


def test_rows_that_are_locked_are_awaited_and_a_function_may_be_called_for_its_effect(file: Path) -> None:
    with recorded(file, "r1", "r2") as plan:
        with plan.revision("r1"):
            plan.send("SELECT n FROM t FOR UPDATE")
            pytest.fail("it goes no further")
        with plan.revision("r2"):
            plan.send("SELECT setval('s', 5)")
    found = whys(plan)
    assert str(found["r1"]).endswith(": a query is not sent: it locks rows")
    assert found["r2"] is None and dict(parts(plan))["r2"] == ["SELECT setval('s', 5)"]


def test_the_driver_s_own_connection_cannot_be_told(file: Path) -> None:
    """Neither of the revision that takes it, nor what later ones read."""
    with recorded(file, "r1", "r2", "r3") as plan:
        with plan.revision("r1"):
            pooled: Any = plan.connection.connection
            pooled.cursor().close()
        with plan.revision("r2"):
            plan.send(ROW)
        with plan.revision("r3"):
            plan.send("SELECT n FROM u")
    found = whys(plan)
    assert str(found["r1"]).startswith(f"{HERE}:")
    assert str(found["r1"]).endswith(": it takes the driver's own connection, past which nothing is seen")
    assert found["r2"] is None
    assert str(found["r3"]).endswith("what is changed by then: revision r1 is not shown")


def test_what_env_py_takes_hold_of_is_env_py_s(file: Path) -> None:
    with recorded(file) as plan:
        pooled: Any = plan.connection.connection
        pooled.cursor().close()
        plan.send("SELECT 1")
        plan.begin("r1")
        with plan.revision():
            plan.send("SELECT n FROM u")
    found = whys(plan)
    assert str(found["before"]).endswith("past which nothing is seen")
    assert str(found["r1"]).endswith("what is changed by then: what env.py does is not shown")


def test_a_connection_that_was_refused_and_caught_is_told(file: Path, tmp_path: Path) -> None:
    with recorded(file, "r1", "r2") as plan:
        with plan.revision("r1"):
            with suppress(ConnectionRefused):
                sqlite3.connect(tmp_path / "other.db")
            plan.send(ROW)
        with plan.revision("r2"):
            plan.send("SELECT n FROM u")
    found = whys(plan)
    assert str(found["r1"]).startswith(f"{HERE}:")
    assert "sqlite3.connect() goes past SQLAlchemy" in str(found["r1"])
    assert str(found["r2"]).endswith("revision r1 is not shown")


def test_a_database_that_cannot_be_told_is_refused_with_the_line(file: Path) -> None:
    with pytest.raises(ConnectionRefused) as error, recorded(file), suppress(ConnectionRefused):
        sa.create_engine("mssql+pymssql://h/d", module=sqlite3).connect()
    assert error.value.message.startswith("mssql cannot be told to refuse every change")
    assert "headway upgrade --sql" in (error.value.hint or "")
    assert Path(str(error.value.path)).name == HERE


def test_nothing_of_a_recorded_run_is_ever_applied(file: Path) -> None:
    with recorded(file, "r1") as plan, plan.revision():
        plan.send(ROW)
        plan.witness.finished("r1")
    assert plan.witness.account.applied == []
    assert not plan.witness.account.anything_remains
