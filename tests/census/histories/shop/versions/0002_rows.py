import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session, declarative_base

from shop.migration_helpers import add_column_once, paginated_update

revision = "s2"
down_revision = "s1"
Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = sa.Column(sa.Integer, primary_key=True)
    kind = sa.Column(sa.String(20))
    slug = sa.Column(sa.String(40))


def upgrade():
    add_column_once("orders", sa.Column("slug", sa.String(40)))
    session = Session(bind=op.get_bind())
    session.add_all([Order(kind="retail"), Order(kind="trade")])
    session.flush()

    def change(order):
        order.slug = f"{order.kind}-{order.id}"

    paginated_update(session.query(Order), session, change)
    session.query(Order).filter(Order.slug.is_(None)).delete()
    session.commit()


def downgrade():
    bind = op.get_bind()
    Order.__table__.metadata.clear()
    bind.execute(sa.text("UPDATE orders SET kind = NULL"))
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("slug")
