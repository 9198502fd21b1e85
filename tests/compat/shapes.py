"""Small histories after the shapes of real projects, as the texts of their files. No tests of its own."""

from __future__ import annotations

from textwrap import dedent

from compat.projects import ENV, SCRIPT

INI = """\
[alembic]
script_location = {location}
prepend_sys_path = .
path_separator = newline
sqlalchemy.url = sqlite:///%(here)s/app.db
"""

RECURSIVE = "recursive_version_locations = true\n"


def revision(id_: str, down: str, *lines: str, do: str = "", undo: str = "", imports: str = "", given: str = "") -> str:
    """A revision file; ``down`` is written as it is, ``lines`` are those below it, ``given`` are parameters."""
    head = [f'"""step {id_}"""', "import sqlalchemy as sa", "from alembic import op", *imports.splitlines(), ""]
    head += [f"revision = {id_!r}", f"down_revision = {down}", *lines]
    up = do or f'op.create_table("t_{id_}", sa.Column("id", sa.Integer, primary_key=True))'
    back = undo or ("pass" if do else f'op.drop_table("t_{id_}")')
    return "\n".join(
        [*head, "", "", f"def upgrade({given}):", f"    {up}", "", "", f"def downgrade({given}):", f"    {back}", ""]
    )


def _project(location: str, files: dict[str, str], ini: str = "", env: str = ENV) -> dict[str, str]:
    base = {
        "alembic.ini": INI.format(location=location) + ini,
        f"{location}/env.py": env,
        f"{location}/script.py.mako": SCRIPT,
    }
    return base | {path: dedent(text) for path, text in files.items()}


_NEUTRON = "net/db/migration/alembic_migrations"
_GLANCE = "images/db/sqlalchemy/alembic_migrations"
_PREFECT_ENV = """\
import asyncio

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

metadata = sa.MetaData()
url = context.config.get_main_option("sqlalchemy.url").replace("sqlite:", "sqlite+aiosqlite:")


def run(connection):
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def apply():
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(url=url, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(apply())
"""

