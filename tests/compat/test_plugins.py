"""Autogenerate plugins: chosen, ordered and stopped as Alembic does it; and what only a long-lived process shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fixtures.programs import ROOT, Done, Program, run_program, run_python
from headway.autogenerate import plugins
from headway.autogenerate.api import compare_metadata, produce_migrations
from headway.autogenerate.priorities import PriorityDispatcher
from headway.compat.hook import has_entry_points, serving_alembic
from headway.runtime.context import MigrationContext

HERE = Path(__file__).parent
PROBE = (HERE / "plugin_probe.py").read_text()
SCENARIOS = [line.split("(")[0][4:] for line in PROBE.split("@scenario\n")[1:] for line in line.splitlines()[:1]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the scenarios give under headway, and what under Alembic."""
    place = tmp_path_factory.mktemp("probe")
    (place / "plugin_probe.py").write_text(PROBE)
    runs = [
        run_program("headway.compat", "-m", "plugin_probe", cwd=place),
        run_program("plugin_probe", cwd=place),
    ]
    for run in runs:
        assert run.code == 0, run.err
    return json.loads(runs[0].out), json.loads(runs[1].out)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_outcome_is_alembics(name: str, outcomes: tuple[dict[str, Any], dict[str, Any]]) -> None:
    ours, theirs = outcomes
    assert ours[name] == theirs[name]
    assert ours[name]


# -- installed plugins ----------------------------------------------------------------------------------------

PLUGIN = """
from alembic import op
from alembic.operations import MigrateOperation, Operations
from alembic.runtime.plugins import Plugin

class Hello(MigrateOperation):
    def __init__(self, name):
        self.name = name

    @classmethod
    def hello(cls, operations, name):
        return operations.invoke(cls(name))

def carry_out(operations, operation):
    operations.execute(f"CREATE TABLE {operation.name} (id INTEGER)")

def setup(plugin: Plugin) -> None:
    Operations.register_operation("hello")(Hello)
    Operations.implementation_for(Hello)(carry_out)
    plugin.add_autogenerate_comparator(lambda *arguments: print("compared by", plugin.name), "autogenerate")
"""

REVISION = """
from alembic import op
revision = "a1"
down_revision = None

def upgrade():
    op.hello("made_by_a_plugin")

def downgrade():
    op.drop_table("made_by_a_plugin")
"""

ENV = """
import sqlalchemy as sa
from alembic import context
with sa.create_engine("sqlite:///app.db").connect() as connection:
    context.configure(connection=connection, target_metadata=sa.MetaData(), {options})
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A directory with an installed package that publishes a plugin."""
    described = tmp_path / "site" / "greeting-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[alembic.plugins]\ngreeting.hello = greeting\n")
    (tmp_path / "site" / "greeting.py").write_text(PLUGIN)
    return tmp_path / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app" / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "app" / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    (tmp_path / "app" / "migrations" / "env.py").write_text(ENV.format(options=""))
    (tmp_path / "app" / "migrations" / "versions" / "a1.py").write_text(REVISION)
    return tmp_path / "app"


def both(site: Path, project: Path, *arguments: str) -> list[Done]:
    paths = {
        "headway_cli": f"{ROOT / 'engine'}:{ROOT / 'entrypoint'}:{site}",
        "alembic": str(site),
    }
    runs = []
    for program, path in paths.items():
        (project / "app.db").unlink(missing_ok=True)
        runs += [run_program(program, *a.split(), cwd=project, env={"PYTHONPATH": path}) for a in arguments]
    return runs


def test_an_installed_plugin_is_set_up(site: Path, project: Path) -> None:
    for done in both(site, project, "upgrade head", "downgrade base"):
        assert done.code == 0, done.err


def test_an_installed_plugin_compares_when_it_is_chosen(site: Path, project: Path) -> None:
    choice = 'autogenerate_plugins=["alembic.autogenerate.*", "greeting.*"]'
    (project / "migrations" / "env.py").write_text(ENV.format(options=choice))
    ours, theirs = both(site, project, "upgrade head", "check")[1::2]
    assert "compared by greeting.hello" in theirs.out
    assert "compared by greeting.hello" in ours.out
    (project / "migrations" / "env.py").write_text(ENV.format(options=""))
    assert "compared by" not in both(site, project, "upgrade head", "check")[1].out


def test_a_plugin_that_is_not_there(project: Path, headway: Program) -> None:
    (project / "migrations" / "env.py").write_text(ENV.format(options='autogenerate_plugins=["nowhere"]'))
    (project / "migrations" / "versions" / "a1.py").unlink()
    done = headway("check", cwd=project)
    assert done.code == 2
    done.assert_one_clear_line("Did not locate plugins: nowhere", "alembic.autogenerate.tables")


def test_a_plugin_that_cannot_be_loaded(site: Path, project: Path) -> None:
    (site / "greeting.py").write_text("boom = 1 / 0\n")
    done = both(site, project, "upgrade head")[0]
    assert done.code == 2
    done.assert_one_clear_line("greeting.hello", "of greeting", "division by zero")


