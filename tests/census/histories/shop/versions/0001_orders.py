import sqlalchemy as sa
from alembic import op

from shop import names
from shop.migration_helpers import index_orders

revision = "s1"
down_revision = None
branch_labels = ("orders",)


def upgrade():
    op.create_table(
        names.ORDERS,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(20)),
        sa.Column("total", sa.Numeric(10, 2)),
        sa.Column("note", sa.Text()),
    )
    for kind in names.KINDS:
        op.create_table(f"{kind}_orders", sa.Column("id", sa.Integer(), primary_key=True))
    index_orders("kind", "total")


def downgrade():
    for kind in reversed(names.KINDS):
        op.drop_table(f"{kind}_orders")
    op.drop_table(names.ORDERS)
