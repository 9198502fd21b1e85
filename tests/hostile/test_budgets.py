"""Files that never end, or that nobody can read, cost seconds and themselves; never the rest of the run."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.programs import Done, run_program, run_python
from hostile.repositories import INI, SECOND, Checkout, good

SECONDS = 10


def run(checkout: Checkout, *arguments: str, seconds: float = SECONDS) -> Done:
    started = time.monotonic()
    done = run_program("headway_cli", *arguments, cwd=checkout.shop)
    assert time.monotonic() - started < seconds
    assert "Traceback" not in done.err and done.code != 70, done.err
    return done


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5_000_000_000)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(path.parent)  # the name of a socket may not be long
            made.bind(path.name)
        finally:
            os.fchdir(here)
            os.close(here)


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (lambda path: os.mkfifo(path), "a pipe, not a plain file"),
    "socket": (_socket, "not a plain file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device, not a plain file"),
    "endless file of the kernel": (lambda path: path.symlink_to("/proc/self/mem"), "cannot be read"),
    "5 GB": (_sparse, "5000000000 bytes"),
    "NUL": (lambda path: path.write_bytes(b"revision = 'c3'\0\n"), "not"),
    "UTF-16": (lambda path: path.write_text("revision = 'c3'", encoding="utf-16"), "not utf-8"),
    "latin-1": (lambda path: path.write_bytes(b"# \xe9\nrevision = 'c3'\n"), "not utf-8"),
    "codec that is none of text": (lambda path: path.write_bytes(b"# coding: hex\n7265\n"), "not hex"),
    "unknown codec": (lambda path: path.write_bytes(b"# coding: no-such\n"), "not no-such"),
    "no Python": (lambda path: path.write_text("revision = ("), "not valid Python"),
    "deep": (lambda path: path.write_text(f"revision = {'-' * 100_000}1"), "nested too deeply"),
    "elif": (lambda path: path.write_text("if x: pass\n" + "elif x: pass\n" * 20_000), "nested too deeply"),
    "dots": (lambda path: path.write_text(f"revision = {'x.' * 100_000}x"), "nested too deeply"),
    "plus": (lambda path: path.write_text(f"revision = 'c3'{' + x' * 50_000}"), "nested too deeply"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_one_unreadable_file_costs_that_file(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    make, said = UNREADABLE[name]
    make(checkout.versions / "c3.py")
    document = json.loads(run(checkout, "lint", "--format", "json").out)
    found = {finding["code"]: finding for finding in document["findings"]}
    assert found["REV006"]["file"] == "shop/migrations/versions/c3.py"
    assert said in found["REV006"]["message"]
    assert found["DST001"]["file"] == "shop/migrations/versions/b2_no_customers.py", "the others are judged"
    run(checkout, "heads").assert_one_clear_line("migrations/versions/c3.py", said)


@pytest.mark.parametrize("name", ["body that is no Python", "body too deep"])
def test_a_body_that_cannot_be_read_costs_that_file(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    body = "return (" if name == "body that is no Python" else f"return {'-' * 100_000}1"
    text = SECOND.replace("'b2'", "'c3'").replace("'a1'", "'b2'").replace('op.drop_table("customers")', body)
    checkout.write("shop/migrations/versions/c3.py", text)
    document = json.loads(run(checkout, "lint", "--format", "json").out)
    assert {finding["code"] for finding in document["findings"]} == {"REV006", "DST001"}


AS_ANYBODY = """
import os, sys
command = [sys.executable, "-m", "headway_cli", *sys.argv[1:]]
if os.geteuid() == 0:
    command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
