"""Severities, suppressions, what is new, and what could not be read."""

from __future__ import annotations

from configparser import ConfigParser, InterpolationError
from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from headway.catalog.texts import Texts
from headway.config.policy import Ignore, Policy
from headway.config.tables import TableSize
from headway.errors import UsageError
from headway.lint.catalogue import RULES, select
from headway.lint.environment import Environment
from headway.lint.finding import Severity
from headway.lint.ini_url import ini_urls
from headway.lint.judge import LintResult, lint
from rules.harness import BASE, TODAY, facts_of, lint_piece, migration_source

DROP = 'op.drop_table("coupons")'


def codes(result: LintResult) -> list[str]:
    return [finding.code for finding in result.findings]


def open_codes(result: LintResult) -> list[str]:
    return [finding.code for finding in result.findings if not finding.suppressed]


@pytest.mark.parametrize(
    "piece",
    [
        f'{DROP}  # headway: ignore[DST001] reason="unused since 41"',
        f'# headway: ignore[DST001] reason="unused since 41"\n{DROP}',
        f"{DROP}  # headway: ignore[DST001, DST002] reason='unused since 41'",
        f'{DROP}  # headway: ignore[DST001] reason="unused since 41" until=2026-12-31',
        f'op.execute("SELECT 1")\n{DROP}\n# headway: ignore-file[DST001] reason="unused since 41"',
        'op.drop_table(\n    "coupons",  # headway: ignore[DST001] reason="unused since 41"\n)',
    ],
)
def test_a_comment_with_a_reason_accepts_a_finding(piece: str) -> None:
    result = lint_piece(piece, rules=select(("DST",), ()))
    assert codes(result) == ["DST001"]
    assert result.findings[0].suppressed
    assert result.findings[0].reason == "unused since 41"


@pytest.mark.parametrize(
    "piece",
    [
        f"{DROP}  # headway: ignore[DST001]",
        f'{DROP}  # headway: ignore[DST001] reason=""',
        f'{DROP}  # headway: ignore[DST002] reason="of another rule"',
        f'{DROP}  # headway: ignore[DST001] reason="too late" until=2026-11-23',
        f'{DROP}  # headway: ignore[DST001] reason="no such day" until=2026-02-31',
        f'op.execute("SELECT 1")  # headway: ignore[DST001] reason="of the line before"\n{DROP}',
        f'# headway: ignore[DST001] reason="two lines above"\n\n{DROP}',
        f"op.execute(\"SELECT '# headway: ignore-file[DST001] reason=x'\")\n{DROP}",
    ],
)
def test_what_accepts_nothing(piece: str) -> None:
    assert open_codes(lint_piece(piece, rules=select(("DST",), ()))) == ["DST001"]


def test_the_policy_accepts_by_path_and_by_revision() -> None:
    for where in ("versions/*", "b2", "versions/b2_piece.py"):
        policy = Policy(ignores=(Ignore("DST001", where, "agreed"),))
        assert open_codes(lint_piece(DROP, policy=policy)) == []
    for ignore in (
        Ignore("DST001", "versions/a1*", "another file"),
        Ignore("DST002", "versions/*", "another rule"),
        Ignore("DST001", "versions/*", "expired", until=date(2026, 11, 23)),
    ):
        assert open_codes(lint_piece(DROP, policy=Policy(ignores=(ignore,)))) == ["DST001"]


def test_the_policy_sets_severities() -> None:
    assert lint_piece(DROP, policy=Policy(severities={"DST001": "info"})).findings[0].severity is Severity.INFO
    assert codes(lint_piece(DROP, policy=Policy(severities={"DST001": "off"}))) == []


