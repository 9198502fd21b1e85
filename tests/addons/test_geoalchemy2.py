"""geoalchemy2's helpers on a real PostGIS: spatial columns, tables and indexes, written by its rewriter and renderers."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from addons.projects import assert_alike, both, make, require

PLACES_1 = """
import sqlalchemy as sa
from geoalchemy2 import Geography, Geometry, alembic_helpers

metadata = sa.MetaData()
sa.Table(
    "lake", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, index=True),
    sa.Column("shore", Geometry("POLYGON", srid=4326)),
    sa.Column("gone", Geometry("POINT", srid=4326, spatial_index=False)),
)
sa.Table("peak", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("top", Geometry("POINT")))

OPTIONS = {
    "include_object": alembic_helpers.include_object,
    "process_revision_directives": alembic_helpers.writer,
    "render_item": alembic_helpers.render_item,
}
"""

PLACES_2 = """
import sqlalchemy as sa
from geoalchemy2 import Geography, Geometry, alembic_helpers

metadata = sa.MetaData()
sa.Table(
    "lake", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("shore", Geometry("POLYGON", srid=4326)),
    sa.Column("inflow", Geography("LINESTRING", srid=4326)),
    sa.Column("deepest", Geometry("POINTZ", srid=4326, dimension=3)),
)
sa.Table("road", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("way", Geometry("LINESTRING")))

OPTIONS = {
    "include_object": alembic_helpers.include_object,
    "process_revision_directives": alembic_helpers.writer,
    "render_item": alembic_helpers.render_item,
}
"""


def test_geoalchemy2(tmp_path: Path, postgis_url: str) -> None:
    require("geoalchemy2")
    project = make(tmp_path, PLACES_1, PLACES_2)

    def empty() -> str:
        with sa.create_engine(postgis_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                if table != "spatial_ref_sys":
                    connection.exec_driver_sql(f"DROP TABLE {table}")
        return postgis_url

    ours, theirs = both(project, empty)
    assert_alike(ours, theirs)
    indexes = {row[1] for row in ours.structures["up to models_2"]["indexes"]}
    assert {"idx_lake_shore", "idx_lake_inflow", "idx_lake_deepest", "idx_road_way"} <= indexes
    assert ours.offline == theirs.offline
