"""More pairs of schemas, for what generated migrations have lost or could not run. No tests of its own."""

from __future__ import annotations

import sqlalchemy as sa

from autogenerate.case import ALL, MY, PARENT, PG, SERVERS, Case, case, column, table

CONVENTION = """
m.naming_convention = {"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                       "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
                       "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
"""
"""The convention of SQLAlchemy's documentation."""


LITE = ("sqlite", "postgresql")
KIND = 'kind = sa.Enum("a", "b", name="kind")\n'
SCHEMA = 'sa.event.listen(m, "before_create", sa.DDL("CREATE SCHEMA IF NOT EXISTS other"))\n'
MADE = """sa.event.listen(m, "before_create", sa.DDL("CREATE TYPE made AS ENUM ('x', 'y')"))\n"""


def typed(kind: str, *, on: tuple[str, ...] = PG) -> tuple[Case, ...]:
    """A column of a type, in a new table and in one that is there."""
    return (
        case(f"table with {kind}", "", table(column(kind)), on=on),
        case(f"column of {kind}", table(), table(column(kind)), on=on),
    )


def inside(name: str, *parts: str, on: tuple[str, ...] = ALL, shared: str = "") -> tuple[Case, ...]:
    """What a table consists of, made with it and added to one that is there; ``parts`` after the first are added."""
    return (
        case(f"{name}, new table", "", table(*parts), on=on, shared=shared),
        case(f"{name}, added", table(parts[0]), table(*parts), on=on, shared=shared),
    )