def test_tables_of_a_released_revision_hold_rows_even_in_the_file_that_made_them() -> None:
    """A revision that is only judged, not new, still created its own table in the same step."""
    piece = 'op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))\nop.create_index("ix", "notes", ["id"])'
    assert codes(lint_piece(piece, dialects=["postgresql"])) == []


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        ("helpers.move_rows(op)", "helpers.move_rows() is given what reaches the database, and was not read"),
        ("op.create_entity(view)", "op.create_entity() is not a directive of Alembic's"),
        ("op.execute(statement_of_the_day())", "statement_of_the_day() was not read"),
        ("op.execute(op.get_bind().info)", "SQL that is only known when it runs"),
        ('op.execute("CRATE TABLE x")', "SQL that is not understood: CRATE TABLE x"),
    ],
)
def test_what_cannot_be_read_is_said_aloud(piece: str, said: str) -> None:
    (place,) = lint_piece(piece).not_analysed
    assert place.startswith("versions/b2_piece.py:")
    assert said in place


def test_rules_are_chosen_by_the_beginning_of_their_code() -> None:
    assert {rule.code for rule in select(("DST00",), ())} == {
        rule.code for rule in RULES if rule.code.startswith("DST00")
    }
    chosen = {rule.code for rule in select(("dwn", "CMP003"), ("DWN001",))}
    assert chosen == {rule.code for rule in RULES if rule.code.startswith("DWN")} - {"DWN001"} | {"CMP003"}
    assert "LCK101" not in {rule.code for rule in select((), ("LCK",))}
    with pytest.raises(UsageError, match="XYZ"):
        select(("XYZ",), ())


@pytest.mark.parametrize(
    ("piece", "unused"),
    [
        (f'{DROP}  # headway: ignore[DST001] reason="used"', 0),
        (f'{DROP}\n# headway: ignore-file[DST001] reason="used"', 0),
        (f'op.execute("SELECT 1")  # headway: ignore[DST001] reason="the wrong line"\n{DROP}', 1),
        ('op.execute("SELECT 1")  # headway: ignore[DST001, DST002] reason="nothing"', 2),
        ('op.execute("SELECT 1")  # headway: ignore[DWN005] reason="a rehearsal tells"', 0),
        ('op.execute("SELECT 1")\n# headway: ignore-file[DST002] reason="nothing"', 1),
    ],
)
def test_a_comment_that_accepts_nothing_is_said(piece: str, unused: int) -> None:
    assert codes(lint_piece(piece)).count("MOD013") == unused


def test_a_comment_for_a_rule_that_did_not_speak_is_left_alone() -> None:
    comment = 'op.execute("SELECT 1")  # headway: ignore[DST001, LCK101] reason="nothing"'
    assert "MOD013" not in codes(lint_piece(comment, dialects=["sqlite"], policy=Policy(severities={"DST001": "off"})))
    assert codes(lint_piece(comment, rules=select(("MOD",), ()))) == []


@pytest.mark.parametrize(
    ("url", "is_found"),
    [
        ("postgresql://shop:kT7-plum-33@db.example.com/shop", True),
        ("postgresql+psycopg://shop:kT7-plum-33@10.0.0.7:5432/shop", True),
        ("mysql://:kT7-plum-33@db.example.com/shop", True),
        ("postgresql://shop:a:kT7@plum-33@db.example.com/shop", True),
        ("postgresql://shop:%(DB_PASSWORD)s@db.example.com/shop", False),
        ("postgresql://shop:${PASSWORD}@db.example.com/shop", False),
        ("postgresql://shop@db.example.com/shop", False),
        ("driver://user:pass@localhost/dbname", False),
        ("postgresql://postgres:postgres@db:5432/shop", False),
        ("sqlite:///shop.db", False),
    ],
)
def test_a_password_in_the_settings_is_found_and_never_shown(url: str, is_found: bool) -> None:
    text = (
        f"[alembic]\nscript_location = m\n# sqlalchemy.url = postgresql://a:b@c.example.com/d\nsqlalchemy.url = {url}\n"
    )
    facts = replace(facts_of({}), ini_urls=tuple(ini_urls("alembic.ini", text)))
    found = lint(facts, select(("CFG003",), ()), Policy(), TODAY).findings
    assert [(one.file, one.line) for one in found] == ([("alembic.ini", 4)] if is_found else [])
    assert "plum" not in repr(found) + repr(facts.ini_urls)


