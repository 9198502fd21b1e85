"""loyalty programme

Revision ID: 7a60c1f2d9e3
Revises: d16e2b7f5a08
Create Date: 2026-11-02 10:21:44.501827

"""
from alembic import op
import sqlalchemy as sa

revision = "7a60c1f2d9e3"
down_revision = "d16e2b7f5a08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("tier", sa.String(length=20), nullable=False))
    op.create_index("ix_customers_country", "customers", ["country"])
    op.alter_column("products", "category_id", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    pass
