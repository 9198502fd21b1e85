"""Autogenerate reads the models and leaves them alone, however often it is asked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from headway.autogenerate.api import compare_metadata, produce_migrations, render_python_code
from headway.runtime.context import MigrationContext


def shop() -> sa.MetaData:
    metadata = sa.MetaData()
    items = sa.Table(
        "items",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), index=True),
        sa.Column("price", sa.Integer, unique=True),
        sa.Column("stock", sa.Boolean(create_constraint=True, name="ck_stock")),
        sa.Column("parent", sa.ForeignKey("items.id")),
    )
    items.append_constraint(sa.CheckConstraint(items.c.price > 0, name="ck_price"))
    sa.Index("ix_lower", sa.func.lower(items.c.name))
    sa.Index("ix_newest", items.c.id.desc())
    return metadata


def parts(metadata: sa.MetaData) -> list[tuple[str, list[int], list[int]]]:
    """What hangs on each table, by identity."""
    return [
        (table.key, sorted(map(id, table.indexes)), sorted(map(id, table.constraints)))
        for table in metadata.tables.values()
    ]


@pytest.mark.parametrize("there", [False, True], ids=["into an empty database", "out of a full one"])
def test_the_models_keep_what_they_have_and_get_no_more(there: bool) -> None:
    metadata, other = shop(), sa.MetaData()
    before = parts(metadata)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        if there:
            shop().create_all(connection)
        context = MigrationContext.configure(connection)
        rendered = set()
        for _ in range(3):
            script = produce_migrations(context, other if there else metadata)
            for ops in (script.upgrade_ops, script.downgrade_ops, script.upgrade_ops.reverse()):
                rendered.add(render_python_code(ops))
                ops.as_diffs()
            compare_metadata(context, metadata)
    assert parts(metadata) == before
    assert len(rendered) == 2
