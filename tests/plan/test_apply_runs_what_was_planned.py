"""Apply on real databases: what runs is what was planned, each statement compared before it is sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from fixtures.databases import database_of
from fixtures.programs import Done
from plan.projects import Project

pytestmark = pytest.mark.part(5)

ONE = "op.execute(\"UPDATE customers SET name = 'x' WHERE id = 1\")"


def refused(done: Done, *parts: str) -> None:
    assert done.code == 5, done.err
    done.assert_one_clear_line(*parts, "headway plan")


def test_what_changed_after_the_approval_is_refused(sqlite_project: Project) -> None:
    project = sqlite_project
    (project.place / "helper.py").write_text("NAME = 'x'\n")
    (project.place / "other.py").write_text("NAME = 'x'\n")
    name = project.revision(ONE, imports="import helper")
    digest = project.plan()["digest"]
    before = project.state()
    originals = {path: path.read_text() for path in (project.place / "helper.py", project.file(name))}
    originals[project.place / "migrations" / "env.py"] = (project.place / "migrations" / "env.py").read_text()
    for path, text in originals.items():
        path.write_text(text + "\nEXTRA = 1\n")
        refused(project.apply("--approve", digest), path.name, "changed since")
        path.write_text(
            text.replace("def upgrade():", "def upgrade():  # it is right") + '\n\n# a comment\n"text"[:0]\n'[:13]
        )
        assert project.state() == before
    for path, text in originals.items():
        path.write_text("# only a comment\n\n" + text)  # formatting is no content
    project.file(name).write_text(  # nor are quotes, brackets, line ends and a docstring
        project.file(name)
        .read_text()
        .replace(ONE, ONE.replace("op.execute(", "op.execute(\n        ").replace(")", ",\n    )"))
        .replace("def upgrade():", 'def upgrade():\n    """It is right."""')
        .replace(f'"{name}"', f"('{name}')")
    )
    assert project.apply("--approve", digest).code == 0


def test_a_module_that_was_not_there_is_refused_before_anything_is_sent(sqlite_project: Project) -> None:
    project = sqlite_project
    (project.place / "later.py").write_text("")
    name = project.revision("import os\nif os.environ.get('LATER'):\n    import later\n" + ONE)
    digest = project.plan()["digest"]
    before = project.state()
    refused(project.apply("--approve", digest, env={"LATER": "1"}), "later.py is imported")
    assert project.state() == before
    assert project.apply("--approve", digest).code == 0
    assert name in project.file(name).read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"line": 24', '"line": 25'),
        ('"kind": "data"', '"kind": "read"'),
        ('"why": null', '"why": "for a reason"'),
        ('"database": "test.db"', '"database": "more.db"'),
        ('"named_by": "its path"', '"named_by": "its name"'),
        ('"installed packages"', '"nothing"'),
    ],
)
def test_every_field_of_the_plan_file_counts(old: str, new: str, sqlite_project: Project) -> None:
    sqlite_project.revision(ONE)
    sqlite_project.plan()
    path = sqlite_project.place / "plan.json"
    text = path.read_text()
    if old.startswith('"line"'):
        line = next(line.strip().rstrip(",") for line in text.splitlines() if '"line": ' in line and "null" not in line)
        old, new = line, line + "1"
    assert old in text
    path.write_text(text.replace(old, new, 1))
    done = sqlite_project.apply()
    assert done.code == 2
    done.assert_one_clear_line("plan.json: ", "changed after it was made")


def test_another_database_is_refused(project: Project, tmp_path: Path) -> None:
    project.revision(ONE)
    digest = project.plan()["digest"]
    url = sa.make_url(project.url)
    if url.get_backend_name() == "sqlite":
        other = url.set(database=str(tmp_path / "other.db")).render_as_string(hide_password=False)
        shutil.copy(str(url.database), tmp_path / "other.db")
    else:
        server = url.set(database="postgres" if url.get_backend_name() == "postgresql" else None)
        other = database_of(server.render_as_string(hide_password=False), "planother")
    done = project.headway("apply", "plan.json", "--approve", digest, "--url", other, cwd=project.place)
    assert done.code == 5, done.err
    done.assert_one_clear_line("another database")


def test_another_schema_is_refused(postgresql_project: Project) -> None:
    """The tables without a schema would be others."""
    project = postgresql_project
    project.revision("op.create_table('more', sa.Column('id', sa.Integer))")
    digest = project.plan()["digest"]
    with sa.create_engine(project.url).begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA other")
        connection.exec_driver_sql("CREATE TABLE other.alembic_version AS SELECT * FROM public.alembic_version")
    elsewhere = sa.make_url(project.url).update_query_dict({"options": "-csearch_path=other"})
    project.url = elsewhere.render_as_string(hide_password=False)
    done = project.apply("--approve", digest)
    assert done.code == 5, done.err
    done.assert_one_clear_line("another database", "schema is public", "other")
    assert project.rows("SELECT count(*) FROM pg_class WHERE relname = 'more'") == [(0,)]


def test_a_plan_names_the_database_by_what_no_other_has(project: Project) -> None:
    """PostgreSQL's system identifier, MariaDB's @@server_uid, the path of a file."""
    project.revision(ONE)
    target = project.plan()["database"]
    kind = sa.make_url(project.url).get_backend_name()
    asked = {
        "postgresql": "SELECT 'system ' || system_identifier || ', database ' || oid FROM pg_control_system(), pg_database"
        " WHERE datname = current_database()",
        "mysql": "SELECT concat('server ', @@server_uid)",
        "sqlite": f"SELECT '{sa.make_url(project.url).database}'",
    }[kind]
    assert [(target["identity"],)] == [tuple(row) for row in project.rows(asked)]
    assert (
        target["named_by"]
        == {
            "postgresql": "the server's system identifier",
            "mysql": "the server's @@server_uid",
            "sqlite": "its path",
        }[kind]
    )
    assert target["server_version"] and target["dialect"] == kind.replace("mysql", target["dialect"])


def test_a_role_that_may_not_ask_has_a_plan_by_host_and_database(postgresql_project: Project) -> None:
    project = postgresql_project
    project.revision("op.execute('SET lock_timeout = 1000')")
    role = f"asks_{sa.make_url(project.url).database}"
    with sa.create_engine(project.url).begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        connection.exec_driver_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        connection.exec_driver_sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    mine = project.url
    try:
        project.url = sa.make_url(mine).set(username=role).render_as_string(hide_password=False)
        plan = project.plan()
        assert (plan["database"]["identity"], plan["database"]["named_by"]) == (None, "host and database")
        assert "host and database" in project.run("plan").out
        assert project.apply("--approve", plan["digest"]).code == 0
    finally:
        project.url = mine
        with sa.create_engine(mine).begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def test_values_made_at_run_time_are_marked_and_pass(project: Project) -> None:
    project.revision(
        "import uuid, datetime\n"
        "op.get_bind().execute(customers.insert().values(id=10, name=uuid.uuid4().hex))\n"
        "op.execute(f\"INSERT INTO shops (id, name) VALUES (2, '{uuid.uuid4().hex}')\")\n"
        "op.bulk_insert(customers, [{'id': 11, 'name': uuid.uuid4().hex}, {'id': 12, 'name': 'same'}])"
    )
    plan = project.plan()
    (step,) = plan["steps"]
    made = [one["run_time"] for one in step["recorded"]]
    assert made[1] == ["literal 1"]
    assert len(made[0]) == 1 and len(made[2]) == 1 and made[3] == []
    assert "made when it runs" in step["statements"][0]
    done = project.apply("--approve", plan["digest"])
    assert done.code == 0, done.err
    assert project.rows("SELECT count(*) FROM customers WHERE id >= 10") == [(3,)]


def test_the_time_and_values_of_changes_and_deletions_are_marked_too(project: Project) -> None:
    """``datetime.now()``, bound and written out, in UPDATE and DELETE as well as in INSERT."""
    project.revision(
        "import datetime, uuid\n"
        "now = str(datetime.datetime.now())\n"
        "op.get_bind().execute(customers.update().where(customers.c.id == 1).values(name=now))\n"
        "op.execute(f\"UPDATE shops SET name = '{now}' WHERE id = 1\")\n"
        "op.get_bind().execute(customers.delete().where(customers.c.name == uuid.uuid4().hex))\n"
        "op.execute(f\"DELETE FROM customers WHERE name = '{uuid.uuid4().hex}'\")\n"
        "op.execute(f\"INSERT INTO shops (id, name) VALUES (7, '{now}')\")"
    )
    plan = project.plan()
    (step,) = plan["steps"]
    assert [len(one["run_time"]) for one in step["recorded"]] == [1, 1, 1, 1, 1, 0], step["why"]
    done = project.apply("--approve", plan["digest"])
    assert done.code == 0, done.err
    assert project.rows("SELECT count(*) FROM shops WHERE name LIKE '20%'") == [(2,)]
    assert project.rows("SELECT count(*) FROM customers") == [(3,)]


def test_a_value_that_was_equal_twice_and_differs_at_apply_stops_the_run(project: Project) -> None:
    body = "import os\nop.get_bind().execute(customers.update().values(name=os.environ.get('NAME', 'a')))"
    project.revision(body)
    digest = project.plan()["digest"]
    before = project.state()
    refused(
        project.apply("--approve", digest, env={"NAME": "b"}), "sends the value", "'b'", "the plan has 'a'", "r2.py:"
    )
    if "sqlite" not in project.url:
        assert project.state() == before
    assert project.rows("SELECT count(*) FROM customers WHERE name = 'b'") == [(0,)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "if os.environ.get('MORE'):\n    op.execute('DELETE FROM shops')\n",
            "sends 'DELETE FROM shops' where the plan has",
        ),
        ("if not os.environ.get('MORE'):\n    op.execute('DELETE FROM shops')\n", "sends 'UPDATE alembic_version"),
        (
            "op.execute(text('DROP TABLE ' + ('shops' if os.environ.get('MORE') else 'customers')))\n",
            "'DROP TABLE shops'",
        ),
        (
            "if os.environ.get('MORE'):\n    op.get_bind().connection.cursor().execute('SELECT 1')\n",
            "driver's own connection",
        ),
    ],
)
def test_what_is_not_in_the_plan_is_not_sent(body: str, said: str, project: Project) -> None:
    project.revision("import os\n" + body)
    digest = project.plan()["digest"]
    refused(project.apply("--approve", digest, env={"MORE": "1"}), said)
    assert project.rows("SELECT count(*) FROM customers") == [(3,)]
    assert project.rows("SELECT count(*) FROM shops") == [(1,)]


def test_a_difference_after_a_commit_says_what_is_applied(project: Project) -> None:
    project.env(per_migration=True)
    first = project.revision(ONE)
    project.revision("import os\nop.execute(text('DELETE FROM ' + os.environ.get('TABLE', 'shops')))")
    digest = project.plan()["digest"]
    done = project.apply("--approve", digest, env={"TABLE": "customers"})
    report = json.loads(done.out)
    assert (done.code, report["applied"]) == (4, [first])
    assert f"Applied: {first}" in report["error"] and "headway plan" in report["error"]
    assert "the same command again" not in report["error"]
    assert project.rows("SELECT count(*) FROM customers") == [(3,)]


def test_env_py_is_compared_as_a_step_of_its_own(project: Project) -> None:
    project.env(
        before="connection.execute(text('DELETE FROM ' + os.environ.get('TABLE', 'shops'))); connection.commit()",
        after="connection.execute(text(\"UPDATE customers SET name = 'z' WHERE id = 3\")); connection.commit()",
        imports="import os",
    )
    project.revision(ONE)
    plan = project.plan()
    before, after = plan["environment"]
    assert "DELETE FROM shops" in before["statements"] and len(after["statements"]) == 1
    refused(project.apply("--approve", plan["digest"], env={"TABLE": "customers"}), "env.py is not what was planned")
    assert project.rows("SELECT count(*) FROM customers") == [(3,)]
    done = project.apply("--approve", plan["digest"])
    assert done.code == 0, done.err
    assert project.rows("SELECT name FROM customers ORDER BY id") == [("x",), ("bob",), ("z",)]


def test_each_revision_runs_once_in_apply(project: Project) -> None:
    count = "with open('count', 'a') as f:\n    f.write('x')\n"
    project.revision(count + ONE)
    digest = project.plan()["digest"]
    assert (project.place / "count").read_text() == "xx"  # plan runs it twice
    assert project.apply("--approve", digest).code == 0
    assert (project.place / "count").read_text() == "xxx"


def test_what_goes_past_op_takes_effect_once(project: Project) -> None:
    """It ran during plan, and twice more in apply."""
    past = "execute(text('UPDATE customers SET id = id + 100'))"
    project.revision(f"context.get_bind().{past}")
    project.revision(f"context.get_context().connection.{past}\nSession(bind=op.get_bind()).{past}")
    digest = project.plan()["digest"]
    assert project.rows("SELECT max(id) FROM customers") == [(3,)]
    done = project.apply("--approve", digest)
    assert done.code == 0, done.err
    assert project.rows("SELECT max(id) FROM customers") == [(303,)]


def test_plan_records_in_two_processes(sqlite_project: Project) -> None:
    """What a process keeps, such as the seed of its hashes, is another one for the second recording."""
    sqlite_project.revision("import os\nwith open('processes', 'a') as f:\n    f.write(f'{os.getpid()}\\n')\n" + ONE)
    sqlite_project.revision(
        "op.execute('CREATE TABLE ' + sorted(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'], key=hash)[0] + ' (n INTEGER)')"
    )
    seeded = {"PYTHONHASHSEED": "random"}
    steps = [sqlite_project.plan(env=seeded)["steps"] for _ in range(6)]
    assert len(set((sqlite_project.place / "processes").read_text().split())) == 12
    assert any(step[1]["statements"] is None for step in steps), "hashes differ between processes"


@pytest.mark.parametrize("what", ["order", "name", "count", "DDL"])
def test_what_differs_between_two_recordings_is_not_shown(what: str, sqlite_project: Project) -> None:
    body = {
        "order": "import os, uuid\nfor n in sorted(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], key=lambda n: uuid.uuid4()):\n"
        "    op.execute(f'CREATE TABLE {n} (id INTEGER)')",
        "name": "import uuid\nop.execute(f'CREATE TABLE t{uuid.uuid4().hex} (id INTEGER)')",
        "DDL": "import uuid\nop.add_column('shops', sa.Column('x', sa.String(40), server_default=uuid.uuid4().hex))",
        "count": "import os\nif not os.path.exists('seen'):\n    open('seen', 'w').close()\n    op.execute('DELETE FROM shops')",
    }[what]
    name = sqlite_project.revision(body)
    plan = sqlite_project.plan()
    (step,) = plan["steps"]
    assert step["statements"] is None and "recorded twice" in step["why"]
    done = sqlite_project.apply("--approve", plan["digest"])
    assert json.loads(done.out)["applied"] == [name]


def test_a_step_that_is_not_shown_runs_and_later_ones_are_still_shown(project: Project) -> None:
    names = [
        project.revision("op.execute(\"UPDATE customers SET name = 'q'\")"),
        project.revision(
            "assert op.get_bind().execute(text('SELECT count(*) FROM customers WHERE name = :n'), {'n': 'q'}).scalar() == 3"
        ),
        project.revision("op.execute(\"UPDATE shops SET name = 'r'\")"),
        project.revision("assert op.get_bind().execute(text('SELECT count(*) FROM shops')).scalar() == 1"),
    ]
    plan = project.plan()
    shown = [step["statements"] is not None for step in plan["steps"]]
    assert shown == [True, False, True, False]
    assert "revision r2 changes customers" in plan["steps"][1]["why"]
    assert "revision r3 is not shown" in plan["steps"][3]["why"]
    done = project.apply("--approve", plan["digest"])
    assert json.loads(done.out)["applied"] == names, done.err


def test_a_read_of_other_objects_is_answered(project: Project) -> None:
    project.revision(
        "op.add_column('shops', sa.Column('note', sa.String(9)))\n"
        "n = op.get_bind().execute(text('SELECT count(*) FROM customers')).scalar()\n"
        "op.execute(f'UPDATE customers SET id = id + {n}')\n"
        "assert 'name' in [c['name'] for c in sa.inspect(op.get_bind()).get_columns('customers')] or True"
    )
    (step,) = project.plan()["steps"]
    assert step["statements"] is None and "changes customers" in step["why"]  # the reflection, not the count
    project.revision("pass")
    file = project.file("r2")
    file.write_text("\n".join(line for line in file.read_text().splitlines() if "inspect" not in line) + "\n")
    shown = project.plan()["steps"][0]["statements"]
    assert "UPDATE customers SET id = id + 3" in shown


def test_a_view_a_trigger_and_a_cascade_are_no_proof(sqlite_project: Project) -> None:
    project = sqlite_project
    project.revision("op.execute('CREATE VIEW v AS SELECT * FROM customers')")
    assert project.apply_now().code == 0
    project.revision("op.execute('DELETE FROM customers')\nop.get_bind().execute(text('SELECT * FROM v')).all()")
    assert "v is no plain table" in project.plan()["steps"][0]["why"]
    project.file("r3").unlink()
    project.revision_again(
        "r3", "op.execute('CREATE TRIGGER t AFTER DELETE ON customers BEGIN DELETE FROM shops; END')"
    )
    assert project.apply_now().code == 0
    project.revision("op.execute('DELETE FROM customers')\nop.get_bind().execute(text('SELECT * FROM shops')).all()")
    assert "triggers" in project.plan()["steps"][0]["why"]


def test_user_code_sees_the_same_mode_in_plan_and_apply(sqlite_project: Project) -> None:
    project = sqlite_project
    project.revision(
        "with open('modes', 'a') as f:\n    f.write(f'{context.is_offline_mode()} {op.get_context().as_sql}\\n')\n"
        + ONE
    )
    digest = project.plan()["digest"]
    assert project.apply("--approve", digest).code == 0
    assert set((project.place / "modes").read_text().splitlines()) == {"False False"}


def test_settings_are_executed_and_planned(postgresql_project: Project) -> None:
    project = postgresql_project
    project.revision(
        'op.execute("SET search_path TO public, pg_temp")\n'
        "assert op.get_bind().execute(text('SHOW search_path')).scalar() == 'public, pg_temp'\n" + ONE
    )
    plan = project.plan()
    assert [one["kind"] for one in plan["steps"][0]["recorded"]] == ["setting", "data", "version row"]
    assert project.apply("--approve", plan["digest"]).code == 0


def test_the_role_is_set_and_planned(postgresql_project: Project) -> None:
    """What is made after ``SET ROLE`` belongs to that role, in the plan's reads and in the database."""
    project = postgresql_project
    role = f"owns_{sa.make_url(project.url).database}"
    with sa.create_engine(project.url).begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {role}")
    try:
        project.revision(
            f'op.execute("SET ROLE {role}")\n'
            f"assert op.get_bind().execute(text('SELECT current_user')).scalar() == '{role}'\n"
            "op.execute('CREATE TABLE owned (id INTEGER)')\nop.execute('RESET ROLE')"
        )
        plan = project.plan()
        (step,) = plan["steps"]
        assert [one["kind"] for one in step["recorded"]] == ["setting", "ddl", "setting", "version row"], step["why"]
        done = project.apply("--approve", plan["digest"])
        assert done.code == 0, done.err
        assert project.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'owned'") == [(role,)]
    finally:
        with sa.create_engine(project.url).begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def test_passwords_of_roles_do_not_stand_in_the_plan(postgresql_project: Project) -> None:
    project = postgresql_project
    project.revision(
        "import os\nop.execute(\"CREATE ROLE planrole LOGIN PASSWORD '\" + os.environ.get('PW', 'hunter2') + \"'\")\nop.execute('DROP ROLE planrole')"
    )
    plan = project.plan()
    assert "hunter2" not in (project.place / "plan.json").read_text()
    assert "CREATE ROLE planrole LOGIN PASSWORD '***'" in plan["steps"][0]["statements"]
    refused(project.apply("--approve", plan["digest"], env={"PW": "other"}), "CREATE ROLE")