RENDERED: tuple[Case, ...] = (
    # -- types inside types
    *typed("sa.ARRAY(sa.String())"),
    *typed("sa.ARRAY(sa.String(5), dimensions=2)"),
    *typed("sa.ARRAY(pg.UUID)"),
    *typed("pg.ARRAY(sa.Integer, as_tuple=True)"),
    *typed("pg.ARRAY(sa.Numeric(5, 2)).with_variant(sa.JSON(), 'sqlite')"),
    *typed("sa.ARRAY(sa.String).with_variant(sa.JSON(), 'sqlite', 'mysql', 'mariadb')", on=ALL),
    *typed("sa.JSON(none_as_null=True)", on=ALL),
    *typed("sa.JSON().with_variant(pg.JSONB(astext_type=sa.Text()), 'postgresql')", on=ALL),
    *typed("sa.String(9).with_variant(pg.UUID(), 'postgresql').with_variant(my.CHAR(36), 'mysql', 'mariadb')", on=ALL),
    *typed("pg.DOMAIN('whole', sa.Integer)"),
    *typed("pg.DOMAIN('price', sa.Numeric(5, 2), check='VALUE > 0', not_null=True, default='1.00')"),
    *typed("pg.DOMAIN('colon', sa.Text, check=sa.text(\"VALUE <> '\\\\:x'\"))"),
    *typed("sa.Interval(native=False, day_precision=3)", on=ALL),
    *typed("sa.Interval(second_precision=3)"),
    *typed("sa.PickleType(protocol=3)", on=ALL),
    *typed("sa.PickleType(impl=my.MEDIUMBLOB())", on=MY),
    *typed("pg.INT4RANGE"),
    *typed("pg.ARRAY(pg.INT4RANGE)"),
    *typed("my.SET('a', 'b')", on=MY),
    *typed("my.ENUM('a', 'b', charset='utf8mb4')", on=MY),
    *typed("sa.Boolean(create_constraint=True, name='is_bool')", on=("sqlite",)),
    # -- checks in columns and tables
    *inside(
        "check in a column",
        column("sa.Integer"),
        column("sa.Integer", "sa.CheckConstraint('d > 0', name='positive')", name="d"),
    ),
    *inside(
        "check without a name in a column",
        column("sa.Integer"),
        column("sa.Integer", "sa.CheckConstraint('d > 0')", name="d"),
    ),
    *inside(
        "two checks in a column",
        column("sa.Integer"),
        column(
            "sa.Integer",
            "sa.CheckConstraint('d > 0', name='low')",
            "sa.CheckConstraint('d < 9', name='high')",
            name="d",
        ),
    ),
    *inside(
        "check in a column, convention",
        column("sa.Integer"),
        column("sa.Integer", "sa.CheckConstraint('d > 0', name='positive')", name="d"),
        shared=CONVENTION,
    ),
    case(
        "check with a colon",
        "",
        table(column("sa.String(9)"), "sa.CheckConstraint(sa.text(\"c <> '\\\\:x'\"), name='colon')"),
    ),
    case(
        "check with a percent sign",
        "",
        table(column("sa.String(9)"), "sa.CheckConstraint(\"c <> '50%'\", name='percent')"),
    ),
    case(
        "check as an expression",
        "",
        "t = " + table(column("sa.Integer")) + "t.append_constraint(sa.CheckConstraint(t.c.c > 5, name='more'))\n",
    ),
    case(
        "boolean and enum without names, convention",
        "",
        CONVENTION
        + table(
            column("sa.Boolean(create_constraint=True, name='flag')"),
            column("sa.Enum('a', 'b', native_enum=False, create_constraint=True, name='kind')", name="d"),
        ),
    ),
    case(
        "boolean without a name, convention",
        "",
        CONVENTION + table(column("sa.Boolean(create_constraint=True)")),
        on=SERVERS,
    ),
    # -- keys and schemas
    case(
        "columns with keys",
        "",
        'sa.Table("parent", m, sa.Column("id", sa.Integer, key="k", primary_key=True))\nsa.Table("t", m, sa.Column("id", sa.Integer, key="i", primary_key=True), sa.Column("p", sa.ForeignKey("parent.k", name="fk_t_p"), key="q"))\n',
    ),
    case(
        "foreign key to a key, added",
        'sa.Table("parent", m, sa.Column("id", sa.Integer, key="k", primary_key=True))\nsa.Table("t", m, sa.Column("p", sa.Integer, key="q"))\n',
        'sa.Table("parent", m, sa.Column("id", sa.Integer, key="k", primary_key=True))\nsa.Table("t", m, sa.Column("p", sa.Integer, sa.ForeignKey("parent.k", name="fk_t_p"), key="q"))\n',
    ),
    case(
        "index and unique on keys",
        'sa.Table("t", m, sa.Column("a", sa.Integer, key="x"), sa.Column("b", sa.Integer, key="y"))\n',
        'sa.Table("t", m, sa.Column("a", sa.Integer, key="x"), sa.Column("b", sa.Integer, key="y"), sa.Index("ix_t", "x", "y"), sa.UniqueConstraint("y", name="uq_t"))\n',
    ),
    case(
        "foreign key to itself by key",
        "",
        'sa.Table("t", m, sa.Column("id", sa.Integer, key="k", primary_key=True), sa.Column("up", sa.Integer, sa.ForeignKey("t.k", name="fk_t_up"), key="u"))\n',
    ),
    case(
        "circle of foreign keys by key",
        "",
        'sa.Table("a", m, sa.Column("id", sa.Integer, key="k", primary_key=True), sa.Column("b_id", sa.Integer, sa.ForeignKey("b.k", name="fk_a_b"), key="bb"))\nsa.Table("b", m, sa.Column("id", sa.Integer, key="k", primary_key=True), sa.Column("a_id", sa.Integer, sa.ForeignKey("a.k", name="fk_b_a"), key="aa"))\n',
        on=SERVERS,
    ),
    case(
        "operator class by key",
        "",
        'sa.Table("t", m, sa.Column("a", sa.String(9), key="x"), sa.Column("b", sa.Integer, key="y"), sa.Index("ix_t", "x", postgresql_ops={"x": "varchar_pattern_ops"}, postgresql_include=["y"]))\n',
        on=PG,
    ),
    # -- constraint options
    *inside(
        "foreign key with match",
        column("sa.Integer"),
        'sa.ForeignKeyConstraint(["c"], ["parent.id"], name="fk_t", match="FULL", ondelete="CASCADE", onupdate="CASCADE")',
        shared=PARENT,
        on=PG,
    ),
    *inside(
        "deferred foreign key",
        column("sa.Integer"),
        'sa.ForeignKeyConstraint(["c"], ["parent.id"], name="fk_t", deferrable=True, initially="DEFERRED")',
        shared=PARENT,
        on=PG,
    ),
    *inside(
        "deferrable unique",
        column("sa.Integer"),
        'sa.UniqueConstraint("c", name="uq_t", deferrable=True, initially="DEFERRED")',
        on=PG,
    ),
    *inside(
        "unique, nulls not distinct",
        column("sa.Integer"),
        'sa.UniqueConstraint("c", name="uq_t", postgresql_nulls_not_distinct=True)',
        on=PG,
    ),
    *inside(
        "unique index, nulls not distinct",
        column("sa.Integer"),
        'sa.Index("ix_t", "c", unique=True, postgresql_nulls_not_distinct=True)',
        on=PG,
    ),
    case(
        "index made nulls not distinct",
        table(column("sa.Integer"), 'sa.Index("ix_t", "c", unique=True)'),
        table(column("sa.Integer"), 'sa.Index("ix_t", "c", unique=True, postgresql_nulls_not_distinct=True)'),
        on=PG,
    ),
    *inside(
        "unique with included columns",
        column("sa.Integer"),
        'sa.UniqueConstraint("c", name="uq_t", postgresql_include=["id"])',
        on=PG,
    ),
    case(
        "deferrable primary key",
        "",
        'sa.Table("t", m, sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("a", name="pk_t", deferrable=True, initially="DEFERRED"))\n',
        on=PG,
    ),
    case(
        "exclude constraint",
        "",
        table(column("pg.INT4RANGE"), 'pg.ExcludeConstraint(("c", "&&"), using="gist", name="ex_t")'),
        on=PG,
    ),
    case(
        "exclude constraint with a condition",
        "",
        table(
            column("pg.INT4RANGE"),
            column("sa.Integer", name="d"),
            'pg.ExcludeConstraint(("c", "&&"), using="gist", where=sa.text("d > 0"), deferrable=True, name="ex_t")',
        ),
        on=PG,
    ),
    case(
        "option of NOT NULL on SQLite",
        "",
        table(column("sa.Integer", "nullable=False", 'sqlite_on_conflict_not_null="FAIL"')),
        on=("sqlite",),
    ),
    # -- computed and identity
    *inside(
        "identity",
        column("sa.Integer"),
        column(
            "sa.Integer",
            "sa.Identity(always=True, start=5, increment=2, minvalue=1, maxvalue=99, cycle=True, cache=3)",
            name="d",
        ),
        on=PG,
    ),
    case(
        "identity of the primary key",
        "",
        'sa.Table("t", m, sa.Column("id", sa.BigInteger, sa.Identity(start=3), primary_key=True))\n',
        on=PG,
    ),
    case(
        "identity removed from the primary key",
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))\n',
        'sa.Table("t", m, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))\n',
        on=PG,
    ),
    case(
        "type of an identity column",
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))\n',
        'sa.Table("t", m, sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True))\n',
        on=PG,
    ),
    *inside(
        "computed",
        column("sa.Integer"),
        column("sa.Integer", 'sa.Computed("c * 2", persisted=True)', name="d"),
        on=SERVERS,
    ),
    case(
        "computed with a colon",
        "",
        table(
            column("sa.String(9)"),
            column("sa.String(9)", "sa.Computed(sa.text(\"c || '\\\\:x'\"), persisted=True)", name="d"),
        ),
        on=PG,
    ),
    # -- defaults
    *inside(
        "default with a colon",
        column("sa.Integer"),
        column("sa.Text", 'server_default=sa.text("\'{\\"a\\"\\\\:true}\'")', name="d"),
        on=("sqlite", "postgresql"),
    ),
    case(
        "default with a colon removed",
        table(column("sa.Text", 'server_default=sa.text("\'{\\"a\\"\\\\:true}\'")')),
        table(),
        on=("sqlite", "postgresql"),
    ),
    # -- indexes
    *inside(
        "index on a sum", column("sa.Integer"), 'sa.Index("ix_t", sa.text("(c + 1)"))', on=("sqlite", "postgresql")
    ),
    case(
        "index on columns added up",
        "t = " + table(column("sa.Integer"), column("sa.Integer", name="d")),
        "t = " + table(column("sa.Integer"), column("sa.Integer", name="d")) + 'sa.Index("ix_t", t.c.c + t.c.d)\n',
        on=("sqlite", "postgresql"),
    ),
    case(
        "index on a path",
        "t = " + table(column("pg.JSONB")),
        "t = " + table(column("pg.JSONB")) + 'sa.Index("ix_t", t.c.c["a"].astext)\n',
        on=PG,
    ),
    case(
        "index with a labelled operator class",
        "t = " + table(column("sa.String(9)")),
        "t = "
        + table(column("sa.String(9)"))
        + 'sa.Index("ix_t", sa.func.lower(t.c.c).label("low"), postgresql_ops={"low": "text_pattern_ops"})\n',
        on=PG,
    ),
    # -- enums and domains, which PostgreSQL keeps under a name
    *typed('sa.Enum("a", "b", name="kind")', on=ALL),
    *typed('pg.ENUM("a", "b", name="kind")'),
    *typed('pg.ARRAY(sa.Enum("a", "b", name="kind"))'),
    *typed("""sa.Enum("it's", ":x", "50%", name="My Kind")"""),
    *typed('sa.String(9).with_variant(pg.ENUM("a", "b", name="kind"), "postgresql")', on=LITE),
    *typed('sa.Enum("a", "b", name="kind", native_enum=False)', on=ALL),
    case(
        "enum of two new tables",
        "",
        KIND + table(column("kind"), column("kind", name="d")) + table(column("kind"), name="u"),
        on=ALL,
    ),
    case(
        "enum of a new table and an added column",
        table(),
        KIND + table(column("kind")) + table(column("kind"), name="u"),
        on=ALL,
    ),
    case("enum of two added columns", table(), KIND + table(column("kind"), column("kind", name="d")), on=ALL),
    case(
        "enum of a second table",
        KIND + table(column("kind")),
        KIND + table(column("kind")) + table(column("kind"), name="u"),
        on=ALL,
    ),
    case(
        "array of an enum that is there",
        KIND + table(column("kind")),
        KIND + table(column("kind")) + table(column("pg.ARRAY(kind)"), name="u"),
        on=PG,
    ),
    case(
        "variant that is there",
        "kind = sa.String(9).with_variant(pg.ENUM('a', 'b', name='kind'), 'postgresql')\n" + table(column("kind")),
        "kind = sa.String(9).with_variant(pg.ENUM('a', 'b', name='kind'), 'postgresql')\n"
        + table(column("kind"))
        + table(column("kind"), name="u"),
        on=LITE,
    ),
    case(
        "enum of a second column",
        KIND + table(column("kind")),
        KIND + table(column("kind"), column("kind", name="d")),
        on=ALL,
    ),
    case(
        "enum with a percent sign, of an added column",
        table(),
        table(column("sa.Enum('50%', \"it's 100%%\", name='share')", name="d")),
    ),
    case("enum of a table removed", KIND + table(column("kind")), "", on=ALL),
    case("enum of a column removed", KIND + table(column("kind")), table(), on=ALL),
    case(
        "enum of one of two tables removed",
        KIND + table(column("kind")) + table(column("kind"), name="u"),
        KIND + table(column("kind")),
        on=ALL,
    ),
    case(
        "enum in a schema",
        SCHEMA,
        SCHEMA
        + 'kind = sa.Enum("a", "b", name="kind", schema="other")\n'
        + table(column("kind"))
        + table(column("kind"), name="u"),
        on=PG,
    ),
    case(
        "enum in a schema, of a second table",
        SCHEMA + 'kind = sa.Enum("a", "b", name="kind", schema="other")\n' + table(column("kind")),
        SCHEMA
        + 'kind = sa.Enum("a", "b", name="kind", schema="other")\n'
        + table(column("kind"))
        + table(column("kind"), name="u"),
        on=PG,
    ),
    case(
        "enum in the default schema",
        "",
        'kind = sa.Enum("a", "b", name="kind", schema="public")\n'
        + table(column("kind"))
        + table(column("kind"), name="u"),
        on=PG,
    ),
    case(
        "enum of the metadata",
        "",
        'kind = sa.Enum("a", "b", name="kind", metadata=m)\n' + table(column("kind")) + table(column("kind"), name="u"),
        on=ALL,
    ),
    case(
        "enum that the project makes itself",
        MADE,
        MADE + table(column('pg.ENUM("x", "y", name="made", create_type=False)')),
        on=PG,
    ),
    case(
        "domain of a second table",
        table(column("pg.DOMAIN('whole', sa.Integer)")),
        table(column("pg.DOMAIN('whole', sa.Integer)")) + table(column("pg.DOMAIN('whole', sa.Integer)"), name="u"),
        on=PG,
    ),
    # -- comments and names
    *inside(
        "comment with a colon and a percent sign",
        column("sa.Integer"),
        column("sa.Integer", 'comment="50% :x"', name="d"),
        on=SERVERS,
    ),
    case(
        "convention, everything",
        CONVENTION,
        CONVENTION
        + PARENT.replace(', name="uq_parent_code"', "")
        + table(
            column("sa.Integer", 'sa.ForeignKey("parent.id")', "index=True"),
            column("sa.Integer", "unique=True", name="d"),
            'sa.UniqueConstraint("c", "d")',
            'sa.CheckConstraint("d > 0", name="positive")',
        ),
    ),
    case(
        "convention, everything added",
        CONVENTION
        + PARENT.replace(', name="uq_parent_code"', "")
        + table(column("sa.Integer"), column("sa.Integer", name="d")),
        CONVENTION
        + PARENT.replace(', name="uq_parent_code"', "")
        + table(
            column("sa.Integer", 'sa.ForeignKey("parent.id")', "index=True"),
            column("sa.Integer", "unique=True", name="d"),
            'sa.UniqueConstraint("c", "d")',
        ),
    ),
    case(
        "convention, everything removed",
        CONVENTION
        + PARENT.replace(', name="uq_parent_code"', "")
        + table(
            column("sa.Integer", 'sa.ForeignKey("parent.id")', "index=True"),
            column("sa.Integer", "unique=True", name="d"),
            'sa.UniqueConstraint("c", "d")',
        ),
        CONVENTION
        + PARENT.replace(', name="uq_parent_code"', "")
        + table(column("sa.Integer"), column("sa.Integer", name="d")),
        on=("sqlite", "postgresql"),
    ),
)

