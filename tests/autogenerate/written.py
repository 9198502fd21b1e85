"""Operations that programs and hooks make by hand, and what is written for each. No tests of its own.

Each is Python text that binds ``made`` to an operation, with ``ops`` for the operations' classes, ``sa`` for SQLAlchemy
and ``pg``/``my`` for its dialects, or a table ``t``, which is created. What Alembic writes is right unless the case says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Written:
    """One operation; ``right`` is the text where Alembic's is wrong, and ``why`` says what is wrong with it."""

    name: str
    text: str
    right: str = ""
    why: str = ""
    dialect: str = "postgresql"
    moved: bool = False
    """A CHECK of a column is written beside it; the effect is the same, the SQL is not."""


def table(name: str, inside: str, **kw: Any) -> Written:
    """The creation of a table ``t`` of these columns and constraints."""
    return Written(name, f'made = ops.CreateTableOp.from_table(sa.Table("t", sa.MetaData(), {inside}))', **kw)


def op(name: str, call: str, **kw: Any) -> Written:
    return Written(name, f"made = ops.{call}", **kw)


CONVENTION = '{"ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}'

NEWER = (
    (
        op("pg enum", 'AddColumnOp("t", sa.Column("x", pg.ENUM("a", "b", name="e", create_type=False, schema="s")))'),
        op(
            "null type",
            'AlterColumnOp("t", "x", existing_type=sa.types.NullType(), modify_nullable=False)',
            right="op.alter_column('t', 'x', existing_type=sa.types.NullType(), nullable=False)",
            why="there is no sa.NullType",
        ),
        op(
            "identity for Oracle",
            'AddColumnOp("t", sa.Column("x", sa.Integer, sa.Identity(start=42, oracle_on_null=True, oracle_order=False)))',
        ),
    )
    if hasattr(sa.Identity(), "dialect_kwargs")
    else ()
)  # from SQLAlchemy 2.1 on