@pytest.mark.parametrize(
    ("url", "is_found"),
    [
        ("postgresql://shop:a%40b@localhost/shop", True),
        ("postgresql://localhost/shop?options=-c%20lock_timeout%3D5000", True),
        ("postgresql://shop:%(PASSWORD)@localhost/shop", True),
        ("postgresql://shop:a%%40b@localhost/shop", False),
        ("postgresql://shop:%(PASSWORD)s@localhost/%(DB)s", False),
        ("sqlite:///shop.db", False),
    ],
)
def test_a_percent_sign_in_the_settings(url: str, is_found: bool) -> None:
    text = f"[alembic]\nsqlalchemy.url = {url}\n"
    facts = replace(facts_of({}), ini_urls=tuple(ini_urls("alembic.ini", text)))
    found = lint(facts, select(("CFG005",), ()), Policy(), TODAY).findings
    assert [(one.file, one.line) for one in found] == ([("alembic.ini", 2)] if is_found else [])
    parser = ConfigParser({"PASSWORD": "x", "DB": "y"})
    parser.read_string(text)
    with pytest.raises(InterpolationError) if is_found else nullcontext():
        parser.get("alembic", "sqlalchemy.url")


ADDS = """op.execute("ALTER TYPE state ADD VALUE 'broken'")"""
TWO_CHANGES = 'op.add_column("orders", sa.Column("a", sa.Text()))\nop.drop_table("coupons")'


@pytest.mark.parametrize(
    ("piece", "environment", "dialects", "is_found"),
    [
        (TWO_CHANGES, "engine = create_engine(url)", ["sqlite"], True),
        (TWO_CHANGES, 'connection.exec_driver_sql("BEGIN")', ["sqlite"], False),
        (TWO_CHANGES, "record.isolation_level = None", ["sqlite"], False),
        (TWO_CHANGES, 'create_engine(url, connect_args={"autocommit": False})', ["sqlite"], False),
        (TWO_CHANGES, "engine = create_engine(url)", ["sqlite", "postgresql"], False),
        (TWO_CHANGES, "engine = create_engine(url)", ["postgresql"], False),
        (TWO_CHANGES, None, ["sqlite"], False),
        (TWO_CHANGES, "connection.exec_driver_sql('begin immediate')", ["sqlite"], False),
        (TWO_CHANGES, "with context.begin_transaction():", ["sqlite"], True),
        (f'op.execute("UPDATE orders SET a = 1")\n{TWO_CHANGES}', "engine = create_engine(url)", ["sqlite"], False),
        (
            'for c in "ab":\n    op.add_column("orders", sa.Column(c, sa.Text()))',
            "create_engine(url)",
            ["sqlite"],
            True,
        ),
        (
            'with op.batch_alter_table("orders") as b:\n    b.drop_column("a")\n    b.add_column(sa.Column("c", sa.Text()))',
            "create_engine(url)",
            ["sqlite"],
            False,
        ),
        (DROP, "engine = create_engine(url)", ["sqlite"], False),
        (f'{DROP}\nop.execute("UPDATE orders SET a = 1")', "engine = create_engine(url)", ["sqlite"], False),
    ],
)
def test_changes_of_sqlite_that_no_transaction_holds(
    piece: str, environment: str | None, dialects: list[str], is_found: bool
) -> None:
    facts = facts_of({"a1.py": BASE, "b2.py": migration_source(piece)}, dialects=dialects)
    facts = replace(facts, environment=None if environment is None else Environment("m/env.py", environment))
    found = lint(facts, select(("LCK306",), ()), Policy(), TODAY).findings
    assert [(one.file, one.line) for one in found] == ([("m/env.py", 1)] if is_found else [])


