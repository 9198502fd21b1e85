"""gift wrap

Revision ID: f45b17ac8d30
Revises: d16e2b7f5a08
Create Date: 2026-11-04 11:30:02.448190

"""
from alembic import op
import sqlalchemy as sa

revision = "f45b17ac8d30"
down_revision = "d16e2b7f5a08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("gift_wrap", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.drop_column("gift_wrap")
