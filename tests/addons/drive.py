"""Takes a project of add-ons through its life and prints what came of it; run under Alembic and under headway.

``python drive.py URL``, in a directory with alembic.ini, a migrations directory, and the models twice: as they were
first (``models_1``) and as they are now (``models_2``). No tests.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.pool import NullPool

CATALOGUE = {
    "columns": """SELECT table_schema, table_name, column_name, udt_name, is_nullable, column_default,
        character_maximum_length FROM information_schema.columns WHERE table_schema NOT IN ({system})""",
    "views": "SELECT table_schema, table_name, view_definition FROM information_schema.views "
    "WHERE table_schema NOT IN ({system})",
    "indexes": "SELECT schemaname, indexname, indexdef FROM pg_indexes WHERE schemaname NOT IN ({system})",
    "constraints": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace::regnamespace::text NOT IN ({system})",
    "enums": "SELECT typname, enumlabel, rank() OVER (PARTITION BY typname ORDER BY enumsortorder) "
    "FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
DUCKDB = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default FROM duckdb_columns() "
    "WHERE NOT internal",
    "indexes": "SELECT index_name, table_name, is_unique, expressions FROM duckdb_indexes()",
    "constraints": "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints()",
}


def structure(url: str) -> dict[str, list[list[str]]]:
    """What the database holds, as texts; of the version table and of extensions nothing."""
    queries = DUCKDB if url.startswith("duckdb") else CATALOGUE
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = {}
        for kind, query in queries.items():
            text = query.format(system="'pg_catalog', 'information_schema', 'tiger', 'topology'")
            rows = [[str(value) for value in row] for row in connection.exec_driver_sql(text)]
            ours = [
                row for row in rows if not any("alembic_version" in value or "spatial_ref" in value for value in row)
            ]
            found[kind] = sorted(row for row in ours if not any(name in row for name in EXTENSION_VIEWS))
    return found


EXTENSION_VIEWS = ("geometry_columns", "geography_columns")


def outcome(verb: Callable[[], Any]) -> str | None:
    """None, or what the verb complained of."""
    try:
        verb()
    except CommandError as error:
        return str(error)
    return None


def main(url: str) -> dict[str, Any]:
    def config(models: str) -> Config:
        made = Config("alembic.ini", stdout=io.StringIO())
        made.attributes |= {"models": models, "url": url}
        return made

    result: dict[str, Any] = {"steps": []}

    def step(name: str, models: str) -> None:
        drift = outcome(lambda: command.check(config(models)))
        result["steps"].append({"name": name, "structure": structure(url), "drift": drift})

    for number in (1, 2):
        models = f"models_{number}"
        written = command.revision(config(models), message=models, autogenerate=True, rev_id=f"000{number}")
        with open(written.path) as file:
            result[models] = file.read()
        command.upgrade(config(models), "head")
        step(f"up to {models}", models)
    script = io.StringIO()
    offline = Config("alembic.ini", output_buffer=script)
    offline.attributes |= {"models": "models_2", "url": url}
    result["offline"] = outcome(lambda: command.upgrade(offline, "head", sql=True)) or script.getvalue()
    command.downgrade(config("models_2"), "-1")
    result["steps"].append({"name": "down to models_1", "structure": structure(url), "drift": None})
    command.downgrade(config("models_2"), "base")
    result["steps"].append({"name": "down to nothing", "structure": structure(url), "drift": None})
    command.upgrade(config("models_2"), "head")
    result["steps"].append({"name": "up again", "structure": structure(url), "drift": None})
    return result


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    with open("result.json", "w") as output:
        json.dump(main(sys.argv[1]), output)