@pytest.mark.parametrize(
    ("piece", "environment", "is_found"),
    [
        (ADDS, "context.configure(connection=c, transaction_per_migration=True)", False),
        (ADDS, "o = dict(transaction_per_migration=True)\ncontext.configure(connection=c, **o)", False),
        (ADDS, "context.configure(connection=c, transaction_per_migration=slow)", True),
        (ADDS, "context.configure(u, transaction_per_migration=True)\ncontext.configure(connection=c)", True),
        (ADDS, "options = {'transaction_per_migration': True}\ncontext.configure(connection=c, **options)", True),
        (ADDS, "context.configure(transaction_per_migration=True", True),
        (
            ADDS,
            "with e.begin() as c:\n    context.configure(connection=c, transaction_per_migration=True)",
            True,
        ),
        (f"{ADDS}\nop.execute('UPDATE jobs SET n = 1')", "context.configure(transaction_per_migration=True)", True),
    ],
)
def test_a_label_that_no_later_revision_uses_in_its_transaction(piece: str, environment: str, is_found: bool) -> None:
    facts = facts_of({"a1.py": BASE, "b2.py": migration_source(piece)})
    for each, expected in ((environment, is_found), ("", True)):
        seen = replace(facts, environment=Environment("m/env.py", each))
        assert bool(lint(seen, select(("TXN004",), ()), Policy(), TODAY).findings) is expected


@pytest.mark.parametrize(
    ("environment", "severity"),
    [
        ("with connectable.connect() as connection:\n    pass", Severity.ERROR),
        ("with engine.begin() as connection:\n    pass", Severity.ERROR),
        ("run_migrations_online(context, config)", Severity.WARNING),
        (
            'e = create_engine(u, isolation_level="AUTOCOMMIT")\nwith e.connect() as c:\n    context.configure(connection=c)',
            Severity.WARNING,
        ),
        (
            'c = e.connect()\nc = c.execution_options(isolation_level="AUTOCOMMIT")\ncontext.configure(connection=c)',
            Severity.WARNING,
        ),
        (
            'a = create_engine(u, isolation_level="AUTOCOMMIT")\nwith a.connect() as c:\n    c.execute(s)\n'
            "with e.connect() as c:\n    context.configure(connection=c)",
            Severity.ERROR,
        ),
        (
            "def run(connection):\n    context.configure(connection=connection)\n\n\nasync def online():\n"
            '    e = create_async_engine(u, isolation_level="AUTOCOMMIT")\n    async with e.connect() as connection:\n'
            "        await connection.run_sync(run)\n",
            Severity.WARNING,
        ),
        (
            "def run(connection):\n    context.configure(connection=connection)\n\n\ndef create():\n"
            '    admin = create_engine(u, isolation_level="AUTOCOMMIT")\n    with admin.connect() as conn:\n'
            '        conn.execute(text("CREATE DATABASE app"))\n\n\nasync def online():\n'
            "    e = create_async_engine(u)\n    async with e.connect() as connection:\n"
            "        await connection.run_sync(run)\n",
            Severity.ERROR,
        ),
        (
            'def schema(e):\n    with e.connect().execution_options(isolation_level="AUTOCOMMIT") as o:\n        o.execute(s)\n\n\n'
            "def run(connection):\n    configured(connection)\n\n\ndef configured(bind):\n    context.configure(connection=bind)\n"
            "\n\ndef online():\n    with e.connect() as c:\n        run(connection=c)\n",
            Severity.ERROR,
        ),
        (
            "def run(connection):\n    context.configure(connection=connection)\n\n\ndef online():\n"
            '    with e.connect().execution_options(isolation_level="AUTOCOMMIT") as c:\n        run(c)\n',
            Severity.WARNING,
        ),
        (
            'def run(connection):\n    connection = connection.execution_options(isolation_level="AUTOCOMMIT")\n'
            "    context.configure(connection=connection)\n\n\ndef online():\n    with e.connect() as c:\n        run(c)\n",
            Severity.WARNING,
        ),
        (
            "def run(connection):\n    context.configure(connection=connection)\n\n\ndef online():\n"
            '    c = e.connect().execution_options(isolation_level="AUTOCOMMIT")\n    helper(run, c)\n',
            Severity.WARNING,
        ),
        (
            "def run(connection):\n    context.configure(connection=connection)\n\n\ndef online():\n"
            "    with e.connect() as c:\n        run(c)\n\n\ndef other():\n"
            '    context.configure(connection=e.connect().execution_options(isolation_level="AUTOCOMMIT"))\n',
            Severity.ERROR,
        ),
        ("# no AUTOCOMMIT here\nwith e.connect() as c:\n    context.configure(connection=c)", Severity.ERROR),
        (
            'with e.connect().execution_options(isolation_level="AUTOCOMMIT") as o:\n    o.execute(s)\n'
            "with e.connect() as c:\n    context.configure(connection=c)",
            Severity.ERROR,
        ),
        (None, Severity.ERROR),
    ],
)
def test_concurrently_on_a_connection_that_may_commit_by_itself(environment: str | None, severity: Severity) -> None:
    piece = 'op.create_index("ix", "orders", ["note"], postgresql_concurrently=True)'
    facts = facts_of({"a1.py": BASE, "b2.py": migration_source(piece)})
    facts = replace(facts, environment=None if environment is None else Environment("m/env.py", environment))
    (found,) = lint(facts, select(("LCK103",), ()), Policy(), TODAY).findings
    assert found.severity is severity
    assert ("unless the connection" in found.message) is (severity is Severity.WARNING)