SHAPES: dict[str, dict[str, str]] = {
    # Labels from a module of the project that imports what is not installed; two branches in folders of releases.
    "neutron": _project(
        _NEUTRON,
        {
            **{f"{place}/__init__.py": "" for place in ("net", "net/db", "net/db/migration", _NEUTRON)},
            "net/db/migration/cli.py": """\
                import os

                EXPAND_BRANCH = 'expand'
                CONTRACT_BRANCH = 'contract'
                MIGRATION_BRANCHES = (EXPAND_BRANCH, CONTRACT_BRANCH)
                HERE = os.path.dirname(__file__)
                """,
            f"{_NEUTRON}/versions/kilo_initial.py": revision(
                "kilo", "None", do="agent_ops.upgrade()", imports=f"from {_NEUTRON.replace('/', '.')} import agent_ops"
            ),
            f"{_NEUTRON}/agent_ops.py": """\
                import sqlalchemy as sa
                from alembic import op


                def upgrade():
                    op.create_table("agents", sa.Column("id", sa.Integer, primary_key=True))
                """,
            f"{_NEUTRON}/versions/liberty/expand/354db87e3225_nsxv.py": revision(
                "354db87e3225",
                "'kilo'",
                "branch_labels = (cli.EXPAND_BRANCH,)",
                imports="from net.db.migration import cli",
            ),
            f"{_NEUTRON}/versions/liberty/contract/30018084ec99_initial.py": revision(
                "30018084ec99",
                "'kilo'",
                "branch_labels = (cli.CONTRACT_BRANCH,)",
                imports="from net.db.migration import cli",
            ),
            f"{_NEUTRON}/versions/mitaka/contract/4ffceebfada_rbac.py": revision(
                "4ffceebfada", "'30018084ec99'", "depends_on = ('354db87e3225',)"
            ),
            f"{_NEUTRON}/versions/mitaka/expand/1c844d1677f7_ports.py": revision(
                "1c844d1677f7", "'354db87e3225'", "# The contract branch has it", "neutron_milestone = ['mitaka']"
            ),
        },
        RECURSIVE,
    ),
    # A label that is no tuple, one beside a plain one, and a dependency on a label.
    "glance": _project(
        _GLANCE,
        {
            **{f"{place}/__init__.py": "" for place in ("images", "images/db", "images/db/sqlalchemy", _GLANCE)},
            "images/db/migration.py": """\
                import threading

                EXPAND_BRANCH = 'expand'
                CONTRACT_BRANCH = 'contract'
                LATEST_REVISION = f'{EXPAND_BRANCH}01'
                _LOCK = threading.Lock()
                """,
            f"{_GLANCE}/versions/liberty_initial.py": revision("liberty", "None"),
            f"{_GLANCE}/versions/ocata_expand01.py": revision(
                "ocata_expand01",
                "'liberty'",
                "branch_labels = migration.EXPAND_BRANCH",
                "depends_on = None",
                imports="from images.db import migration",
            ),
            f"{_GLANCE}/versions/ocata_contract01.py": revision(
                "ocata_contract01",
                "'liberty'",
                "branch_labels = ('ocata01', migration.CONTRACT_BRANCH)",
                "depends_on = 'expand'",
                imports="from images.db import migration",
            ),
        },
    ),
    # A branch a package, in folders of their own, which depend on one another; the folder of the scripts has none.
    "invenio": _project(
        "site/alembic",
        {
            "accounts/alembic/9848d0149abd_create.py": revision(
                "9848d0149abd", "None", "branch_labels = (u'accounts',)", "depends_on = 'dbdbc1b19cf2'"
            ),
            "accounts/alembic/e12419831262_add.py": revision("e12419831262", "'9848d0149abd'"),
            "access/alembic/2f63be7b7572_create.py": revision(
                "2f63be7b7572", "None", "branch_labels = ['access']", "depends_on = ('9848d0149abd', 'dbdbc1b19cf2')"
            ),
            "base/alembic/dbdbc1b19cf2_base.py": revision("dbdbc1b19cf2", "None", "branch_labels = (u'db',)"),
        },
        "version_locations =\n    %(here)s/base/alembic\n    %(here)s/accounts/alembic\n    %(here)s/access/alembic\n",
    ),
    # An env.py with an event loop; a file a database; batches and pragmas.
    "prefect": _project(
        "server/_migrations",
        {
            "server/_migrations/versions/sqlite/2022_01_20_25f4b90a7a42_initial.py": revision("25f4b90a7a42", "None"),
            "server/_migrations/versions/sqlite/2022_02_04_4c4a6a138053_index.py": revision(
                "4c4a6a138053",
                "'25f4b90a7a42'",
                do='op.execute("PRAGMA foreign_keys=OFF")\n'
                '    with op.batch_alter_table("t_25f4b90a7a42", schema=None) as batch_op:\n'
                '        batch_op.add_column(sa.Column("name", sa.String()))',
                undo='with op.batch_alter_table("t_25f4b90a7a42") as batch_op:\n        batch_op.drop_column("name")',
            ),
            "server/_migrations/versions/sqlite/2022_02_17_28ae48128c75_more.py": revision(
                "28ae48128c75", "'4c4a6a138053'"
            ),
        },
        RECURSIVE,
        _PREFECT_ENV,
    ),
    # The operations are a parameter; ids are numbers; the parent is a constant.
    "quay": _project(
        "data/migrations",
        {
            "data/migrations/versions/0001_initial.py": revision("0001", "None", given="op, tables, tester"),
            "data/migrations/versions/0002_logs.py": revision(
                "0002",
                "PARENT",
                given="op, tables, tester",
                imports="PARENT = '%04d' % 1",
                do='op.create_table(tables["logs"], sa.Column("id", sa.Integer))\n    tester.populate_table()',
                undo='op.drop_table(tables["logs"])',
            ),
            "data/migrations/versions/0003_tags.py": revision("0003", "'0002'", given="op, tables, tester"),
        },
        env=ENV.replace(
            "context.run_migrations()", 'context.run_migrations(op=op, tables={"logs": "logentry"}, tester=Tester())'
        )
        .replace("from alembic import context", "from alembic import context, op")
        .replace("def run(", "class Tester:\n    def populate_table(self):\n        pass\n\n\ndef run("),
    ),
    # What only running tells: every name of the header.
    "computed": _project(
        "scripts",
        {
            "shop_parents.py": """\
                import os


                def after(name):
                    return os.environ.get("PARENT_OF_" + name, {"b1": "a1", "c1": "b1"}[name])
                """,
            "scripts/versions/a1.py": revision("a1", "os.environ.get('NOTHING')", imports="import os"),
            "scripts/versions/b1.py": revision(
                "b1", "after('b1')", "branch_labels = [str(len('x')) + 'st']", imports="from shop_parents import after"
            ),
            "scripts/versions/c1.py": revision("c1", "after('c1')", imports="from shop_parents import after").replace(
                "revision = 'c1'", "revision = 'C1'.swapcase()"
            ),
            "scripts/versions/z1.py": revision(
                "z1", "None", "depends_on = {after('c1')}", imports="from shop_parents import after"
            ),
        },
    ),
    # One revision uses the submodule that another imports, and a kind of column that a third has registered.
    "leaning": _project(
        "scripts",
        {
            "shop/__init__.py": "",
            "shop/server/__init__.py": "kinds = {}\n",
            "shop/server/schemas.py": "NAME = 'orders'\n",
            "scripts/versions/a1.py": revision(
                "a1",
                "None",
                imports="import shop.server",
                do='op.create_table(shop.server.schemas.NAME, sa.Column("id", shop.server.kinds["id"]))',
                undo="op.drop_table(shop.server.schemas.NAME)",
            ),
            "scripts/versions/b1.py": revision("b1", "'a1'", imports="import shop.server.schemas"),
            "scripts/versions/c1.py": revision(
                "c1", "'b1'", imports="import shop.server\nshop.server.kinds['id'] = sa.Integer()"
            ),
        },
    ),
}