def test_the_transaction_of_env_py_is_no_reason_to_say_nothing_ran(project: Project) -> None:
    text = (project.place / "migrations" / "env.py").read_text()
    (project.place / "migrations" / "env.py").write_text(text.replace("engine.connect()", "engine.begin()"))
    name = project.revision(ONE)
    plan = project.plan()
    done = project.apply("--approve", plan["digest"])
    report = json.loads(done.out)
    assert (report["result"], report["applied"]) == ("pass", [name]), done.err
    assert project.rows("SELECT name FROM customers WHERE id = 1") == [("x",)]


def test_a_policy_can_refuse_what_is_not_shown(sqlite_project: Project) -> None:
    project = sqlite_project
    project.revision("assert op.get_bind().execute(customers.update().values(name='x')).rowcount == 3")
    allowed = project.plan()
    (project.place / ".headway.yml").write_text("approval: {not_shown: refuse}\n")
    done = project.run("plan", "-o", "plan.json", "--format", "json")
    report = json.loads(done.out)
    assert (done.code, report["result"]) == (5, "fail")
    assert "not shown" in report["error"] and "number of rows" in report["error"]
    refused_ = project.apply("--approve", allowed["digest"])
    assert refused_.code == 5
    refused_.assert_one_clear_line("the policy refuses")