@pytest.mark.parametrize("names", [("2a_a1.py", "f3_b1.py"), ("f3_a1.py", "2a_b1.py")])
@pytest.mark.parametrize("beside", ["", "op.create_index('ix_i', 'items', ['sku'])"])
def test_a_table_that_a_revision_made_if_it_was_missing_may_be_older(names: tuple[str, str], beside: str) -> None:
    """For the revision itself it is new; whichever file is looked at first, for the next one it is not."""
    guarded = (
        "if not sa.inspect(op.get_bind()).has_table('slips'):\n"
        "    op.create_table('slips', sa.Column('id', sa.Integer, primary_key=True))\n"
        "    op.create_index('ix_own', 'slips', ['id'])\n"
        f"op.create_table('items', sa.Column('sku', sa.Integer))\n{beside}"
    )
    first, second = names
    above = migration_source("op.create_index('ix_n', 'slips', ['n'])").replace('"b2"', '"c3"').replace('"a1"', '"b2"')
    files = {"a1.py": BASE} | dict(sorted({first: migration_source(guarded), second: above}.items()))
    facts = facts_of(files, new=("b2", "c3"))
    assert not facts.unreadable
    found = lint(facts, select(("LCK101",), ()), Policy(), TODAY).findings
    assert [(one.file, one.severity) for one in found] == [(second, Severity.ERROR)]


@pytest.mark.parametrize(
    ("docstring", "is_found"),
    [
        ("THIS IS A NO-OP.\n\nIt exists so that databases are not orphaned.", False),
        ("This migration does nothing any more", False),
        ("Add index to users.email (downgrade is a no-op)", True),
        ("Drop legacy flags, no-op on SQLite", True),
    ],
)
def test_an_empty_revision_whose_docstring_says_that_it_is_one(docstring: str, is_found: bool) -> None:
    body = "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass"
    facts = facts_of({"a1.py": BASE, "b2.py": f'"""{docstring}"""\n{migration_source(body)}'})
    assert bool(lint(facts, select(("MOD008",), ()), Policy(), TODAY).findings) is is_found


