"""Calls of Alembic's interfaces as programs make them, each on a project of its own. A table; no tests of its own."""

from __future__ import annotations

import importlib
import io
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from compat.projects import SCRIPT

ENV = """
from alembic import context
import sqlalchemy as sa

attributes = context.config.attributes
if context.is_offline_mode():
    context.configure(url="sqlite://", literal_binds=True, **attributes.get("options", {}))
    with context.begin_transaction():
        context.run_migrations()
else:
    with sa.create_engine("sqlite:///app.db").connect() as connection:
        context.configure(connection=connection, target_metadata=sa.MetaData(), **attributes.get("options", {}))
        with context.begin_transaction():
            context.run_migrations()
attributes["tag"] = context.get_tag_argument()
attributes["proxy"] = context._proxy is not None and hasattr(context, "config") and not hasattr(context, "nothing")
"""


@dataclass(frozen=True)
class Api:
    """Alembic's modules, by whoever serves them, and a working directory."""

    place: Path

    def __getattr__(self, name: str) -> Any:
        return importlib.import_module(f"alembic.{name.replace('__', '.')}")

    def project(self, history: str = "a1:", script: str = SCRIPT, **ways: Any) -> Any:
        """The configuration of a project in the working directory; ``a1: b1:a1`` are revisions and their parents."""
        versions = self.place / "m" / "versions"
        versions.mkdir(parents=True)
        (self.place / "m" / "script.py.mako").write_text(script)
        (self.place / "m" / "env.py").write_text(ENV)
        for id_, _, parent in (one.partition(":") for one in history.split()):
            text = (
                f"revision = {id_!r}\ndown_revision = {parent or None!r}\ndef upgrade(): pass\ndef downgrade(): pass\n"
            )
            (versions / f"{id_}_.py").write_text(text)
        made = self.config.Config(**{"stdout": io.StringIO(), "output_buffer": io.StringIO(), **ways})
        made.set_main_option("script_location", str(self.place / "m"))
        made.set_main_option("path_separator", "newline")
        return made

    def scripts(self, history: str = "a1:", **ways: Any) -> Any:
        """The script directory of a project."""
        return self.script.ScriptDirectory.from_config(self.project(history, **ways))

    def offline(
        self, use: Callable[[Any], Any], dialect: Any = "postgresql", buffer: Any = None, **options: Any
    ) -> Any:
        """What ``use`` prints that is given the operations of a script."""
        buffer = io.StringIO() if buffer is None else buffer
        ways = {"dialect_name": dialect} if isinstance(dialect, str) else {"dialect": dialect}
        opts = {"as_sql": True, "output_buffer": buffer, **options}
        use(self.operations.Operations(self.migration.MigrationContext.configure(**ways, opts=opts)))
        return buffer.getvalue()

    def context(self, **options: Any) -> Any:
        """A context with a connection to an empty SQLite database."""
        connection = sa.create_engine("sqlite://").connect()
        return self.migration.MigrationContext.configure(connection, opts=options)


def written(config: Any) -> str:
    """What a command has written."""
    return str(config.stdout.getvalue())


def assigned_stdout(api: Api) -> str:
    config = api.project()
    config.stdout = io.StringIO()
    api.command.heads(config)
    return written(config)


def with_missing_ini(api: Api) -> Any:
    config = api.config.Config("missing.ini")
    before = config.get_section("alembic"), config.get_alembic_option("script_location")
    config.set_main_option("script_location", "x")
    return before, config.get_main_option("script_location"), config.config_file_name


