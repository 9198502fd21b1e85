"""country of customers

Revision ID: 83c0d9e4f716
Revises: f45b17ac8d30
Create Date: 2026-06-30 08:55:12.663770

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = '83c0d9e4f716'
down_revision: Union[str, Sequence[str], None] = 'f45b17ac8d30'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("country", sa.String(length=2), nullable=True))

    customers = sa.table("customers", sa.column("email", sa.String), sa.column("country", sa.String))
    op.execute(customers.update().where(customers.c.email.like("%.fr")).values(country="FR"))
    op.execute(customers.update().where(customers.c.country.is_(None)).values(country="DE"))

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.alter_column(
            "country", existing_type=sa.String(length=2), nullable=False, server_default="DE"
        )


def downgrade() -> None:
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_column("country")
