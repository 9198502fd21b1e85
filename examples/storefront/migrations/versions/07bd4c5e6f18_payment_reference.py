"""reference of the payment provider

Revision ID: 07bd4c5e6f18
Revises: e2f6a8147b90
Create Date: 2026-03-04 15:49:37.221598

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = '07bd4c5e6f18'
down_revision: Union[str, Sequence[str], None] = 'e2f6a8147b90'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("provider_reference", sa.String(length=100), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_column("provider_reference")