def missing_ini_and_toml(api: Api) -> Any:
    (api.place / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "%(here)s/m"\n')
    config = api.config.Config("missing.ini", toml_file=api.place / "pyproject.toml", config_args={"here": "/foo"})
    return config.get_alembic_option("script_location").replace(str(api.place), "HERE")


def here_of_an_ini(api: Api) -> Any:
    (api.place / "some.ini").write_text("[alembic]\nscript_location = %(here)s/%(x)s\n")
    config = api.config.Config(str(api.place / "some.ini"), config_args={"here": "/foo", "x": "1"})
    return config.get_main_option("script_location").replace(str(api.place), "HERE")


def x_argument(api: Api, given: Any, as_dictionary: bool) -> Any:
    config = api.project(cmd_opts=Namespace(x=given))
    script = api.script.ScriptDirectory.from_config(config)
    return api.runtime__environment.EnvironmentContext(config, script).get_x_argument(as_dictionary=as_dictionary)


def prepended(api: Api) -> bool:
    import sys

    before = list(sys.path)
    config = api.project()
    config.set_main_option("prepend_sys_path", str(api.place / "models"))
    try:
        api.script.ScriptDirectory.from_config(config)
        return str(api.place / "models") in sys.path
    finally:
        sys.path[:] = before


def ended_by_hand(api: Api, one: bool, options: dict[str, Any]) -> Any:
    context = api.context(**options)
    said = []
    for end in ("commit", "rollback"):
        transaction = context.begin_transaction(_per_migration=one)
        said.append(context.connection.in_transaction())
        said += [getattr(transaction, end)(), context.connection.in_transaction()]
    return said


def tag(api: Api) -> Any:
    config = api.project(attributes={"options": {"tag": "of env.py"}})
    api.command.upgrade(config, "head", sql=True, tag="of the command")
    return config.attributes["tag"], config.attributes["proxy"]


def template_args(api: Api) -> Any:
    config = api.project(attributes={"options": {"template_args": {"foo": "bar"}}})
    script = api.script.ScriptDirectory.from_config(config)
    mine = {"config": config}
    ways = {"fn": lambda rev, context: [], "as_sql": True, "template_args": mine}
    with api.runtime__environment.EnvironmentContext(config, script, **ways):
        script.run_env()
    return sorted(mine), mine.get("foo")


def dispatched(api: Api) -> Any:
    dispatcher = api.util.Dispatcher()

    class Base: ...

    class Derived(Base): ...

    dispatcher.dispatch_for(Base)(lambda: "base")
    return [dispatcher.dispatch(one)() for one in (Base, Derived, Base(), Derived())]


def started_online(api: Api) -> Any:
    return api.command.upgrade(api.project(attributes={"options": {"starting_rev": "a1"}}), "head")


def overlapping(api: Api) -> str:
    config = api.project("a1: b1:a1")
    with sa.create_engine("sqlite:///app.db").begin() as connection:
        connection.exec_driver_sql("create table alembic_version (version_num varchar(32) primary key)")
        connection.exec_driver_sql("insert into alembic_version values ('a1'), ('b1')")
    api.command.current(config)
    return written(config)


def between(api: Api, upper: Any, lower: Any, **ways: Any) -> Any:
    return sorted(one.revision for one in api.scripts("a1: b1:a1 c1:").iterate_revisions(upper, lower, **ways))


def names_asked(api: Api) -> Any:
    seen: list[Any] = []
    options = {"include_name": lambda *given: seen.append((*given[:2], dict(given[2]))) or True}
    context = api.context(**options)
    context.connection.exec_driver_sql("create table t (id integer primary key, a integer)")
    context.connection.exec_driver_sql("create index ix on t (a)")
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    api.autogenerate.compare_metadata(context, metadata)
    return seen


def labels_lost(api: Api) -> Any:
    script = "\n".join(line for line in SCRIPT.splitlines() if not line.startswith("branch_labels"))
    return api.command.revision(api.project(script=script), "m", branch_label="lab", rev_id="b1")


def init_into_new_folder(api: Api) -> Any:
    api.command.init(api.config.Config("fresh/alembic.ini", stdout=io.StringIO()), "fresh/m")
    return sorted(path.name for path in (api.place / "fresh").iterdir())


def decided_by_hook(api: Api) -> Any:
    def decide(context: Any, revision: Any, directives: list[Any]) -> None:
        directives[0].head = "b1"

    config = api.project("a1: b1:")
    config.set_main_option("revision_environment", "true")
    made = api.command.revision(config, "m", process_revision_directives=decide, rev_id="c1")
    return made.revision, made.down_revision


def render_unnamed_drop(api: Api) -> Any:
    op = api.operations__ops.DropConstraintOp(None, "t", type_="unique")
    text = api.autogenerate.render_python_code(api.operations__ops.UpgradeOps([op]))
    return text.splitlines()[-2]


def paths(api: Api, name: str, value: str, **options: str) -> Any:
    config = api.config.Config()
    for key, text in {name: value, **options}.items():
        config.set_main_option(key, text)
    lists = {"prepend_sys_path": "get_prepend_sys_paths_list", "version_locations": "get_version_locations_list"}
    return getattr(config, lists[name])()


def loaded_twice(api: Api) -> str:
    config = api.project()
    (api.place / "m" / "other").symlink_to(api.place / "m" / "versions")
    config.set_main_option("version_locations", "m/versions\nm/other")
    api.command.heads(config)
    return written(config)


def registered_twice(api: Api) -> Any:
    return api.operations.Operations.implementation_for(api.operations__ops.CreateTableOp)(lambda *given: None)


def rendered(api: Api, op: Any) -> Any:
    return api.autogenerate.render_python_code(api.operations__ops.UpgradeOps([op]))


def sent_with_parameters(api: Api) -> Any:
    return api.offline(lambda op: op.impl._exec(sa.text("select 1"), multiparams=[{"a": 1}]))


def on(api: Api, use: Callable[[Any, Any], Any], history: str = "a1: b1: c1:a1") -> Any:
    return use(api.command, api.project(history))


def hook(api: Api, **options: str) -> Any:
    config = api.project()
    for key, text in {"hooks": "h", **options}.items():
        config.set_section_option("post_write_hooks", key.replace("_", "."), text)
    return api.command.revision(config, rev_id="n1").revision


def on_mock_engine(api: Api, url: str) -> Any:
    sent: list[str] = []
    engine = sa.create_mock_engine(url, lambda sql, *_, **__: sent.append(str(sql.compile(dialect=engine.dialect))))
    op = api.operations.Operations(api.migration.MigrationContext.configure(engine))
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("t", sa.Column("x", sa.String(5)))
    op.bulk_insert(sa.table("t", sa.column("id", sa.Integer)), [{"id": 1}, {"id": 2}])
    op.execute("select 1")
    op.get_bind().execute(sa.text("select 2"))
    op.drop_table("t")
    return [" ".join(sql.split()) for sql in sent]


def executing_in_init(api: Api) -> str:
    base = api.ddl__postgresql.PostgresqlImpl

    class Impl(base):  # type: ignore[misc, valid-type]
        __dialect__ = "postgresql"

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._exec("set role x")
            self.execute(sa.text("set role y"))
            self.static_output("-- here")

    try:
        return str(api.offline(lambda op: op.execute("select 1")))
    finally:
        api.ddl__impl._impls["postgresql"] = base


def steps_of_a_program(api: Api) -> Any:
    """As Flask-Alembic does it: contexts of its own, and the function put in afterwards."""
    script = api.scripts("a1: b1:a1")
    context = api.context(script=script)
    ran: list[Any] = []

    def steps(revision: Any, of: Any) -> Any:
        ran.append(revision)
        return script._upgrade_revs("head", revision)

    context._migrations_fn = steps
    with api.operations.Operations.context(context):
        context.run_migrations()
    return ran, context.get_current_heads()


def heads_kept(api: Api) -> Any:
    script = api.scripts("a1: b1:a1")
    context = api.context(script=script)
    context._ensure_version_table()
    keeper = api.migration.HeadMaintainer(context, ())
    for step in script._upgrade_revs("b1", ()):
        keeper.update_to_step(step)
    return set(keeper.heads), context.get_current_heads()


def rewritten(api: Api) -> Any:
    ops = api.operations__ops

    class Container(ops.MigrateOperation):  # type: ignore[misc, name-defined]
        def __init__(self, inside: list[Any]) -> None:
            self.inside = inside

    rewriter = api.autogenerate.rewriter.Rewriter()
    rewriter._traverse.dispatch_for(Container)(
        lambda self, context, revision, op: self._traverse_list(context, revision, op.inside)
    )
    rewriter.rewrites(ops.ExecuteSQLOp)(
        lambda context, revision, op: [ops.ExecuteSQLOp("before"), ops.ExecuteSQLOp(f"{op.sqltext}!")]
    )
    own = Container([ops.ExecuteSQLOp("inside")])
    plain = ops.UpgradeOps([own, ops.ExecuteSQLOp("outside")])
    rewriter(None, (), [ops.MigrationScript("x", plain, ops.DowngradeOps([]))])
    return [op.sqltext for op in (*own.inside, *plain.ops[1:])]


def server_default(api: Api, default: Any, **ways: Any) -> Any:
    autogen = api.autogenerate__api.AutogenContext(
        api.context(), opts={"sqlalchemy_module_prefix": "sa.", "user_module_prefix": None}, autogenerate=False
    )
    column = sa.Column("a", sa.Integer, server_default=default)
    return api.autogenerate__render._render_server_default(column.server_default, autogen, **ways)


def final_name(api: Api, column: str) -> Any:
    metadata = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
    table = sa.Table(
        "t", metadata, sa.Column(column, sa.Integer), sa.UniqueConstraint(column), sa.CheckConstraint("1=1")
    )
    dialect = api.migration.MigrationContext.configure(dialect_name="postgresql").dialect
    named = api.util__sqla_compat._get_constraint_final_name
    return sorted(str(named(one, dialect)) for one in table.constraints)


Call = Callable[[Api], Any]

PER_RUN = {"transactional_ddl": True}
PER_MIGRATION = {"transactional_ddl": True, "transaction_per_migration": True}
COLUMN = {"existing_type": sa.Integer(), "existing_nullable": False}

CALLS: dict[str, Call] = {
    "stdout is assigned": assigned_stdout,
    "an ini file that is not there": with_missing_ini,
    "an ini file that is not there, asked": lambda a: a.config.Config("missing.ini").get_main_option("x"),
    "an ini file that is not there, a command": lambda a: a.command.heads(a.config.Config("missing.ini")),
    "no ini file but a pyproject.toml": missing_ini_and_toml,
    "here, of an ini file": here_of_an_ini,
    "-x as one text": lambda a: x_argument(a, "a=1", False),
    "-x as a list": lambda a: x_argument(a, ["a=1", "b"], True),
    "-x as a tuple": lambda a: x_argument(a, ("a=1",), False),
    "-x as None": lambda a: x_argument(a, None, True),
    "an option that is no text": lambda a: a.config.Config().set_main_option(
        "sqlalchemy.url", sa.URL.create("postgresql", host="h")
    ),
    "an option with a percent sign": lambda a: a.config.Config().set_main_option("x", "50%"),
    "prepend_sys_path": prepended,
    "AutogenContext of a context": lambda a: a.autogenerate__api.AutogenContext(a.context()).metadata,
    "context.config outside": lambda a: getattr(facade(), "config", "none"),
    "hasattr outside": lambda a: [hasattr(facade(), name) for name in ("config", "script", "nothing")],
    "hasattr of op outside": lambda a: [hasattr(a.op, name) for name in ("impl", "migration_context", "nothing")],
    "a transaction for the run, by hand": lambda a: ended_by_hand(a, False, PER_RUN),
    "a transaction for one migration, by hand": lambda a: ended_by_hand(a, True, PER_MIGRATION),
    "a transaction without transactional DDL, by hand": lambda a: ended_by_hand(a, True, {"transactional_ddl": False}),
    "bytes, in UTF-8": lambda a: a.offline(
        lambda op: op.execute("select 'ä'"), buffer=io.BytesIO(), output_encoding="utf-8"
    ),
    "bytes, in Latin-1": lambda a: a.offline(
        lambda op: op.execute("select 'ä'"), buffer=io.BytesIO(), output_encoding="latin-1"
    ),
    "a tag of env.py": tag,
    "template arguments of a program": template_args,
    "a dispatcher asked for a class": dispatched,
    "a dispatcher asked for another class": lambda a: a.util.Dispatcher().dispatch(int),
    "a default of no table on MySQL": lambda a: a.migration.MigrationContext.configure(
        dialect_name="mysql"
    ).impl.compare_server_default(sa.Column("a", sa.Integer), sa.Column("a", sa.Integer), "1", "'1'"),
    "starting_rev with a database": started_online,
    "rows that overlap, looked at": overlapping,
    "a downgrade's range": lambda a: between(a, "heads", "a1", select_for_downgrade=True),
    "a downgrade's range, other branches too": lambda a: between(
        a, "heads", "a1", select_for_downgrade=True, implicit_base=True
    ),
    "a range, other branches too": lambda a: between(a, "heads", "a1", implicit_base=True),
    "info of a dropped table": lambda a: (
        a.operations__ops.DropTableOp("t", table_kw={"info": {"a": 1}}).to_table().info
    ),
    "comment of a dropped table": lambda a: (
        a.operations__ops.DropTableOp("t", table_kw={"comment": "c"}).to_table().comment
    ),
    "what include_name is given": names_asked,
    "labels that the template loses": labels_lost,
    "init into a new folder": init_into_new_folder,
    "several heads, decided by a hook": decided_by_hook,
    "an unnamed constraint, rendered": render_unnamed_drop,
    "prepend_sys_path without separator": lambda a: paths(a, "prepend_sys_path", "a b:c"),
    "version_locations without separator": lambda a: paths(a, "version_locations", "a b"),
    "the old separator": lambda a: paths(a, "version_locations", "a:b", version_path_separator=":"),
    "no such separator": lambda a: paths(a, "version_locations", "a", path_separator="nope"),
    "no such old separator": lambda a: paths(a, "version_locations", "a", version_path_separator="nope"),
    "an empty separator": lambda a: paths(a, "version_locations", "a", path_separator=""),
    "a file that is loaded twice": loaded_twice,
    "an implementation registered twice": registered_twice,
    "an SQL expression, rendered": lambda a: rendered(a, a.operations__ops.ExecuteSQLOp(sa.text("select 1"))),
    "parameters for a script": sent_with_parameters,
    "upgrade head, several": lambda a: on(a, lambda c, p: c.upgrade(p, "head")),
    "stamp head, several": lambda a: on(a, lambda c, p: c.stamp(p, "head")),
    "revision, several heads": lambda a: on(a, lambda c, p: c.revision(p)),
    "upgrade to nothing known": lambda a: on(a, lambda c, p: c.upgrade(p, "zzzz")),
    "revision on nothing known": lambda a: on(a, lambda c, p: c.revision(p, head="zzzz")),
    "revision that depends on nothing known": lambda a: on(a, lambda c, p: c.revision(p, head="b1", depends_on="zzzz")),
    "revision on no head": lambda a: on(a, lambda c, p: c.revision(p, head="a1")),
    "autogenerate behind": lambda a: on(a, lambda c, p: c.revision(p, autogenerate=True)),
    "check behind": lambda a: on(a, lambda c, p: c.check(p)),
    "--purge with --sql": lambda a: on(a, lambda c, p: c.stamp(p, "a1", sql=True, purge=True)),
    "a map asked for nothing known": lambda a: a.scripts().revision_map.get_revision("zzzz"),
    "a hook without a type": hook,
    "a hook of no type": lambda a: hook(a, h_type="nope"),
    "a hook without its entry point": lambda a: hook(a, h_type="console_scripts"),
    "a hook of no entry point": lambda a: hook(a, h_type="console_scripts", h_entrypoint="zzz"),
    "a hook of no module": lambda a: hook(a, h_type="module", h_module="no_such_module"),
    **{
        f"a computed column, {dialect}": lambda a, dialect=dialect: a.offline(  # type: ignore[misc]
            lambda op: op.alter_column("t", "c", **COLUMN, server_default=sa.Computed("a + 1")), dialect
        )
        for dialect in ("mysql", "postgresql", "mssql", "oracle", "sqlite")
    },
    **{
        f"an identity, {dialect}": lambda a, dialect=dialect: a.offline(  # type: ignore[misc]
            lambda op: op.alter_column("t", "c", **COLUMN, server_default=sa.Identity()), dialect
        )
        for dialect in ("mysql", "mssql", "sqlite")
    },
    "DROP CONSTRAINT of no kind": lambda a: a.offline(lambda op: op.drop_constraint("f", "t"), "mysql"),
    "DROP CONSTRAINT of another kind": lambda a: a.offline(lambda op: op.drop_constraint("f", "t", type_="x"), "mysql"),
    **{
        f"rename_table, {dialect}": lambda a, dialect=dialect: a.offline(  # type: ignore[misc]
            lambda op: op.rename_table("a", "b", schema="s"), dialect or DefaultDialect()
        )
        for dialect in ("", "postgresql", "sqlite", "mysql", "mssql", "oracle")
    },
    **{
        f"a mock engine, {url}": lambda a, url=url: on_mock_engine(a, url)  # type: ignore[misc]
        for url in ("postgresql://", "sqlite://", "mysql+pymysql://")
    },
    "an implementation that executes in __init__": executing_in_init,
    "steps of a program": steps_of_a_program,
    "HeadMaintainer": heads_kept,
    "Rewriter._traverse": rewritten,
    "Config._get_file_separator_char": lambda a: a.config.Config()._get_file_separator_char("path_separator"),
    "ScriptDirectory._version_locations": lambda a: [path.name for path in a.scripts()._version_locations],
    "_render_server_default of None": lambda a: server_default(a, None),
    "_render_server_default of a text": lambda a: server_default(a, "it's"),
    "_render_server_default of a text as it is": lambda a: server_default(a, "it's", repr_=False),
    "_render_server_default of a function": lambda a: server_default(a, sa.func.now()),
    **{
        f"_get_constraint_final_name, {size}": lambda a, size=size: final_name(a, "c" * size)  # type: ignore[misc]
        for size in (3, 90)
    },
    "operations.base.conv": lambda a: a.operations__base.conv is sa.sql.elements.conv,
}
"""By what is special about each: what a program does, with either of the two."""


def facade() -> Any:
    """The module ``alembic.context``, whose name :class:`Api` has for something else."""
    return importlib.import_module("alembic.context")
