"""description and archive flag of products

Revision ID: f45b17ac8d30
Revises: 2a94c6d1e8b7
Create Date: 2026-05-19 10:36:21.405988

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = 'f45b17ac8d30'
down_revision: Union[str, Sequence[str], None] = '2a94c6d1e8b7'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("is_archived", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.alter_column(
            "price",
            existing_type=sa.Numeric(precision=10, scale=2),
            type_=sa.Numeric(precision=12, scale=2),
            existing_nullable=False,
        )
        batch_op.create_index("ix_products_category_id_name", ["category_id", "name"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index("ix_products_category_id_name")
        batch_op.alter_column(
            "price",
            existing_type=sa.Numeric(precision=12, scale=2),
            type_=sa.Numeric(precision=10, scale=2),
            existing_nullable=False,
        )
        batch_op.drop_column("is_archived")
        batch_op.drop_column("description")
