"""clean up

Revision ID: 91be4d70a8c5
Revises: d16e2b7f5a08
Create Date: 2026-11-03 16:02:10.118355

"""
from alembic import op
import sqlalchemy as sa

from storefront.models import OrderStatus

revision = "91be4d70a8c5"
down_revision = "d16e2b7f5a08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("UPDATE orders SET status = :status WHERE status IS NULL").bindparams(status=OrderStatus.new.name))
    op.drop_table("reviews")
    with op.batch_alter_table("payments") as batch_op:
        batch_op.drop_column("provider_reference")


def downgrade() -> None:
    with op.batch_alter_table("payments") as batch_op:
        batch_op.add_column(sa.Column("provider_reference", sa.String(length=100), nullable=True))
    op.create_table("reviews", sa.Column("id", sa.Integer(), primary_key=True))
