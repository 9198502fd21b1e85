"""Batches and rows through what was given."""

import sqlalchemy as sa

revision = "g2"
down_revision = "g1"


def upgrade(op, tables, tester):
    with op.batch_alter_table("repository") as batch_op:
        batch_op.add_column(sa.Column("state", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index("repository_state", ["state"])
    for name in ("archive", "restore"):
        op.execute(sa.text(f"INSERT INTO logentrykind (name) VALUES ('{name}')"))
    conn = op.get_bind()
    conn.execute(sa.text("UPDATE repository SET trust = :t WHERE state = 0").bindparams(t=True))


def downgrade(op, tables, tester):
    conn = op.get_bind()
    conn.execute(sa.text("DELETE FROM logentrykind WHERE name IN ('archive', 'restore')"))
    with op.batch_alter_table("repository") as batch_op:
        batch_op.drop_index("repository_state")
        batch_op.drop_column("state")
