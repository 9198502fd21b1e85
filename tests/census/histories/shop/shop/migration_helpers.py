"""What the revisions share."""

import sqlalchemy as sa
from alembic import op

from shop.names import ORDERS


def has_column(table, column):
    inspector = sa.inspect(op.get_bind())
    return column in {found["name"] for found in inspector.get_columns(table)}


def add_column_once(table, column):
    if not has_column(table, column.name):
        op.add_column(table, column)


class transaction:
    def __enter__(self):
        op.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY)")
        return self

    def __exit__(self, *error):
        op.drop_table("journal")


class Step:
    """An operation as an object, as some projects have them."""

    def run(self):
        self.execute()

    def execute(self):
        raise NotImplementedError


class CreateIndex(Step):
    def __init__(self, table, column):
        self.table = table
        self.column = column

    def execute(self):
        op.create_index(f"ix_{self.table}_{self.column}", self.table, [self.column])


def paginated_update(query, session, change):
    for row in query.yield_per(100):
        change(row)
    session.commit()


def index_orders(*columns):
    for column in columns:
        CreateIndex(ORDERS, column).run()
