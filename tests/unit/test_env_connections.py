"""Whether the connection that env.py migrates over is surely in AUTOCOMMIT: a yes excuses what would be an error."""

from __future__ import annotations

import time

import pytest

from headway.lint.environment import Environment

ADMIN = """
with create_engine(url, isolation_level="AUTOCOMMIT").connect() as {name}:
    {name}.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
"""
DO = """
def do(connection, schema=None):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
RUN = """
async def run():
    admin = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as conn:
        await conn.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
    async with create_async_engine(url).connect() as connection:
        await connection.run_sync({handed})
"""

NO = {
    "the level is set back": """
with create_engine(url, isolation_level="AUTOCOMMIT").connect().execution_options(isolation_level="SERIALIZABLE") as c:
    context.configure(connection=c)
""",
    "of an engine": """
admin = create_engine(url, isolation_level="AUTOCOMMIT")
engine = admin.execution_options(isolation_level="READ COMMITTED")
with engine.connect() as c:
    context.configure(connection=c)
""",
    "in place": """
c = create_engine(url, isolation_level="AUTOCOMMIT").connect()
c.execution_options(isolation_level="READ COMMITTED")
context.configure(connection=c)
""",
    "in place of an engine, which it does not change": """
engine = create_engine(url)
engine.execution_options(isolation_level="AUTOCOMMIT")
with engine.connect() as c:
    context.configure(connection=c)
""",
    "a local name of another function": """
from app.db import engine
def ensure_schema():
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
def run():
    with engine.connect() as c:
        context.configure(connection=c)
""",
    "a method is handed on": "class M:\n"
    + DO.replace("\n", "\n    ").replace("do(", "do(self, ")
    + RUN.format(handed="self.do").replace("\n", "\n    "),
    "a partial is": DO + RUN.format(handed="functools.partial(do, schema='x')"),
    "a lambda is": DO + RUN.format(handed="lambda conn: do(conn)"),
    "a loop": ADMIN.format(name="c") + "for c in connections():\n    context.configure(connection=c)\n",
    "a loop over engines": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
for name, engine in engines.items():
    with engine.connect() as c:
        context.configure(connection=c)
""",
    "a part of a tuple": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
engine, name = make()
with engine.connect() as c:
    context.configure(connection=c)
""",
    "an import": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
from app.db import engine
with engine.connect() as c:
    context.configure(connection=c)
""",
    "bound anew below the function": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
def run():
    with engine.connect() as c:
        context.configure(connection=c)
engine = create_engine(url)
run()
""",
    "bound anew further down in a loop": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
for name in names:
    with engine.connect() as c:
        context.configure(connection=c)
    engine = create_engine(name)
""",
    "one of two": """
def run():
    with create_engine(url).connect() as c:
        context.configure(connection=c)
def other():
    with create_engine(url2, isolation_level="AUTOCOMMIT").connect() as c:
        context.configure(connection=c)
""",
    "one of two calls": DO
    + ADMIN.format(name="admin")
    + "    do(admin)\nwith create_engine(url).connect() as c:\n    do(c)\n",
    "a function that something else is done with": DO
    + ADMIN.format(name="admin")
    + "    do(admin)\nhooks.append(do)\n",
    "of one arm": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
if other:
    engine = create_engine(url)
with engine.connect() as c:
    context.configure(connection=c)
""",
    "another library": """
audit.configure(connection=create_engine(url, isolation_level="AUTOCOMMIT").connect())
with create_engine(url).connect() as c:
    context.configure(connection=c)
""",
    "another argument": """
with create_engine(url).connect() as raw:
    c = check(raw, forbid="AUTOCOMMIT")
    context.configure(connection=c)
""",
    "only sometimes": """
engine = create_engine(url, isolation_level="AUTOCOMMIT" if quick else "READ COMMITTED")
with engine.connect() as c:
    context.configure(connection=c)
""",
    "a parameter inside of another": """
def outer(connection):
    def do(connection):
        context.configure(connection=connection)
    with create_engine(url).connect() as own:
        do(own)
with create_engine(url, isolation_level="AUTOCOMMIT").connect() as admin:
    outer(admin)
""",
    "two on one line": """
with create_engine(url, isolation_level="AUTOCOMMIT").connect() as c: c.execute(sql)
with create_engine(url).connect() as c: context.configure(connection=c)
""",
    "a name of the module's that a function sets": """
c = create_engine(url, isolation_level="AUTOCOMMIT").connect()
def change(other):
    global c
    c = other
change(create_engine(url).connect())
context.configure(connection=c)
""",
    "set back before it runs": """