WRITTEN: tuple[Written, ...] = (
    # -- names that are quoted, or are not
    op(
        "a schema with a dot that is not quoted",
        'CreateTableOp("t", [sa.Column("q", sa.Integer())], schema=sa.quoted_name("one.two", quote=False))',
        right="op.create_table('t', sa.Column('q', sa.Integer(), nullable=True), schema=sa.quoted_name('one.two', quote=False))",
        why="Alembic's table is in a schema with a dot in its name",
    ),
    op(
        "names that are always quoted",
        'AddColumnOp(sa.quoted_name("t", quote=True), sa.Column("x", sa.Integer(), quote=True))',
        right="op.add_column(sa.quoted_name('t', quote=True), sa.Column(sa.quoted_name('x', quote=True), sa.Integer(), nullable=True))",
        why="on Oracle Alembic's names are in capitals",
    ),
    op(
        "the name of a table that is always quoted, dropped",
        'DropTableOp(sa.quoted_name("t", quote=True))',
        right="op.drop_table(sa.quoted_name('t', quote=True))",
        why="the same",
    ),
    # -- tables by hand
    op("primary key of a table made by hand", 'CreateTableOp("t", [sa.Column("id", sa.Integer(), primary_key=True)])'),
    op(
        "two primary key columns",
        'CreateTableOp("t", [sa.Column("a", sa.Integer(), primary_key=True), sa.Column("b", sa.Integer(), primary_key=True)])',
    ),
    op(
        "foreign key of a table made by hand",
        'CreateTableOp("t", [sa.Column("q", sa.Integer(), sa.ForeignKey("o.id", ondelete="CASCADE"))])',
    ),
    op(
        "unique and index of a table made by hand",
        'CreateTableOp("t", [sa.Column("q", sa.Integer(), unique=True), sa.Column("r", sa.Integer(), index=True)])',
        right="op.create_table('t', sa.Column('q', sa.Integer(), nullable=True), sa.Column('r', sa.Integer(), index=True, nullable=True), sa.UniqueConstraint('q'))",
        why="Alembic loses the index",
    ),
    op(
        "unique index of a table made by hand",
        'CreateTableOp("t", [sa.Column("q", sa.Integer(), unique=True, index=True)])',
        right="op.create_table('t', sa.Column('q', sa.Integer(), unique=True, index=True, nullable=True))",
        why="Alembic loses the index",
    ),
    op(
        "constraints of a table made by hand",
        'CreateTableOp("t", [sa.Column("a", sa.Integer()), sa.Column("b", sa.Integer()), sa.UniqueConstraint("a", name="u"), sa.CheckConstraint("a > 0", name="c"), sa.ForeignKeyConstraint(["a", "b"], ["o.x", "o.y"], name="f"), sa.PrimaryKeyConstraint("a", name="p")])',
    ),
    op(
        "table of a schema made by hand",
        'CreateTableOp("t", [sa.Column("q", sa.Integer(), sa.ForeignKey("s.o.id"))], schema="s")',
    ),
    Written(
        "columns of a models' table",
        'x = sa.Table("x", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))\nmade = ops.CreateTableOp("t", list(x.c))',
    ),
    # -- keys and schemas
    Written(
        "foreign key to a column with a key",
        'm = sa.MetaData()\nsa.Table("a", m, sa.Column("id", sa.Integer, key="aid", primary_key=True))\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, sa.ForeignKey("a.aid"), key="aa"))\nmade = ops.CreateTableOp.from_table(b)',
    ),
    Written(
        "foreign key in the schema of the metadata",
        'm = sa.MetaData(schema="foo")\nsa.Table("a", m, sa.Column("id", sa.Integer, primary_key=True))\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, sa.ForeignKey("a.id")))\nmade = ops.CreateTableOp.from_table(b)',
    ),
    Written(
        "foreign key to a table nobody defines",
        'm = sa.MetaData(schema="foo")\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, sa.ForeignKey("a.id")))\nmade = ops.CreateTableOp.from_table(b)',
    ),
    Written(
        "foreign key with its schema",
        'm = sa.MetaData(schema="foo")\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, sa.ForeignKey("foo.a.id")))\nmade = ops.CreateTableOp.from_table(b)',
    ),
    Written(
        "foreign key given as a column",
        'm = sa.MetaData()\na = sa.Table("a", m, sa.Column("id", sa.Integer, key="aid", primary_key=True), schema="s")\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, sa.ForeignKey(a.c.aid)))\nmade = ops.CreateTableOp.from_table(b)',
    ),
    Written(
        "foreign key to the same table, keys",
        'm = sa.MetaData()\nt = sa.Table("t", m, sa.Column("id", sa.Integer, key="k", primary_key=True), sa.Column("up", sa.Integer, key="u"), sa.ForeignKeyConstraint(["u"], ["t.k"], name="f"))\nmade = ops.CreateTableOp.from_table(t)',
    ),
    Written(
        "foreign key that links to names",
        'm = sa.MetaData()\nsa.Table("a", m, sa.Column("id", sa.Integer, key="aid", primary_key=True))\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer), sa.ForeignKeyConstraint(["a_id"], ["a.id"], link_to_name=True))\nmade = ops.CreateTableOp.from_table(b)',
    ),
    Written(
        "foreign key added, keys and schema",
        'm = sa.MetaData(schema="foo")\nsa.Table("a", m, sa.Column("id", sa.Integer, key="aid", primary_key=True))\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, key="aa"), sa.ForeignKeyConstraint(["aa"], ["a.aid"], name="f"))\nmade = ops.CreateForeignKeyOp.from_constraint(next(iter(b.foreign_key_constraints)))',
    ),
    Written(
        "table dropped, as its reverse",
        'm = sa.MetaData(schema="foo")\nsa.Table("a", m, sa.Column("id", sa.Integer, key="aid", primary_key=True))\nb = sa.Table("b", m, sa.Column("a_id", sa.Integer, sa.ForeignKey("a.aid"), key="aa"))\nmade = ops.DropTableOp.from_table(b).reverse()',
        right="op.create_table('b', sa.Column('a_id', sa.Integer(), nullable=True), sa.ForeignKeyConstraint(['a_id'], ['foo.a.id']), schema='foo')",
        why="Alembic takes the key for a name and leaves the schema out",
    ),
    Written(
        "primary key of a column with a key",
        't = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, key="k"), sa.PrimaryKeyConstraint("k", name="p"))\nmade = ops.CreatePrimaryKeyOp.from_constraint(t.primary_key)',
        right="op.create_primary_key('p', 't', ['id'])",
        why="Alembic cannot write it",
    ),
    Written(
        "index options name keys",
        't = sa.Table("t", sa.MetaData(), sa.Column("id", sa.String, key="k"), sa.Column("n", sa.Integer, key="l"))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.k, postgresql_ops={"k": "text_pattern_ops"}, postgresql_include=["l"]))',
        right="op.create_index('i', 't', ['id'], unique=False, postgresql_ops={'id': 'text_pattern_ops'}, postgresql_include=['n'])",
        why="Alembic loses the options, which call the columns by their keys",
    ),
    Written(
        "unique with included keys",
        't = sa.Table("t", sa.MetaData(), sa.Column("id", sa.String, key="k"), sa.Column("n", sa.Integer, key="l"))\nu = sa.UniqueConstraint("k", name="u", postgresql_include=["l"])\nt.append_constraint(u)\nmade = ops.CreateUniqueConstraintOp.from_constraint(u)',
        right="op.create_unique_constraint('u', 't', ['id'], postgresql_include=['n'])",
        why="Alembic names a column that is not there",
    ),
    # -- options
    op("new column name", 'AlterColumnOp("t", "x", modify_name="y")'),
    op(
        "everything of alter_column",
        'AlterColumnOp("t", "x", schema="s", modify_name="y", modify_type=sa.Text(), modify_nullable=True, modify_server_default="1", modify_comment="c", existing_comment="d", existing_type=sa.String(5), existing_nullable=False, existing_server_default="2", autoincrement=True)',
    ),
    op(
        "existing of alter_column",
        'AlterColumnOp("t", "x", modify_name="y", existing_type=sa.String(5), existing_nullable=False, existing_server_default="2", existing_comment="d")',
    ),
    op("column, if not there", 'AddColumnOp("t", sa.Column("x", sa.Integer), if_not_exists=True, schema="s")'),
    op("column, if there", 'DropColumnOp("t", "x", if_exists=True, schema="s")'),
    op(
        "mssql_drop options",
        'DropColumnOp("t", "x", mssql_drop_check=True)',
        right="op.drop_column('t', 'x', mssql_drop_check=True)",
        why="Alembic loses it",
    ),
    op("table dropped, if there", 'DropTableOp("t", if_exists=True, schema="s")'),
    op("table, if not there", 'CreateTableOp("t", [sa.Column("x", sa.Integer)], if_not_exists=True)'),
    op("constraint dropped, if there", 'DropConstraintOp("c", "t", type_="unique", if_exists=True, schema="s")'),
    op("index, if not there", 'CreateIndexOp("i", "t", ["x"], if_not_exists=True, schema="s")'),
    op("index dropped, if there", 'DropIndexOp("i", "t", if_exists=True, schema="s")'),
    op(
        "inline references",
        'AddColumnOp("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id")), inline_references=True)',
        right="op.add_column('t', sa.Column('x', sa.Integer(), sa.ForeignKey('o.id'), nullable=True), inline_references=True)",
        why="Alembic loses the foreign key",
    ),
    op(
        "foreign key in an added column",
        'AddColumnOp("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id", name="f", ondelete="CASCADE")))',
        right="op.add_column('t', sa.Column('x', sa.Integer(), sa.ForeignKey('o.id', name='f', ondelete='CASCADE'), nullable=True))",
        why="Alembic loses it",
    ),
    op(
        "unique and index in an added column",
        'AddColumnOp("t", sa.Column("x", sa.Integer, unique=True, index=True))',
        right="op.add_column('t', sa.Column('x', sa.Integer(), unique=True, index=True, nullable=True))",
        why="Alembic loses both",
    ),
    op(
        "primary key in an added column",
        'AddColumnOp("t", sa.Column("x", sa.Integer, primary_key=True), inline_primary_key=True)',
        right="op.add_column('t', sa.Column('x', sa.Integer(), primary_key=True, nullable=False), inline_primary_key=True)",
        why="Alembic loses it",
    ),
    op(
        "dialect options of a column",
        'AddColumnOp("t", sa.Column("x", sa.Integer, nullable=False, sqlite_on_conflict_not_null="FAIL"))',
    ),
    op("an empty comment", 'AddColumnOp("t", sa.Column("x", sa.Integer, comment=""))'),
    Written(
        "an empty comment of a table",
        'made = ops.CreateTableOp.from_table(sa.Table("t", sa.MetaData(), sa.Column("x", sa.Integer, comment=""), comment=""))',
    ),
    op("match of a foreign key", 'CreateForeignKeyOp("f", "t", "o", ["a"], ["b"], match="FULL")'),
    table(
        "match of a foreign key in a table",
        'sa.Column("x", sa.Integer), sa.ForeignKeyConstraint(["x"], ["o.id"], match="FULL", name="f", onupdate="CASCADE", ondelete="SET NULL", deferrable=True, initially="DEFERRED", use_alter=True)',
    ),
    table(
        "timing of constraints",
        'sa.Column("x", sa.Integer), sa.PrimaryKeyConstraint("x", name="p", deferrable=True), sa.UniqueConstraint("x", name="u", initially="DEFERRED"), sa.CheckConstraint("x > 0", name="c", deferrable=True)',
        right="op.create_table('t', sa.Column('x', sa.Integer(), nullable=False), sa.CheckConstraint('x > 0', deferrable=True, name='c'), sa.PrimaryKeyConstraint('x', deferrable=True, name='p'), sa.UniqueConstraint('x', initially='DEFERRED', name='u'))",
        why="Alembic loses that of primary keys and CHECKs",
    ),
    table(
        "dialect options of constraints",
        'sa.Column("x", sa.Integer), sa.PrimaryKeyConstraint("x", name="p", mssql_clustered=False), sa.UniqueConstraint("x", name="u", postgresql_nulls_not_distinct=True), sa.ForeignKeyConstraint(["x"], ["o.id"], name="f", postgresql_not_valid=True), sa.CheckConstraint("x > 0", name="c", postgresql_not_valid=True)',
        right="op.create_table('t', sa.Column('x', sa.Integer(), nullable=False), sa.CheckConstraint('x > 0', name='c', postgresql_not_valid=True), sa.ForeignKeyConstraint(['x'], ['o.id'], name='f', postgresql_not_valid=True), sa.PrimaryKeyConstraint('x', name='p', mssql_clustered=False), sa.UniqueConstraint('x', name='u', postgresql_nulls_not_distinct=True))",
        why="Alembic loses those of primary keys",
    ),
    op("check with options", 'CreateCheckConstraintOp("c", "t", "x > 0", postgresql_not_valid=True, schema="s")'),
    op(
        "primary key with options",
        'CreatePrimaryKeyOp("c", "t", ["x"], mssql_clustered=False)',
        right="op.create_primary_key('c', 't', ['x'], mssql_clustered=False)",
        why="Alembic cannot write it",
    ),
    op(
        "unique with options",
        'CreateUniqueConstraintOp("c", "t", ["x"], deferrable=True, initially="DEFERRED", postgresql_nulls_not_distinct=True)',
    ),
    op(
        "foreign key with options",
        'CreateForeignKeyOp("f", "t", "o", ["a"], ["b"], postgresql_not_valid=True, source_schema="s", referent_schema="r", onupdate="CASCADE", deferrable=True)',
    ),
    op(
        "renamed table",
        'RenameTableOp("a", "b", schema="s")',
        right="op.rename_table('a', 'b', schema='s')",
        why="Alembic cannot write it",
    ),
    table(
        "two unique constraints, one without a name",
        'sa.Column("n", sa.Integer), sa.Column("z", sa.Integer), sa.UniqueConstraint("n", name="uq_name"), sa.UniqueConstraint("z")',
    ),
    table(
        "constraints of all kinds, two of each",
        'sa.Column("n", sa.Integer), sa.CheckConstraint("n > 1", name="z"), sa.CheckConstraint("n > 0", name="a"), sa.UniqueConstraint("n", name="b"), sa.UniqueConstraint("n", name="a"), sa.ForeignKeyConstraint(["n"], ["o.z"]), sa.ForeignKeyConstraint(["n"], ["o.a"]), sa.PrimaryKeyConstraint("n")',
    ),
    # -- defaults
    *NEWER,
    op("identity, always unsaid", 'AddColumnOp("t", sa.Column("x", sa.Integer, sa.Identity(always=None, start=3)))'),
    op(
        "identity with everything",
        'AddColumnOp("t", sa.Column("x", sa.Integer, sa.Identity(always=True, start=3, increment=2, minvalue=1, maxvalue=99, nominvalue=False, nomaxvalue=False, cycle=True, cache=5)))',
    ),
    op("computed", 'AddColumnOp("t", sa.Column("x", sa.Integer, sa.Computed("a + 1", persisted=True)))'),
    op("fetched value", 'AddColumnOp("t", sa.Column("x", sa.Integer, server_default=sa.FetchedValue()))'),
    op(
        "default with an escaped colon",
        'AddColumnOp("t", sa.Column("x", sa.Text, server_default=sa.text("\'{\\"a\\"\\\\:true}\'")))',
        right="op.add_column('t', sa.Column('x', sa.Text(), server_default=sa.text('\\'{\"a\"\\\\:true}\\''), nullable=True))",
        why="Alembic makes a parameter of it",
    ),
    op(
        "default with a percent sign",
        'AddColumnOp("t", sa.Column("x", sa.Text, server_default=sa.text("\'50%\'")))',
        right="op.add_column('t', sa.Column('x', sa.Text(), server_default=sa.text(\"'50%'\"), nullable=True))",
        why="Alembic doubles it",
    ),
    op(
        "check with an escaped colon",
        'CreateCheckConstraintOp("c", "t", sa.text("x <> \'\\\\:a\'"))',
        right="op.create_check_constraint('c', 't', \"x <> '\\\\:a'\")",
        why="Alembic makes a parameter of it",
    ),
    # -- checks in columns
    table(
        "check in a column of a table",
        'sa.Column("r", sa.Text, sa.CheckConstraint("r <> \'\'", name="r_set"))',
        moved=True,
        right="op.create_table('t', sa.Column('r', sa.Text(), nullable=True), sa.CheckConstraint(\"r <> ''\", name='r_set'))",
        why="Alembic loses it",
    ),
    op(
        "check in an added column",
        'AddColumnOp("t", sa.Column("r", sa.Text, sa.CheckConstraint("r <> \'\'", name="r_set")))',
        right="op.add_column('t', sa.Column('r', sa.Text(), sa.CheckConstraint(\"r <> ''\", name='r_set'), nullable=True))",
        why="Alembic loses it",
    ),
    Written(
        "check in a column, convention",
        f'made = ops.CreateTableOp.from_table(sa.Table("t", sa.MetaData(naming_convention={CONVENTION}), sa.Column("r", sa.Text, sa.CheckConstraint("r <> \'\'", name="set"))))',
        moved=True,
        right="op.create_table('t', sa.Column('r', sa.Text(), nullable=True), sa.CheckConstraint(\"r <> ''\", name=op.f('ck_t_set')))",
        why="Alembic loses it",
    ),
    Written(
        "boolean and enum without names, convention",
        f'made = ops.CreateTableOp.from_table(sa.Table("t", sa.MetaData(naming_convention={CONVENTION}), sa.Column("b", sa.Boolean(create_constraint=True)), sa.Column("e", sa.Enum("x", "y", native_enum=False, create_constraint=True))))',
    ),
    Written(
        "boolean and enum with names, convention",
        f'made = ops.CreateTableOp.from_table(sa.Table("t", sa.MetaData(naming_convention={CONVENTION}), sa.Column("b", sa.Boolean(create_constraint=True, name="bb")), sa.Column("e", sa.Enum("x", "y", native_enum=False, create_constraint=True, name="ee"))))',
    ),
    op(
        "check in an added column, MariaDB",
        'AddColumnOp("t", sa.Column("r", sa.Text, sa.CheckConstraint("r <> \'\'", name="r_set")))',
        dialect="mysql",
        moved=True,
        right="op.add_column('t', sa.Column('r', sa.Text(), nullable=True))\nop.create_check_constraint('r_set', 't', \"r <> ''\")",
        why="Alembic loses it",
    ),
    # -- indexes
    Written(
        "index on a labelled expression",
        't = sa.Table("t", sa.MetaData(), sa.Column("code", sa.String))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", sa.func.lower(t.c.code).label("lc"), postgresql_ops={"lc": "text_pattern_ops"}))',
    ),
    Written(
        "index on a path of JSONB",
        't = sa.Table("t", sa.MetaData(), sa.Column("c", pg.JSONB))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.c["foo"].astext))',
    ),
    Written(
        "index on a sum",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a + t.c.b))',
    ),
    Written(
        "index on a sum, MySQL",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a + t.c.b))',
        dialect="mysql",
    ),
    Written(
        "index on a function, MySQL",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String(5)))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", sa.func.lower(t.c.a)))',
        dialect="mysql",
    ),
    Written(
        "descending index, MySQL",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String(5)))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a.desc()))',
        dialect="mysql",
    ),
    Written(
        "index on a sum, SQLite",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a + t.c.b))',
        dialect="sqlite",
    ),
    Written(
        "descending index",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a.desc().nulls_last()))',
    ),
    Written(
        "index on a cast",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", sa.cast(t.c.a, sa.Integer)))',
    ),
    Written(
        "index on a text",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", sa.text("lower(a) text_pattern_ops"), _table=t))',
    ),
    Written(
        "index with a collation",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a.collate("C")))',
    ),
    Written(
        "index with an expression as WHERE",
        't = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String))\nmade = ops.CreateIndexOp.from_index(sa.Index("i", t.c.a, postgresql_where=t.c.a != "x", postgresql_with={"fillfactor": 50}, postgresql_using="btree"))',
    ),
    # -- constraints of extensions
    op(
        "exclude constraint as an operation",
        'CreateExcludeConstraintOp("e", "t", [("x", "="), ("y", "&&")], using="gist", where=sa.text("x > 1"), schema="s")',
    ),
    table(
        "exclude constraint in a table",
        'sa.Column("x", sa.String), pg.ExcludeConstraint(("x", "="), using="gist", name="e")',
    ),
    table(
        "exclude constraint with options",
        'sa.Column("x", sa.String), sa.Column("y", pg.INT4RANGE), pg.ExcludeConstraint((sa.column("x"), "="), ("y", "&&"), where=sa.text("x > \'a\'"), deferrable=True, initially="DEFERRED", ops={"x": "my_ops"}, name="e")',
        right="op.create_table('t', sa.Column('x', sa.String(), nullable=True), sa.Column('y', postgresql.INT4RANGE(), nullable=True), postgresql.ExcludeConstraint((sa.column('x'), '='), (sa.column('y'), '&&'), where=sa.text(\"x > 'a'\"), deferrable=True, initially='DEFERRED', using='gist', ops={'x': 'my_ops'}, name='e'))",
        why="Alembic writes deferrable as a text and loses the operator classes",
    ),
    # -- types
    op("array", 'AddColumnOp("t", sa.Column("x", sa.ARRAY(sa.Integer())))'),
    op("array as tuple", 'AddColumnOp("t", sa.Column("x", pg.ARRAY(sa.Integer(), as_tuple=True, dimensions=2)))'),
    op("array of a dialect's type", 'AddColumnOp("t", sa.Column("x", sa.ARRAY(pg.CITEXT(), zero_indexes=True)))'),
    op("array of enum", 'AddColumnOp("t", sa.Column("x", pg.ARRAY(sa.Enum("a", "b", name="e"))))'),
    op(
        "variant of an array",
        'AddColumnOp("t", sa.Column("x", sa.ARRAY(sa.String(5)).with_variant(sa.JSON(), "sqlite")))',
    ),
    op(
        "array of a variant",
        'AddColumnOp("t", sa.Column("x", sa.ARRAY(sa.String(5).with_variant(sa.Text(), "oracle"))))',
    ),
    op("domain", 'AddColumnOp("t", sa.Column("x", pg.DOMAIN("d", sa.Integer())))'),
    op(
        "domain with options",
        'AddColumnOp("t", sa.Column("x", pg.DOMAIN("email", pg.CITEXT(), check="value ~ \'x\'", not_null=True, default="q", schema="s")))',
    ),
    op("hstore", 'AddColumnOp("t", sa.Column("x", pg.HSTORE(text_type=sa.String(5))))'),
    op("jsonb", 'AddColumnOp("t", sa.Column("x", pg.JSONB()))'),
    op("json without null", 'AddColumnOp("t", sa.Column("x", pg.JSON(none_as_null=True)))'),
    op(
        "interval",
        'AddColumnOp("t", sa.Column("x", sa.Interval(native=False, day_precision=3)))',
        right="op.add_column('t', sa.Column('x', sa.Interval(native=False, day_precision=3), nullable=True))",
        why="Alembic loses its arguments",
    ),
    op(
        "pickle",
        'AddColumnOp("t", sa.Column("x", sa.PickleType(protocol=3, impl=sa.LargeBinary(9))))',
        right="op.add_column('t', sa.Column('x', sa.PickleType(protocol=3, impl=sa.LargeBinary(length=9)), nullable=True))",
        why="Alembic writes arguments that it does not take",
    ),
    op(
        "decorator over JSONB",
        'AddColumnOp("t", sa.Column("x", Doc()))',
        right="op.add_column('t', sa.Column('x', models.Doc(astext_type=sa.Text()), nullable=True))",
        why="Text is nowhere imported",
    ),
    op(
        "decorator with a constructor of its own",
        'AddColumnOp("t", sa.Column("x", Money("USD")))',
        right="op.add_column('t', sa.Column('x', models.Money(currency='USD'), nullable=True))",
        why="Alembic writes arguments that it does not take",
    ),
    op(
        "decorator in an array",
        'AddColumnOp("t", sa.Column("x", sa.ARRAY(Doc())))',
        right="op.add_column('t', sa.Column('x', sa.ARRAY(models.Doc(astext_type=sa.Text())), nullable=True))",
        why="Text is nowhere imported",
    ),
    op("set of MySQL", 'AddColumnOp("t", sa.Column("x", my.SET("a", "b", charset="utf8")))', dialect="mysql"),
)
