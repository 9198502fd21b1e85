"""``import alembic``: the package that users' scripts import, served by headway."""

from headway.compat.alembic import context as context
from headway.compat.alembic import op as op

__version__ = "1.20.1"  # the version whose behaviour these facades have; scripts compare against it

__all__ = ["__version__", "context", "op"]