def test_a_refusal_that_user_code_catches_stays(project: Project) -> None:
    project.revision(
        "import os\nif os.environ.get('MORE'):\n    try:\n        op.execute('DELETE FROM shops')\n"
        "    except Exception:\n        pass\n" + ONE
    )
    digest = project.plan()["digest"]
    refused(project.apply("--approve", digest, env={"MORE": "1"}), "sends 'DELETE FROM shops' where the plan has")
    assert project.rows("SELECT count(*) FROM shops") == [(1,)]
    assert project.rows("SELECT name FROM customers WHERE id = 1") == [("ann",)]


def test_env_py_sends_nothing_to_another_database(sqlite_project: Project, tmp_path: Path) -> None:
    project = sqlite_project
    project.env(before="connection.execute(text('DELETE FROM shops')); connection.commit()")
    project.revision(ONE)
    digest = project.plan()["digest"]
    shutil.copy(str(sa.make_url(project.url).database), tmp_path / "other.db")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    done = project.headway("apply", "plan.json", "--approve", digest, "--url", other, cwd=project.place)
    refused_elsewhere = done.code
    project.url = other
    assert (refused_elsewhere, project.rows("SELECT count(*) FROM shops")) == (5, [(1,)])


def test_what_env_py_does_each_time_is_no_difference_when_nothing_is_left_to_do(project: Project) -> None:
    line = "connection.execute(text(\"UPDATE shops SET name = 'z'\")); connection.commit()"
    project.env(before=line, after=line)
    project.revision(ONE)
    digest = project.plan()["digest"]
    assert project.apply("--approve", digest).code == 0
    again = project.apply("--approve", digest)
    assert (again.code, json.loads(again.out)["result"]) == (0, "noop"), again.err
    empty = project.plan()
    assert empty["steps"] == []
    assert project.apply("--approve", empty["digest"]).code == 0


