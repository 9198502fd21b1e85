"""``import alembic``: the package that users' scripts import, served by headway."""

from headway.compat.alembic import context as context
from headway.compat.alembic import op as op
from headway.version import ALEMBIC

__version__ = ALEMBIC

__all__ = ["__version__", "context", "op"]
