"""Commands that need no database load no SQLAlchemy and execute nothing of the user's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.programs import run_python

COMMANDS = {
    "heads": ["heads"],
    "heads verbose": ["heads", "-v", "--resolve-dependencies"],
    "history": ["history", "-v"],
    "history as JSON": ["history", "--format", "json"],
    "branches": ["branches"],
    "show": ["show", "head"],
    "revision": ["revision", "-m", "next"],
    "lint": ["lint", "--all"],
    "rules": ["rules"],
    "rule": ["rule", "LCK101"],
}

UNNEEDED = {"typer", "click", "rich", "yaml", "mako", "ast", "inspect", "dataclasses", "tomllib", "urllib"}

PROBE = """
import json, sys
from headway_cli.main import main
code = main(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    json.dump({"code": code, "modules": sorted(sys.modules)}, file)
"""


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_static_commands_load_no_sqlalchemy_and_no_user_module(
    arguments: list[str], storefront: Path, tmp_path: Path
) -> None:
    executed = tmp_path / "executed"
    trap = f"\nopen({str(executed)!r}, 'w').close()\n"
    for path in [storefront / "migrations" / "env.py", *(storefront / "migrations" / "versions").glob("*.py")]:
        path.write_text(path.read_text() + trap)
    (storefront / "storefront" / "__init__.py").write_text(trap)
    seen = tmp_path / "seen.json"
    done = run_python(PROBE, str(seen), *arguments, cwd=storefront)
    result = json.loads(seen.read_text())
    assert result["code"] in (0, 1), done.err
    loaded = {name.partition(".")[0] for name in result["modules"]}
    assert loaded & {"sqlalchemy", "alembic", "storefront", "env_py"} == set()
    assert not executed.exists()
    heavy = ("html", "comment", "sarif", "junit", "gitlab", "markdown", "rule_help")
    assert not [
        name for name in result["modules"] if name.startswith(tuple(f"headway.report.{face}" for face in heavy))
    ]


@pytest.mark.parametrize("arguments", [["heads"], ["history"], ["branches"], ["show", "head"]], ids=lambda a: a[0])
def test_listings_load_neither_typer_nor_a_parser_they_do_not_need(
    arguments: list[str], storefront: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.json"
    run_python(PROBE, str(seen), *arguments, cwd=storefront)
    loaded = {name.partition(".")[0] for name in json.loads(seen.read_text())["modules"]}
    assert loaded & UNNEEDED == set()
