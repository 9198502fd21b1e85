"""Add-ons on a real PostgreSQL: alembic-utils, alembic-postgresql-enum, sqlalchemy-utils and sqlmodel."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from addons.projects import assert_alike, both, live, make, require
from fixtures.programs import Program

Databases = Callable[[str], str]

# -- alembic-utils ----------------------------------------------------------------------------------------------

ENTITIES_1 = """
import sqlalchemy as sa
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView

metadata = sa.MetaData()
sa.Table("account", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))

ENTITIES = [
    PGFunction(schema="public", signature="shout(word text)",
               definition="RETURNS text AS $$ SELECT upper(word) || '!' $$ LANGUAGE sql"),
    PGView(schema="public", signature="numbers", definition="SELECT 1 AS one, shout('x:y') AS word"),
]
"""

ENTITIES_2 = (
    ENTITIES_1
    + """
ENTITIES = [
    PGFunction(schema="public", signature="shout(word text)",
               definition="RETURNS text AS $$ SELECT upper(word) || '!!' $$ LANGUAGE sql"),
    PGFunction(schema="public", signature="touch()",
               definition="RETURNS trigger AS $$ BEGIN NEW.name := shout(NEW.name); RETURN NEW; END $$ LANGUAGE plpgsql"),
    PGTrigger(schema="public", signature="touch_account", on_entity="public.account",
              definition="BEFORE INSERT ON public.account FOR EACH ROW EXECUTE PROCEDURE public.touch()"),
    PGView(schema="public", signature="names", definition="SELECT id, name FROM account WHERE id > 0"),
]
"""
)

REGISTER = """
from alembic_utils.replaceable_entity import register_entities
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import registry
registry.clear()
register_entities(models.ENTITIES, entity_types=[PGFunction, PGTrigger, PGView])
"""


def test_alembic_utils(tmp_path: Path, emptied_databases: Databases) -> None:
    require("alembic_utils")
    project = make(tmp_path, ENTITIES_1, ENTITIES_2, setup=REGISTER)
    ours, theirs = both(project, lambda: emptied_databases("postgresql"))
    assert_alike(ours, theirs)
    assert len(ours.structures["up to models_2"]["views"]) == 1
    assert len(ours.structures["up to models_2"]["functions"]) == 2
    assert ours.offline == theirs.offline


# -- alembic-postgresql-enum ------------------------------------------------------------------------------------

ENUMS_1 = """
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
sa.Table(
    "parcel", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("new", "sent", name="state"), nullable=False, server_default="new"),
    sa.Column("old", sa.Enum("a", "b", name="outdated")),
    sa.Column("grade", sa.Enum("a", "b", "c", name="grade")),
    sa.Column("text", sa.Text),
    sa.Index("ix_state", "state"),
)
"""

ENUMS_2 = """
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
sa.Table(
    "parcel", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("new", "sent", "lost", name="state"), nullable=False, server_default="new"),
    sa.Column("grade", sa.Enum("c", "a", name="grade")),
    sa.Column("text", sa.Enum("x", "y", name="was_text")),
    sa.Column("many", postgresql.ARRAY(sa.Enum("red", "blue", name="colour"))),
    sa.Index("ix_state", "state"),
)
"""


def test_alembic_postgresql_enum(tmp_path: Path, emptied_databases: Databases) -> None:
    require("alembic_postgresql_enum")
    project = make(tmp_path, ENUMS_1, ENUMS_2, setup="import alembic_postgresql_enum")
    ours, theirs = both(project, lambda: emptied_databases("postgresql"))
    assert_alike(ours, theirs)
    labels = [row[1] for row in ours.structures["up to models_2"]["enums"] if row[0] == "state"]
    assert sorted(labels) == ["lost", "new", "sent"]
    assert ours.offline == theirs.offline


# -- sqlalchemy-utils -------------------------------------------------------------------------------------------

TYPES_1 = """
import sqlalchemy as sa
import sqlalchemy_utils as su

metadata = sa.MetaData()
sa.Table(
    "person", metadata,
    sa.Column("id", su.UUIDType(binary=False), primary_key=True),
    sa.Column("mail", su.EmailType, unique=True),
    sa.Column("site", su.URLType),
    sa.Column("kind", su.ChoiceType([("a", "Admin"), ("u", "User")]), nullable=False),
)

def render_item(kind, item, autogen_context):
    return f"sa.String({item.impl.length})" if kind == "type" and isinstance(item, su.ChoiceType) else False