c = create_engine(url, isolation_level="AUTOCOMMIT").connect()
context.configure(connection=c)
c.execution_options(isolation_level="READ COMMITTED")
context.run_migrations()
""",
    "options that nobody sees": """
with create_engine(url, isolation_level="AUTOCOMMIT").connect() as c:
    context.configure(**options)
""",
}
YES = {
    "an engine": """
engine = create_engine(url, isolation_level="AUTOCOMMIT")
with engine.connect() as c:
    context.configure(connection=c)
""",
    "the settings of one": """
engine = engine_from_config({**section, "sqlalchemy.isolation_level": "AUTOCOMMIT"}, poolclass=NullPool)
with engine.connect() as c:
    context.configure(connection=c)
""",
    "its options": """
engine = create_engine(url, execution_options={"isolation_level": "AUTOCOMMIT"})
with engine.connect() as c:
    context.configure(connection=c)
""",
    "a connection": """
def run():
    with create_engine(url).connect() as c:
        c = c.execution_options(isolation_level="AUTOCOMMIT")
        context.configure(connection=c)
""",
    "in place": """
with create_engine(url).connect() as c:
    c.execution_options(isolation_level="AUTOCOMMIT")
    context.configure(c, target_metadata=metadata)
""",
    "handed on": DO + ADMIN.format(name="c") + "    do(c)\n",
    "handed on by asyncio": DO
    + """
async def run():
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.run_sync(do)
""",
    "by a lambda": DO
    + """
async def run():
    connection = await create_async_engine(url, isolation_level="AUTOCOMMIT").connect()
    await connection.run_sync(lambda inner: do(inner))
""",
    "set where it is given": """
def do(connection):
    connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    context.configure(connection=connection)
do(create_engine(url).connect())
""",
    "set in place where it is given": """
def do(connection):
    connection.execution_options(isolation_level="AUTOCOMMIT")
    context.configure(connection=connection)
do(create_engine(url).connect())
""",
    "another one is not": """
with create_engine(url).connect() as other:
    other.execute(sql)
with create_engine(url, isolation_level="AUTOCOMMIT").connect() as c:
    context.configure(connection=c)
context.configure(url=url, literal_binds=True)
""",
    "an engine below": """
from alembic import context as alembic_context
def run():
    with engine.connect() as c:
        alembic_context.configure(connection=c)
engine = create_engine(url, isolation_level="AUTOCOMMIT")
run()
""",
}


@pytest.mark.parametrize("what", NO)
def test_what_is_not_surely_so_is_not_so(what: str) -> None:
    compile(NO[what], what, "exec")
    assert not Environment("env.py", NO[what]).asks_for_autocommit


@pytest.mark.parametrize("what", YES)
def test_what_is_followed(what: str) -> None:
    compile(YES[what], what, "exec")
    assert Environment("env.py", YES[what]).asks_for_autocommit


@pytest.mark.parametrize(
    "source",
    [
        "".join(
            f"def f{one}(c):\n    context.configure(connection=c)\n"
            + "".join(f"    f{other}(c)\n" for other in range(9) if other != one)
            for one in range(9)
        ),
        "c = a" + ".connect()" * 3_000 + "\ncontext.configure(connection=c)\n",
        "".join(f"def f{one}(c):\n    c = c.x()\n" for one in range(2_000)) + "context.configure(connection=c)\n" * 100,
        "".join(f"c{one + 1} = c{one}.connect()\n" for one in range(5_000)) + "context.configure(connection=c5000)\n",
    ],
    ids=["each calls each", "a long chain", "many functions", "many names"],
)
def test_it_ends(source: str) -> None:
    started = time.monotonic()
    assert not Environment("env.py", f"LEVEL = 'AUTOCOMMIT'\n{source}").asks_for_autocommit
    assert time.monotonic() - started < 10


EACH = "context.configure(connection=c, transaction_per_migration=True)\n"


@pytest.mark.parametrize(
    "before",
    ["c.scalar(lock)", "c.scalars(lock)", "inspect(c)", "metadata.create_all(c)", "Session(c).connection()"],
)
def test_a_transaction_that_is_open_before_is_one_for_all(before: str) -> None:
    assert Environment("env.py", EACH).commits_each_revision
    assert not Environment("env.py", f"{before}\n{EACH}").commits_each_revision


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("", True),
        ("options['transaction_per_migration'] = False", False),
        ("options.update(transaction_per_migration=False)", False),
        ("options = dict(transaction_per_migration=False)", False),
        ("options |= other", False),
    ],
)
def test_options_that_are_changed_later_say_nothing(between: str, expected: bool) -> None:
    source = f"options = dict(transaction_per_migration=True)\n{between}\ncontext.configure(connection=c, **options)\n"
    assert Environment("env.py", source).commits_each_revision is expected
