"""categories form a tree

Revision ID: 2a94c6d1e8b7
Revises: b81f5a3d0e72
Create Date: 2026-04-08 14:18:06.872345

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = '2a94c6d1e8b7'
down_revision: Union[str, Sequence[str], None] = 'b81f5a3d0e72'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_categories_parent_id_categories"), "categories", ["parent_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_categories_parent_id_categories"), type_="foreignkey")
        batch_op.drop_column("parent_id")