def test_a_raw_cursor_in_a_step_that_is_not_shown_is_no_difference_later(project: Project) -> None:
    raw = "op.get_bind().connection.cursor().execute('SELECT 1')\n"
    names = [project.revision(raw + ONE), project.revision("op.execute('DELETE FROM shops')")]
    plan = project.plan()
    assert [step["statements"] is None for step in plan["steps"]] == [True, False]
    done = project.apply("--approve", plan["digest"])
    assert json.loads(done.out)["applied"] == names, done.err


def test_an_orm_session_is_recorded_and_compared(project: Project) -> None:
    project.revision(
        "Base = declarative_base()\nclass Customer(Base):\n    __tablename__ = 'customers'\n"
        "    id = sa.Column(sa.Integer, primary_key=True)\n    name = sa.Column(sa.String(40))\n"
        "session = Session(bind=op.get_bind())\n"
        "session.get(Customer, 2).name = 'zoe'\nsession.add(Customer(id=77, name='new'))\nsession.flush()"
    )
    plan = project.plan()
    (step,) = plan["steps"]
    assert {one["kind"] for one in step["recorded"]} == {"data", "version row"}, step
    done = project.apply("--approve", plan["digest"])
    assert done.code == 0, done.err
    assert project.rows("SELECT name FROM customers WHERE id IN (2, 77) ORDER BY id") == [("zoe",), ("new",)]


@pytest.mark.parametrize("invalid", ["before the plan", "after the plan"])
def test_an_invalid_index_is_built_again_only_if_the_plan_shows_it(invalid: str, postgresql_project: Project) -> None:
    project = postgresql_project
    project.revision(
        "with context.get_context().autocommit_block():\n"
        "    op.execute('CREATE INDEX CONCURRENTLY ix ON customers (name)')"
    )

    def cut_off() -> None:
        with sa.create_engine(project.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("CREATE INDEX ix ON customers (name)")
            connection.exec_driver_sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix'::regclass")

    if invalid == "before the plan":
        cut_off()
    plan = project.plan()
    assert plan["rebuilds"] == (["ix"] if invalid == "before the plan" else [])
    if invalid == "after the plan":
        cut_off()
    done = project.apply("--approve", plan["digest"])
    valid = project.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass")
    if invalid == "before the plan":
        assert (done.code, valid) == (0, [(True,)]), done.err
    else:
        assert (done.code != 0, valid) == (True, [(False,)])
        assert "DROP INDEX CONCURRENTLY" in done.out + done.err
