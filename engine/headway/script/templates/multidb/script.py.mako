<%!
import re

%>"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

# revision identifiers, used by Alembic.
revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade(engine_name: str) -> None:
    globals()[f"upgrade_{engine_name}"]()


def downgrade(engine_name: str) -> None:
    globals()[f"downgrade_{engine_name}"]()

<%
    db_names = [name for name in re.split(r",\s*", config.get_main_option("databases") or "") if name]
%>
% for db_name in db_names:

def upgrade_${db_name}() -> None:
    ${context.get(f"{db_name}_upgrades", "pass") or "pass"}


def downgrade_${db_name}() -> None:
    ${context.get(f"{db_name}_downgrades", "pass") or "pass"}

% endfor
