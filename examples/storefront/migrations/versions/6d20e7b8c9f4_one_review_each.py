"""one review per customer and product

Revision ID: 6d20e7b8c9f4
Revises: a3910fd27c65
Create Date: 2026-03-09 12:00:58.316420

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = '6d20e7b8c9f4'
down_revision: Union[str, Sequence[str], None] = 'a3910fd27c65'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_reviews_product_id_customer_id"), ["product_id", "customer_id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_reviews_product_id_customer_id"), type_="unique")
