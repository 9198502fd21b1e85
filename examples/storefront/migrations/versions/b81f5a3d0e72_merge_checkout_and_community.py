"""merge checkout and community

Revision ID: b81f5a3d0e72
Revises: 07bd4c5e6f18, 6d20e7b8c9f4
Create Date: 2026-03-11 17:27:40.090511

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = 'b81f5a3d0e72'
down_revision: Union[str, Sequence[str], None] = ('07bd4c5e6f18', '6d20e7b8c9f4')
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