@pytest.mark.parametrize(
    ("environment", "is_found"),
    [
        ("if context.is_offline_mode(): pass\nengine.connect()", True),
        ("main()", True),
        ("with engine.connect() as c: pass", False),
    ],
)
def test_nobody_writes_scripts_where_env_py_cannot(environment: str, is_found: bool) -> None:
    piece = 'op.get_bind().execute(sa.text("SELECT 1")).all()'
    facts = facts_of({"a1.py": BASE, "b2.py": migration_source(piece)})
    facts = replace(facts, environment=Environment("m/env.py", environment))
    assert bool(lint(facts, select(("MOD007",), ()), Policy(), TODAY).findings) is is_found


def test_what_is_unread_is_told_once_for_a_line() -> None:
    calls = "; ".join(f"helper{number}(op)" for number in range(7))
    found = lint_piece(f"{calls}\nhelper0(op)\nhelper0(op)")
    first, second, third = found.not_analysed
    assert first.endswith(
        ": helper0() is given what reaches the database, and was not read; helper1() is given what reaches the database, "
        "and was not read; helper2() is given what reaches the database, and was not read; and 4 more there"
    )
    assert second.endswith(": helper0() is given what reaches the database, and was not read") and second != third


@pytest.mark.parametrize(
    ("base", "advice"),
    [
        ('op.execute("CREATE TABLE orders (id int) PARTITION BY RANGE (id)")', "ATTACH PARTITION"),
        (
            'op.create_table("orders", sa.Column("id", sa.Integer()), postgresql_partition_by="RANGE (id)")',
            "ATTACH PARTITION",
        ),
        (
            'op.create_table("orders", sa.Column("id", sa.Integer()))',
            "postgresql_concurrently=True, if_not_exists=True",
        ),
    ],
)
def test_the_advice_for_an_index_fits_the_table(base: str, advice: str) -> None:
    (found,) = lint_piece('op.create_index("ix", "orders", ["id"])', base=base, rules=select(("LCK101",), ())).findings
    assert advice in (found.help or "")


def test_what_takes_long_is_weighed_by_the_size_of_the_table() -> None:
    """What is lost, or what rows may break, is not."""
    piece = 'op.create_index("ix", "orders", ["a"])\nop.drop_table("orders")\nop.drop_table("other")'
    sizes = {"shop.orders": TableSize("large"), "orders": TableSize("small", 12)}
    found = lint_piece(piece, policy=Policy(tables=sizes), rules=select(("LCK101", "DST001"), ())).findings
    assert [(one.code, one.severity.value) for one in found] == [
        ("LCK101", "info"),
        ("DST001", "error"),
        ("DST001", "error"),
    ]
    assert found[0].message.endswith("; the table has 12 rows")
    there = piece.replace('"ix", "orders", ["a"]', '"ix", "orders", ["a"], schema="shop"')
    (first, *_) = lint_piece(there, policy=Policy(tables=sizes), rules=select(("LCK101",), ())).findings
    assert first.severity.value == "error" and first.message.endswith("; the table is large, says the policy")
    severity = Policy(tables=sizes, severities={"LCK101": "warning"})
    assert lint_piece(piece, policy=severity, rules=select(("LCK101",), ())).findings[0].severity.value == "warning"


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        ("-- squawk-ignore ban-drop-column", ["DST002"]),
        ("-- squawk-ignore ban-drop-table, ban-drop-column", ["DST002"]),
        ("-- squawk-ignore", ["DST002"]),
        ("-- squawk-ignore ban-drop-table", []),
        ("-- squawk-ignore no-such-rule", []),
        ("-- squawk-ignored ban-drop-column", []),
        ("-- squawk-ignore-file ban-drop-column", ["DST002", "DST002"]),
    ],
)
def test_comments_for_squawk_are_heeded(comment: str, accepted: list[str]) -> None:
    piece = f'op.execute("""\n    {comment}\n    ALTER TABLE orders DROP COLUMN a;\n\n    ALTER TABLE orders DROP COLUMN b\n""")'
    found = lint_piece(piece, rules=select(("DST002", "MOD012", "MOD013"), ())).findings
    assert [one.code for one in found] == ["DST002", "DST002"]
    assert [one.code for one in found if one.suppressed] == accepted
    assert all(one.reason == "squawk-ignore in the SQL" for one in found if one.suppressed)


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        ("-- atlas:nolint DS103", 1),
        ("--atlas:nolint destructive", 1),
        ("/*atlas:nolint DS102 DS103*/", 1),
        ("-- atlas:nolint", 1),
        ("-- atlas:nolint DS102", 0),
        ("-- atlas:nolint data_depend", 0),
        ("-- atlas:nolinted DS103", 0),
        ("-- atlas:nolint: DS103", 0),
        ("-- atlas:nolint[DS103]", 0),
        ("-- atlas:nolint(naming)", 0),
        ("-- atlas:nolint, DS103", 0),
        ("-- atlas:nolint DS103 -- it is empty", 1),
        ("-- atlas:nolint no_such_check", 0),
    ],
)
def test_comments_for_atlas_are_heeded(comment: str, accepted: int) -> None:
    piece = f'op.execute("""\n    {comment}\n    ALTER TABLE orders DROP COLUMN a;\n\n    ALTER TABLE orders DROP COLUMN b\n""")'
    found = lint_piece(piece, rules=select(("DST002", "MOD012", "MOD013"), ())).findings
    assert [one.code for one in found] == ["DST002", "DST002"]
    assert [one.reason for one in found if one.suppressed] == ["atlas:nolint"] * accepted


