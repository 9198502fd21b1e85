"""Models of a project, as the text of a module. Tables of SQLAlchemy's core: mapped classes would cost both tools alike."""

from __future__ import annotations

_HEAD = '''"""The tables of this project."""

import sqlalchemy as sa

metadata = sa.MetaData()
'''

_TABLE = """
sa.Table(
    "{name}",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    sa.Column("email", sa.String(200), unique=True),
    sa.Column("amount", sa.Numeric(10, 2), nullable=False, server_default="0"),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("notes", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False, server_default=sa.func.current_timestamp()),
    sa.Column("parent_id", {parent}),
    sa.Index("ix_{name}_amount", "amount", "created_at"),
)
"""


def source(tables: int) -> str:
    """A module with ``metadata`` of ``tables`` tables, each with a foreign key to the one before."""
    texts = [_HEAD]
    for number in range(tables):
        parent = f'sa.ForeignKey("table_{number - 1}.id")' if number else "sa.Integer"
        texts.append(_TABLE.format(name=f"table_{number}", parent=parent))
    return "\n".join(texts)
