"""The operations, the tables and a tester come from env.py, as in projects that wrap them."""

import sqlalchemy as sa

revision = "g1"
down_revision = None


def upgrade(op, tables, tester):
    op.create_table(
        "logentrykind",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logentrykind")),
    )
    op.create_index("logentrykind_name", "logentrykind", ["name"], unique=True)
    op.create_table(
        "repository",
        sa.Column("id", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("kind_id", sa.Integer(), sa.ForeignKey("logentrykind.id"), index=True),
        sa.Column("trust", sa.Boolean(), nullable=False, server_default=sa.sql.expression.false()),
    )
    op.bulk_insert(tables.logentrykind, [{"name": "create"}, {"name": "delete"}])
    tester.populate_table("repository", [("kind_id", 1)])


def downgrade(op, tables, tester):
    op.execute(tables.logentrykind.delete().where(tables.logentrykind.c.name == op.inline_literal("delete")))
    op.drop_table("repository")
    op.drop_table("logentrykind")
