import sqlalchemy as sa
from alembic import context, op

from shop.migration_helpers import transaction

revision = "s3"
down_revision = "s2"

STATES = sa.Enum("open", "closed", name="order_state")


def is_sqlite():
    return op.get_bind().dialect.name == "sqlite"


def upgrade():
    with transaction():
        op.execute("UPDATE orders SET note = 'none' WHERE note IS NULL")
    if is_sqlite():
        with op.batch_alter_table("orders") as batch:
            batch.add_column(sa.Column("state", STATES))
        return
    STATES.create(op.get_bind(), checkfirst=True)
    op.add_column("orders", sa.Column("state", STATES))
    op.execute("ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'none'")
    statements = ["CREATE VIEW open_orders AS SELECT id FROM orders WHERE state = 'open'"]
    statements.append("COMMENT ON TABLE orders IS 'what was bought'")
    for statement in statements:
        context.execute(statement)


def downgrade():
    if not is_sqlite():
        op.execute("DROP VIEW open_orders")
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("state")
    STATES.drop(op.get_bind(), checkfirst=True)
