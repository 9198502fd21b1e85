"""hotfix

Revision ID: c3d9e0f1a2b4
Revises: d16e2b7f5a80
Create Date: 2026-11-04 08:47:59.730066

"""
from alembic import op
import sqlalchemy as sa

revision = "c3d9e0f1a2b4"
down_revision = "d16e2b7f5a80"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("state", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("addresses") as batch_op:
        batch_op.drop_column("state")