@pytest.mark.parametrize("comment", ["-- atlas:nolint destructive", "-- squawk-ignore ban-drop-column"])
def test_a_comment_in_sql_says_nothing_of_the_next_call(comment: str) -> None:
    piece = f'op.execute("""\nALTER TABLE a DROP COLUMN x\n{comment}""")\nop.drop_column("users", "y")'
    found = lint_piece(piece, rules=select(("DST002",), ())).findings
    assert [one.suppressed for one in found] == [False, False]


def test_a_comment_for_atlas_may_stand_at_the_call() -> None:
    piece = 'op.drop_column("orders", "a")  # atlas:nolint DS103\n# atlas:nolint destructive\nop.drop_column("orders", "b")\n'
    piece += 'op.drop_column("orders", "c")'
    found = lint_piece(piece, rules=select(("DST002", "MOD012", "MOD013"), ())).findings
    assert [one.suppressed for one in found] == [True, True, False]


def forward_only(count: int, *, back: int = 0) -> LintResult:
    """What DWN001 says of a history whose last ``back`` of ``count`` revisions have a ``downgrade()``."""
    files = {}
    for place in range(count):
        down = repr(f"r{place - 1}") if place else None
        way_back = f'\n\ndef downgrade():\n    op.drop_column("t", "c{place}")\n' if place >= count - back else ""
        files[f"versions/r{place}.py"] = (
            f'from alembic import op\nimport sqlalchemy as sa\n\nrevision = "r{place}"\ndown_revision = {down}\n\n\n'
            f'def upgrade():\n    op.add_column("t", sa.Column("c{place}", sa.Text()))\n{way_back}'
        )
    return lint(facts_of(files, new=None), select(("DWN001",), ()), Policy(), TODAY)


def test_a_history_that_goes_forward_only_is_told_once() -> None:
    (one,) = forward_only(40, back=1).findings
    assert one.severity is Severity.INFO
    assert "has no downgrade(), nor have 38 others that are judged here: of the 40 revisions" in one.message
    assert (one.file, one.line) == ("versions/r38.py", 8)
    (short,) = forward_only(3).findings
    assert "nor have 2 others that are judged here: of the 3 revisions" in short.message


