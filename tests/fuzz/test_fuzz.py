"""Whatever a file or an argument holds, there is a result or an error of ours in one line; never a traceback.

Thousands of cases in a run, three times as many in ``./dev full fuzz``; HEADWAY_FUZZ=1 makes them new ones.
"""

from __future__ import annotations

import ast
import os
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compat.histories import ours, random_history
from headway.config.model import Config
from headway.config.policy import load_policy
from headway.effects import model as fx
from headway.errors import HeadwayError
from headway.reading.header import Header
from headway.reading.header_parser import parse_header
from headway.reading.header_reader import header_of
from headway.reading.migration import read_migration
from headway.reading.sql.read import read_sql
from headway.revision.graph import RevisionGraph
from headway.revision.history import between
from headway.revision.model import Revision
from headway.revision.resolve import in_branch, resolve
from headway.revision.route import downgrade_route, stamp_route, upgrade_route
from headway.script.directory import RevisionDirectory


def cases(number: int) -> int:
    """How many of them a run tries."""
    return number if os.environ.get("HEADWAY_FULL") else number // 3


many = settings(
    max_examples=cases(2000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def answer(action: Callable[[], Any]) -> Any:
    """The result, or the one line of an error; anything else goes through and fails the test."""
    try:
        return action()
    except HeadwayError as error:
        line = error.one_line()
        assert line and "\n" not in line
        return error


# -- configuration ----------------------------------------------------------------------------------------------

KEYS = (
    "script_location", "version_locations", "path_separator", "version_path_separator", "prepend_sys_path",
    "file_template", "timezone", "truncate_slug_length", "sourceless", "recursive_version_locations",
    "revision_environment", "output_encoding", "sqlalchemy.url", "databases",
)  # fmt: skip
TEXT = st.text(st.characters(blacklist_categories=("Cs",)), max_size=25)
VALUE = st.one_of(
    TEXT,
    st.sampled_from(
        ["%(here)s/x", "%", "%%", "%(nothing)s", "true", "Yes", "os", "newline", ":", ";", "0", "-1", "40"]
    ),
)
INI_LINE = st.one_of(
    st.tuples(st.sampled_from(KEYS), st.sampled_from([" = ", ": ", "=", " "]), VALUE).map("".join),
    st.sampled_from(
        ["[alembic]", "[post_write_hooks]", "[other", "hooks = a, b", "a.type = exec", "# c", "", "  more"]
    ),
    TEXT,
)


def ask(config: Config) -> None:
    """Every question that commands put to a configuration."""
    for key in KEYS:
        answer(lambda key=key: config.get_alembic_option(key))
        answer(lambda key=key: config.get_alembic_boolean_option(key))
    answer(config.get_version_locations_list)
    answer(config.get_prepend_sys_paths_list)
    answer(config.get_hooks_list)
    answer(lambda: config.get_section("alembic"))
    answer(lambda: list(RevisionDirectory.from_config(config).graph.ids))


@many
@given(st.lists(INI_LINE, max_size=12).map("\n".join))
def test_ini(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alembic.ini"
    path.write_text(text, encoding="utf-8")
    ask(Config(str(path)))


@settings(many, max_examples=cases(500))
@given(st.binary(max_size=80))
def test_ini_that_is_no_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "alembic.ini"
    path.write_bytes(b"[alembic]\n" + data)
    ask(Config(str(path)))


def toml_value(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(children, max_size=3).map(lambda items: f"[{', '.join(items)}]")


TOML_VALUE = st.recursive(
    st.one_of(
        VALUE.map(lambda text: "'" + text.replace("'", "").replace("\n", "").replace("\r", "") + "'"),
        st.sampled_from(["true", "false", "1", "2.5", "2026-01-01", "{ a = 1 }", '"%(here)s/x"', "nothing"]),
    ),
    toml_value,
    max_leaves=4,
)
TOML_LINE = st.one_of(
    st.tuples(st.sampled_from(KEYS).map(lambda key: f'"{key}"'), st.just(" = "), TOML_VALUE).map("".join),
    st.sampled_from(["[[tool.alembic.post_write_hooks]]", "name = 'a'", "type = 'exec'", "executable = 5", "]"]),
)


@many
@given(st.lists(TOML_LINE, max_size=8).map("\n".join))
def test_toml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(f"[tool.alembic]\n{text}", encoding="utf-8")
    ask(Config(None, toml_file=str(path)))


YAML_LINE = st.one_of(
    st.tuples(
        st.sampled_from(
            ["expected_heads", "base", "baseline", "fail_on", "dialects", "scratch", "rules", "ignore", "x"]
        ),
        st.just(": "),
        st.one_of(TEXT, st.sampled_from(["1", "[a, b]", "{LCK101: off}", "[{code: A}]", "null", "{a: {url: env:X}}"])),
    ).map("".join),
    TEXT,
)


@settings(many, max_examples=cases(1000))
@given(st.lists(YAML_LINE, max_size=6).map("\n".join))
def test_policy(tmp_path: Path, text: str) -> None:
    (tmp_path / ".headway.yml").write_text(text, encoding="utf-8")
    answer(lambda: load_policy(str(tmp_path)))


# -- revision headers -------------------------------------------------------------------------------------------

NAME = st.sampled_from(["revision", "down_revision", "branch_labels", "depends_on", "other"])
LITERAL = st.one_of(
    st.sampled_from(
        ["None", "'abc'", '"d1"', "('a', 'b')", "('a',)", "[]", "['x']", "{'y'}", "()", "'a' 'b'", "f'{1}'", "call()"]
    ),
    st.text(string.ascii_letters + "'\"\\(),[] #:=%", max_size=12),
)
ASSIGNMENT = st.tuples(
    st.sampled_from(["", "", "", "    ", "# "]),
    NAME,
    st.sampled_from([" = ", "=", ": str = ", ": Union[str, None] = ", " += ", ", other = ", ": str"]),
    LITERAL,
    st.sampled_from(["", "", "  # why", ";", " \\"]),
).map("".join)
HEADER_LINE = st.one_of(
    ASSIGNMENT,
    st.sampled_from(
        [
            '"""',
            "'''",
            '"""title',
            "from alembic import op",
            "import sqlalchemy as sa",
            "if True:",
            "def upgrade():",
            "    pass",
            "class X:",
            "",
            "x = '''",
            "for revision in 'ab': pass",
            "from x import revision",
            "revision",
            "(",
        ]
    ),
)
SOURCE = st.tuples(
    st.sampled_from(
        ['"""title\n\nRevision ID: x\n"""\n', "", "# coding: latin-1\n", "\ufeff", "'doc'\n", 'r"""raw"""\n']
    ),
    st.lists(HEADER_LINE, max_size=10).map("\n".join),
    st.sampled_from(["\n\ndef upgrade():\n    pass\n", "\n", ""]),
).map("".join)


@settings(many, max_examples=cases(4000))
@given(SOURCE)
def test_headers_are_read_as_python_would_or_not_at_all(source: str) -> None:
    """The quick scan never says anything else than the parser, which never guesses.

    It does not read bodies, so that it may have an answer where the file is not Python further on.
    """
    data = source.encode("utf-8")
    quick = answer(lambda: header_of(data, "x.py"))
    slow = answer(lambda: parse_header(source.removeprefix("\ufeff"), "x.py"))
    if isinstance(quick, Header) and isinstance(slow, Header):
        assert quick.values == slow.values, source
        assert quick.lines == slow.lines
        assert quick.docstring == slow.docstring
    else:
        assert not isinstance(slow, Header), source


@settings(many, max_examples=cases(1000))
@given(st.binary(max_size=60))
def test_headers_that_are_no_text(data: bytes) -> None:
    answer(lambda: header_of(data, "x.py"))


@pytest.mark.parametrize("name", ["revision", "down_revision"])
def test_what_the_parser_says_is_what_python_does(name: str) -> None:
    """Where both have a value it is the same one; the parser never has one that running the file would not give."""
    chance = random.Random(7)
    compared = 0
    for _ in range(600):
        literal = chance.choice(["None", "'a'", "('a', 'b')", "'a' 'b'", "('a')", '"""x"""', "'\\x41'", "u'k'"])
        source = f"x = 1\n{name} = {literal}\n{chance.choice(['', f'{name} = {literal}', 'if x:', f'del {name}'])}\n"
        source += "    pass\n" if source.endswith("if x:\n") else ""
        scope: dict[str, Any] = {}
        try:
            exec(compile(source, "x", "exec"), scope)
        except NameError:
            continue
        value = parse_header(source, "x.py").values.get(name)
        if isinstance(value, str | tuple | None.__class__) and not hasattr(value, "line"):
            assert value == scope.get(name), source
            compared += 1
    assert compared > 100


# -- symbols and routes -----------------------------------------------------------------------------------------


@settings(many, max_examples=cases(1500))
@given(st.integers(min_value=0), st.text(string.ascii_letters + string.digits + "@+-:_ .", max_size=12))
def test_symbols(seed: int, text: str) -> None:
    history = random_history(random.Random(seed), 6)
    graph = ours(history)
    id_ = history[seed % len(history)].id
    for symbol in (text, f"{id_}{text}", f"{text}@{id_}", f"{id_}@{text}", f"{text}+1", f"label0@{text}"):
        answer(lambda s=symbol: resolve(graph, s))
        answer(lambda s=symbol: in_branch(graph, graph.heads, s))
        answer(lambda s=symbol: between(graph, s, "base"))
        answer(lambda s=symbol: between(graph, "heads", s))
        for route in (upgrade_route, downgrade_route, stamp_route):
            answer(lambda r=route, s=symbol: r(graph, graph.real_heads, s))


@settings(many, max_examples=cases(1000))
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcde"), st.lists(st.sampled_from("abcdefx"), max_size=2), st.sampled_from(["", "a", "x"])
        ),
        max_size=6,
    )
)
def test_broken_histories_have_problems_and_no_traceback(rows: list[tuple[str, list[str], str]]) -> None:
    graph = RevisionGraph([Revision(id_, tuple(parents) or None, needs or None) for id_, parents, needs in rows])
    answer(graph.require_sound)
    graph.heads, graph.bases, graph.real_heads  # noqa: B018  # properties that walk
    if not graph.problems:
        assert sorted(between(graph, "heads", "base")) == sorted(graph.ids)


# -- what migrations do -----------------------------------------------------------------------------------------

SQL = st.lists(
    st.sampled_from(
        [
            "CREATE",
            "DROP",
            "ALTER",
            "TABLE",
            "INDEX",
            "CONCURRENTLY",
            "UNIQUE",
            "ON",
            "orders",
            "(",
            ")",
            ",",
            ";",
            "id",
            "'x'",
            "ADD",
            "COLUMN",
            "NOT",
            "NULL",
            "DEFAULT",
            "0",
            "UPDATE",
            "SET",
            "=",
            "WHERE",
            "DELETE",
            "FROM",
            "TRUNCATE",
            "--",
            "/*",
            "*/",
            "$$",
            '"',
            "CASCADE",
            "IF",
            "EXISTS",
            "VALID",
            "CONSTRAINT",
            "fk",
            "FOREIGN",
            "KEY",
            "REFERENCES",
        ]
    ),
    max_size=14,
).map(" ".join)


@settings(many, max_examples=cases(800))
@given(SQL)
def test_sql(sql: str) -> None:
    assert isinstance(read_sql(fx.SqlSource(sql, fx.Span("x.py", 1)), None), tuple)


ARGUMENT = st.sampled_from(
    [
        "'orders'",
        "name",
        "f'{x}'",
        "None",
        "sa.Column('a', sa.Integer())",
        "sa.Column()",
        "['a']",
        "*rest",
        "**kw",
        "1",
        "nullable=False",
        "schema='s'",
        "table_name='t'",
        "op.f('ix')",
        "sa.text('x')",
        "lambda: 0",
        "batch_op",
    ]
)
CALL = st.tuples(
    st.sampled_from(["op.", "batch_op.", "op.get_bind().", "bind.", "", "self."]),
    st.sampled_from(
        [
            "create_table",
            "drop_table",
            "add_column",
            "alter_column",
            "create_index",
            "execute",
            "f",
            "helper",
            "nothing",
            "create_foreign_key",
            "drop_constraint",
            "bulk_insert",
            "batch_alter_table",
            "upgrade",
        ]
    ),
    st.lists(ARGUMENT, max_size=4).map(lambda items: f"({', '.join(items)})"),
).map("".join)
STATEMENT = st.one_of(
    CALL,
    CALL.map(lambda call: f"with {call} as batch_op:\n        {call}"),
    CALL.map(lambda call: f"for x in ('a', 'b'):\n        {call}"),
    CALL.map(lambda call: f"if x:\n        {call}\n    else:\n        {call}"),
    CALL.map(lambda call: f"name = {call}"),
    CALL.map(lambda call: f"match x:\n        case {{}}:\n            {call}"),
)


@settings(many, max_examples=cases(1200))
@given(st.lists(STATEMENT, min_size=1, max_size=5))
def test_migrations(statements: list[str]) -> None:
    source = "from alembic import op\n\n\ndef upgrade():\n    " + "\n    ".join(statements) + "\n"
    try:
        ast.parse(source)
    except SyntaxError:
        return
    migration = read_migration("x.py", source)
    assert migration.upgrade is not None