OPTIONS = {"compare_server_default": True, "render_item": render_item}
"""

TYPES_2 = """
import sqlalchemy as sa
import sqlalchemy_utils as su

metadata = sa.MetaData()
sa.Table(
    "person", metadata,
    sa.Column("id", su.UUIDType(binary=False), primary_key=True),
    sa.Column("mail", su.EmailType, unique=True),
    sa.Column("country", su.CountryType),
    sa.Column("tags", su.ScalarListType()),
    sa.Column("kind", su.ChoiceType([("a", "Admin"), ("u", "User")], impl=sa.String(20)), nullable=False),
    sa.Column("address", su.IPAddressType),
    sa.Column("settings", su.JSONType),
)

def render_item(kind, item, autogen_context):
    return f"sa.String({item.impl.length})" if kind == "type" and isinstance(item, su.ChoiceType) else False

OPTIONS = {"compare_server_default": True, "render_item": render_item}
"""


def test_sqlalchemy_utils(tmp_path: Path, emptied_databases: Databases) -> None:
    require("sqlalchemy_utils")
    project = make(tmp_path, TYPES_1, TYPES_2, imports="import sqlalchemy_utils")
    ours, theirs = both(project, lambda: emptied_databases("postgresql"))
    assert_alike(ours, theirs)
    assert ours.offline == theirs.offline


# -- sqlmodel ---------------------------------------------------------------------------------------------------

MODELS_1 = """
import enum
from typing import Optional
from sqlmodel import Field, Relationship, SQLModel

SQLModel.metadata.clear()

class Team(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(index=True, max_length=50)

class Hero(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(index=True, unique=True)
    age: Optional[int] = None
    team_id: Optional[int] = Field(default=None, foreign_key="team.id", ondelete="CASCADE")

from sqlmodel import SQLModel as _base
import sqlalchemy as sa
metadata = sa.MetaData()
for table in _base.metadata.sorted_tables:
    table.to_metadata(metadata)
"""

MODELS_2 = MODELS_1.replace(
    "    age: Optional[int] = None\n",
    "    age: int = Field(default=0, sa_column_kwargs={'server_default': '0'})\n"
    "    born: datetime.datetime = Field(sa_type=sa.DateTime(timezone=True))\n"
    "    power: decimal.Decimal = Field(default=0, max_digits=5, decimal_places=2)\n",
).replace("import enum", "import datetime, decimal, enum\nimport sqlalchemy as sa")


def test_sqlmodel(tmp_path: Path, emptied_databases: Databases) -> None:
    require("sqlmodel")
    project = make(tmp_path, MODELS_1, MODELS_2, imports="import sqlmodel")
    ours, theirs = both(project, lambda: emptied_databases("postgresql"))
    assert_alike(ours, theirs)
    assert ours.offline == theirs.offline


# -- the gate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "models", "setup"),
    [
        ("alembic_utils", (ENTITIES_1, ENTITIES_2), REGISTER),
        ("alembic_postgresql_enum", (ENUMS_1, ENUMS_2), "import alembic_postgresql_enum"),
    ],
)
def test_the_gate_executes_env_py_many_times(
    package: str,
    models: tuple[str, str],
    setup: str,
    tmp_path: Path,
    emptied_databases: Databases,
    headway: Program,
) -> None:
    """Replay, comparison and downgrade execute env.py in one process; the add-on is imported once and goes on working."""
    require(package)
    project = make(tmp_path, *models, setup=setup)
    live(project, emptied_databases("postgresql"))
    expected = dict.fromkeys(("graph", "replay", "drift", "downgrade"), "pass") | {"lint": "skipped"}
    assert _stages(project, emptied_databases("postgresql"), headway) == expected
    target = emptied_databases("postgresql")
    planned = headway("plan", "--url", target, "-o", "plan.json", cwd=project)
    assert planned.code == 0, planned.err
    digest = json.loads((project / "plan.json").read_text())["digest"]
    applied = headway("apply", "plan.json", "--url", target, "--approve", digest, cwd=project)
    assert applied.code == 0, applied.err
    (project / "models_2.py").write_text(models[0])
    assert _stages(project, emptied_databases("postgresql"), headway)["drift"] == "fail"


def _stages(project: Path, url: str, headway: Program) -> dict[str, str]:
    done = headway(
        "ci", "--scratch", url, "--all", "--stages", "graph,downgrade,drift", "--format", "json", cwd=project
    )
    return {stage["name"].split()[0]: stage["status"] for stage in json.loads(done.out)["stages"]}