def test_a_missing_downgrade_counts_where_others_have_one_or_too_few_tell() -> None:
    for found, missing in (
        (forward_only(40, back=3).findings, 37),
        (forward_only(7, back=1).findings, 6),
        (forward_only(2).findings, 2),
    ):
        assert [one.severity for one in found] == [Severity.WARNING] * missing
        assert all("changes the database and has no downgrade()" in one.message for one in found)


def test_an_empty_downgrade_is_no_way_back_that_a_history_has() -> None:
    sources = [
        "def downgrade():\n    pass\n",
        "def downgrade() -> None:\n    pass",
        "async def downgrade():\n\n    pass\n",
    ]
    texts = Texts([str(place) for place in range(3)], lambda id_: sources[int(id_)].encode())
    assert not texts.taking_back
    others = ["def downgrade():\n    passed()\n", "downgrade = helpers.back\n", "from base import upgrade, downgrade\n"]
    assert len(Texts("012", lambda id_: others[int(id_)].encode()).taking_back) == 3


@pytest.mark.parametrize(
    ("scripts", "imported", "lines"),
    [
        ("storefront.migrations", "storefront.migrations.shared", []),
        ("storefront.migrations.alembic", "storefront.migrations.util", []),
        ("storefront.alembic", "storefront.alembic.util", []),
        ("storefront.alembic", "storefront.models", [3]),
        ("storefront.migrations.alembic", "storefront.models", [3]),
    ],
)
def test_the_package_of_the_migrations_is_no_application(scripts: str, imported: str, lines: list[int]) -> None:
    piece = f"from {imported} import thing\nop.execute(thing)"
    files = {"versions/a1_base.py": BASE, "versions/b2_piece.py": migration_source(piece)}
    facts = replace(facts_of(files), script_package=scripts)
    found = lint(facts, select(("MOD001",), ()), Policy(), TODAY).findings
    assert [finding.line for finding in found] == [line + 3 for line in lines]


def test_a_plain_text_is_no_matter_where_version_2_is_kept_out() -> None:
    piece = 'op.get_bind().execute("UPDATE orders SET status = 1 WHERE status IS NULL")'
    facts = facts_of({"versions/a1_base.py": BASE, "versions/b2_piece.py": migration_source(piece)})
    for kept_out, found in ((False, ["MOD017"]), (True, [])):
        asked = replace(facts, stays_below_sqlalchemy_2=lambda kept_out=kept_out: kept_out)
        assert codes(lint(asked, select(("MOD017",), ()), Policy(), TODAY)) == found


@pytest.mark.parametrize(
    ("above", "is_found"),
    [
        ('op.execute("UPDATE orders SET public = false WHERE public IS NULL")', False),
        ('op.drop_column("orders", "public")', False),
        ('op.drop_table("orders")', False),
        ('op.execute("UPDATE orders SET note = 1")', True),
        ('op.execute("UPDATE items SET public = false")', True),
    ],
)
def test_a_default_of_python_is_made_good_by_a_new_revision_above_it(above: str, is_found: bool) -> None:
    added = migration_source('op.add_column("orders", sa.Column("public", sa.Boolean(), default=False))')
    later = migration_source(above).replace('"a1"', '"b3"').replace('"b2"', '"c3"').replace('"b3"', '"b2"')
    files = {"a1.py": BASE, "b2.py": added, "c3.py": later}
    for order in (("b2", "c3"), ("b2",)):
        found = lint(facts_of(files, new=order), select(("DAT010",), ()), Policy(), TODAY).findings
        assert bool(found) is (is_found or "c3" not in order)
    # The other way round it was before there was a column.
    before = migration_source(above)
    added = added.replace('"a1"', '"b3"').replace('"b2"', '"c3"').replace('"b3"', '"b2"')
    files = {"a1.py": BASE, "b2.py": before, "c3.py": added}
    assert lint(facts_of(files, new=("b2", "c3")), select(("DAT010",), ()), Policy(), TODAY).findings