os.execvp(command[0], command)
"""
"""Root may open everything, unless it gives that up."""


def test_a_file_that_may_not_be_opened(tmp_path: Path) -> None:
    checkout = good(tmp_path)
    checkout.write("shop/migrations/versions/c3.py", "").chmod(0)
    done = run_python(AS_ANYBODY, "lint", cwd=checkout.shop)
    assert "REV006" in done.out and done.code == 1, done.err


def test_a_declared_encoding_is_the_one_that_is_judged(tmp_path: Path) -> None:
    """Python runs ``drop_table`` here, and in UTF-8 it stands in a comment."""
    checkout = good(tmp_path)
    hidden = SECOND.replace('op.drop_table("customers")', 'pass  # harmless +AAo-    op.drop_table("customers")')
    checkout.write("shop/migrations/versions/b2_no_customers.py", f"# coding: utf-7\n{hidden}")
    assert "DST001" in run(checkout, "lint").out


LINKS = {
    "link to a folder that is read already": lambda versions: (versions / "zz").symlink_to(versions / "2025"),
    "link to the parent": lambda versions: (versions / "2025" / "up").symlink_to(versions),
    "links in a circle": lambda versions: [(versions / "2025" / n).symlink_to("..") for n in "ab"],
    "linked file": lambda versions: (versions / "aa.py").symlink_to(versions / "2025" / "b2_no_customers.py"),
    "link to nowhere": lambda versions: (versions / "c3.py").symlink_to("nowhere"),
    "link to itself": lambda versions: (versions / "c3.py").symlink_to("c3.py"),
    "folder with the name of a file": lambda versions: (versions / "c3.py").mkdir(),
    "file outside": lambda versions: (
        (versions / "2025" / "b2_no_customers.py").rename(versions.parent / "b2.py"),
        (versions / "2025" / "b2.py").symlink_to("../../b2.py"),
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_links_in_version_folders(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    checkout.write("shop/alembic.ini", f"{INI}recursive_version_locations = true\n")
    (checkout.versions / "2025").mkdir()
    for path in checkout.versions.glob("*.py"):
        path.rename(checkout.versions / "2025" / path.name)
    LINKS[name](checkout.versions)
    assert run(checkout, "heads").out == "b2 (head)\n"
    assert len(run(checkout, "history").out.splitlines()) == 2


def test_thousands_of_heads(tmp_path: Path) -> None:
    count = 10_000 if os.environ.get("HEADWAY_FULL") else 3_000
    checkout = good(tmp_path)
    for number in range(count):
        text = f'revision = "h{number:04}"\ndown_revision = "a1"\ndef upgrade(): pass\ndef downgrade(): pass\n'
        (checkout.versions / f"h{number:04}.py").write_text(text)
    assert len(run(checkout, "heads").out.splitlines()) == count + 1
    assert len(run(checkout, "history").out.splitlines()) == count + 2
    run(checkout, "graph").assert_one_clear_line("branches stand side by side", "--format dot")
    assert run(checkout, "graph", "--format", "dot").out.count("[label") == count + 2
    done = run(checkout, "ci", "--untrusted", "--format", "json", seconds=60)  # whatever else the machine does
    assert done.code == 1
    assert len(done.out) < 2_000 * count


def test_long_names(tmp_path: Path) -> None:
    checkout = good(tmp_path)
    text = SECOND.replace("customers", "c" * 120_000).replace("no ", "n" * 120_000)
    checkout.write("shop/migrations/versions/b2_no_customers.py", text)
    assert "DST001" in run(checkout, "lint").out
    assert run(checkout, "history").code == 0


SETTINGS = {
    "YAML without end": (".headway.yml", "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *a]\n" for n in range(3)) * 2),
    "YAML that holds itself": (".headway.yml", "rules: &a {LCK101: *a}\n"),
    "YAML nested deeply": (".headway.yml", "[" * 50_000),
    "YAML, large": (".headway.yml", "# " + "x" * 1_000_000),
    "YAML number": (".headway.yml", f"expected_heads: {'1' * 10_000}\n"),
    "YAML day": (".headway.yml", "base: 2026-99-99\n"),
    "YAML key": (".headway.yml", "? [a]\n: b\n"),
    "YAML of latin-1": (".headway.yml", b"base: \xe9\n"),
    "YAML with NUL": (".headway.yml", "base: a\0b\n"),
    "TOML nested deeply": ("pyproject.toml", f"a = {'[' * 20_000}"),
    "TOML number": ("pyproject.toml", f"a = {'1' * 10_000}"),
    "TOML of latin-1": ("pyproject.toml", b"a = '\xe9'"),
    "TOML, large": ("pyproject.toml", "# " + "x" * 5_000_000),
    "ini, large": ("alembic.ini", INI + "# " + "x" * 5_000_000),
    "ini with NUL": ("alembic.ini", "[alembic]\nscript_location = a\0b\n"),
    "ini without end": ("alembic.ini", INI + "".join(f"x{n} = {f'%(x{n + 1})s' * 30}\n" for n in range(9)) + "x9 = x\nversion_locations = %(x0)s\n"),
    "ini of UTF-16": ("alembic.ini", INI.encode("utf-16")),
    "policy that is a folder": (".headway.yml/x", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    path, content = SETTINGS[name]
    checkout.write(f"shop/{path}", content)
    done = run(checkout, "lint")
    assert done.code == 2
    done.assert_one_clear_line()


@pytest.mark.parametrize("value", ["tool = 1\n", "[tool]\nalembic = 1\nheadway = {}\n"])
def test_a_pyproject_of_another_shape(value: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    checkout.write("shop/pyproject.toml", value)
    assert run(checkout, "lint").code == 1


def test_modules_that_import_each_other_by_many_ways(tmp_path: Path) -> None:
    """Each of 28 modules imports all that come later: there are a hundred million ways to the last."""
    checkout = good(tmp_path)
    package = checkout.shop / "ways"
    package.mkdir()
    (package / "__init__.py").write_text("")
    names = [f"w{number}" for number in range(28)]
    for number, name in enumerate(names):
        imports = "".join(f"from ways.{later} import {later}\n" for later in names[number + 1 :])
        asks = "inspect(c).has_table('t')" if name == names[-1] else f"{names[-1]}(c)"
        (package / f"{name}.py").write_text(f"{imports}\n\ndef {name}(c):\n    return {asks}\n")
    imports = "".join(f"from ways.{name} import {name}\n" for name in names)
    text = SECOND.replace("'b2'", "'c3'").replace("'a1'", "'b2'").replace("from alembic", f"{imports}from alembic")
    calls = "".join(f"{name}(op.get_bind())\n    " for name in names)
    decides = f'{calls}if not w0(op.get_bind()):\n        op.drop_table("clerks")'
    (checkout.versions / "c3.py").write_text(text.replace('op.drop_table("customers")', decides))
    found = json.loads(run(checkout, "lint", "--all", "--format", "json").out)["findings"]
    assert "MOD005" in {finding["code"] for finding in found}, "the function of the last module asks"


def test_functions_that_call_each_other_by_many_ways_and_deeply(tmp_path: Path) -> None:
    checkout = good(tmp_path)
    for name, depth, calls in (("c3", 40, 3), ("d4", 3_000, 1)):
        below = {"c3": "b2", "d4": "c3"}[name]
        reads = "    op.get_bind().execute(1).fetchall()\n"
        functions = "".join(f"def f{n}():\n{reads}" + f"    f{n + 1}()\n" * calls + "\n\n" for n in range(depth))
        functions += f"def f{depth}():\n    pass\n\n\n"
        text = SECOND.replace("'b2'", f"'{name}'").replace("'a1'", f"'{below}'")
        text = text.replace("def upgrade", f"{functions}def upgrade")
        body = 'try:\n        op.drop_table("customers")\n        f0()\n    except Exception:\n        pass'
        (checkout.versions / f"{name}.py").write_text(text.replace('op.drop_table("customers")', body))
    found = json.loads(run(checkout, "lint", "--all", "--format", "json").out)["findings"]
    assert {finding["revision"] for finding in found if finding["code"] == "MOD004"} == {"c3", "d4"}
    assert {finding["revision"] for finding in found if finding["code"] == "MOD007"} == {"c3", "d4"}


@pytest.mark.parametrize(
    "chain",
    [
        "session.query(A)" + ".filter(1)" * 900 + ".all()",
        "x" + ".a" * 900,
        "'a'" + " + x" * 900,
        "op.get_bind()" + "()" * 900,
    ],
    ids=["query", "attributes", "texts", "calls"],
)
def test_a_long_chain_costs_no_more_than_itself(chain: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    text = SECOND.replace("'b2'", "'c3'").replace("'a1'", "'b2'")
    body = f'session = Session(op.get_bind())\n    try:\n        op.drop_table("clerks")\n    except Exception:\n        pass\n    op.execute({chain})'
    (checkout.versions / "c3.py").write_text(text.replace('op.drop_table("customers")', body))
    document = json.loads(run(checkout, "lint", "--all", "--format", "json").out)
    assert {"MOD004", "DST001"} <= {finding["code"] for finding in document["findings"] if finding["revision"] == "c3"}


def test_a_helper_of_a_thousand_cases(tmp_path: Path) -> None:
    checkout = good(tmp_path)
    cases = "".join(f"    elif sa.inspect(c).has_table('t{n}'):\n        return {n}\n" for n in range(1_000))
    helper = f"def which(c):\n    if c is None:\n        return 0\n{cases}    return 1\n\n\n"
    text = SECOND.replace("'b2'", "'c3'").replace("'a1'", "'b2'").replace("def upgrade", f"{helper}def upgrade")
    body = 'if which(op.get_bind()):\n        op.drop_table("clerks")'
    (checkout.versions / "c3.py").write_text(text.replace('op.drop_table("customers")', body))
    found = json.loads(run(checkout, "lint", "--all", "--format", "json").out)["findings"]
    assert {"MOD005", "DST001"} <= {finding["code"] for finding in found if finding["revision"] == "c3"}


MANY: dict[str, tuple[str, str]] = {
    "constraints that come and go": (
        "".join(f"    op.drop_constraint('a{n}', 't', type_='check')\n" for n in range(500))
        + "".join(f"    op.create_check_constraint('b{n}', 't', 'a > {n}')\n" for n in range(500)),
        'op.execute("SELECT 1")',
    ),
    "columns and indexes that are taken back": (
        "".join(f"    op.add_column('t', sa.Column('c{n}', sa.Text()))\n" for n in range(700))
        + "".join(f"    op.create_index('i{n}', 't', ['c{n}'])\n" for n in range(700)),
        "".join(f"op.drop_column('t', 'c{n}')\n    " for n in range(700))
        + "".join(f"op.drop_index('i{n}', table_name='t')\n    " for n in range(700)),
    ),
    "a comment of marks": ("    pass\n    #" + "###end" * 3_000 + "\n", "pass"),
}


@pytest.mark.parametrize("name", MANY)
def test_very_many_of_a_kind(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    up, down = MANY[name]
    text = SECOND.replace("'b2'", "'c3'").replace("'a1'", "'b2'").replace('    op.drop_table("customers")\n', up)
    made = 'op.create_table("customers", sa.Column("id", sa.Integer()))'
    (checkout.versions / "c3.py").write_text(text.replace(made, down))
    document = json.loads(run(checkout, "lint", "--all", "--format", "json").out)
    assert document["examined"]["revisions"] == 3
