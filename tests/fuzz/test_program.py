"""The whole program on damaged input of every kind: an answer within seconds, one line for what is wrong, never a bug.

Each input is made from a number, so that a failure names the one to run again. A normal run takes some of each kind;
``./dev full fuzz`` takes 20,000.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from headway_cli.main import main

SECONDS = 10
USAGE = re.compile(r"^(?:[Uu]sage|Error): ", re.M)
"""How the two parsers of command lines begin what they say."""
INPUTS = 20_000 if os.environ.get("HEADWAY_FULL") else 300

ENV_PY = """
from alembic import context
from sqlalchemy import create_engine, pool
engine = create_engine("sqlite:///x.db", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""
INI = "[alembic]\nscript_location = %(here)s/m\nsqlalchemy.url = sqlite:///x.db\nprepend_sys_path = .\npath_separator = os\n"
TOML = '[tool.alembic]\nscript_location = "%(here)s/m"\nversion_locations = ["%(here)s/m/versions"]\nfile_template = "%%(rev)s"\n[tool.other]\na = [1, {b = 2.5}]\n'
POLICY = "expected_heads: 1\nbase: main\nfail_on: warning\ndialects: [sqlite, postgresql]\nscratch: sqlite\nrules: {LCK101: off}\nignore:\n  - {code: DST001, where: 'versions/*', reason: agreed, until: 2027-01-31}\ntargets: {production: {url: 'env:X', lock_timeout: 3}}\n"
REVISION = '''"""{id}

Revision ID: {id}
"""
from alembic import op
import sqlalchemy as sa

revision: str = "{id}"
down_revision = {down}
branch_labels = ("label_{id}",)
depends_on = None
TABLES = ["a", "b"]


def upgrade() -> None:
    for name in TABLES:
        op.create_table(name + "_{id}", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("a_{id}") as batch:
        batch.add_column(sa.Column("x", sa.String(20), nullable=True))  # headway: ignore[LCK101] reason="x"
    op.execute("UPDATE a_{id} SET x = 'y' WHERE id > 3")


def downgrade() -> None:
    op.drop_table(f"a_{id}")
    op.drop_table("b_{id}")
'''

CHUNKS = [
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[2J", b"\r", b"\n", b"\r\n", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\t", b" " * 500,
    b"(", b")", b"[", b"]", b"{", b"}", b"'", b'"', b'"""', b"\\", b"%", b"%(", b"%(here)s", b"&a", b"*a", b"!!python/name:x", b"---", b"<<: *a",
    b"# coding: utf-7\n", b"# coding: rot13\n", b"# coding: idna\n", b"None", b"True", b"1" * 5000, b"-" * 3000, b"(" * 300, b"[" * 3000,
    b"x" * 10_000, b"::error::x\n", b"revision = ", b"down_revision = ", b"op.", b"lambda: ", b"if x:\n    ", b"elif x: pass\n" * 50,
    b"a" + b" + a" * 3000, b"2026-99-99", b"1e999", b"0x", b"..", b"/", b"null", b"~", b"?", b"- ", b": ", b"= ", b"'a1'", b"'b2'", b"a1", b"heads",
]  # fmt: skip

WORDS = [
    "heads", "history", "show", "branches", "current", "check", "upgrade", "downgrade", "stamp", "lint", "graph", "ci", "drift", "plan", "apply",
    "rules", "rule", "list_templates", "ensure_version", "merge", "-h", "--help", "--version", "-c", "-n", "-x", "-q", "-v", "--sql", "--tag", "-r",
    "--rev-range", "--format", "json", "text", "svg", "github", "markdown", "sarif", "gitlab", "junit", "html", "comment", "--base", "--all", "--select", "--ignore", "--fail-on", "error",
    "--report", "json=out.json", "--scratch", "sqlite", "--url", "sqlite:///x.db", "env:NOTHING", "file:nothing", "--to", "-o", "out", "--approve",
    "--untrusted", "--no-color", "--lock-timeout", "0", "-1", "+1", "nan", "head", "base", "a1", "b2", "a1:b2", ":", "a1:", "label_a1@head", "@",
    "a1+1", "--raiseerr", "alembic.ini", "pyproject.toml", "m", ".", "/", "", " ", "\n", "\x1b[2J", "::error::x", "ü", "\udcff", "x" * 5000, "%s", "--",
    "-", "---", "--purge", "--resolve-dependencies", "-i", "--indicate-current", "LCK101", "DST", "main", "--name", "alembic", "-vvv", "--no-lock",
]  # fmt: skip


@contextmanager
def inside(directory: Path) -> Iterator[None]:
    before, path = os.getcwd(), list(sys.path)
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes after a few accidents: something put in, cut out, repeated, exchanged, or the end lost."""
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice([1, 3, 20, 200]))
        accident = chance.randrange(6)
        if accident <= 1:
            data = data[:at] + chance.choice(CHUNKS) + data[at:]
        elif accident == 2:
            data = data[:at] + data[end:]
        elif accident == 3:
            data = data[:end] + data[at:end] * chance.choice([1, 2, 30]) + data[end:]
        elif accident == 4:
            data = data[:at] + chance.choice(CHUNKS) + data[end:]
        else:
            data = data[:at]
    return data


def project(place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    (place / "m" / "versions").mkdir(parents=True)
    (place / "alembic.ini").write_text(INI)
    (place / "m" / "env.py").write_text(ENV_PY)
    (place / "m" / "versions" / "a1.py").write_text(REVISION.format(id="a1", down=None))
    (place / "m" / "versions" / "b2.py").write_text(REVISION.format(id="b2", down='"a1"'))
    sqlite3.connect(place / "x.db").close()
    return place


READERS = (
    ["lint", "--all"],
    ["heads"],
    ["history", "-v"],
    ["graph"],
    ["show", "head"],
    ["ci", "--untrusted"],
    ["lint", "--format", "json"],
)


def _file(name: str, content: str) -> Callable[[Path, random.Random], list[str]]:
    def make(place: Path, chance: random.Random) -> list[str]:
        (place / name).write_bytes(damaged(content.encode(), chance))
        return chance.choice(READERS)

    return make


def _toml(place: Path, chance: random.Random) -> list[str]:
    (place / "alembic.ini").unlink()
    (place / "pyproject.toml").write_bytes(damaged(TOML.encode(), chance))
    return chance.choice(READERS)


def _command_line(place: Path, chance: random.Random) -> list[str]:
    words = [chance.choice(WORDS) for _ in range(chance.choice([1, 2, 2, 3, 3, 4, 5, 8]))]
    return words if chance.random() < 0.5 else [chance.choice(WORDS[:20]), *words]


def _plan(place: Path, chance: random.Random) -> list[str]:
    """A plan file with accidents in its text, or with a value exchanged so that it is JSON still."""
    kept = place.parent / "plan.json"
    if not kept.exists():
        code, _, err = run(["plan", "--url", "sqlite:///x.db", "-o", str(kept)], place)
        assert code == 0, err
    text = kept.read_bytes()
    if chance.random() < 0.5:
        (place / "plan.json").write_bytes(damaged(text, chance))
    else:
        document = json.loads(text)
        _exchange(document, chance)
        (place / "plan.json").write_text(json.dumps(document))
    return ["apply", "plan.json", "--url", "sqlite:///x.db", *chance.choice([[], ["--approve", "sha256:0"]])]


def _exchange(value: object, chance: random.Random) -> None:
    other = chance.choice(
        [None, True, -1, 1e300, "", "x", "\udcff", [], {}, [None], {"a": []}, [[]], "sha256:0", 10**30]
    )
    while isinstance(value, dict | list) and value:
        key = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
        inner = value[key]  # type: ignore[index]  # a key of either
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.4:
            value[key] = other  # type: ignore[index]
            return
        value = inner


KINDS: dict[str, Callable[[Path, random.Random], list[str]]] = {
    "command line": _command_line,
    "ini": _file("alembic.ini", INI),
    "toml": _toml,
    "policy": _file(".headway.yml", POLICY),
    "plan": _plan,
    "revision": _file("m/versions/b2.py", REVISION.format(id="b2", down='"a1"')),
}


def run(arguments: list[str], place: Path) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of the program, run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with inside(place), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 2
    return code, out.getvalue(), err.getvalue()


@pytest.mark.part(2)
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_input(kind: str, part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    count = INPUTS // len(KINDS) // 10 + 1
    for number in range(part * count, (part + 1) * count):
        chance = random.Random(f"{kind} {number}")
        place = project(tmp_path / "p")
        arguments = KINDS[kind](place, chance)
        started = time.monotonic()
        code, out, err = run(arguments, place)
        said = f"{kind} {number}: {arguments!r}: {err[-2000:]}"
        assert time.monotonic() - started < SECONDS, said
        assert code != 70, said
        assert "Traceback" not in out + err or "--raiseerr" in arguments, said
        # A stage that could not run is in the report, and not on standard error.
        if code == 2 and not USAGE.search(err) and "--raiseerr" not in arguments and "ERROR" not in out:
            assert len([line for line in err.splitlines() if line.startswith("FAILED: ")]) == 1, said