_WHY: dict[str, dict[str, tuple[str, ...]]] = {
    "Alembic loses what SQLAlchemy's copying of a type loses": {
        "table with my.ENUM('a', 'b', charset='utf8mb4')": MY,
    },
    "Text is nowhere imported, where the database is another": {
        "table with sa.JSON().with_variant(pg.JSONB(astext_type=sa.Text()), 'postgresql')": ("sqlite", "mariadb"),
        "column of sa.JSON().with_variant(pg.JSONB(astext_type=sa.Text()), 'postgresql')": ("sqlite", "mariadb"),
    },
    "nobody drops the domain, or makes it for an added column": {
        "table with pg.DOMAIN('whole', sa.Integer)": PG,
        "column of pg.DOMAIN('whole', sa.Integer)": PG,
        "table with pg.DOMAIN('price', sa.Numeric(5, 2), check='VALUE > 0', not_null=True, default='1.00')": PG,
        "column of pg.DOMAIN('price', sa.Numeric(5, 2), check='VALUE > 0', not_null=True, default='1.00')": PG,
        "table with pg.DOMAIN('colon', sa.Text, check=sa.text(\"VALUE <> '\\\\:x'\"))": PG,
        "column of pg.DOMAIN('colon', sa.Text, check=sa.text(\"VALUE <> '\\\\:x'\"))": PG,
    },
    "Alembic loses the arguments": {
        "table with sa.Interval(native=False, day_precision=3)": ALL,
        "column of sa.Interval(native=False, day_precision=3)": ALL,
        "table with sa.Interval(second_precision=3)": PG,
        "column of sa.Interval(second_precision=3)": PG,
        "table with sa.PickleType(protocol=3)": ALL,
        "column of sa.PickleType(protocol=3)": ALL,
        "table with sa.PickleType(impl=my.MEDIUMBLOB())": MY,
        "column of sa.PickleType(impl=my.MEDIUMBLOB())": MY,
    },
    "Alembic loses the CHECK": {
        "check in a column, new table": ALL,
        "check in a column, added": ALL,
        "check without a name in a column, new table": ALL,
        "check without a name in a column, added": ALL,
        "check in a column, convention, new table": ALL,
        "check in a column, convention, added": ALL,
    },
    "Alembic loses the CHECKs": {
        "two checks in a column, new table": ALL,
        "two checks in a column, added": ALL,
    },
    "Alembic makes a parameter of the colon": {
        "check with a colon": ALL,
        "computed with a colon": PG,
        "default with a colon, new table": ("sqlite", "postgresql"),
        "default with a colon, added": ("sqlite", "postgresql"),
        "default with a colon removed": ("sqlite", "postgresql"),
    },
    "Alembic doubles the percent sign": {
        "check with a percent sign": SERVERS,
    },
    "Alembic's cannot run": {
        "circle of foreign keys by key": SERVERS,
    },
    "Alembic's options name columns that are not there": {
        "operator class by key": PG,
    },
    "Alembic loses the timing": {
        "deferrable primary key": PG,
    },
    "Alembic writes deferrable as a text": {
        "exclude constraint with a condition": PG,
    },
    "without existing_server_default it cannot run": {
        "identity removed from the primary key": PG,
    },
    "autoincrement is for MySQL, and warns": {
        "type of an identity column": PG,
    },
    "Alembic leaves indexes on expressions out": {
        "index on a sum, new table": ("sqlite",),
        "index on a sum, added": ("sqlite",),
        "index on columns added up": ("sqlite",),
    },
    "nobody drops the type, makes it for an added column, or finds it there": {
        'table with sa.Enum("a", "b", name="kind")': PG,
        'column of sa.Enum("a", "b", name="kind")': PG,
        'table with pg.ENUM("a", "b", name="kind")': PG,
        'column of pg.ENUM("a", "b", name="kind")': PG,
        'table with pg.ARRAY(sa.Enum("a", "b", name="kind"))': PG,
        'column of pg.ARRAY(sa.Enum("a", "b", name="kind"))': PG,
        'table with sa.Enum("it\'s", ":x", "50%", name="My Kind")': PG,
        'column of sa.Enum("it\'s", ":x", "50%", name="My Kind")': PG,
        'table with sa.String(9).with_variant(pg.ENUM("a", "b", name="kind"), "postgresql")': PG,
        'column of sa.String(9).with_variant(pg.ENUM("a", "b", name="kind"), "postgresql")': PG,
        "enum of two new tables": PG,
        "enum of a new table and an added column": PG,
        "enum of two added columns": PG,
        "enum with a percent sign, of an added column": PG,
        "enum of a second table": PG,
        "array of an enum that is there": PG,
        "enum of a table removed": PG,
        "enum of one of two tables removed": PG,
        "enum in a schema": PG,
        "enum in a schema, of a second table": PG,
        "enum of the metadata": PG,
        "enum in the default schema": PG,
    },
    "the type is there already": {
        "variant that is there": PG,
    },
    "the domain is there already": {
        "domain of a second table": PG,
    },
}

_OLD_WHY = {
    "on SQLAlchemy 2.0 Alembic's text has the MetaData that an enum was given": {
        "enum of the metadata": ("sqlite", "mariadb")
    },
    "on SQLAlchemy 2.0 Alembic's text loses create_type": {"enum that the project makes itself": PG},
}
"""What is the same on SQLAlchemy 2.1."""

RENDERED_DIFFERENCES = {
    (database, name): why
    for why, found in (_WHY | (_OLD_WHY if sa.__version__.startswith("2.0.") else {})).items()
    for name, on in found.items()
    for database in on
}
"""As ``DIFFERENCES`` of the other cases."""