# -- one process, many executions of env.py ---------------------------------------------------------------------

REGISTERS = """
import sqlalchemy as sa
import types
from alembic import context
from alembic.autogenerate import comparators, renderers
from alembic.operations import ops
from alembic.runtime.plugins import Plugin

@comparators.dispatch_for("schema")
def compare(autogen_context, upgrade_ops, schemas):
    print("compared")

@renderers.dispatch_for(ops.ExecuteSQLOp, replace=True)
def render(autogen_context, op):
    return "op.execute(...)"

module = types.ModuleType("own")
module.setup = lambda plugin: plugin.add_autogenerate_comparator(lambda *a: print("plugged"), "autogenerate")
Plugin.setup_plugin_from_module(module, "own.plugin")

with sa.create_engine("sqlite:///app.db").connect() as connection:
    context.configure(
        connection=connection, target_metadata=sa.MetaData(),
        autogenerate_plugins=["alembic.autogenerate.*", "own.plugin"],
    )
    with context.begin_transaction():
        context.run_migrations()
"""


def test_what_env_py_registers_does_not_pile_up(project: Path) -> None:
    (project / "migrations" / "env.py").write_text(REGISTERS)
    (project / "migrations" / "versions" / "a1.py").unlink()
    code = """
from headway.compat.hook import has_entry_points, serving_alembic
with serving_alembic():
    from alembic import command
    from alembic.config import Config
    for _ in range(3):
        command.check(Config("alembic.ini"))
"""
    done = run_python(code, cwd=project)
    assert done.code == 0, done.err
    assert done.out.split("No new upgrade operations detected.") == [
        "compared\nplugged\n",
        *2 * ["\ncompared\nplugged\n"],
        "\n",
    ]


def test_a_function_registered_twice_is_called_once_and_two_of_one_factory_are_both_called() -> None:
    calls: list[str] = []

    def made(name: str) -> Any:
        def function() -> None:
            calls.append(name)

        return function

    dispatcher, one, other = PriorityDispatcher(), made("one"), made("other")
    for function in (one, other, one):
        dispatcher.dispatch_for("t")(function)
    dispatcher.dispatch("t")()
    assert calls == ["one", "other"]


def test_comparing_leaves_the_models_alone() -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer, index=True)
    )
    sa.Index("ix_low", sa.func.lower(table.c.x))
    with sa.create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        first, second = (str(compare_metadata(context, metadata)) for _ in range(2))
    assert len(table.indexes) == 2
    assert first.count("add_index") == second.count("add_index") == 2


def test_what_a_column_is_is_known_without_the_plugins_that_compare_it() -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("x", sa.String(10), nullable=False))
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x VARCHAR(5))")
        chosen = ["alembic.autogenerate.*", "~alembic.autogenerate.types"]
        options = {"target_metadata": metadata, "autogenerate_plugins": chosen}
        script = produce_migrations(MigrationContext.configure(connection, opts=options), metadata)
    assert script.upgrade_ops is not None
    altered: Any = script.upgrade_ops.ops[0]
    assert [(op.existing_type.length, op.modify_type, op.modify_nullable) for op in altered.ops] == [(5, None, False)]


def test_the_dispatchers_have_their_places() -> None:
    with serving_alembic():
        from alembic.autogenerate import comparators
        from alembic.autogenerate.compare import comparators as older
        from alembic.util import PriorityDispatcher as served
        from alembic.util.langhelpers import PriorityDispatcher as deeper

    assert comparators is older is plugins.comparators
    assert served is deeper is PriorityDispatcher


@pytest.mark.parametrize(
    "kind", ["dist-info", "DIST-INFO", "egg-info", "egg", "inside an egg", "archive", "finder", "none", "other group"]
)
def test_a_place_where_packages_may_publish_plugins_is_found(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path), str(tmp_path / "nowhere")])
    text = "[other]\na = b\n" if kind in ("none", "other group") else "[alembic.plugins]\na = b\n"
    match kind:
        case "archive":
            (tmp_path / "packages.zip").touch()
            monkeypatch.setattr("sys.path", [str(tmp_path / "packages.zip")])
        case "finder":

            class Finder:
                def find_distributions(self, context: Any = None) -> list[Any]:
                    return []

            monkeypatch.setattr("sys.meta_path", [*sys.meta_path, Finder()])
        case "inside an egg":
            monkeypatch.setattr("sys.path", [str(tmp_path / "a-1.egg")])
        case "egg":
            (tmp_path / "a-1.egg").mkdir()
        case "none":
            (tmp_path / "a-1.dist-info").mkdir()
        case _:
            described = tmp_path / f"a-1.{kind if kind != 'other group' else 'dist-info'}"
            described.mkdir()
            (described / "entry_points.txt").write_text(text)
    assert has_entry_points("alembic.plugins") == (kind not in ("none", "other group"))
