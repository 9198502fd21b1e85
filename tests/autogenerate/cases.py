"""Pairs of schemas: what a database has, and what the models want. No tests of its own."""

from __future__ import annotations

from autogenerate.case import ALL, MY, PARENT, PG, SERVERS, Case, case, column, retyped, table
from autogenerate.rendered_cases import RENDERED, RENDERED_DIFFERENCES
from autogenerate.stored_cases import STORED, STORED_DIFFERENCES, STORED_PEER_CANNOT

KEPT_AS_ANOTHER: dict[tuple[str, ...], tuple[str, ...]] = {
    ("sqlite",): ("sa.UUID", "sa.BINARY(9)", "sa.VARBINARY(9)", "sa.CLOB", "sa.DOUBLE_PRECISION"),
    PG: ("sa.Float(5)", "sa.FLOAT(24)", "sa.Float(25)", "sa.NCHAR(9)"),
    MY: ("sa.REAL", "sa.DOUBLE_PRECISION()", "sa.Float(30)", "sa.NCHAR(7)", "sa.NVARCHAR(9)", "my.NVARCHAR(9)"),
}

CASES: tuple[Case, ...] = (
    case("nothing", table(column("sa.String(10)")), table(column("sa.String(10)"))),
    case("an empty database", "", ""),
    # -- tables
    case("table added", "", table(column("sa.String(10)", "nullable=False"), column("sa.Text", name="d"))),
    case("table removed", table(column("sa.String(10)", "nullable=False"), column("sa.Text", name="d")), ""),
    case(
        "table added with everything",
        "",
        PARENT
        + table(
            column("sa.String(10)", "nullable=False", 'server_default="x"'),
            column(
                "sa.Integer", 'sa.ForeignKey("parent.id", name="fk_t_parent", ondelete="CASCADE")', name="parent_id"
            ),
            column("sa.Boolean", "nullable=False", "server_default=sa.false()", name="flag"),
            column("sa.Numeric(10, 2)", name="n"),
            column("sa.DateTime", "server_default=sa.func.current_timestamp()", name="at"),
            'sa.UniqueConstraint("c", name="uq_t_c")',
            'sa.CheckConstraint("n > 0", name="ck_t_n")',
            'sa.Index("ix_t_n", "n")',
        ),
    ),
    case(
        "related tables removed",
        PARENT + table(column("sa.Integer", 'sa.ForeignKey("parent.id", name="fk_t_parent")', name="parent_id")),
        "",
    ),
    case(
        "table with a composite primary key added",
        "",
        """
        sa.Table("pairs", m, sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True))
    """,
    ),
    case(
        "table without a primary key added",
        "",
        """
        sa.Table("logs", m, sa.Column("line", sa.Text), sa.Column("at", sa.DateTime))
    """,
    ),
    case(
        "table with a comment added",
        "",
        table(column("sa.Integer", 'comment="how many"'), extra=', comment="things"'),
        on=SERVERS,
    ),
    case(
        "table that refers to itself added",
        "",
        table(column("sa.Integer", 'sa.ForeignKey("t.id", name="fk_t_self")', name="up")),
    ),
    # -- columns
    case("column added", table(), table(column("sa.String(10)"))),
    case("column removed", table(column("sa.String(10)")), table()),
    case(
        "column renamed is dropped and added",
        table(column("sa.Integer", name="a")),
        table(column("sa.Integer", name="b")),
    ),
    case(
        "several columns",
        table(column("sa.Integer", name="a"), column("sa.Integer", name="b")),
        table(column("sa.Integer", name="b"), column("sa.Integer", name="d"), column("sa.Text", name="e")),
    ),
    case(
        "column with a default added",
        table(),
        table(column("sa.String(10)", "nullable=False", 'server_default="it\'s"')),
    ),
    case(
        "column with a SQL default added",
        table(),
        table(column("sa.Integer", 'server_default=sa.text("5")', "nullable=False")),
    ),
    case(
        "column with a foreign key added",
        PARENT + table(),
        PARENT + table(column("sa.Integer", 'sa.ForeignKey("parent.id", name="fk_t_parent")', name="parent_id")),
    ),
    case("column with an index added", table(), table(column("sa.Integer", "index=True"))),
    case("unique column added", table(), table(column("sa.Integer", "unique=True"))),
    case("column with a comment added", table(), table(column("sa.Integer", 'comment="how many"')), on=SERVERS),
    # -- nullability
    case("made NOT NULL", table(column("sa.String(10)")), table(column("sa.String(10)", "nullable=False"))),
    case("made nullable", table(column("sa.String(10)", "nullable=False")), table(column("sa.String(10)"))),
    case(
        "made NOT NULL, with a default",
        table(column("sa.String(10)", 'server_default="x"')),
        table(column("sa.String(10)", 'server_default="x"', "nullable=False")),
    ),
    case("type and nullability", table(column("sa.String(10)")), table(column("sa.Text", "nullable=False"))),
    # -- types
    retyped("sa.String(10)", "sa.String(20)"),
    retyped("sa.String(10)", "sa.Text"),
    retyped("sa.Text", "sa.String(10)"),
    retyped("sa.Integer", "sa.BigInteger"),
    retyped("sa.BigInteger", "sa.Integer"),
    retyped("sa.SmallInteger", "sa.Integer"),
    retyped("sa.Integer", "sa.String(10)", on=("sqlite", "mariadb")),
    # What a database keeps under another name, or SQLAlchemy takes for another.
    *(retyped(kind, kind, on=on) for on, kinds in KEPT_AS_ANOTHER.items() for kind in kinds),
    retyped("sa.Float(5)", "sa.Float(53)", on=SERVERS),
    retyped("sa.Double", "sa.Float(24)", on=SERVERS),
    retyped("sa.Numeric", "sa.UUID", on=("sqlite",)),
    retyped("my.VARCHAR(9, charset='utf8')", "my.VARCHAR(9, charset='utf8')", on=MY),
    case("column of a type that reflection loses removed", table(column("sa.UUID")), table(), on=("sqlite",)),
    retyped("sa.Numeric(10, 2)", "sa.Numeric(12, 4)"),
    retyped("sa.Numeric(10, 2)", "sa.Float"),
    retyped("sa.Date", "sa.DateTime"),
    retyped("sa.DateTime", "sa.DateTime(timezone=True)"),
    retyped("sa.LargeBinary", "sa.LargeBinary"),
    retyped("sa.Boolean", "sa.Boolean"),
    retyped("sa.JSON", "sa.JSON"),
    retyped("sa.Float", "sa.Float"),
    retyped("sa.Double", "sa.Double"),
    retyped("sa.Unicode(10)", "sa.Unicode(10)"),
    retyped("sa.Time", "sa.Time"),
    retyped("sa.Interval", "sa.Interval"),
    retyped("sa.Uuid", "sa.Uuid"),
    retyped("sa.Uuid", "sa.String(40)"),
    retyped("sa.DECIMAL(10, 2)", "sa.Numeric(10, 2)"),
    retyped("sa.REAL", "sa.Float"),
    retyped("sa.CHAR(3)", "sa.VARCHAR(3)"),
    retyped('sa.Enum("a", "b", name="kind")', 'sa.Enum("a", "b", name="kind")'),
    retyped(
        'sa.Enum("a", "b", name="kind", native_enum=False)', 'sa.Enum("a", "b", "ccc", name="kind", native_enum=False)'
    ),
    retyped('sa.Enum("a", "b", name="kind")', 'sa.Enum("a", "b", "c", name="kind")', on=MY),
    retyped("pg.JSON", "pg.JSONB", on=PG),
    retyped("pg.JSONB", "pg.JSONB", on=PG),
    retyped("pg.ARRAY(sa.Integer)", "pg.ARRAY(sa.BigInteger)", on=PG),
    retyped("pg.ARRAY(sa.String(10))", "pg.ARRAY(sa.String(10))", on=PG),
    retyped("pg.UUID", "pg.UUID", on=PG),
    retyped("pg.INET", "pg.CIDR", on=PG),
    retyped("pg.TSVECTOR", "pg.TSVECTOR", on=PG),
    retyped("pg.BIT(3)", "pg.BIT(3)", on=PG),
    retyped("pg.TIMESTAMP(precision=3)", "pg.TIMESTAMP(precision=3)", on=PG),
    retyped("pg.DOUBLE_PRECISION", "sa.Float", on=PG),
    retyped("pg.INT4RANGE", "pg.INT8RANGE", on=PG),
    retyped("my.TINYINT(1)", "sa.Boolean", on=MY),
    retyped("my.LONGTEXT", "sa.JSON", on=MY),
    retyped("my.MEDIUMTEXT", "my.LONGTEXT", on=MY),
    retyped("my.INTEGER(unsigned=True)", "sa.Integer", on=MY),
    retyped("my.DATETIME(fsp=6)", "my.DATETIME(fsp=3)", on=MY),
    retyped("sa.String(10, collation='utf8mb4_bin')", "sa.String(10, collation='utf8mb4_general_ci')", on=MY),
    retyped('sa.String(10, collation="C")', 'sa.String(10, collation="POSIX")', on=PG),
    # -- server defaults
    case("default added", table(column("sa.String(10)")), table(column("sa.String(10)", 'server_default="x"'))),
    case("default removed", table(column("sa.String(10)", 'server_default="x"')), table(column("sa.String(10)"))),
    case(
        "default changed",
        table(column("sa.String(10)", 'server_default="x"')),
        table(column("sa.String(10)", 'server_default="y"')),
    ),
    case(
        "default kept",
        table(column("sa.String(10)", 'server_default="x"')),
        table(column("sa.String(10)", 'server_default="x"')),
    ),
    case(
        "number default kept",
        table(column("sa.Integer", 'server_default="5"')),
        table(column("sa.Integer", 'server_default=sa.text("5")')),
    ),
    case(
        "boolean default kept",
        table(column("sa.Boolean", "server_default=sa.true()")),
        table(column("sa.Boolean", "server_default=sa.true()")),
    ),
    case(
        "boolean default changed",
        table(column("sa.Boolean", "server_default=sa.true()")),
        table(column("sa.Boolean", "server_default=sa.false()")),
    ),
    case(
        "timestamp default kept",
        table(column("sa.DateTime", "server_default=sa.func.current_timestamp()")),
        table(column("sa.DateTime", "server_default=sa.func.current_timestamp()")),
    ),
    case(
        "now() kept",
        table(column("sa.DateTime", "server_default=sa.func.now()")),
        table(column("sa.DateTime", "server_default=sa.func.now()")),
    ),
    case(
        "expression default kept",
        table(column("sa.Integer", 'server_default=sa.text("(1 + 2)")')),
        table(column("sa.Integer", 'server_default=sa.text("(1 + 2)")')),
    ),
    case(
        "json default kept",
        table(column("pg.JSONB", "server_default=sa.text(\"'{}'::jsonb\")")),
        table(column("pg.JSONB", "server_default=sa.text(\"'{}'::jsonb\")")),
        on=PG,
    ),
    case(
        "uuid default kept",
        table(column("pg.UUID", 'server_default=sa.text("gen_random_uuid()")')),
        table(column("pg.UUID", 'server_default=sa.text("gen_random_uuid()")')),
        on=PG,
    ),
    case(
        "numeric default kept",
        table(column("sa.Numeric(10, 2)", 'server_default="0.00"')),
        table(column("sa.Numeric(10, 2)", 'server_default="0.00"')),
    ),
    case(
        "empty text default kept",
        table(column("sa.String(5)", 'server_default=""')),
        table(column("sa.String(5)", 'server_default=""')),
    ),
    case(
        "default with a quote kept",
        table(column("sa.String(9)", 'server_default="it\'s"')),
        table(column("sa.String(9)", 'server_default="it\'s"')),
    ),
    # -- identity and computed
    case(
        "identity kept",
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))\n',
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))\n',
        on=PG,
    ),
    case(
        "identity options changed",
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(start=1), primary_key=True))\n',
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(always=True, increment=5), primary_key=True))\n',
        on=PG,
    ),
    case(
        "identity added to a plain column",
        'sa.Table("t", m, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))\n',
        'sa.Table("t", m, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))\n',
        on=PG,
    ),
    case(
        "serial kept",
        'sa.Table("t", m, sa.Column("id", sa.BigInteger, primary_key=True))\n',
        'sa.Table("t", m, sa.Column("id", sa.BigInteger, primary_key=True))\n',
    ),
    case(
        "computed kept",
        table(column("sa.Integer", name="n"), column("sa.Integer", 'sa.Computed("n * 2", persisted=True)')),
        table(column("sa.Integer", name="n"), column("sa.Integer", 'sa.Computed("n * 2", persisted=True)')),
    ),
    case(
        "computed added",
        table(column("sa.Integer", name="n")),
        table(column("sa.Integer", name="n"), column("sa.Integer", 'sa.Computed("n * 2")')),
        on=("sqlite", "mariadb"),
    ),
    # -- indexes
    case("index added", table(column("sa.Integer")), table(column("sa.Integer"), 'sa.Index("ix_t_c", "c")')),
    case("index removed", table(column("sa.Integer"), 'sa.Index("ix_t_c", "c")'), table(column("sa.Integer"))),
    case(
        "index kept",
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c")'),
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c")'),
    ),
    case(
        "index made unique",
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c")'),
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c", unique=True)'),
    ),
    case(
        "unique index kept",
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c", unique=True)'),
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c", unique=True)'),
    ),
    case(
        "unique index removed",
        table(column("sa.Integer"), 'sa.Index("ix_t_c", "c", unique=True)'),
        table(column("sa.Integer")),
    ),
    case(
        "index on other columns",
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.Index("ix_t", "c")'),
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.Index("ix_t", "c", "d")'),
    ),
    case(
        "index in another order",
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.Index("ix_t", "c", "d")'),
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.Index("ix_t", "d", "c")'),
    ),
    case(
        "index renamed",
        table(column("sa.Integer"), 'sa.Index("ix_old", "c")'),
        table(column("sa.Integer"), 'sa.Index("ix_new", "c")'),
    ),
    case(
        "expression index kept",
        table(column("sa.String(10)"), 'sa.Index("ix_t", sa.text("lower(c)"))'),
        table(column("sa.String(10)"), 'sa.Index("ix_t", sa.text("lower(c)"))'),
        on=PG,
    ),
    case(
        "expression index added",
        table(column("sa.String(10)")),
        table(column("sa.String(10)"), 'sa.Index("ix_t", sa.text("lower(c)"))'),
        on=("sqlite", "postgresql"),
    ),
    case(
        "expression index changed",
        table(column("sa.String(10)"), 'sa.Index("ix_t", sa.text("lower(c)"))'),
        table(column("sa.String(10)"), 'sa.Index("ix_t", sa.text("upper(c)"))'),
        on=PG,
    ),
    case(
        "descending index kept",
        "t = " + table(column("sa.Integer")) + 'sa.Index("ix_t", t.c.c.desc())\n',
        "t = " + table(column("sa.Integer")) + 'sa.Index("ix_t", t.c.c.desc())\n',
        on=PG,
    ),
    case(
        "partial index kept",
        table(column("sa.Integer"), 'sa.Index("ix_t", "c", postgresql_where=sa.text("c > 0"))'),
        table(column("sa.Integer"), 'sa.Index("ix_t", "c", postgresql_where=sa.text("c > 0"))'),
        on=PG,
    ),
    case(
        "partial index added",
        table(column("sa.Integer")),
        table(
            column("sa.Integer"),
            'sa.Index("ix_t", "c", postgresql_where=sa.text("c > 0"), sqlite_where=sa.text("c > 0"))',
        ),
    ),
    case(
        "partial index removed",
        table(column("sa.Integer"), 'sa.Index("ix_t", "c", postgresql_where=sa.text("c > 0"))'),
        table(column("sa.Integer")),
        on=PG,
    ),
    case(
        "gin index added",
        table(column("pg.JSONB")),
        table(column("pg.JSONB"), 'sa.Index("ix_t", "c", postgresql_using="gin")'),
        on=PG,
    ),
    case(
        "gin index removed",
        table(column("pg.JSONB"), 'sa.Index("ix_t", "c", postgresql_using="gin")'),
        table(column("pg.JSONB")),
        on=PG,
    ),
    case(
        "covering index kept",
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.Index("ix_t", "c", postgresql_include=["d"])'),
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.Index("ix_t", "c", postgresql_include=["d"])'),
        on=PG,
    ),
    case(
        "prefix index added",
        table(column("sa.Text")),
        table(column("sa.Text"), 'sa.Index("ix_t", "c", mysql_length=10, mariadb_length=10)'),
        on=MY,
    ),
    # -- unique constraints
    case(
        "unique added",
        table(column("sa.Integer")),
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c")'),
    ),
    case(
        "unique removed",
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c")'),
        table(column("sa.Integer")),
    ),
    case(
        "unique kept",
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c")'),
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c")'),
    ),
    case(
        "unique renamed",
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_old")'),
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_new")'),
    ),
    case(
        "unique on other columns",
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.UniqueConstraint("c", name="uq_t")'),
        table(column("sa.Integer"), column("sa.Integer", name="d"), 'sa.UniqueConstraint("c", "d", name="uq_t")'),
    ),
    case("unnamed unique kept", table(column("sa.Integer", "unique=True")), table(column("sa.Integer", "unique=True"))),
    case("unnamed unique added", table(column("sa.Integer")), table(column("sa.Integer"), 'sa.UniqueConstraint("c")')),
    case(
        "unique index instead of a constraint",
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c")'),
        table(column("sa.Integer"), 'sa.Index("uq_t_c", "c", unique=True)'),
    ),
    case(
        "nulls not distinct",
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c")'),
        table(column("sa.Integer"), 'sa.UniqueConstraint("c", name="uq_t_c", postgresql_nulls_not_distinct=True)'),
        on=PG,
    ),
    # -- foreign keys
    case(
        "foreign key added",
        PARENT + table(column("sa.Integer", name="p")),
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p")'),
    ),
    case(
        "foreign key removed",
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p")'),
        PARENT + table(column("sa.Integer", name="p")),
    ),
    case(
        "foreign key kept",
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", ondelete="CASCADE")',
        ),
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", ondelete="CASCADE")',
        ),
    ),
    case(
        "foreign key with another ondelete",
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p")'),
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", ondelete="CASCADE")',
        ),
    ),
    case(
        "foreign key with onupdate",
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", onupdate="CASCADE")',
        ),
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p")'),
    ),
    case(
        "no action is nothing",
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", ondelete="NO ACTION")',
        ),
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p")'),
    ),
    case(
        "restrict",
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", ondelete="RESTRICT")',
        ),
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", ondelete="RESTRICT")',
        ),
    ),
    case(
        "deferrable foreign key",
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p")'),
        PARENT
        + table(
            column("sa.Integer", name="p"),
            'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_t_p", deferrable=True, initially="DEFERRED")',
        ),
        on=PG,
    ),
    case(
        "foreign key renamed only",
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_old")'),
        PARENT + table(column("sa.Integer", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.id"], name="fk_new")'),
    ),
    case(
        "foreign key to another column",
        PARENT
        + table(column("sa.String(10)", name="p"), 'sa.ForeignKeyConstraint(["p"], ["parent.code"], name="fk_t_p")'),
        PARENT + table(column("sa.String(10)", name="p")),
    ),
    case(
        "unnamed foreign key kept",
        PARENT + table(column("sa.Integer", 'sa.ForeignKey("parent.id")', name="p")),
        PARENT + table(column("sa.Integer", 'sa.ForeignKey("parent.id")', name="p")),
    ),
    # -- comments
    case(
        "column comment added", table(column("sa.Integer")), table(column("sa.Integer", 'comment="it\'s"')), on=SERVERS
    ),
    case(
        "column comment changed",
        table(column("sa.Integer", 'comment="a"')),
        table(column("sa.Integer", 'comment="b"')),
        on=SERVERS,
    ),
    case("column comment removed", table(column("sa.Integer", 'comment="a"')), table(column("sa.Integer")), on=SERVERS),
    case("table comment added", table(), table(extra=', comment="things"'), on=SERVERS),
    case(
        "table comment changed", table(extra=', comment="things"'), table(extra=', comment="other things"'), on=SERVERS
    ),
    case("table comment removed", table(extra=', comment="things"'), table(), on=SERVERS),
    # -- names
    case(
        "naming convention",
        "",
        """
        m.naming_convention = {"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
                               "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
                               "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
        sa.Table("parent", m, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("child", m, sa.Column("id", sa.Integer, primary_key=True), sa.Column("p", sa.ForeignKey("parent.id")),
                 sa.Column("n", sa.Integer, sa.CheckConstraint("n > 0", name="positive"), unique=True, index=True))
    """,
    ),
    case(
        "names that need quotes",
        "",
        """
        sa.Table("Select", m, sa.Column("Order", sa.Integer, primary_key=True), sa.Column("from", sa.String(5)), sa.Index("Ix 1", "from"))
    """,
    ),
    case(
        "names that need quotes removed",
        """
        sa.Table("Select", m, sa.Column("Order", sa.Integer, primary_key=True), sa.Column("from", sa.String(5)), sa.Index("Ix 1", "from"))
    """,
        "",
    ),
    *RENDERED,
    *STORED,
)

DIFFERENCES: dict[tuple[str, str], str] = {
    **RENDERED_DIFFERENCES,
    **STORED_DIFFERENCES,
    **{
        (on[0], f"type {kind} to {kind}"): "Alembic reports it for ever"
        for on, kinds in KEPT_AS_ANOTHER.items()
        for kind in kinds
        if (on, kind) not in ((PG, "sa.Float(25)"), (MY, "sa.DOUBLE_PRECISION()"))
    },
    ("mariadb", "type my.VARCHAR(9, charset='utf8') to my.VARCHAR(9, charset='utf8')"): "Alembic reports it for ever",
    ("mariadb", "type sa.Float(5) to sa.Float(53)"): "Alembic does not see the change",
    ("postgresql", "type sa.Double to sa.Float(24)"): "Alembic does not see the change",
    ("sqlite", "column of a type that reflection loses removed"): "Alembic's downgrade makes NUMERIC of it",
    **{(database, "naming convention"): "Alembic loses the CHECK that is written in a column" for database in ALL},
    ("sqlite", "empty text default kept"): "Alembic takes '' in the database for another default than '' in the models",
    ("mariadb", "empty text default kept"): "the same",
    ("sqlite", "default with a quote kept"): "Alembic compares the quoted text with the unquoted one",
    ("mariadb", "default with a quote kept"): "the same",
    ("mariadb", "now() kept"): "MariaDB reports now() as current_timestamp(), which is the same",
    ("mariadb", "boolean default kept"): "MariaDB reports true as 1, which is the same",
    ("mariadb", "type my.INTEGER(unsigned=True) to sa.Integer"): "Alembic does not see that UNSIGNED goes",
    ("mariadb", "foreign key removed"): "the index that the server made for the key goes with it",
    ("mariadb", "foreign key to another column"): "the same",
    ("postgresql", "identity options changed"): "without existing_server_default the operation cannot run",
    ("postgresql", "identity added to a plain column"): "the same, on the way down",
    ("sqlite", "expression index added"): "Alembic leaves indexes on expressions out, so that nobody ever makes them",
}
"""Where headway writes something else on purpose, by database and case; docs/differences.md says so."""

PEER_CANNOT = {("postgresql", "default with a quote kept"), *STORED_PEER_CANNOT}
"""Alembic ends with a syntax error of the server."""

CANNOT_RUN: dict[str, tuple[str, tuple[str, ...], str]] = {
    "type sa.Uuid to sa.String(40)": ("down", PG, "PostgreSQL has no cast back without USING"),
    "type pg.INT4RANGE to pg.INT8RANGE": ("up", PG, "PostgreSQL has no cast without USING"),
    "unique column added": ("down", ALL, "a constraint without a name cannot be dropped"),
    "unnamed unique added": ("down", ALL, "a constraint without a name cannot be dropped"),
}
"""What no tool can run as it is written: which way, where and why."""
