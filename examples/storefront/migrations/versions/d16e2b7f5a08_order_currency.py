"""currency of orders

Revision ID: d16e2b7f5a08
Revises: 83c0d9e4f716
Create Date: 2026-09-14 11:44:50.129864

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = 'd16e2b7f5a08'
down_revision: Union[str, Sequence[str], None] = '83c0d9e4f716'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_column("currency")
